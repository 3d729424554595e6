import json
import logging
import re
from typing import Any

import pytest

from tests.demo.fake_api import LOGIN_ID, REQUEST_ID, FakeApi, a_refresh, secret
from tests.demo.visitor import Visitor

ONE = "/api/connections/one-question"


def test_a_press_of_refresh_starts_one_for_a_person_who_is_there(
    visitor: Visitor, api: FakeApi
) -> None:
    answer = visitor.post(f"{ONE}/refresh", json={"mode": "redirect"})

    assert answer.status_code == 202
    method, path, body, _ = api.calls[0]
    assert (method, path) == ("POST", "refreshes")
    assert body["userPresent"] is True
    assert body["mode"] == "redirect"
    assert body["loginId"] == LOGIN_ID
    assert len(body["selectedAccounts"]) == 2


def test_every_press_has_an_idempotency_key_of_its_own(visitor: Visitor, api: FakeApi) -> None:
    visitor.post(f"{ONE}/refresh", json={})
    visitor.post(f"{ONE}/refresh", json={})
    visitor.post(f"{ONE}/attempts", json={})

    assert len({headers["idempotency-key"] for *_, headers in api.calls}) == 3


def test_every_call_of_the_api_is_signed_for_exactly_what_is_sent(
    visitor: Visitor, api: FakeApi
) -> None:
    answers = [
        visitor.post(f"{ONE}/refresh", json={}),
        visitor.get(ONE),
        visitor.post(f"{ONE}/iframe-url", json={}),
        visitor.post(f"{ONE}/attempts", json={}),
        visitor.post(f"{ONE}/link", json={}),
        visitor.post(f"{ONE}/cancel", json={}),
    ]

    assert [answer.status_code for answer in answers] == [202, 200, 200, 200, 201, 200]
    assert [path for _, path, *_ in api.calls] == [
        "refreshes",
        "refreshes/rf_1",
        "refreshes/rf_1/iframe-url",
        "refreshes/rf_1/attempts",
        "refreshes/rf_1/link",
        "refreshes/rf_1",
        "refreshes/rf_1/cancel",
    ]


def test_no_id_of_flinks_reaches_the_browser_but_in_the_address_of_the_iframe(
    visitor: Visitor, api: FakeApi
) -> None:
    seen = [visitor.get("/").text, visitor.post(f"{ONE}/refresh", json={}).text]
    issued = visitor.post(f"{ONE}/iframe-url", json={}).json()
    api.refresh = a_refresh("completed")
    seen += [visitor.get(ONE).text, visitor.get("/api/connections").text]
    seen += [visitor.get(f"{ONE}/accounts").text, visitor.post(f"{ONE}/cancel", json={}).text]

    assert REQUEST_ID in issued.pop("url")
    guids = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    assert [text for text in [*seen, json.dumps(issued)] if guids.search(text)] == []


def test_the_accounts_are_shown_without_what_the_page_does_not_need(
    visitor: Visitor, api: FakeApi
) -> None:
    api.refresh = a_refresh("completed")
    visitor.post(f"{ONE}/refresh", json={})

    answer = visitor.get(f"{ONE}/accounts")

    [account] = answer.json()["accounts"]
    assert account["title"] == "Chequing CAD"
    assert account["lastFour"] == "2716"
    assert account["balance"] == 2480.15
    assert [each["amount"] for each in account["transactions"]] == [-10.5] * 4
    assert [each["isNew"] for each in account["transactions"]] == [True, True, False, False]
    assert "Ada" not in answer.text


def test_after_the_next_refresh_only_what_was_not_there_is_new(
    visitor: Visitor, api: FakeApi
) -> None:
    api.refresh = a_refresh("completed")
    visitor.post(f"{ONE}/refresh", json={})
    visitor.get(f"{ONE}/accounts")
    api.refresh = a_refresh("completed", completedAt="2026-11-22T15:00:00.000Z")
    visitor.get(ONE)

    [account] = visitor.get(f"{ONE}/accounts").json()["accounts"]

    assert account["newTransactions"] == 0


def test_a_snapshot_that_is_not_the_one_promised_is_not_shown(
    visitor: Visitor, api: FakeApi
) -> None:
    api.refresh, api.snapshot = a_refresh("completed"), b'{"accounts": []}'
    visitor.post(f"{ONE}/refresh", json={})

    answer = visitor.get(f"{ONE}/accounts")

    assert answer.status_code == 502
    assert answer.json()["code"] == "snapshot_unreadable"


def test_an_open_refresh_is_still_there_for_a_page_that_is_opened_again(
    visitor: Visitor, api: FakeApi
) -> None:
    visitor.post(f"{ONE}/refresh", json={})
    answer_by = "2099-11-22T12:08:00.000Z"
    api.refresh = a_refresh("mfa_required", attempt={"number": 1, "expiresAt": answer_by})

    told = visitor.get("/api/connections").json()

    refresh = told["connections"][0]["refresh"]
    assert (refresh["status"], refresh["nextAction"]) == ("mfa_required", "open_iframe")
    assert refresh["answerBy"] == answer_by
    assert told["apiOrigin"] == "http://127.0.0.1:9990"


def test_the_list_is_there_even_where_the_api_is_not(visitor: Visitor, api: FakeApi) -> None:
    visitor.post(f"{ONE}/refresh", json={})
    api.problem = (503, "<html>no</html>")

    answer = visitor.get("/api/connections")

    assert answer.status_code == 200
    assert answer.json()["connections"][0]["refresh"]["status"] == "starting"


def test_a_refusal_is_passed_on_by_its_code_and_without_its_prose(
    visitor: Visitor, api: FakeApi
) -> None:
    visitor.post(f"{ONE}/refresh", json={})
    told: dict[str, Any] = {
        "code": "too_late",
        "title": "prose of the API",
        "owner": "user",
        "nextAction": "start_again",
        "retryAt": "2026-11-22T12:09:00.000Z",
    }
    api.problem = (409, told)

    answer = visitor.post(f"{ONE}/iframe-url", json={})

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "status": 409,
        "code": "too_late",
        "owner": "user",
        "nextAction": "start_again",
        "retryAt": "2026-11-22T12:09:00.000Z",
    }


@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [
        ((403, {"code": "forbidden"}), 502, "app_not_allowed"),
        ((500, "<html>broken</html>"), 500, "unreadable_answer"),
        ((200, "not json"), 502, "unreadable_answer"),
        ((429, {"message": "slow"}), 429, "unreadable_answer"),
    ],
)
def test_answers_that_are_no_problems_of_the_api_get_a_code_too(
    visitor: Visitor, api: FakeApi, problem: tuple[int, Any], status: int, code: str
) -> None:
    api.problem = problem

    answer = visitor.post(f"{ONE}/refresh", json={})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_refresh_that_the_api_has_forgotten_is_forgotten_here(
    visitor: Visitor, api: FakeApi
) -> None:
    visitor.post(f"{ONE}/refresh", json={})
    api.problem = (404, {"code": "not_found"})

    assert visitor.get(ONE).status_code == 404

    assert visitor.get(ONE).json()["refresh"] is None


def test_a_link_is_for_somebody_who_is_away(visitor: Visitor, api: FakeApi) -> None:
    answer = visitor.post(f"{ONE}/link", json={"mode": "redirect"})

    assert answer.status_code == 201
    told = answer.json()
    assert told["message"]["url"].endswith(f"/reconnect#{secret(1)}")
    assert told["connection"]["refresh"]["nextAction"] == "open_link"
    assert told["connection"]["refresh"]["link"] == {
        "state": "active",
        "expiresAt": told["message"]["expiresAt"],
    }
    (_, _, begun, headers), (_, _, linked, _), _ = api.calls
    assert (begun["userPresent"], begun["reason"], begun["mode"]) == (False, "stale", "redirect")
    assert headers["idempotency-key"]
    assert linked == {"channel": "email"}


def test_a_refresh_that_is_open_gets_the_link_and_no_other_is_started(
    visitor: Visitor, api: FakeApi
) -> None:
    visitor.post(f"{ONE}/link", json={})
    visitor.post(f"{ONE}/link", json={})

    paths = [path for method, path, *_ in api.calls if method == "POST"]
    assert paths == ["refreshes", "refreshes/rf_1/link", "refreshes/rf_1/link"]


@pytest.mark.parametrize("status", ["completed", "cancelled", "expired", "failed"])
def test_after_the_end_of_a_refresh_a_link_goes_to_a_new_one(
    visitor: Visitor, api: FakeApi, status: str
) -> None:
    api.refresh = a_refresh(status)
    visitor.post(f"{ONE}/refresh", json={})

    visitor.post(f"{ONE}/link", json={})

    presses = [body["userPresent"] for _, path, body, _ in api.calls if path == "refreshes"]
    assert presses == [True, False]


@pytest.mark.parametrize(
    ("status", "code"), [(429, "too_many_links"), (409, "already_settled"), (409, "busy")]
)
def test_a_link_that_is_refused_is_refused_by_its_code(
    visitor: Visitor, api: FakeApi, status: int, code: str
) -> None:
    api.link_problem = (status, {"code": code})

    answer = visitor.post(f"{ONE}/link", json={})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_link_to_what_the_api_has_forgotten_is_made_anew(visitor: Visitor, api: FakeApi) -> None:
    visitor.post(f"{ONE}/link", json={})
    api.link_problem = (404, {"code": "not_found"})
    assert visitor.post(f"{ONE}/link", json={}).status_code == 404
    api.link_problem = None

    assert visitor.post(f"{ONE}/link", json={}).status_code == 201

    assert [path for _, path, *_ in api.calls].count("refreshes") == 2


def test_a_link_is_shown_once_and_neither_kept_nor_logged(
    visitor: Visitor, api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sent = visitor.post(f"{ONE}/link", json={})
        seen = [visitor.get(ONE).text, visitor.get("/api/connections").text]
        api.refresh = a_refresh("completed")
        seen += [visitor.get(ONE).text, visitor.get(f"{ONE}/accounts").text]

    assert secret(1) in sent.json()["message"]["url"]
    assert sent.headers["cache-control"] == "no-store"
    assert caplog.text
    assert [text for text in [*seen, caplog.text] if secret(1) in text] == []


@pytest.mark.parametrize("act", ["refresh", "attempts", "iframe-url", "link", "cancel"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8802", ""])
def test_a_page_of_another_site_can_start_nothing(
    visitor: Visitor, api: FakeApi, act: str, origin: str
) -> None:
    answer = visitor.post(f"{ONE}/{act}", json={}, headers={"Origin": origin})

    assert answer.status_code == 403
    assert api.calls == []


@pytest.mark.parametrize("act", ["refresh", "link"])
@pytest.mark.parametrize("body", ["{", "[]", '{"mode": "popup"}', '{"mode": 1}'])
def test_a_mode_that_is_none_is_refused(
    visitor: Visitor, api: FakeApi, act: str, body: str
) -> None:
    assert visitor.post(f"{ONE}/{act}", content=body).status_code == 400
    assert api.calls == []


def test_before_any_refresh_there_is_nothing_to_ask_the_api(visitor: Visitor, api: FakeApi) -> None:
    answers = [
        visitor.get(f"{ONE}/accounts").status_code,
        visitor.post(f"{ONE}/iframe-url", json={}).status_code,
        visitor.post(f"{ONE}/cancel", json={}).status_code,
        visitor.get("/api/connections/nobody").status_code,
    ]

    assert answers == [404, 409, 200, 404]
    assert api.calls == []
