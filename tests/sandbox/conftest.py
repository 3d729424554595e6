"""A sandbox in this process: no socket, a clock that moves by hand."""

import pytest

from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.flinks import Flinks


@pytest.fixture
def flinks() -> Flinks:
    world = World(Settings())
    world.clock.freeze(True)
    return Flinks(world)
