"""The authorize worker: the one place that sends a live `/Authorize`, behind the fence."""

from dataclasses import dataclass

from flinks_reconnect.domain.calls import Call
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import AuthorizeAnswer, NotSent, Refused
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.machine.signals import (
    Answered,
    Due,
    NotStarted,
    Probed,
    Sent,
    WorkerCame,
)
from flinks_reconnect.domain.refresh import Attempt, Status
from flinks_reconnect.usecases.advance import Advance, TimeLeft
from flinks_reconnect.usecases.errors import MintError, NoTimeLeftError
from flinks_reconnect.usecases.ports import AuthorizeToken, FlinksGateway, FoundRefresh
from flinks_reconnect.usecases.probe import ask_by_login

NEEDED_SECONDS = 235
"""A live call may last 215 s, and its answer must still be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeConnection:
    """Look at a refresh and make the one call that is due, if any."""

    advance: Advance
    flinks: FlinksGateway

    def __call__(
        self, refresh_id: RefreshId, time_left: TimeLeft, found: FoundRefresh | None = None
    ) -> None:
        """Raises RefreshNotFoundError, RefreshSettledError, NoTimeLeftError.

        `found`: the refresh as it was just read.
        """
        came = WorkerCame(Worker.AUTHORIZE)
        result = self.advance.refresh(refresh_id, Due(), came, by=Worker.AUTHORIZE, found=found)
        login_id, attempt = result.connection.login_id, _attempt(result.connection)
        if login_id is None or attempt is None:
            return
        match result.call:
            case Call.SEND_AUTHORIZE:
                if time_left() < NEEDED_SECONDS:
                    raise NoTimeLeftError
                self._send(refresh_id, login_id, attempt.number, time_left)
            case Call.PROBE:
                answer = ask_by_login(self.flinks, login_id)
                probed = Probed(attempt.number, answer, attempt.calls)
                self.advance.flinks_answered(refresh_id, probed, time_left)
            case Call.POLL_AUTHORIZE if attempt.request_id is not None:
                self._poll(refresh_id, attempt, attempt.request_id, time_left)

    def _send(
        self, refresh_id: RefreshId, login_id: LoginId, number: int, time_left: TimeLeft
    ) -> None:
        try:
            token = self.flinks.mint_token()
        except MintError as error:
            self.advance.flinks_answered(refresh_id, NotStarted(number, error.code), time_left)
            return
        result = self.advance.refresh(refresh_id, Sent(number), by=Worker.AUTHORIZE)
        if not result.changed or not _is_starting(result.connection):
            return
        answer = self._authorize(token, login_id)
        self.advance.flinks_answered(refresh_id, Answered(number, answer), time_left)

    def _authorize(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        """A token that aged in our hands is not tried: it could only be refused."""
        clocks = self.advance.clocks
        good_until = token.minted_at + clocks.authorize_token - clocks.token_margin
        if self.advance.clock() >= good_until:
            return Refused(code=ErrorCode.TOKEN_REFUSED)
        answer = self.flinks.authorize_live(token, login_id)
        if isinstance(answer, NotSent):
            # Nothing left us, so the same call may be tried once more at once (R7 holds).
            answer = self.flinks.authorize_live(token, login_id)
        return answer

    def _poll(
        self, refresh_id: RefreshId, attempt: Attempt, request_id: RequestId, time_left: TimeLeft
    ) -> None:
        answer = self.flinks.authorize_poll(request_id)
        answered = Answered(attempt.number, answer, attempt.calls)
        self.advance.flinks_answered(refresh_id, answered, time_left)


def _attempt(connection: Connection) -> Attempt | None:
    return connection.refresh.attempt if connection.refresh else None


def _is_starting(connection: Connection) -> bool:
    return connection.refresh is not None and connection.refresh.status is Status.STARTING
