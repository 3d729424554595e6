"""The two applications: the API origin (with the control API) and the Connect origin."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from .api.app import routes as api_routes
from .api.oauth import routes as oauth_routes
from .connect.app import routes as connect_routes
from .control.app import routes as control_routes
from .control.page import routes as page_routes
from .control.stream import routes as stream_routes
from .world import World

PUMP_SECONDS = 0.25


def api_app(world: World) -> Starlette:
    """Build the API origin; while it runs, what the clock makes due is done."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_keep_pumping(world))
        yield
        task.cancel()

    steering = [*control_routes(world), *page_routes(world), *stream_routes(world)]
    routes = [*steering, *oauth_routes(world), *api_routes(world)]
    return Starlette(routes=routes, lifespan=lifespan)


def connect_app(world: World) -> Starlette:
    """Build the Connect origin."""
    return Starlette(routes=connect_routes(world))


class ByHost:
    """Chooses the origin by Host header, so that one port, or one proxy, can serve both.

    Real hosts read `{instance}-api.private.fin.ag` and `{instance}-iframe.private.fin.ag`.
    """

    def __init__(self, api: ASGIApp, connect: ASGIApp, otherwise: ASGIApp) -> None:
        """Serve `otherwise` where the host tells nothing."""
        self._api, self._connect, self._otherwise = api, connect, otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1").lower()
        first = host.partition(".")[0]
        app = self._otherwise
        if first.endswith("-api"):
            app = self._api
        elif first.endswith(("-iframe", "-connect")):
            app = self._connect
        await app(scope, receive, send)


async def _keep_pumping(world: World) -> None:
    while True:
        await asyncio.sleep(PUMP_SECONDS)
        await world.pump()
