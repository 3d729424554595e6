"""The authorize worker: the one place that sends a live `/Authorize`, behind the fence."""

from dataclasses import dataclass

from flinks_reconnect.domain.answers import AuthorizeAnswer, NotSent, Refused
from flinks_reconnect.domain.case import Worker
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.duty import Duty, authorize_duty
from flinks_reconnect.domain.errors import Trouble
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.refresh import Attempt, Status
from flinks_reconnect.domain.signals import Answered, Due, NotStarted, Probed, Sent
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import (
    AuthorizeToken,
    ComesBackError,
    FlinksGateway,
    MintError,
)

NEEDED_SECONDS = 235
"""A live call may last 215 s, and its answer must still be stored."""


class NoTimeLeftError(ComesBackError):
    """Too little of this invocation is left to hold the call; the message comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeConnection:
    """Look at a refresh and make the one call that is due, if any."""

    advance: Advance
    flinks: FlinksGateway

    def __call__(self, refresh_id: RefreshId, seconds_left: float) -> None:
        """Raises RefreshNotFoundError, RefreshSettledError, NoTimeLeftError."""
        connection = self.advance.refresh(refresh_id, Due(), by=Worker.AUTHORIZE).connection
        login_id, attempt = connection.login_id, _attempt(connection)
        if login_id is None or attempt is None:
            return
        match authorize_duty(connection, self.advance.clock()):
            case Duty.SEND_AUTHORIZE:
                if seconds_left < NEEDED_SECONDS:
                    raise NoTimeLeftError
                self._send(refresh_id, login_id, attempt.number)
            case Duty.PROBE:
                answer = self._cached(login_id)
                self.advance.refresh(refresh_id, Probed(attempt.number, answer))
            case Duty.POLL_AUTHORIZE if attempt.request_id is not None:
                self._poll(refresh_id, attempt.number, attempt.request_id)

    def _send(self, refresh_id: RefreshId, login_id: LoginId, number: int) -> None:
        try:
            token = self.flinks.mint_token()
        except MintError as error:
            self.advance.refresh(refresh_id, NotStarted(number, error.trouble))
            return
        taken = self.advance.refresh(refresh_id, Sent(number), by=Worker.AUTHORIZE)
        if not taken.changed or not _is_starting(taken.connection):
            return
        answer = self._authorize(token, login_id)
        self.advance.refresh(refresh_id, Answered(number, answer))

    def _authorize(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        """A token that aged in our hands is not tried: it could only be refused."""
        clocks = self.advance.clocks
        good_until = token.minted_at + clocks.authorize_token - clocks.token_margin
        if self.advance.clock() >= good_until:
            return Refused(trouble=Trouble.TOKEN_REFUSED)
        answer = self.flinks.authorize_live(token, login_id)
        if isinstance(answer, NotSent):
            # Nothing left us, so the same call may be tried once more at once (R7 holds).
            answer = self.flinks.authorize_live(token, login_id)
        return answer

    def _cached(self, login_id: LoginId) -> AuthorizeAnswer:
        try:
            return self.flinks.authorize_cached(self.flinks.mint_token(), login_id)
        except MintError as error:
            return Refused(trouble=error.trouble)

    def _poll(self, refresh_id: RefreshId, number: int, request_id: RequestId) -> None:
        answer = self.flinks.authorize_poll(request_id)
        self.advance.refresh(refresh_id, Answered(number, answer))


def _attempt(connection: Connection) -> Attempt | None:
    return connection.refresh.attempt if connection.refresh else None


def _is_starting(connection: Connection) -> bool:
    return connection.refresh is not None and connection.refresh.status is Status.STARTING
