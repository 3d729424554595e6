"""What a function makes of the environment that the template gives it."""

import re
from dataclasses import fields
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flinks_reconnect.config import LARGEST, InvalidSettingError, MissingSettingError, Settings
from flinks_reconnect.domain.clocks import Clocks

from tests.contract.template import template

DEFAULTS = template()["Globals"]["Function"]["Environment"]["Variables"]["CLOCKS"]["Fn::Sub"]
FIXED = {
    "worker_timeout",
    "authorize_call",
    "callback_after_expiry",
    "longest_look",
    "trouble_life",
    "day_zone",
}
"""Not for the deployer: they follow from the template."""


def clocks(changed: str = "") -> Clocks:
    return Settings(
        {
            "CLOCKS": DEFAULTS.replace("${Clocks}", changed).replace(
                "${PeopleTimezone}", "America/Toronto"
            )
        }
    ).clocks


def test_the_templates_defaults_are_those_of_the_domain() -> None:
    assert clocks() == Clocks(day_zone=ZoneInfo("America/Toronto"))


def test_what_the_deployer_states_counts_and_the_rest_stays() -> None:
    changed = clocks("poll=20 attempts_per_day=2")
    assert (changed.poll, changed.attempts_per_day) == (timedelta(seconds=20), 2)
    assert changed.visit == Clocks().visit


@pytest.mark.parametrize("name", sorted(LARGEST))
def test_a_clock_beyond_what_can_work_refuses(name: str) -> None:
    clocks(f"{name}={LARGEST[name]}")
    with pytest.raises(InvalidSettingError, match=name):
        clocks(f"{name}={LARGEST[name] + 1}")


@pytest.mark.parametrize("changed", ["first_wake=0", "visit=0", "polls=3"])
def test_a_clock_that_stands_still_or_does_not_exist_refuses(changed: str) -> None:
    with pytest.raises(InvalidSettingError, match=changed.split("=")[0]):
        clocks(changed)


def test_a_clock_that_is_not_stated_at_all_refuses() -> None:
    with pytest.raises(MissingSettingError, match="CLOCKS: request_id_idle"):
        _ = Settings({"CLOCKS": "visit=60"}).clocks


def test_the_template_takes_the_names_of_all_clocks_and_no_other() -> None:
    pattern = template()["Parameters"]["Clocks"]["AllowedPattern"]
    for each in fields(Clocks):
        taken = re.fullmatch(pattern, f"{each.name}=1 skew=0") is not None
        assert taken is (each.name not in FIXED), each.name
    wrong_ones = ["polls=1", "poll=", "poll=1,skew=2", "poll=1  skew=2", "poll=-1", "poll=1 "]
    for wrong in [*wrong_ones, "poll=0"]:
        assert re.fullmatch(pattern, wrong) is None, wrong
