"""Sections 10, 11 and 17 of the contract: every code, every clock, every accident."""

from typing import Any

import pytest

from sandbox.behaviours import BEHAVIOURS
from sandbox.codes import CODES
from sandbox.delivery import ConnectionDroppedError
from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded

CITY = "What city were you born in?"
BY_LOGIN = {
    3: ("RETRY_LATER", 401),
    4: ("DISABLED_LOGIN", 401),
    7: ("INVALID_LOGIN", 401),
    8: ("INVALID_PASSWORD", 401),
    9: ("INVALID_USERNAME", 401),
    10: ("NEW_ACCOUNT", 401),
    23: ("DISABLED_INSTITUTION", 405),
    24: ("AGGREGATION_ERROR", 500),
    25: ("TOO_MANY_REQUESTS", 401),
    26: ("BANK_MAINTENANCE_RETRY_LATER", 401),
    27: ("UNAUTHORIZED", 401),
    38: ("QUESTION_NOT_FOUND", 401),
}


@covers(
    "10 RETRY_LATER",
    "10 DISABLED_LOGIN",
    "10 INVALID_*",
    "10 NEW_ACCOUNT",
    "10 DISABLED_INSTITUTION",
    "10 AGGREGATION_ERROR",
    "10 TOO_MANY_REQUESTS",
    "10 BANK_MAINTENANCE_RETRY_LATER",
    "10 UNAUTHORIZED",
    "10 QUESTION_NOT_FOUND",
    "3.5 401",
    "3.5 405",
    "3.5 500",
    "17 live",
    "12 test_service_unavailable",
    "12 test_disabled_account",
)
@pytest.mark.parametrize("number", BY_LOGIN)
def test_a_login_for_each_code(flinks: Flinks, number: int) -> None:
    code, status = BY_LOGIN[number]
    answer = flinks.live(seeded(number))
    assert (answer.status_code, answer.json()["FlinksCode"]) == (status, code)
    assert answer.json()["HttpStatusCode"] == status
    assert answer.json()["Message"]


@covers("10 *")
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_can_be_injected(flinks: Flinks, code: str) -> None:
    flinks.control("POST", "/faults", endpoint="Authorize", flinksCode=code)
    answer = flinks.live(NOMFA).json()
    assert (answer["FlinksCode"], answer["HttpStatusCode"]) == (code, CODES[code].status)
    assert flinks.live(NOMFA).json()["HttpStatusCode"] == 200


@covers("10 unknown", "10 OK", "10 CREATED")
@pytest.mark.parametrize(("status", "code"), [(201, "CREATED"), (200, "OK"), (418, "NEVER_SEEN")])
def test_codes_nobody_knows(flinks: Flinks, status: int, code: str) -> None:
    flinks.control(
        "POST", "/faults", endpoint="Authorize", status=status, flinksCode=code, message="text"
    )
    answer = flinks.live(NOMFA)
    assert answer.status_code == status
    assert answer.json() == {"HttpStatusCode": status, "FlinksCode": code, "Message": "text"}


@covers("10 INVALID_LOGIN", "10 INVALID_REQUEST", "15 14", "17 statuses")
@pytest.mark.parametrize("status", [401, 400])
def test_the_status_of_invalid_login_and_invalid_request(flinks: Flinks, status: int) -> None:
    flinks.control("PATCH", "/readings", invalidLoginStatus=status)
    unknown = flinks.live("00000000-0000-4000-8000-000000000000")
    rejected = flinks.live(seeded(7))
    incomplete = flinks.authorize()
    assert {unknown.status_code, rejected.status_code, incomplete.status_code} == {status}
    assert "LoginId provided is either invalid" in unknown.json()["Message"]
    assert "card number (username) or password" in rejected.json()["Message"]


@covers("10 TOO_MANY_REQUESTS", "15 15", "17 statuses", "3.5 403", "3.5 429")
@pytest.mark.parametrize("status", [401, 403, 429])
def test_the_status_of_throttling(flinks: Flinks, status: int) -> None:
    flinks.control("PATCH", "/readings", throttleStatus=status)
    assert flinks.live(seeded(25)).status_code == status


@covers("3.5 429")
def test_throttling_with_retry_after(flinks: Flinks) -> None:
    flinks.control(
        "POST", "/faults", endpoint="Authorize", status=429, headers={"Retry-After": "7"}
    )
    answer = flinks.live(NOMFA)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@covers("10 UNAUTHORIZED")
def test_two_meanings_of_unauthorized_are_told_by_the_message(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    early = flinks.detail(request_id).json()
    assert (early["HttpStatusCode"], early["FlinksCode"]) == (401, "UNAUTHORIZED")
    assert "not authorized yet" in early["Message"]
    assert "institution" in flinks.live(seeded(27)).json()["Message"]


@covers("10 SESSION_EXPIRED", "3.6 expired")
@pytest.mark.parametrize("code", ["SESSION_NONEXISTENT", "SESSION_EXPIRED"])
def test_the_code_of_a_dead_request_id(flinks: Flinks, code: str) -> None:
    flinks.control("PATCH", "/readings", expiredSessionCode=code)
    request_id = flinks.live(NOMFA).json()["RequestId"]
    flinks.advance(480)
    dead = flinks.detail(request_id)
    assert (dead.status_code, dead.json()["FlinksCode"]) == (400, code)
    never = flinks.detail("00000000-0000-4000-8000-000000000000")
    assert never.json()["FlinksCode"] == "SESSION_NONEXISTENT"


@covers(
    "3.6 mfa",
    "3.6 authorized",
    "3.6 lifetime",
    "11 idle",
    "17 request-id",
    "10 SESSION_NONEXISTENT",
)
@pytest.mark.parametrize("login_id", [GREATDAY, NOMFA])
def test_a_request_id_dies_after_eight_idle_minutes(flinks: Flinks, login_id: str) -> None:
    in_time = flinks.live(login_id).json()["RequestId"]
    flinks.advance(479)
    assert flinks.detail(in_time).json().get("FlinksCode") != "SESSION_NONEXISTENT"
    flinks.control("POST", "/reset", keep=["clock"])
    late = flinks.live(login_id).json()["RequestId"]
    flinks.advance(480)
    assert flinks.detail(late).json()["FlinksCode"] == "SESSION_NONEXISTENT"


@covers("3.6 lifetime", "15 4")
def test_thirty_minutes_flat(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", sessionLife="flat30")
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    flinks.advance(1799)
    answers = {CITY: ["Montreal"]}
    assert flinks.authorize(RequestId=request_id, SecurityResponses=answers).status_code == 200
    flinks.advance(1)
    assert flinks.detail(request_id).json()["FlinksCode"] == "SESSION_NONEXISTENT"


@covers("10 CONCURRENT_SESSION", "11 one-session", "17 concurrent", "5.4 concurrent")
@pytest.mark.parametrize("login_id", [GREATDAY, NOMFA])
def test_one_session_per_login_where_every_open_one_counts(flinks: Flinks, login_id: str) -> None:
    flinks.control("PATCH", "/readings", concurrentSession="open")
    flinks.live(login_id)
    assert flinks.live(login_id).json()["FlinksCode"] == "CONCURRENT_SESSION"
    flinks.advance(480)
    assert flinks.live(login_id).status_code in (200, 203)


@covers("10 CONCURRENT_SESSION", "11 one-session", "17 concurrent", "5.4 concurrent")
def test_a_login_at_work_is_left_alone_until_its_data_are_delivered(flinks: Flinks) -> None:
    request_id = flinks.live(NOMFA).json()["RequestId"]
    flinks.detail(request_id)
    assert flinks.live(NOMFA).json()["FlinksCode"] == "CONCURRENT_SESSION"
    flinks.poll(request_id)
    assert flinks.live(NOMFA).status_code == 200


@covers("11 one-session", "17 concurrent")
def test_questions_that_wait_keep_nobody_out(flinks: Flinks) -> None:
    waiting = [flinks.live(GREATDAY).json()["RequestId"] for _ in range(12)]
    typed = {"Institution": "FlinksCapital", "Username": "Greatday", "Password": "Everyday"}
    waiting += [flinks.authorize(**typed).json()["RequestId"] for _ in range(12)]
    assert len(set(waiting)) == 24
    answered = flinks.authorize(RequestId=waiting[3], SecurityResponses={CITY: ["Montreal"]})
    assert answered.status_code == 200


@covers("11 one-session")
def test_a_sign_in_with_typed_credentials_meets_nobody(flinks: Flinks) -> None:
    flinks.detail(flinks.live(NOMFA).json()["RequestId"])
    typed = {"Institution": "FlinksCapital", "Username": "greatday_nomfa", "Password": "Everyday"}
    assert flinks.authorize(**typed).status_code == 200


@covers("11 one-session")
def test_delivered_data_or_an_error_end_the_session(flinks: Flinks) -> None:
    flinks.data(flinks.live(NOMFA).json()["RequestId"])
    assert flinks.live(NOMFA).status_code == 200
    for _ in range(2):
        assert flinks.live(seeded(3)).json()["FlinksCode"] == "RETRY_LATER"


@covers("11 data-kept", "15 11")
@pytest.mark.parametrize(("days", "status"), [(90, 401), (0, 200)])
def test_cached_data_are_kept_ninety_days_or_for_ever(
    flinks: Flinks, days: int, status: int
) -> None:
    flinks.control("PATCH", "/readings", dataDays=days)
    flinks.advance(90 * 86_400)
    assert flinks.cached(NOMFA).status_code == status


@covers("5.4 lost", "17 live", "3.5 not-json")
@pytest.mark.parametrize(
    ("fault", "signed_in"),
    [({"dropBefore": True}, False), ({"dropAfter": True}, True), ({"truncate": True}, True)],
)
def test_dropped_connections(flinks: Flinks, fault: dict[str, Any], signed_in: bool) -> None:
    before = flinks.control("GET", f"/logins/{NOMFA}")["signIns"]
    flinks.control("POST", "/faults", endpoint="Authorize", **fault)
    with pytest.raises(ConnectionDroppedError):
        flinks.live(NOMFA)
    assert flinks.control("GET", f"/logins/{NOMFA}")["signIns"] == before + signed_in


@covers("5.4 lost")
@pytest.mark.parametrize(("number", "then"), [(14, 200), (15, 401)])
def test_the_answer_is_lost_but_the_bank_was_asked(flinks: Flinks, number: int, then: int) -> None:
    flinks.control("PATCH", "/readings", concurrentSession="open")
    flinks.advance(60)
    with pytest.raises(ConnectionDroppedError):
        flinks.live(seeded(number))
    assert flinks.cached(seeded(number)).status_code == then
    assert flinks.live(seeded(number)).json()["FlinksCode"] == "CONCURRENT_SESSION"


@covers("3.5 not-json", "17 live")
def test_html_and_slow_drip(flinks: Flinks) -> None:
    flinks.control("POST", "/faults", html="<h1>Bad gateway</h1>", status=502)
    answer = flinks.call("GET", "Institutions")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    flinks.control("POST", "/faults", slowDrip=True, endpoint="Institutions")
    assert flinks.call("GET", "Institutions").json()["Count"] > 5


@covers("17 live")
def test_latency_on_the_sandbox_clock(flinks: Flinks) -> None:
    before = flinks.world.clock()
    flinks.control("POST", "/faults", endpoint="Authorize", latencySeconds=209.5)
    flinks.live(NOMFA)
    assert (flinks.world.clock() - before).total_seconds() == 209.5


def test_faults_strike_one_login_one_bank_and_so_many_times(flinks: Flinks) -> None:
    flinks.control("POST", "/faults", loginId=GREATDAY, flinksCode="RETRY_LATER", times=2)
    flinks.control("POST", "/faults", institution="Closed Savings", flinksCode="UNAUTHORIZED")
    assert flinks.live(NOMFA).status_code == 200
    assert [flinks.live(GREATDAY).status_code for _ in range(3)] == [401, 401, 203]
    assert flinks.live(seeded(23)).json()["FlinksCode"] == "UNAUTHORIZED"
    assert flinks.control("GET", "/faults") == {"faults": []}


@covers("3.7 stored")
def test_the_bank_is_down_for_ten_minutes(flinks: Flinks) -> None:
    assert flinks.live(seeded(22)).json()["FlinksCode"] == "RETRY_LATER"
    flinks.advance(599)
    assert flinks.live(seeded(22)).json()["FlinksCode"] == "RETRY_LATER"
    flinks.advance(1)
    assert flinks.live(seeded(22)).status_code == 200


def test_three_wrong_answers_lock_the_access(flinks: Flinks) -> None:
    request_id = flinks.live(seeded(12)).json()["RequestId"]
    widget = flinks.widget(requestId=request_id, authorizeToken=flinks.token())
    widget.answer("a").act("retry").answer("b").act("retry").answer("c")
    assert widget.events[-1]["flinksCode"] == "DISABLED_LOGIN"
    assert flinks.live(seeded(12)).json()["FlinksCode"] == "DISABLED_LOGIN"


def test_accounts_vanish_and_appear(flinks: Flinks) -> None:
    for number, change in ((17, -1), (18, 1)):
        login = flinks.control("GET", f"/logins/{seeded(number)}")
        request_id = flinks.live(seeded(number)).json()["RequestId"]
        flinks.authorize(RequestId=request_id, SecurityResponses={CITY: ["Montreal"]})
        found = [each["Id"] for each in flinks.data(request_id)["Accounts"]]
        assert len(found) == len(login["accounts"]) + change
        assert (login["selectedAccounts"][0] in found) is (change == 1)


@pytest.mark.parametrize("name", sorted(BEHAVIOURS))
def test_every_behaviour_can_be_given_to_a_login(flinks: Flinks, name: str) -> None:
    made = flinks.control("POST", "/logins", username=f"x-{name}", behaviour=name)
    assert made["behaviour"] == name
    if not made["behaviour"].startswith("answer_lost"):
        assert flinks.live(made["loginId"]).json()["HttpStatusCode"]
