"""No test leans on the hour, the date or the year: the clock-bound ones pass at odd instants too.

Each run is a pytest of its own, whose clock starts at the instant and runs on from there.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shifted_clock import VARIABLE

ROOT = Path(__file__).parents[1]
CLOCK_BOUND = (
    "tests/contract/test_codec.py",
    "tests/integration/test_connections.py::test_a_login_in_use_is_not_closed_and_the_same_call_goes_on",
    "tests/integration/test_hostile_callback.py",
    "tests/sandbox/test_contract_authorize.py",
    "tests/sandbox/test_contract_data.py",
    "tests/sandbox/test_contract_errors.py",
    "tests/sandbox/test_contract_keys.py",
    "tests/sandbox/test_contract_nightly.py",
    "tests/sandbox/test_contract_webhooks.py",
    "tests/sandbox/test_control.py",
    "tests/sandbox/test_reconnect.py",
)
"""Whatever reads the machine's clock, or moves the sandbox's through hours and days."""


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2026-12-31T23:59:50+00:00", id="a minute before the year ends"),
        pytest.param("2027-01-15T04:59:50+00:00", id="just before the nightly refresh"),
        pytest.param("2028-02-29T12:00:00+00:00", id="29 February"),
        pytest.param("2027-03-14T06:59:50+00:00", id="just before Toronto's clocks go forward"),
        pytest.param("2027-11-07T05:59:50+00:00", id="just before Toronto's clocks go back"),
    ],
)
def test_what_is_bound_to_the_clock_passes_at(instant: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.shifted_clock"]
    command += ["-p", "no:cacheprovider", *CLOCK_BOUND]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | {VARIABLE: instant}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
