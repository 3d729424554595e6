"""Answers to the page: JSON, or a problem in the words of the API."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demo.connections import UnknownConnectionError
from demo.reconnect_api import Problem, ProblemError
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


async def refused(_: Request, error: Exception) -> Response:
    """Pass on that our API refused."""
    if not isinstance(error, ProblemError):
        raise error
    if error.problem.status in {401, 403}:  # our key is refused: nothing that the person did
        return problem_answer(
            Problem(status=502, code="app_not_allowed", next_action="contact_support")
        )
    return problem_answer(error.problem)


async def unknown(_: Request, __: Exception) -> Response:
    """Say that the app has no such connection."""
    return problem_answer(Problem(status=404, code="unknown_connection"))


async def failed(_: Request, error: Exception) -> Response:
    """Say that the page asked for what cannot be."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem_answer(Problem(status=status, code=f"http_{status}"))


HANDLERS: Final = {ProblemError: refused, UnknownConnectionError: unknown, HTTPException: failed}
