"""What just happened, pushed: the journal as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ..journal import Entry
from ..world import World
from .app import is_foreign

LOOK_SECONDS: Final = 0.05
"""Looked at, not waited on: entries may be written from a test's own thread."""
SILENT_SECONDS: Final = 15.0
"""A comment at least as often, so that nothing between closes a quiet connection."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(world: World) -> list[Route]:
    """Return the one route that stays open."""

    async def stream(request: Request) -> Response:
        if is_foreign(request):
            return JSONResponse({"error": "pages of other origins may not listen"}, 403)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal()):
            return JSONResponse({"error": "after must be a number"}, 400)
        pushed = follow(world, int(after))
        return StreamingResponse(pushed, media_type="text/event-stream", headers=HEADERS)

    return [Route("/_sandbox/stream", stream)]


async def follow(world: World, last: int) -> AsyncIterator[str]:
    """Yield each entry after `last`, then each as it is written, until the sandbox stops."""
    silent = 0.0
    yield ": open\n\n"
    while not world.journal.is_closed:
        for entry in world.journal.after(last):
            last, silent = entry.number, 0.0
            yield _event(entry)
        if silent >= SILENT_SECONDS:
            silent = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_SECONDS)
        silent += LOOK_SECONDS


def _event(entry: Entry) -> str:
    return f"id: {entry.number}\ndata: {json.dumps(entry.view())}\n\n"
