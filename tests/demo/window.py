"""A stand-in for the bank's window: says what a test types into its address, from its origin."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.ports import HOST

PAGE: Final = """<!doctype html><title>bank</title><h1>A question</h1>
<script>parent.postMessage({step: "APP_MOUNTED"}, "*")</script>"""


async def _page(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


def bank_window() -> Starlette:
    """Serve at the origin of Connect; the same page stands at the origin of the API."""
    return Starlette(routes=[Route("/{path:path}", _page)])


class Stage:
    """An app that a test may exchange while it is served."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def served(app: ASGIApp, port: int, *, date_header: bool = True) -> Iterator[None]:
    """Serve an app on a port of this machine."""
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        log_level="error",
        ws="none",
        lifespan="off",
        date_header=date_header,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join()
