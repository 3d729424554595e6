"""Section 8 of the contract: the nightly refresh."""

from typing import Any

import pytest

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded

DAY = 86_400


def status(flinks: Flinks) -> dict[str, dict[str, Any]]:
    bearer = {"Authorization": f"Bearer {flinks.world.settings.secret_key}"}
    body = flinks.call("GET", "GetNightlyRefreshStatus", headers=bearer).json()
    assert body["HttpStatusCode"] == 200
    return {each["LoginId"]: each for each in body["IneligibleCards"]}


def login(flinks: Flinks, login_id: str) -> dict[str, Any]:
    return flinks.control("GET", f"/logins/{login_id}")


@covers("8 hours")
def test_it_runs_once_when_the_clock_passes_its_hour(flinks: Flinks) -> None:
    flinks.control("POST", "/clock", set="2027-03-01T03:59:00Z")
    fresh = {"lastRefresh": "2027-02-28T00:00:00Z", "credentialsGood": True}
    flinks.control("PATCH", f"/logins/{NOMFA}", **fresh)
    flinks.cached(NOMFA)
    flinks.control("POST", "/clock", set="2027-03-01T08:00:00Z")
    assert login(flinks, NOMFA)["lastRefresh"].startswith("2027-03-01T08:00:00")
    assert login(flinks, NOMFA)["signIns"] == 1
    flinks.advance(3600)
    assert login(flinks, NOMFA)["signIns"] == 1


@covers("8 hours")
def test_nights_may_be_left_to_the_caller(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", nightlyRuns=False)
    flinks.advance(2 * DAY)
    assert login(flinks, NOMFA)["signIns"] == 0
    flinks.control("POST", "/nightly/run")
    assert login(flinks, NOMFA)["signIns"] == 1


@covers("8 reported", "8 GetNightlyRefreshStatus")
def test_a_question_nobody_could_answer(flinks: Flinks) -> None:
    assert status(flinks) == {}
    flinks.control("POST", "/nightly/run")
    stopped = status(flinks)
    assert stopped.keys() == {GREATDAY}
    assert stopped[GREATDAY].keys() == {
        "LoginId",
        "LastRefreshDate",
        "LastRefreshState",
        "LastRefreshErrorCode",
    }
    assert stopped[GREATDAY]["LastRefreshState"] == "AnsweringSecurityChallenge"
    assert stopped[GREATDAY]["LastRefreshErrorCode"] is None
    assert len(stopped[GREATDAY]["LastRefreshDate"]) == 19
    assert flinks.cached(GREATDAY).json()["FlinksCode"] == "QUESTION_NOT_FOUND"
    assert flinks.live(GREATDAY).status_code == 203


@covers("8 tolerated")
@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("RETRY_LATER", False),
        ("AGGREGATION_ERROR", False),
        ("SESSION_EXPIRED", False),
        ("DISABLED_INSTITUTION", False),
        ("UNAUTHORIZED", False),
        ("SESSION_NONEXISTENT", False),
        ("BANK_MAINTENANCE_RETRY_LATER", False),
        ("INVALID_PASSWORD", True),
        ("DISABLED_LOGIN", True),
        ("NEW_ACCOUNT", True),
    ],
)
def test_tolerated_and_other_codes(flinks: Flinks, code: str, listed: bool) -> None:
    flinks.control("POST", "/nightly/run", fail={NOMFA: code})
    stopped = status(flinks)
    assert (NOMFA in stopped) is listed
    if listed:
        assert stopped[NOMFA]["LastRefreshErrorCode"] == code
    assert flinks.cached(NOMFA).json()["FlinksCode"] == code


@covers("8 eligible-refresh", "8 stale-200")
def test_a_week_without_a_good_refresh_ends_it(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{NOMFA}", behaviour="bank_down")
    flinks.advance(6 * DAY + DAY // 2)
    flinks.control("PATCH", f"/logins/{NOMFA}", lastCode=None)
    flinks.advance(DAY)
    flinks.control("PATCH", f"/logins/{NOMFA}", lastCode=None)
    assert NOMFA in status(flinks)
    assert flinks.cached(NOMFA).status_code == 200


@covers("8 eligible-cached")
@pytest.mark.parametrize("webhooks", [False, True])
def test_a_week_without_a_cached_call_ends_it_unless_webhooks_are_on(
    flinks: Flinks, webhooks: bool
) -> None:
    flinks.world.webhooks.subscription.enabled = webhooks
    for _ in range(8):
        flinks.control("PATCH", f"/logins/{NOMFA}", lastRefresh=flinks.world.clock().isoformat())
        flinks.advance(DAY)
    assert (NOMFA in status(flinks)) is not webhooks


@covers("8 enable", "8 SetScheduledRefresh", "15 19")
@pytest.mark.parametrize(
    "body", [{"loginId": "", "isActivated": True}, {"LoginId": "", "IsActivated": "true"}]
)
def test_set_scheduled_refresh(flinks: Flinks, body: dict[str, Any]) -> None:
    sent = {key: value or seeded(11) for key, value in body.items()}
    answer = flinks.call("PATCH", "SetScheduledRefresh", json=sent)
    assert answer.status_code == 200
    assert isinstance(answer.json(), str)
    assert flinks.cached(seeded(11)).json()["Login"]["IsScheduledRefresh"] is True


def test_a_login_can_be_marked_by_hand(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{seeded(20)}", nightlyFailed=True)
    flinks.control("PATCH", f"/logins/{NOMFA}", nightlyFailed="INVALID_PASSWORD")
    assert status(flinks).keys() == {seeded(20), NOMFA}
    flinks.control("PATCH", f"/logins/{NOMFA}", nightlyFailed=False)
    assert status(flinks).keys() == {seeded(20)}
    assert flinks.cached(NOMFA).status_code == 200


def test_a_repaired_login_leaves_the_list(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{NOMFA}", nightlyFailed="INVALID_PASSWORD")
    flinks.widget("14", authorizeToken=flinks.token()).sign_in("greatday_nomfa")
    assert NOMFA not in status(flinks)
