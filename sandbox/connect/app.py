"""The routes of the Connect origin: the page, its files, and the steps of a visit."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.connect.parameters import Parameters
from sandbox.connect.texts import say
from sandbox.connect.visit import STEPS, OutOfTurnError, Step, Visit
from sandbox.world import World

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {"widget.js": "text/javascript", "widget.css": "text/css"}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


@cache
def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def routes(world: World) -> list[Route]:
    """Return the routes of the Connect origin."""

    async def page(request: Request) -> Response:
        language = Parameters(request.query_params).language
        html = _file("widget.html").replace("{language}", language)
        return HTMLResponse(html.replace("{sandbox}", say(language, "sandbox")), headers=HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in TYPES:
            return PlainTextResponse("not found", 404)
        return Response(_file(name), media_type=TYPES[name], headers={"Cache-Control": "no-cache"})

    async def open_visit(request: Request) -> Response:
        body = await _body(request)
        query = body.get("query")
        texts = (
            {str(key): str(value) for key, value in query.items()}
            if isinstance(query, dict)
            else {}
        )
        visit = Visit(world, world.guids(), Parameters(texts))
        world.visits[visit.id] = visit
        institution = body.get("institution")
        return _shown(visit, visit.open(str(institution) if institution else None))

    async def step(request: Request) -> Response:
        visit = world.visits.get(request.path_params["visit"])
        act = STEPS.get(request.path_params["step"])
        if visit is None or act is None:
            return JSONResponse({"error": "no such visit or step"}, 404)
        try:
            return _shown(visit, act(visit, await _body(request)))
        except OutOfTurnError as error:
            return JSONResponse({"error": f"not now: {error}"}, 409)

    async def connected(request: Request) -> Response:
        return HTMLResponse("<!doctype html><title>Connected</title><p>Connected.", headers=HEADERS)

    return [
        Route("/", page),
        Route("/v2", page),
        Route("/v2/", page),
        Route("/v2/connected", connected),
        Route("/v2/Credential/{institution}", page),
        Route("/Credential/{institution}", page),
        Route("/_widget/files/{name}", asset),
        Route("/_widget/visits", open_visit, methods=["POST"]),
        Route("/_widget/visits/{visit}/{step}", step, methods=["POST"]),
    ]


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _shown(visit: Visit, step: Step) -> Response:
    events, screen = step
    return JSONResponse({"visit": visit.id, "events": events, "screen": screen})
