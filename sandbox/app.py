"""The two applications: the API origin (with the control API) and the Connect origin."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from sandbox.api.app import routes as api_routes
from sandbox.connect.app import routes as connect_routes
from sandbox.control.app import routes as control_routes
from sandbox.control.page import routes as page_routes
from sandbox.world import World

PUMP_SECONDS = 0.25


def api_app(world: World) -> Starlette:
    """Build the API origin; while it runs, what the clock makes due is done."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_keep_pumping(world))
        yield
        task.cancel()

    routes = [*control_routes(world), *page_routes(world), *api_routes(world)]
    return Starlette(routes=routes, lifespan=lifespan)


def connect_app(world: World) -> Starlette:
    """Build the Connect origin."""
    return Starlette(routes=connect_routes(world))


async def _keep_pumping(world: World) -> None:
    while True:
        await asyncio.sleep(PUMP_SECONDS)
        await world.pump()
