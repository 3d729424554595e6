"""The routes of the Connect origin: the page, its files, and the steps of a visit."""

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..delivery import drop_connection
from ..faults import CONNECT, Fault
from ..world import World
from .parameters import Parameters
from .steps import STEPS
from .texts import say
from .visit import OutOfTurnError, Step, Visit

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {
    "widget.js": "text/javascript",
    "bank.js": "text/javascript",
    "widget.css": "text/css",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


@cache
def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


class Connect:
    """The pages and steps of one world's widgets."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    async def page(self, request: Request) -> Response:
        """Serve the widget; what is on it comes with its first step."""
        fault = self._world.faults.strike(CONNECT, None, None)
        if fault is not None:
            return _spoiled(request, fault)
        language = Parameters(request.query_params).language
        html = _file("widget.html").replace("{language}", language)
        for key in ("sandbox", "error.title", "AGGREGATION_ERROR", "session.title", "session.text"):
            html = html.replace(f"{{{key}}}", escape(say(language, key)))
        return HTMLResponse(html, headers=HEADERS)

    async def asset(self, request: Request) -> Response:
        """Serve a script or a style sheet."""
        name = request.path_params["name"]
        if name not in TYPES:
            return PlainTextResponse("not found", 404)
        return Response(_file(name), media_type=TYPES[name], headers={"Cache-Control": "no-cache"})

    async def open_visit(self, request: Request) -> Response:
        """Open a widget."""
        body = await _body(request)
        query = body.get("query")
        raw = query if isinstance(query, dict) else {}
        texts = {str(name): str(value) for name, value in raw.items()}
        visit = Visit(self._world, self._world.guids(), Parameters(texts), query=texts)
        self._world.visits[visit.id] = visit
        institution = body.get("institution")
        return _shown(visit, visit.open(str(institution) if institution else None))

    async def step(self, request: Request) -> Response:
        """Take one step in a widget."""
        visit = self._world.visits.get(request.path_params["visit"])
        act = STEPS.get(request.path_params["step"])
        if visit is None or act is None:
            return JSONResponse({"error": "no such visit or step"}, 404)
        try:
            return _shown(visit, act(visit, await _body(request)))
        except OutOfTurnError as error:
            return JSONResponse({"error": f"not now: {error}"}, 409)

    async def bank(self, request: Request) -> Response:
        """Serve the site of a bank that signs people in itself."""
        visit = self._world.visits.get(request.path_params["visit"])
        if visit is None or visit.institution is None:
            return PlainTextResponse("not found", 404)
        language = visit.language
        html = _file("bank.html").replace("{language}", language)
        html = html.replace("{return}", escape(visit.address))
        for key in (
            "sandbox",
            "bank.title",
            "bank.text",
            "bank.username",
            "bank.approve",
            "bank.deny",
        ):
            text = say(language, key, bank=visit.institution.title(language))
            html = html.replace(f"{{{key}}}", escape(text))
        return HTMLResponse(html, headers=HEADERS)

    async def connected(self, request: Request) -> Response:
        """Serve the page people land on when the integrator gave none."""
        return HTMLResponse("<!doctype html><title>Connected</title><p>Connected.", headers=HEADERS)


def routes(world: World) -> list[Route]:
    """Return the routes of the Connect origin."""
    connect = Connect(world)
    pages = ("/", "/v2", "/v2/", "/v2/Credential/{institution}", "/Credential/{institution}")
    return [
        *(Route(path, connect.page) for path in pages),
        Route("/v2/connected", connect.connected),
        Route("/_bank/{visit}", connect.bank),
        Route("/_widget/files/{name}", connect.asset),
        Route("/_widget/visits", connect.open_visit, methods=["POST"]),
        Route("/_widget/visits/{visit}/{step}", connect.step, methods=["POST"]),
    ]


def _spoiled(request: Request, fault: Fault) -> Response:
    """Let the page fail to load."""
    if fault.drop_before or fault.drop_after:
        return drop_connection(request)
    return HTMLResponse(fault.html or "<h1>Bad gateway</h1>", fault.status or 502)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _shown(visit: Visit, step: Step) -> Response:
    events, screen = step
    return JSONResponse({"visit": visit.id, "events": events, "screen": screen})
