"""The accounts worker: ask Flinks whether it is done, fetch, filter, complete."""

from collections.abc import Callable
from dataclasses import dataclass

from flinks_reconnect.domain.accounts import EVERYTHING, Selection, Snapshot
from flinks_reconnect.domain.answers import (
    AccountsAnswer,
    AccountsCollected,
    AuthorizeAnswer,
    Refused,
)
from flinks_reconnect.domain.case import Worker
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.duty import Duty, accounts_duty
from flinks_reconnect.domain.errors import Trouble
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.refresh import Attempt, Refresh
from flinks_reconnect.domain.signals import (
    DataAnswer,
    DataAnswered,
    DataClaimed,
    Delivered,
    Due,
    Probed,
)
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import FlinksGateway, MintError, SnapshotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverAccounts:
    """Keep of the collected accounts what may leave, and store it. Nothing else is stored."""

    advance: Advance
    snapshots: SnapshotStore
    home_of: Callable[[LoginId], ConnectionId]

    def __call__(
        self, connection: Connection, refresh: Refresh, collected: AccountsCollected
    ) -> Delivered | Refused:
        """Return what was delivered; its snapshot is None where nothing may leave.

        Refused: the login is of a closed connection, which nothing brings back.
        """
        of_this_login = connection.login_id in {None, collected.login_id}
        home = self.advance.connections.load(self.home_of(collected.login_id))
        if of_this_login and home is not None and home.connection.closed_at is not None:
            return Refused(trouble=Trouble.CONNECTION_CLOSED)
        settings = home.settings if home else None
        snapshot = self._store(connection, refresh, collected, settings) if of_this_login else None
        return Delivered(
            login_id=collected.login_id,
            last_refresh=collected.last_refresh,
            snapshot=snapshot,
            institution=collected.institution,
        )

    def _store(
        self,
        connection: Connection,
        refresh: Refresh,
        collected: AccountsCollected,
        home: ConnectionSettings | None,
    ) -> Snapshot | None:
        selection = self._selection(connection, home)
        kept = selection.keep(collected.accounts)
        vanished = len(selection.missing(collected.accounts))
        if vanished and not kept:
            return None
        about: dict[str, object] = {
            "refreshId": refresh.id,
            "lastRefresh": collected.last_refresh and collected.last_refresh.isoformat(),
            "institution": collected.institution.name,
            "vanishedAccounts": vanished,
        }
        stored = self.snapshots.put(refresh.id, kept, about)
        return Snapshot(
            sha256=stored.sha256,
            bytes=stored.bytes,
            accounts=len(kept),
            vanished=vanished,
            expires_at=self.advance.clock() + self.advance.clocks.snapshot,
        )

    def _selection(self, connection: Connection, home: ConnectionSettings | None) -> Selection:
        """The stored choice of the login's own connection; an adopted session never widens it."""
        if home is not None and home.selection is not None:
            return home.selection
        known = self.advance.connections.load(connection.id)
        return (known.settings.selection if known else None) or Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAccounts:
    """Look at a refresh and make the data calls that are due, if any."""

    advance: Advance
    flinks: FlinksGateway
    deliver: DeliverAccounts

    def __call__(self, refresh_id: RefreshId) -> None:
        """Raises RefreshNotFoundError and RefreshSettledError."""
        connection = self.advance.refresh(refresh_id, Due(), by=Worker.ACCOUNTS).connection
        refresh = connection.refresh
        if refresh is None or refresh.attempt is None:
            return
        duty = accounts_duty(connection)
        if duty is Duty.OPEN_CACHED:
            self._open_cached(refresh_id, connection, refresh.attempt.number)
        elif duty is Duty.CALL_DATA:
            self._call(connection, refresh, refresh.attempt)
        elif duty is Duty.POLL_DATA and refresh.attempt.request_id is not None:
            answer = self.flinks.poll_accounts(refresh.attempt.request_id)
            self._report(connection, refresh, refresh.attempt.number, answer, polled=True)

    def _open_cached(self, refresh_id: RefreshId, connection: Connection, number: int) -> None:
        if connection.login_id is None:
            return
        answer = self._cached(connection.login_id)
        taken = self.advance.refresh(refresh_id, Probed(number, answer), by=Worker.ACCOUNTS)
        refresh = taken.connection.refresh
        if refresh and refresh.attempt and accounts_duty(taken.connection) is Duty.CALL_DATA:
            self._call(taken.connection, refresh, refresh.attempt)

    def _call(self, connection: Connection, refresh: Refresh, attempt: Attempt) -> None:
        request_id = attempt.request_id
        if request_id is None or not self._claim(refresh.id, attempt.number, request_id):
            return
        settings = self.advance.find(refresh.id).settings
        selection = settings.selection or EVERYTHING
        answer = self.flinks.call_accounts(request_id, selection, refresh.options)
        self._report(connection, refresh, attempt.number, answer)

    def _claim(self, refresh_id: RefreshId, number: int, request_id: RequestId) -> bool:
        """Whether the one data call of this RequestId is ours to send."""
        claim = DataClaimed(number, request_id)
        taken = self.advance.refresh(refresh_id, claim, by=Worker.ACCOUNTS)
        refresh = taken.connection.refresh
        attempt = refresh.attempt if refresh else None
        return taken.changed and attempt is not None and attempt.data_claimed

    def _report(
        self,
        connection: Connection,
        refresh: Refresh,
        number: int,
        answer: AccountsAnswer,
        *,
        polled: bool = False,
    ) -> None:
        told: DataAnswer = (
            self.deliver(connection, refresh, answer)
            if isinstance(answer, AccountsCollected)
            else answer
        )
        taken = self.advance.refresh(refresh.id, DataAnswered(number, told, polled))
        if taken.settled and isinstance(told, Delivered):
            self._learn(refresh.id, told)

    def _learn(self, refresh_id: RefreshId, delivered: Delivered) -> None:
        """Remember which bank this is, for the sign-in that may be needed one day."""
        settings = self.advance.find(refresh_id).settings
        if settings.institution_id is None and delivered.institution.id is not None:
            self.advance.connections.learn_institution(settings, delivered.institution.id)

    def _cached(self, login_id: LoginId) -> AuthorizeAnswer:
        try:
            return self.flinks.authorize_cached(self.flinks.mint_token(), login_id)
        except MintError as error:
            return Refused(trouble=error.trouble)
