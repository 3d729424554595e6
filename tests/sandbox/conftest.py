"""A sandbox in this process: no socket, and a clock that starts at a stated instant."""

import os
from datetime import datetime

import pytest

from sandbox.clock import SandboxClock
from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.flinks import Flinks

NOON = "2027-03-09T17:00:00+00:00"
"""A Tuesday, and midday in Toronto: far from nights, weekends and the ends of months."""
START = datetime.fromisoformat(os.environ.get("TESTS_START_AT", NOON))
"""Another instant is given by tests/test_instants.py alone."""


@pytest.fixture
def flinks() -> Flinks:
    return Flinks(World(Settings(), SandboxClock(start=START, frozen=True)))
