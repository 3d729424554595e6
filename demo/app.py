"""The demo's server: the page, and the proxy that stands between it and our API."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from botocore.credentials import Credentials
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from demo.bank_desk import BankDesk
from demo.connections import BankConnection, Connections, UnknownConnectionError
from demo.reconnect_api import Mode, Problem, ProblemError, ReconnectApi
from demo.stack import StackFacts
from demo.views import connect_view, connection_view, list_view, problem_view

STATIC: Final = Path(__file__).parent / "static"
SECONDS: Final = 35.0  # API Gateway gives up after 29
LOCAL_HOSTS: Final = ["127.0.0.1", "localhost"]


def create_app(
    facts: StackFacts, *, origin: str, transport: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """Return the demo for one deployed stack; `origin` is where browsers reach it."""
    http = httpx.AsyncClient(
        transport=transport or httpx.AsyncHTTPTransport(retries=1),  # of connections, not of calls
        timeout=SECONDS,
        trust_env=False,
    )
    api = ReconnectApi(
        http=http,
        base_url=facts.api_url,
        region=facts.region,
        credentials=Credentials(facts.access_key_id, facts.secret_access_key),
        host=facts.api_host,
    )
    demo = Demo(BankDesk(connections=Connections.seeded(), api=api), facts, origin)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    return Starlette(
        routes=demo.routes(),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
        exception_handlers={
            ProblemError: _refused,
            UnknownConnectionError: _unknown,
            HTTPException: _failed,
        },
        lifespan=lifespan,
    )


class Demo:
    """The routes of the page."""

    def __init__(self, desk: BankDesk, facts: StackFacts, origin: str) -> None:
        """Serve the person of this desk."""
        self._desk = desk
        self._facts = facts
        self._origin = origin
        self._policy = page_policy(facts)

    def routes(self) -> list[Route | Mount]:
        """Return the pages, and one route for each thing that the page can ask."""
        one = "/api/connections/{reference}"
        return [
            Route("/", self.page),
            Route("/return", self.page),
            Route("/api/connections", self.list),
            Route(one, self.status),
            Route(f"{one}/accounts", self.accounts),
            Route(f"{one}/refresh", self.refresh, methods=["POST"]),
            Route(f"{one}/attempts", self.start_again, methods=["POST"]),
            Route(f"{one}/iframe-url", self.iframe_url, methods=["POST"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
            Mount("/static", _CheckedFiles(directory=STATIC)),
        ]

    async def page(self, request: Request) -> Response:
        """Serve the page; also to a person who comes back from the bank (`?refreshId=`)."""
        if f"{request.url.scheme}://{request.url.netloc}" != self._origin:
            # The API's allow-lists know one origin; on any other, the bank window stays empty.
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{self._origin}{request.url.path}{query}")
        return FileResponse(STATIC / "index.html", headers=_PAGE_HEADERS | self._policy)

    async def list(self, _: Request) -> Response:
        """Tell all connections, with what became of those that were being refreshed."""
        views = [connection_view(each) for each in await self._desk.look()]
        return _json(list_view(views, api_origin=self._facts.api_origin))

    async def status(self, request: Request) -> Response:
        """Tell how one connection stands now."""
        return await self._after(request, self._desk.follow)

    async def refresh(self, request: Request) -> Response:
        """Start, because the person pressed Refresh."""
        self._require_own_page(request)
        mode = _mode(await request.body())
        connection = self._connection(request)
        await self._desk.refresh(connection, mode)
        return _json(connection_view(connection), 202)

    async def start_again(self, request: Request) -> Response:
        """Start the next attempt, because the person pressed Start again."""
        self._require_own_page(request)
        return await self._after(request, self._desk.start_again)

    async def cancel(self, request: Request) -> Response:
        """Give up."""
        self._require_own_page(request)
        return await self._after(request, self._desk.cancel)

    async def iframe_url(self, request: Request) -> Response:
        """Tell where the iframe goes."""
        self._require_own_page(request)
        issued = await self._desk.connect_url(self._connection(request))
        if issued is None:
            return _problem(Problem(status=409, code="nothing_to_answer"))
        return _json(connect_view(issued))

    async def accounts(self, request: Request) -> Response:
        """Tell what arrived."""
        shown = await self._desk.accounts(self._connection(request))
        if shown is None:
            return _problem(Problem(status=404, code="no_accounts_yet"))
        return _json(shown)

    async def _after(
        self, request: Request, act: Callable[[BankConnection], Awaitable[None]]
    ) -> Response:
        connection = self._connection(request)
        await act(connection)
        return _json(connection_view(connection))

    def _connection(self, request: Request) -> BankConnection:
        return self._desk.connections.get(request.path_params["reference"])

    def _require_own_page(self, request: Request) -> None:
        """Refuse a POST that another site's page sends in the person's name."""
        if request.headers.get("origin") != self._origin:
            raise HTTPException(403)


class _CheckedFiles(StaticFiles):
    """Files that a browser asks about again, so that page and scripts are of one version."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """Serve the file."""
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "no-cache"
        return response


def page_policy(facts: StackFacts) -> dict[str, str]:
    """Frame the bank window and our callback page, and load nothing from anywhere else."""
    policy = (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"object-src 'none'; frame-src {facts.connect_origin} {facts.api_origin}"
    )
    return {"Content-Security-Policy": policy}


_PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def _mode(body: bytes) -> Mode:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        raise HTTPException(400) from None
    wanted = asked.get("mode", "embedded") if isinstance(asked, dict) else None
    if wanted == "embedded":
        return "embedded"
    if wanted == "redirect":
        return "redirect"
    raise HTTPException(400)


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def _problem(problem: Problem) -> Response:
    return JSONResponse(
        problem_view(problem),
        problem.status,
        headers={"Cache-Control": "no-store"},
        media_type="application/problem+json",
    )


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    if error.problem.status in {401, 403}:  # our key is refused: nothing that the person did
        return _problem(Problem(status=502, code="app_not_allowed", next_action="contact_support"))
    return _problem(error.problem)


async def _unknown(_: Request, __: Exception) -> Response:
    return _problem(Problem(status=404, code="unknown_connection"))


async def _failed(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _problem(Problem(status=status, code=f"http_{status}"))
