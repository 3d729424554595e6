"""Answers in API Gateway's form, and the edge that no exception passes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from flinks_reconnect.api.edge import problems
from flinks_reconnect.api.edge.headers import ALWAYS
from flinks_reconnect.api.edge.problems import CONTENT_TYPE, Problem, ProblemError
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.retry_after import retry_after
from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, FieldError, NextAction, Owner
from flinks_reconnect.domain.next_action import next_action
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    ConnectionUnknownError,
    DeletionError,
    KeyReusedError,
    LinkGoneError,
    LoginNotProvenError,
    MintError,
    NoAccountsError,
    NotCancellableError,
    NotOfThisTimelineError,
    NoUrlError,
    OtherSessionOpenError,
    RefreshNotFoundError,
    RefreshSettledError,
    SelectionDiffersError,
    SelectionRequiredError,
    StaleWriteError,
    StillInUseError,
    TooManyLinksError,
    TransientError,
    VisitOverError,
)

type Response = dict[str, Any]
type Act = Callable[[Request], Response]

_PLAIN: Final[dict[type[Exception], Problem]] = {
    RefreshNotFoundError: problems.NOT_FOUND,
    RefreshSettledError: problems.ALREADY_SETTLED,
    NotCancellableError: problems.ALREADY_SETTLED,
    SelectionRequiredError: problems.SELECTION_REQUIRED,
    SelectionDiffersError: problems.SELECTION_DIFFERS,
    KeyReusedError: problems.KEY_REUSED,
    StaleWriteError: problems.BUSY,
    ConnectionUnknownError: problems.CONNECTION_NOT_FOUND,
    ConnectionClosedError: problems.CONNECTION_CLOSED,
    LoginNotProvenError: problems.LOGIN_NOT_PROVEN,
    NotOfThisTimelineError: problems.invalid(
        FieldError("before", "must be the id of a refresh of this connection")
    ),
    TooManyLinksError: problems.TOO_MANY_LINKS,
    VisitOverError: problems.VISIT_OVER,
}


def json_response(status: int, body: Mapping[str, Any], **headers: str) -> Response:
    """Return a JSON answer."""
    return _answer(status, body, {"Content-Type": "application/json", **headers})


def problem_response(problem: Problem) -> Response:
    """Return a problem."""
    headers = {"Content-Type": CONTENT_TYPE}
    if problem.status == 503 and problem.retry_at is None:
        headers["Retry-After"] = "2"
    return _answer(problem.status, problem.body(), headers)


def serve(event: Mapping[str, Any], routes: Mapping[str, Act]) -> Response:
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
            return problem_response(problem)


def _no_such_route(_: Request) -> Response:
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
        case MintError(code=code) | DeletionError(code=code):
            return _flinks_refused(code)
    otherwise = problems.UNAVAILABLE if isinstance(error, TransientError) else problems.BROKEN
    return _PLAIN.get(type(error), otherwise)


def _flinks_refused(code: ErrorCode) -> Problem:
    remedy = REMEDIES[code]
    return Problem(
        status=503,
        code=code.value,
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


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return {
        "statusCode": status,
        "headers": {**ALWAYS, **retry_after(body, datetime.now(UTC)), **headers},
        "body": json.dumps(body, separators=(",", ":")),
    }
