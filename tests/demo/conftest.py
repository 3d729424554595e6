import asyncio
from collections.abc import Iterator

import httpx
import pytest

from demo.app import create_app
from tests.demo.fake_api import FACTS, FakeApi
from tests.demo.visitor import ORIGIN, Visitor


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def visitor(api: FakeApi) -> Iterator[Visitor]:
    """What the page's own scripts can ask of the demo's server."""
    app = create_app(FACTS, origin=ORIGIN, transport=httpx.ASGITransport(app=api.app))
    with asyncio.Runner() as runner:
        yield Visitor(app, runner)
