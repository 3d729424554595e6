"""A pytest plugin: lets the whole run begin at the instant that `TESTS_START_AT` names.

`TESTS_START_AT=2028-02-29T12:00:00Z pytest -p tests.shifted_clock tests/unit`. Time runs on from
there, for Python's own clocks; what other processes and OpenSSL take for now stays as it is.
"""

import os
from collections.abc import Iterator

import pytest
import time_machine

VARIABLE = "TESTS_START_AT"


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main() -> Iterator[None]:
    with time_machine.travel(os.environ[VARIABLE], tick=True):
        result = yield
    return result
