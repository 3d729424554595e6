"""Answers in API Gateway's form, and the edge that no exception passes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from flinks_reconnect.api import problems
from flinks_reconnect.api.headers import ALWAYS
from flinks_reconnect.api.patience import retry_after
from flinks_reconnect.api.problems import CONTENT_TYPE, Problem, ProblemError
from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.views import next_action
from flinks_reconnect.domain.errors import REMEDIES, FieldError, NextAction, Owner, Trouble
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.advance import (
    ConnectionClosedError,
    ConnectionUnknownError,
    RefreshNotFoundError,
    RefreshSettledError,
)
from flinks_reconnect.usecases.issue_connect_url import NoUrlError
from flinks_reconnect.usecases.issue_link import TooManyLinksError
from flinks_reconnect.usecases.ports import (
    DeletionError,
    KeyReusedError,
    MintError,
    QueueUnavailableError,
    SecretUnavailableError,
    StaleWriteError,
    StoreUnavailableError,
)
from flinks_reconnect.usecases.read_connection import NotOfThisTimelineError
from flinks_reconnect.usecases.read_refresh import NoAccountsError, NotCancellableError
from flinks_reconnect.usecases.start_refresh import (
    OtherSessionOpenError,
    SelectionDiffersError,
    SelectionRequiredError,
)
from flinks_reconnect.usecases.stop_sharing import LoginNotProvenError, StillInUseError
from flinks_reconnect.usecases.visits import LinkGoneError, VisitOverError

type Answer = dict[str, Any]
type Act = Callable[[Request], Answer]

_PLAIN: Final[dict[type[Exception], Problem]] = {
    RefreshNotFoundError: problems.NOT_FOUND,
    RefreshSettledError: problems.ALREADY_SETTLED,
    NotCancellableError: problems.ALREADY_SETTLED,
    SelectionRequiredError: problems.SELECTION_REQUIRED,
    SelectionDiffersError: problems.SELECTION_DIFFERS,
    KeyReusedError: problems.KEY_REUSED,
    StaleWriteError: problems.BUSY,
    StoreUnavailableError: problems.UNAVAILABLE,
    QueueUnavailableError: problems.UNAVAILABLE,
    SecretUnavailableError: problems.UNAVAILABLE,
    ConnectionUnknownError: problems.CONNECTION_NOT_FOUND,
    ConnectionClosedError: problems.CONNECTION_CLOSED,
    LoginNotProvenError: problems.LOGIN_NOT_PROVEN,
    NotOfThisTimelineError: problems.invalid(
        FieldError("before", "must be the id of a refresh of this connection")
    ),
    TooManyLinksError: problems.TOO_MANY_LINKS,
    VisitOverError: problems.VISIT_OVER,
}


def json_answer(status: int, body: Mapping[str, Any], **headers: str) -> Answer:
    """Return a JSON answer."""
    return _answer(status, body, {"Content-Type": "application/json", **headers})


def problem_answer(problem: Problem) -> Answer:
    """Return a problem."""
    headers = {"Content-Type": CONTENT_TYPE}
    if problem.status == 503 and problem.retry_at is None:
        headers["Retry-After"] = "2"
    return _answer(problem.status, problem.body(), headers)


def serve(event: Mapping[str, Any], routes: Mapping[str, Act]) -> Answer:
    """Run the act of this event's route. Whatever it raises becomes a problem, logged once."""
    request = Request(event)
    act = routes.get(request.route, _no_such_route)
    named = {"refresh_id": request.named_refresh, "connection_id": request.named_connection}
    with logger.append_context_keys(**named):
        try:
            return act(request)
        except Exception as error:  # the one edge: a crash would be a 502 without a word
            problem = _problem_of(error)
            if problem.status >= 500:
                logger.error("request failed", code=problem.code, error=type(error).__name__)
            return problem_answer(problem)


def _no_such_route(_: Request) -> Answer:
    raise ProblemError(problems.NOT_FOUND)


def _problem_of(error: Exception) -> Problem:
    match error:
        case ProblemError(problem=problem):
            return problem
        case NoUrlError(refresh=refresh, over_at=over_at):
            return _no_url(refresh, over_at)
        case LinkGoneError(replaced=replaced):
            return problems.LINK_REPLACED if replaced else problems.LINK_GONE
        case OtherSessionOpenError(refresh_id=refresh_id):
            return replace(problems.OTHER_SESSION_OPEN, more=(("refreshId", refresh_id),))
        case NoAccountsError(gone=gone):
            return problems.ACCOUNTS_GONE if gone else problems.ACCOUNTS_NOT_YET
        case StillInUseError(retry_at=retry_at):
            return replace(problems.STILL_IN_USE, retry_at=retry_at)
        case MintError(trouble=trouble) | DeletionError(trouble=trouble):
            return _flinks_refused(trouble)
    return _PLAIN.get(type(error), problems.BROKEN)


def _flinks_refused(trouble: Trouble) -> Problem:
    remedy = REMEDIES[trouble]
    return Problem(
        status=503,
        code=trouble.value,
        title=remedy.message,
        owner=remedy.owner,
        next_action=remedy.next_action,
    )


def _no_url(refresh: Refresh, over_at: datetime | None) -> Problem:
    """Say what to do instead; in a session's last minute that is to start again when it is over."""
    return Problem(
        status=409,
        code="no_iframe_url",
        title="This refresh has no iframe URL to give now.",
        owner=Owner.USER,
        next_action=NextAction.START_AGAIN if over_at else next_action(refresh),
        retry_at=over_at or refresh.retry_at,
        more=(("refreshStatus", refresh.status.value),),
    )


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    return {
        "statusCode": status,
        "headers": {**ALWAYS, **retry_after(body, datetime.now(UTC)), **headers},
        "body": json.dumps(body, separators=(",", ":")),
    }
