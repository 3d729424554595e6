"""Answers in API Gateway's form, and the edge that no exception passes."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from flinks_reconnect.api import problems
from flinks_reconnect.api.problems import CONTENT_TYPE, Problem, ProblemError
from flinks_reconnect.api.requests import Request
from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.advance import RefreshNotFoundError, RefreshSettledError
from flinks_reconnect.usecases.ports import (
    KeyReusedError,
    MintError,
    SecretUnavailableError,
    StaleWriteError,
)

type Answer = dict[str, Any]
type Act = Callable[[Request], Answer]

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000",
}


def json_answer(status: int, body: Mapping[str, Any], **headers: str) -> Answer:
    """Return a JSON answer."""
    return _answer(status, body, {"Content-Type": "application/json", **headers})


def problem_answer(problem: Problem) -> Answer:
    """Return a problem."""
    headers = {"Content-Type": CONTENT_TYPE}
    if problem.status == 503:
        headers["Retry-After"] = "2"
    return _answer(problem.status, problem.body(), headers)


def serve(event: Mapping[str, Any], routes: Mapping[str, Act]) -> Answer:
    """Run the act of this event's route. Whatever it raises becomes a problem, logged once."""
    try:
        return routes[f"{event['httpMethod']} {event['resource']}"](Request(event))
    except Exception as error:  # the one edge: a crash would be a 502 without a word
        problem = _problem_of(error)
        if problem.status >= 500:
            logger.error("request failed", code=problem.code, error=type(error).__name__)
        return problem_answer(problem)


def _problem_of(error: Exception) -> Problem:
    match error:
        case ProblemError(problem=problem):
            return problem
        case RefreshNotFoundError():
            return problems.NOT_FOUND
        case RefreshSettledError():
            return problems.NOT_CANCELLABLE
        case KeyReusedError():
            return problems.KEY_REUSED
        case StaleWriteError():
            return problems.BUSY
        case SecretUnavailableError():
            return problems.UNAVAILABLE
        case MintError(trouble=trouble):
            remedy = REMEDIES[trouble]
            return Problem(
                status=503,
                code=trouble.value,
                title=remedy.message,
                owner=remedy.owner,
                next_action=remedy.next_action,
            )
    return problems.BROKEN


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    return {
        "statusCode": status,
        "headers": {**_HEADERS, **headers},
        "body": json.dumps(body, separators=(",", ":")),
    }
