"""The page itself, with what it may load and frame."""

from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from demo.stack import StackFacts

STATIC: Final = Path(__file__).parent / "static"
SHARED: Final = STATIC.parents[1] / "layers/reconnect/flinks_reconnect/api/hosted/shared"
"""Words, situations and the bank's window: the very files of the hosted page."""


class Page:
    """Serves the page; also to a person who comes back from the bank (`?refreshId=`)."""

    def __init__(self, facts: StackFacts, own_origin: str) -> None:
        """Frame the bank window and the callback page, and load nothing from anywhere else."""
        self._own_origin = own_origin
        self._headers = {
            "Content-Security-Policy": (
                "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
                f"frame-ancestors 'none'; frame-src {facts.connect_origin} {facts.api_origin}"
            ),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    def routes(self) -> list[Route | Mount]:
        """Return the routes; `/return` is an address to come back to, like the page's own."""
        return [
            Route("/", self.page),
            Route("/return", self.page),
            Mount("/static", _CheckedFiles(directory=STATIC)),
            Mount("/shared", _CheckedFiles(directory=SHARED)),
        ]

    async def page(self, request: Request) -> Response:
        """Serve it at the one origin that the API's allow-lists know; elsewhere, send there."""
        if f"{request.url.scheme}://{request.url.netloc}" != self._own_origin:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{self._own_origin}{request.url.path}{query}")
        return FileResponse(STATIC / "index.html", headers=self._headers)


class _CheckedFiles(StaticFiles):
    """Files that a browser asks about again, so that page and scripts are of one version."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """Serve the file."""
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "no-cache"
        return response
