"""The control page at /_sandbox/, and the OpenAPI document beside it."""

from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..openapi import document
from ..world import World

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {"control.js": "text/javascript", "control.css": "text/css"}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "img-src data:",
    "Cache-Control": "no-store",
}


@cache
def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def routes(world: World) -> list[Route]:
    """Return the routes of the page."""

    async def page(request: Request) -> Response:
        return HTMLResponse(_file("control.html"), headers=HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in TYPES:
            return PlainTextResponse("not found", 404)
        return Response(_file(name), media_type=TYPES[name])

    async def openapi(request: Request) -> Response:
        return JSONResponse(document(world.settings))

    return [
        Route("/_sandbox", page),
        Route("/_sandbox/", page),
        Route("/_sandbox/files/{name}", asset),
        Route("/_sandbox/openapi.json", openapi),
    ]
