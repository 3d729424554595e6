"""As hard as the real thing: what Flinks and the world around it may do to an integrator."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.strangers import KINDS
from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded
from tests.sandbox.test_contract_webhooks import URL, Receiver


@pytest.fixture
def receiver(flinks: Flinks) -> Receiver:
    flinks.control("PUT", "/webhooks", url=URL, enabled=False)
    return Receiver(flinks)


def told(body: dict[str, Any]) -> datetime:
    """Read the LastRefresh of an answer."""
    return datetime.fromisoformat(f"{body['Login']['LastRefresh']}+00:00")


@covers("3.3 last-refresh")
@pytest.mark.parametrize("skew", [-30, 0, 90])
def test_the_clock_of_flinks_lags_or_leads(flinks: Flinks, skew: int) -> None:
    flinks.control("PATCH", "/readings", lastRefreshSkewSeconds=skew)
    now = flinks.world.clock()
    assert (told(flinks.live(NOMFA).json()) - now).total_seconds() == skew
    assert (told(flinks.cached(NOMFA).json()) - now).total_seconds() == skew


@covers("3.3 last-refresh")
def test_last_refresh_shows_up_late_in_cached_answers_and_so_do_the_data(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", lastRefreshLagSeconds=90)
    before = told(flinks.cached(NOMFA).json())
    now = flinks.world.clock()
    assert told(flinks.live(NOMFA).json()) == now
    late = flinks.cached(NOMFA).json()
    assert told(late) == told(flinks.data(late["RequestId"])) == before
    flinks.advance(90)
    assert told(flinks.cached(NOMFA).json()) == now


@covers("8 stale-200")
def test_a_live_call_may_be_answered_from_what_is_kept(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{NOMFA}", staleRefreshes=1)
    before = told(flinks.cached(NOMFA).json())
    stale = flinks.live(NOMFA).json()
    assert stale["HttpStatusCode"] == 200
    assert told(stale) == told(flinks.data(stale["RequestId"])) == before
    assert told(flinks.live(NOMFA).json()) > before


@covers("4.1 answers")
def test_no_accounts_for_a_while(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{NOMFA}", emptyAnswers=2)
    request_id = flinks.cached(NOMFA).json()["RequestId"]
    found = [flinks.detail(request_id).json()["Accounts"]]
    found += [flinks.poll(request_id).json()["Accounts"] for _ in range(2)]
    assert [len(each) for each in found] == [0, 0, 4]


@covers("17 tolerance")
def test_keys_in_lower_camel_everywhere(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("PATCH", "/readings", bodyCase="camel")
    body = flinks.live(NOMFA).json()
    assert body.keys() >= {"httpStatusCode", "login", "requestId", "institutionId"}
    assert "lastRefresh" in body["login"]
    error = flinks.live(seeded(3)).json()
    assert (error["httpStatusCode"], error["flinksCode"]) == (401, "RETRY_LATER")
    flinks.control("POST", "/webhooks/send", loginId=NOMFA)
    (message,) = receiver.messages
    assert message["accounts"][0]["transactions"][0]["description"]


@covers("17 tolerance", "4.3 nulls")
def test_null_among_the_accounts(flinks: Flinks) -> None:
    request_id = flinks.live(seeded(43)).json()["RequestId"]
    found = flinks.data(request_id)["Accounts"]
    assert [each is None for each in found] == [False, True, False, False, False]


@covers("17 tolerance", "4.3 amounts")
def test_numbers_that_no_float_holds(flinks: Flinks) -> None:
    request_id = flinks.cached(seeded(44)).json()["RequestId"]
    text = flinks.detail(request_id).text
    assert '"Available":100.00,"Current":12345678901234567.89,"Limit":1e400' in text
    first = json.loads(text, parse_float=Decimal)["Accounts"][0]
    assert first["Balance"]["Current"] == Decimal("12345678901234567.89")


@covers("4.2 30-minutes")
def test_collecting_may_take_twenty_nine_minutes(flinks: Flinks) -> None:
    request_id = flinks.live(seeded(45)).json()["RequestId"]
    flinks.detail(request_id)
    for _ in range(28):
        flinks.advance(60)
        assert flinks.poll(request_id).status_code == 202
    flinks.advance(60)
    seen = [flinks.poll(request_id).status_code for _ in range(2)]
    assert seen == [202, 200]


@covers("9 kinds")
@pytest.mark.parametrize("kind", KINDS)
def test_messages_of_other_products_and_about_strangers(
    flinks: Flinks, receiver: Receiver, kind: str
) -> None:
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, kind=kind)
    (message,) = receiver.messages
    assert message["ResponseType"]
    assert message.get("Login", {}).get("Id") != NOMFA
    known = {each["loginId"] for each in flinks.control("GET", "/logins")["logins"]}
    assert message.get("Login", {}).get("Id") not in known


@covers("9 retries")
def test_a_message_of_long_ago(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, kind="stale")
    (message,) = receiver.messages
    assert (flinks.world.clock() - told(message)).days == 43


@covers("3.5 429")
@pytest.mark.parametrize("headers", [None, {"Retry-After": "120"}])
def test_throttling_with_and_without_a_header(
    flinks: Flinks, headers: dict[str, str] | None
) -> None:
    flinks.control("PATCH", "/readings", throttleStatus=429)
    flinks.control(
        "POST",
        "/faults",
        endpoint="Authorize",
        flinksCode="TOO_MANY_REQUESTS",
        status=429,
        headers=headers,
    )
    answer = flinks.live(GREATDAY)
    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == ("120" if headers else None)


@covers("3.3 last-refresh")
def test_last_refresh_with_six_digits(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", lastRefreshDigits=6)
    shown = flinks.cached(NOMFA).json()["Login"]["LastRefresh"]
    assert len(shown.partition(".")[2]) == 6
