"""Invariants S1-S9, S14, S17, S19 and S23 hold whatever happens, in whatever order.

The examples are the same in every run. For a longer search: `HYPOTHESIS_PROFILE=nightly`.
"""

import os

from hypothesis import HealthCheck, settings

from tests.unit.reconnect_machine import ReconnectMachine

SUPPRESSED = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
PROFILES = {
    "ci": settings(
        max_examples=100,
        stateful_step_count=50,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=SUPPRESSED,
    ),
    "nightly": settings(
        max_examples=5000,
        stateful_step_count=80,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=SUPPRESSED,
    ),
}

TestReconnect = ReconnectMachine.TestCase
TestReconnect.settings = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]
