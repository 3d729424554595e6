"""Flinks at its hardest: lagging clocks, stale and empty answers, odd bodies, strangers' webhooks.

What must hold in each: the data that were asked for arrive, whole and once, or nothing is claimed.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import READINGS, Login

CALM = {
    "lastRefreshSkewSeconds": 0,
    "lastRefreshLagSeconds": 0,
    "lastRefreshDigits": 7,
    "bodyCase": "pascal",
    "pollStarts": True,
}


@pytest.fixture
def hard(scene: Scene) -> Iterator[Scene]:
    """A stack whose Flinks is calm again after the test."""
    yield scene
    scene.sandbox.control("PATCH", "/readings", **CALM, **READINGS)


def delivered(scene: Scene, login: Login, refresh_id: str) -> None:
    """Exactly what was selected has arrived, and was told once."""
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    accounts = (
        {key.lower(): value for key, value in each.items()} for each in document["accounts"]
    )
    assert {each["id"] for each in accounts} == set(login.selected)
    types = scene.cloud.event_types(login.reference, until="accounts.refreshed")
    assert types.count("refresh.completed") == 1


@pytest.mark.parametrize(
    "reading",
    [
        {"lastRefreshSkewSeconds": -25},
        {"lastRefreshSkewSeconds": 25},
        {"lastRefreshLagSeconds": 20},
        {"lastRefreshDigits": 6},
        {"bodyCase": "camel"},
        {"pollStarts": False},
        {"firstDataCall": "pending"},
    ],
    ids=str,
)
def test_an_answered_question_brings_the_data_however_flinks_is_read(
    hard: Scene, page: Page, reading: dict[str, object]
) -> None:
    hard.sandbox.control("PATCH", "/readings", **reading)
    login = hard.sandbox.login()
    refresh_id = hard.api.begin(login, "mfa_required")

    person.answer(person.open_alone(page, hard.api.connect_url(refresh_id)), login)

    delivered(hard, login, refresh_id)


@pytest.mark.parametrize(
    ("behaviour", "traits"),
    [
        ("no_mfa", {"emptyAnswers": 2}),
        ("null_account", {}),
        ("decimals", {}),
        ("unknown_values", {}),
        ("no_mfa", {"dataPolls": 4}),
    ],
    ids=str,
)
def test_odd_data_end_nothing(scene: Scene, behaviour: str, traits: dict[str, int]) -> None:
    login = scene.sandbox.login(behaviour, **traits)
    delivered(scene, login, scene.api.begin(login, "fetching", "completed"))


def test_an_answer_from_what_is_kept_is_not_taken_for_fresh(hard: Scene) -> None:
    login = hard.sandbox.login("no_mfa", staleRefreshes=1, lastRefresh="2026-01-02T03:04:05Z")
    before = hard.sandbox.control("GET", f"/logins/{login.login_id}")["lastRefresh"]

    refresh_id = hard.api.begin(login, "fetching", "completed", "retry_scheduled", "invited")

    seen = hard.api.read(refresh_id)
    if seen["status"] == "completed":
        told = hard.api.accounts(refresh_id)
        assert not str(told.get("dataAsOf", "")).startswith(before[:10])


@pytest.mark.parametrize("kind", ["pay", "upload", "summary", "statements", "stranger", "stale"])
def test_a_message_that_nobody_waits_for_changes_nothing(scene: Scene, kind: str) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")

    answered = scene.sandbox.webhook(login, kind=kind)

    assert answered == [200]
    assert scene.api.read(refresh_id)["status"] == "mfa_required"
