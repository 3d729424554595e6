"""Answers to the page: JSON, or a problem in the words of the API."""

from typing import Any, Final

from flinks_reconnect_client import NextAction, NotAllowedError, Problem, ProblemError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demo.connections import UnknownConnectionError
from demo.views import problem_view


def json_answer(body: Any, status: int = 200) -> Response:
    """Return what the page asked for."""
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def problem_answer(problem: Problem) -> Response:
    """Return a no that names who must act, and what comes next."""
    return JSONResponse(
        problem_view(problem),
        problem.status,
        headers={"Cache-Control": "no-store"},
        media_type="application/problem+json",
    )


def own_problem(status: int, code: str, next_action: NextAction = "none") -> Problem:
    """Return a problem of this app, in the same shape."""
    return Problem(
        type="about:blank",
        title="",
        status=status,
        code=code,
        owner="operator",
        next_action=next_action,
    )


async def refused(_: Request, error: Exception) -> Response:
    """Pass on that our API refused."""
    if not isinstance(error, ProblemError):
        raise error
    if isinstance(error, NotAllowedError):  # our key is refused: nothing that the person did
        return problem_answer(own_problem(502, "app_not_allowed", "contact_support"))
    return problem_answer(error.problem)


async def unknown(_: Request, __: Exception) -> Response:
    """Say that the app has no such connection."""
    return problem_answer(own_problem(404, "unknown_connection"))


async def failed(_: Request, error: Exception) -> Response:
    """Say that the page asked for what cannot be."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem_answer(own_problem(status, f"http_{status}"))


HANDLERS: Final = {ProblemError: refused, UnknownConnectionError: unknown, HTTPException: failed}
