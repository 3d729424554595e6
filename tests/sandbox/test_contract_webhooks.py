"""Section 9 of the contract: webhooks, in order and out of it."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest

from sandbox.webhooks import post, sign
from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks

URL = "http://127.0.0.1:9/hooks"


class Receiver:
    """Stands for the integrator's endpoint."""

    def __init__(self, flinks: Flinks) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        flinks.world.webhooks.send = self

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert url == URL
        self.got.append((headers, body))
        return self.status

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def about(self, request_id: str) -> list[tuple[dict[str, str], bytes]]:
        """Return what came of one session; a night that passes brings messages of its own."""
        return [each for each in self.got if json.loads(each[1])["RequestId"] == request_id]


@pytest.fixture
def receiver(flinks: Flinks) -> Receiver:
    flinks.control("PUT", "/webhooks", url=URL)
    return Receiver(flinks)


def pump(flinks: Flinks) -> None:
    flinks.control("POST", "/clock", advanceSeconds=0)


@covers("9.1 vector", "9.1 algorithm")
def test_the_known_vector() -> None:
    body = b'{"ResponseType":"KYC","HttpStatusCode":200}'
    assert sign("secret", body) == "Xx8aSUAi3H0pBdcBCz8sJB+tA+mCEVRod121/S/9S98="


@covers("9 kinds", "9 payload", "9 correlation", "9 post", "2.1 hmac", "9.1 algorithm")
def test_a_live_success_is_followed_by_the_details(flinks: Flinks, receiver: Receiver) -> None:
    session = flinks.live(NOMFA, Tag="t").json()
    pump(flinks)
    headers, body = receiver.got[0]
    key = flinks.world.settings.webhook_secret.encode()
    digest = hmac.new(key, body, hashlib.sha256).digest()
    assert headers["flinks-authenticity-key"] == b64encode(digest).decode()
    message = json.loads(body)
    assert message.pop("ResponseType") == "GetAccountsDetail"
    assert message == flinks.data(session["RequestId"])


@covers("9 trigger", "5.3 webhook")
def test_the_widgets_message_waits_until_the_person_is_sent_back(
    flinks: Flinks, receiver: Receiver
) -> None:
    kept = flinks.control("GET", f"/logins/{GREATDAY}")["selectedAccounts"]
    request_id = flinks.live().json()["RequestId"]
    widget = flinks.widget(requestId=request_id, authorizeToken=flinks.token())
    widget.answer("Montreal")
    pump(flinks)
    assert receiver.got == []
    widget.act("accounts", ids=kept)
    pump(flinks)
    assert receiver.messages[0]["RequestId"] == request_id
    assert len(receiver.messages[0]["Accounts"]) == 4


@covers("7 only-those")
def test_a_kept_choice_filters_the_message_too(flinks: Flinks, receiver: Receiver) -> None:
    kept = flinks.control("GET", f"/logins/{GREATDAY}")["selectedAccounts"]
    request_id = flinks.live().json()["RequestId"]
    query = {"requestId": request_id, "resumeSelectedAccounts": ",".join(kept)}
    flinks.widget(authorizeToken=flinks.token(), **query).answer("Montreal")
    pump(flinks)
    assert [each["Id"] for each in receiver.messages[0]["Accounts"]] == kept


@covers("9 trigger")
@pytest.mark.parametrize(("polls", "seconds"), [(1, 0), (7, 60)])
def test_the_message_comes_when_the_data_are_collected(
    flinks: Flinks, receiver: Receiver, polls: int, seconds: int
) -> None:
    flinks.control("PATCH", f"/logins/{NOMFA}", dataPolls=polls)
    flinks.live(NOMFA)
    if seconds:
        flinks.advance(seconds - 1)
        assert receiver.got == []
    flinks.advance(1)
    assert len(receiver.got) == 1


def test_deliveries_that_wait_can_be_forgotten(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("PUT", "/webhooks", delaySeconds=5)
    flinks.live(NOMFA)
    assert flinks.control("DELETE", "/webhooks")["deliveries"] == []
    flinks.advance(5)
    assert receiver.got == []


@covers("9 kyc", "9 kinds")
def test_kyc_goes_before_the_details(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("PUT", "/webhooks", kyc=True)
    flinks.live(NOMFA)
    pump(flinks)
    assert [each["ResponseType"] for each in receiver.messages] == ["KYC", "GetAccountsDetail"]
    kyc = receiver.messages[0]
    assert kyc.keys() >= {"HttpStatusCode", "Holders", "Login", "Institution", "RequestId"}


@covers("9 exactly-200", "3.6 delivered")
@pytest.mark.parametrize(("status", "then"), [(200, 200), (202, 401)])
def test_data_that_a_webhook_delivered_end_the_session(
    flinks: Flinks, receiver: Receiver, status: int, then: int
) -> None:
    flinks.control("PATCH", "/readings", concurrentSession="open")
    receiver.status = status
    request_id = flinks.live(NOMFA).json()["RequestId"]
    flinks.detail(request_id)
    pump(flinks)
    assert flinks.live(NOMFA).status_code == then
    assert flinks.poll(request_id).status_code == 200


@covers("9 exactly-200")
def test_a_kyc_message_delivers_no_accounts(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("PATCH", "/readings", concurrentSession="open")
    flinks.control("PUT", "/webhooks", enabled=False)
    request_id = flinks.live(NOMFA).json()["RequestId"]
    flinks.control("POST", "/webhooks/send", requestId=request_id, responseType="KYC")
    assert len(receiver.got) == 1
    assert flinks.live(NOMFA).json()["FlinksCode"] == "CONCURRENT_SESSION"


@covers("9 exactly-200", "9 retries", "17 webhooks")
@pytest.mark.parametrize("status", [201, 204, 302, 500])
def test_anything_but_200_is_tried_ten_times_half_an_hour_apart(
    flinks: Flinks, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    request_id = flinks.live(NOMFA).json()["RequestId"]
    pump(flinks)
    flinks.advance(1799)
    assert len(receiver.about(request_id)) == 1
    for _ in range(12):
        flinks.advance(1800)
    tries = receiver.about(request_id)
    assert len(tries) == 10
    assert all(each == tries[0] for each in tries)
    assert flinks.control("GET", "/webhooks")["deliveries"][0]["state"] == "given_up"


@covers("9 retries")
def test_a_retry_ends_with_the_first_200(flinks: Flinks, receiver: Receiver) -> None:
    receiver.status = 503
    flinks.live(NOMFA)
    pump(flinks)
    receiver.status = 200
    flinks.advance(1800)
    flinks.advance(1800)
    attempts = flinks.control("GET", "/webhooks")["deliveries"][0]["attempts"]
    assert [each["status"] for each in attempts] == [503, 200]


@covers("9.1 header", "15 10", "17 webhooks")
@pytest.mark.parametrize("header", ["flinks-authenticity-key", "X-Flinks-Signature"])
def test_either_header(flinks: Flinks, receiver: Receiver, header: str) -> None:
    flinks.control("PATCH", "/readings", webhookHeader=header)
    flinks.control("POST", "/webhooks/send", loginId=NOMFA)
    assert header in receiver.got[0][0]


@covers("9.1 enable")
def test_nothing_is_sent_unless_it_is_switched_on(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("PUT", "/webhooks", enabled=False)
    flinks.live(NOMFA)
    pump(flinks)
    assert receiver.got == []


@covers("17 webhooks", "17 tolerance")
@pytest.mark.parametrize("signature", ["good", "bad", "none"])
def test_signatures_on_demand(flinks: Flinks, receiver: Receiver, signature: str) -> None:
    flinks.control(
        "POST", "/webhooks/send", loginId=NOMFA, responseType="Novelty", signature=signature
    )
    headers, body = receiver.got[0]
    assert json.loads(body)["ResponseType"] == "Novelty"
    good = sign(flinks.world.settings.webhook_secret, body)
    assert (headers.get("flinks-authenticity-key") == good) is (signature == "good")
    assert ("flinks-authenticity-key" in headers) is (signature != "none")


@covers("17 webhooks")
def test_duplicates_delays_and_big_bodies(flinks: Flinks, receiver: Receiver) -> None:
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, duplicate=2)
    assert len({body for _, body in receiver.got}) == 1
    assert len(receiver.got) == 3
    flinks.control("PATCH", "/readings", nightlyRuns=False)
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, delaySeconds=3600)
    flinks.control("POST", "/webhooks/send", loginId=GREATDAY)
    flinks.advance(3600)
    assert [each["Login"]["Id"] for each in receiver.messages[3:]] == [GREATDAY, NOMFA]
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, bodyBytes=5_000_000)
    assert len(receiver.got[-1][1]) == 5_000_000
    flinks.control("POST", "/webhooks/send", loginId=NOMFA, rawBody='{"Login":{"Id":"unknown"}}')
    assert receiver.messages[-1] == {"Login": {"Id": "unknown"}}


@covers("9 tls")
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://127.0.0.1:9/x"])
def test_an_unreachable_receiver_is_a_failed_attempt(flinks: Flinks, url: str) -> None:
    flinks.control("PUT", "/webhooks", url=url)
    sent = flinks.control("POST", "/webhooks/send", loginId=NOMFA)["deliveries"][0]
    assert sent["attempts"][0]["error"] == "ConnectionRefusedError"
    assert flinks.world.webhooks.send is post


def test_the_listing_masks_the_secret(flinks: Flinks, receiver: Receiver) -> None:
    text = json.dumps(flinks.control("GET", "/webhooks"))
    assert flinks.world.settings.webhook_secret not in text
