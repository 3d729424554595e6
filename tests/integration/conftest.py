"""One deployed service for each module of tests; every test brings its own login."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.integration.refusing", "tests.integration.world")

from tests.integration.world import World, deployed  # noqa: E402 - after the rewriting is set up


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with deployed() as world:
        yield world
