"""What can go wrong, as types. Each says who must act, what comes next, and from when.

ReconnectError
  ProblemError              an answer of the API that is no success
    InvalidRequestError     400, 413, 415, 422: mend the call
    NotAllowedError         401, 403: the key, its policy, or the address of the API
    NotFoundError           404
    ConflictError           409: not now, or not any more
    GoneError               410: over; start anew
    ThrottledError          429
    UnavailableError        5xx: again later
    UnreachableError        there was no answer at all
  RefreshEndedError         a refresh ended otherwise than was waited for
  WaitTimeoutError          a refresh is still under way
"""

from __future__ import annotations

from datetime import datetime

from flinks_reconnect_client.models import NextAction, Owner, Problem, Refresh


class ReconnectError(Exception):
    """Something did not happen; `code` is stable, and explained in the service's docs/errors.md."""

    code: str
    owner: Owner
    """Who must act: user, bank, flinks or operator."""
    next_action: NextAction
    retry_at: datetime | None
    """Not before this instant, where the service knows one."""


class ProblemError(ReconnectError):
    """The API refused."""

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        """Carry the problem; `retry_after` is the header Retry-After, in seconds."""
        super().__init__(f"{problem.code} ({problem.status}): {problem.title}")
        self.problem = problem
        self.code = problem.code
        self.owner = problem.owner
        self.next_action = problem.next_action
        self.retry_at = problem.retry_at
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[type[ProblemError], tuple[Problem]]:
        """Let it be pickled, as task queues do with what a task raised."""
        return type(self), (self.problem,)


class InvalidRequestError(ProblemError):
    """The call itself is wrong; `problem.fields` names what, `problem.errors` says how."""


class NotAllowedError(ProblemError):
    """The signature, the key's policy or the address is wrong."""


class NotFoundError(ProblemError):
    """There is no such refresh or connection."""


class ConflictError(ProblemError):
    """The state does not allow it; `next_action` says what to do instead."""


class GoneError(ProblemError):
    """It is over, and a new one must be begun."""


class ThrottledError(ProblemError):
    """Too many calls, or too many links for one refresh."""


class UnavailableError(ProblemError):
    """A part that the call needs does not answer; again later."""


class UnreachableError(ProblemError):
    """The API did not answer; whether it heard the call is not known."""


class RefreshEndedError(ReconnectError):
    """The refresh ended otherwise than was waited for."""

    def __init__(self, refresh: Refresh) -> None:
        """Carry the refresh as it ended."""
        cause = refresh.error
        super().__init__(f"{refresh.id} {refresh.status}: {cause.message if cause else '-'}")
        self.refresh = refresh
        self.code = cause.code if cause else refresh.status
        self.owner = cause.owner if cause else "user"
        self.next_action = refresh.next_action
        self.retry_at = refresh.retry_at

    def __reduce__(self) -> tuple[type[RefreshEndedError], tuple[Refresh]]:
        """Let it be pickled."""
        return type(self), (self.refresh,)


class WaitTimeoutError(ReconnectError):
    """The refresh is still under way; nothing of it is lost."""

    code = "wait_timeout"

    def __init__(self, refresh: Refresh) -> None:
        """Carry the refresh as it was seen last."""
        super().__init__(f"{refresh.id} is still {refresh.status}")
        self.refresh = refresh
        self.owner = refresh.error.owner if refresh.error else "user"
        self.next_action = refresh.next_action
        self.retry_at = refresh.retry_at

    def __reduce__(self) -> tuple[type[WaitTimeoutError], tuple[Refresh]]:
        """Let it be pickled."""
        return type(self), (self.refresh,)


_BY_STATUS: dict[int, type[ProblemError]] = {
    400: InvalidRequestError,
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    429: ThrottledError,
}


def error_of(problem: Problem, retry_after: float | None = None) -> ProblemError:
    """Return the error of this problem's kind."""
    fallback = UnavailableError if problem.status >= 500 else ProblemError
    return _BY_STATUS.get(problem.status, fallback)(problem, retry_after=retry_after)


def made_here(code: str, title: str, *, status: int = 502, waits: bool = False) -> Problem:
    """Return a problem that the API did not state."""
    return Problem(
        type="about:blank",
        title=title,
        status=status,
        code=code,
        owner="operator",
        next_action="wait" if waits else "none",
    )
