"""Keep of the collected accounts what may leave, and store it. Nothing else is stored."""

from collections.abc import Callable
from dataclasses import dataclass

from flinks_reconnect.domain.accounts import Account, Selection, Snapshot
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import AccountsCollected, NothingAllowed, Refused
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.machine.signals import Delivered
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import Known, SnapshotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverAccounts:
    """What was asked for, narrowed to what is allowed at this moment (rule R5)."""

    advance: Advance
    snapshots: SnapshotStore
    home_of: Callable[[LoginId], ConnectionId]

    def __call__(
        self,
        connection: Connection,
        refresh_id: RefreshId,
        collected: AccountsCollected,
        asked: Selection | None,
        *,
        whole: bool = False,
    ) -> Delivered | NothingAllowed | Refused:
        """Return what was delivered; its snapshot is None where all that was asked has vanished.

        `asked`: what the call asked for; None where that is not known any more, so that nothing
        can be said to have vanished. Nor can it where more is allowed by now than was asked for:
        then Flinks has to be asked anew. `whole`: nothing is delivered unless all that is allowed
        came. Refused: no accounts came, or the login is of a closed connection, which nothing
        brings back.
        """
        if connection.login_id not in {None, collected.login_id}:
            return _delivered(collected, None)
        home = self.advance.connections.load(self.home_of(collected.login_id))
        if home is not None and home.connection.closed_at is not None:
            return Refused(code=ErrorCode.CONNECTION_CLOSED)
        allowed = self._allowed(connection, home)
        wanted = allowed if asked is None else asked.narrowed_to(allowed)
        outdated = asked is not None and not wanted.covers(allowed)
        if not collected.accounts and not outdated:
            return Refused(code=ErrorCode.NO_ACCOUNTS_YET)
        kept = wanted.keep(collected.accounts)
        missing = () if asked is None else wanted.missing(collected.accounts)
        if whole and wanted.missing(collected.accounts):
            return NothingAllowed(login_id=collected.login_id)
        if kept:
            return _delivered(collected, self._store(refresh_id, collected, kept, len(missing)))
        if missing and not collected.misshapen and not outdated:
            return _delivered(collected, None)
        return NothingAllowed(login_id=collected.login_id)

    def _store(
        self,
        refresh_id: RefreshId,
        collected: AccountsCollected,
        kept: tuple[Account, ...],
        vanished: int,
    ) -> Snapshot:
        about: dict[str, object] = {
            "refreshId": refresh_id,
            "lastRefresh": collected.last_refresh and collected.last_refresh.isoformat(),
            "institution": collected.institution.name,
            "missingAccounts": vanished,
            "vanishedAccounts": vanished,  # deprecated: the name before 0.2
        }
        stored = self.snapshots.put(refresh_id, kept, about)
        return Snapshot(
            sha256=stored.sha256,
            bytes=stored.bytes,
            accounts=len(kept),
            vanished=vanished,
            expires_at=self.advance.clock() + self.advance.clocks.snapshot,
        )

    def _allowed(self, connection: Connection, home: Known | None) -> Selection:
        """The stored choice of the login's own connection; an adopted session never widens it."""
        if home is not None and home.settings.selection is not None:
            return home.settings.selection
        known = self.advance.connections.load(connection.id)
        return (known.settings.selection if known else None) or Selection()


def _delivered(collected: AccountsCollected, snapshot: Snapshot | None) -> Delivered:
    return Delivered(
        login_id=collected.login_id,
        last_refresh=collected.last_refresh,
        snapshot=snapshot,
        institution=collected.institution,
    )
