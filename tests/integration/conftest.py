"""One deployed service for each module of tests; every test brings its own login."""

from collections.abc import Iterator

import pytest

from tests.integration.world import World, deployed


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with deployed() as world:
        yield world
