"""`Retry-After`: whoever is told to wait is told how long."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flinks_reconnect.api.edge.problems import Problem
from flinks_reconnect.api.edge.response import json_response, problem_response
from flinks_reconnect.api.edge.retry_after import LONGEST, retry_after
from flinks_reconnect.domain.errors import NextAction, Owner

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"status": "starting"}, "5"),
        ({"status": "verifying"}, "5"),
        ({"status": "fetching"}, "10"),
        ({"status": "retry_scheduled", "retryAt": "2026-11-22T12:01:30.000Z"}, "90"),
        ({"status": "retry_scheduled", "retryAt": "2026-11-22T12:00:00.400Z"}, "1"),
        ({"status": "retry_scheduled", "retryAt": "2026-11-22T11:59:00.000Z"}, "1"),
        ({"status": "retry_scheduled", "retryAt": "2026-11-23T12:00:00.000Z"}, str(LONGEST)),
        ({"status": "of a newer version"}, "5"),
        ({"code": "a problem"}, "5"),
    ],
)
def test_who_is_to_wait_hears_how_long(told: dict[str, Any], seconds: str) -> None:
    waiting = told | {"nextAction": "wait"}
    assert retry_after(waiting, NOW) == {"Retry-After": seconds}
    assert retry_after({"refresh": waiting}, NOW) == {"Retry-After": seconds}


@pytest.mark.parametrize("action", [each for each in NextAction if each is not NextAction.WAIT])
def test_nobody_else_does(action: NextAction) -> None:
    assert retry_after({"nextAction": action.value, "status": "starting"}, NOW) == {}
    assert retry_after({"refresh": {"nextAction": action.value}}, NOW) == {}


@pytest.mark.parametrize("body", [{}, {"refresh": None}, {"refresh": "rf_x"}, {"url": "x"}])
def test_an_answer_of_another_kind_says_nothing(body: dict[str, Any]) -> None:
    assert retry_after(body, NOW) == {}


def test_answers_and_problems_carry_it() -> None:
    answer = json_response(200, {"nextAction": "wait", "status": "fetching"})
    assert answer["headers"]["Retry-After"] == "10"
    busy = Problem(status=409, code="x", title="x", owner=Owner.BANK, next_action=NextAction.WAIT)
    assert problem_response(busy)["headers"]["Retry-After"] == "5"
