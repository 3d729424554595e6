"""The accounts worker: ask Flinks whether it is done, fetch, filter, complete."""

from dataclasses import dataclass

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.calls import Call
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.flinks_answers import AccountsAnswer, AccountsCollected
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.context import Step, Worker
from flinks_reconnect.domain.machine.signals import (
    DataAnswer,
    DataAnswered,
    Delivered,
    Due,
    Probed,
    WorkerCame,
)
from flinks_reconnect.domain.refresh import Attempt
from flinks_reconnect.usecases.advance import Advance, TimeLeft
from flinks_reconnect.usecases.deliver_accounts import DeliverAccounts
from flinks_reconnect.usecases.ports import FlinksGateway
from flinks_reconnect.usecases.probe import ask_by_login


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAccounts:
    """Look at a refresh and make the call that is due, if any, and what follows at once."""

    advance: Advance
    flinks: FlinksGateway
    deliver: DeliverAccounts

    def __call__(self, refresh_id: RefreshId, time_left: TimeLeft) -> None:
        """Raises RefreshNotFoundError and RefreshSettledError."""
        opened = self._make_call(refresh_id, time_left)
        if opened is not None and any(not command.delay for command in opened.commands):
            self._make_call(refresh_id, time_left)

    def _make_call(self, refresh_id: RefreshId, time_left: TimeLeft) -> Step | None:
        """Make the call that is due; return what a call by LoginId led to."""
        found = self.advance.find(refresh_id)
        came = WorkerCame(Worker.ACCOUNTS, found.settings.version)
        result = self.advance.refresh(refresh_id, Due(), came, by=Worker.ACCOUNTS, found=found)
        connection, attempt = result.connection, _attempt(result.connection)
        if attempt is None:
            return None
        if result.call is Call.OPEN_CACHED and connection.login_id is not None:
            answer = ask_by_login(self.flinks, connection.login_id)
            probed = Probed(attempt.number, answer, attempt.calls)
            return self.advance.flinks_answered(refresh_id, probed, time_left, by=Worker.ACCOUNTS)
        if result.call is Call.CALL_DATA or result.call is Call.POLL_DATA:
            self._ask(result, attempt, found.settings, time_left)
        return None

    def _ask(
        self, result: Step, attempt: Attempt, settings: ConnectionSettings, time_left: TimeLeft
    ) -> None:
        refresh, request_id = result.connection.refresh, attempt.request_id
        if refresh is None or request_id is None:
            return
        polled = result.call is Call.POLL_DATA
        # No choice that is known allows nothing (rule R5), so there is nothing to ask for.
        selection = settings.selection or Selection()
        if polled:
            answer = self.flinks.poll_accounts(request_id)
        else:
            answer = self.flinks.call_accounts(request_id, selection, refresh.options)
        asked = selection if attempt.selection == settings.version else None
        delivered = self.advance.until_saved(
            lambda: self._delivered(result.connection, refresh.id, answer, asked), time_left
        )
        signal = DataAnswered(
            attempt=attempt.number,
            call=attempt.calls,
            request_id=request_id,
            answer=delivered,
            polled=polled,
        )
        answered = self.advance.flinks_answered(refresh.id, signal, time_left)
        if answered.settled and isinstance(delivered, Delivered):
            stays = answered.connection.id == settings.id
            self._learn(refresh.id, delivered, settings if stays else None)

    def _delivered(
        self,
        connection: Connection,
        refresh_id: RefreshId,
        answer: AccountsAnswer,
        asked: Selection | None,
    ) -> DataAnswer:
        if isinstance(answer, AccountsCollected):
            return self.deliver(connection, refresh_id, answer, asked)
        return answer

    def _learn(
        self, refresh_id: RefreshId, delivered: Delivered, settings: ConnectionSettings | None
    ) -> None:
        """Remember which bank this is, for the sign-in that may be needed one day.

        `settings`: as they were read before the call; None if the refresh has moved since. One
        that was learnt meanwhile stays: the write is conditional.
        """
        if delivered.institution.id is None:
            return
        settings = settings or self.advance.find(refresh_id).settings
        if settings.institution_id is None:
            self.advance.connections.learn_institution(settings, delivered.institution.id)


def _attempt(connection: Connection) -> Attempt | None:
    return connection.refresh.attempt if connection.refresh else None
