"""Whole situations at one press, and what just happened."""

import http.client
import json
from typing import Any

import pytest

from sandbox.control.scenarios import SCENARIOS
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks
from tests.sandbox.process import running_sandbox
from tests.sandbox.test_contract_webhooks import URL, Receiver


def play(flinks: Flinks, name: str, login_id: str | None = NOMFA) -> None:
    flinks.control("POST", "/scenarios", name=name, **({"loginId": login_id} if login_id else {}))


def code(flinks: Flinks, login_id: str = NOMFA) -> str | None:
    found: str | None = flinks.live(login_id).json().get("FlinksCode")
    return found


def test_a_bank_that_is_down_for_ten_minutes(flinks: Flinks) -> None:
    play(flinks, "bank down ten minutes")
    assert code(flinks) == "RETRY_LATER"
    flinks.advance(599)
    assert code(flinks) == "RETRY_LATER"
    flinks.advance(1)
    assert code(flinks) is None
    assert flinks.live(GREATDAY).status_code == 203


def test_a_password_that_was_changed(flinks: Flinks) -> None:
    play(flinks, "password changed")
    assert code(flinks) == "INVALID_PASSWORD"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("night with failures", "INVALID_PASSWORD"),
        ("maintenance night", "BANK_MAINTENANCE_RETRY_LATER"),
    ],
)
def test_nights(flinks: Flinks, name: str, expected: str) -> None:
    play(flinks, name)
    assert flinks.cached(NOMFA).json()["FlinksCode"] == expected
    flinks.control("POST", "/reset")
    play(flinks, name, None)
    assert flinks.cached(GREATDAY).json()["FlinksCode"] == expected


def test_a_webhook_that_comes_twice(flinks: Flinks) -> None:
    flinks.control("PUT", "/webhooks", url=URL, enabled=False)
    receiver = Receiver(flinks)
    flinks.live(NOMFA)
    play(flinks, "webhook twice")
    assert len(receiver.got) == 2
    assert receiver.got[0] == receiver.got[1]


@pytest.mark.parametrize(
    ("name", "header"), [("throttled", None), ("throttled with Retry-After", "60")]
)
def test_throttling(flinks: Flinks, name: str, header: str | None) -> None:
    play(flinks, name)
    answers = [flinks.live(NOMFA) for _ in range(4)]
    assert [each.status_code for each in answers] == [429, 429, 429, 200]
    assert answers[0].headers.get("retry-after") == header


def test_html_from_a_proxy(flinks: Flinks) -> None:
    play(flinks, "HTML from a proxy")
    assert flinks.live(NOMFA).headers["content-type"].startswith("text/html")


def test_every_scenario_says_what_it_does(flinks: Flinks) -> None:
    listed = flinks.control("GET", "/scenarios")["scenarios"]
    assert listed.keys() == SCENARIOS.keys()
    assert all(listed.values())
    unknown = flinks.request("POST", "/_sandbox/scenarios", json={"name": "flood"})
    assert unknown.status_code == 400


def test_the_journal_tells_what_happened_since(flinks: Flinks) -> None:
    flinks.live(NOMFA)
    first = flinks.control("GET", "/journal")["entries"]
    assert [each["text"] for each in first] == [
        "GenerateAuthorizeToken: 200",
        "Authorize.live: 200",
    ]
    play(flinks, "password changed")
    flinks.live(NOMFA)
    later = flinks.control("GET", f"/journal?after={first[-1]['number']}")["entries"]
    assert [each["kind"] for each in later] == ["scenario", "call", "call"]
    assert later[-1]["text"] == "Authorize.live: 401 INVALID_PASSWORD"


def test_calls_are_kept_without_their_secrets(flinks: Flinks) -> None:
    typed = {"Institution": "FlinksCapital", "Username": "Greatday", "Password": "Everyday"}
    request_id = flinks.authorize(**typed).json()["RequestId"]
    answers = {"What city were you born in?": ["Montreal"]}
    flinks.authorize(RequestId=request_id, SecurityResponses=answers)
    text = json.dumps(flinks.control("GET", "/calls"))
    assert '"Username": "Greatday"' in text
    assert "Everyday" not in text
    assert "Montreal" not in text


class Listener:
    """Somebody who reads the stream of what happens, line by line."""

    def __init__(self, port: int, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.request("GET", "/_sandbox/stream", headers=headers)
        self.answer = self._connection.getresponse()

    def next(self) -> dict[str, Any]:
        """Wait for the next entry."""
        while True:
            name, _, value = self.answer.readline().decode().partition(": ")
            if name == "data":
                entry: dict[str, Any] = json.loads(value)
                return entry

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


def test_what_happens_is_pushed_as_it_happens() -> None:
    with running_sandbox() as running:
        running.token()
        listener = Listener(running.api)
        assert listener.answer.getheader("content-type", "").startswith("text/event-stream")
        first = listener.next()
        running.ask("POST", "/_sandbox/scenarios", {"name": "password changed"})
        pushed = listener.next()
        listener.close()
        again = Listener(running.api, **{"Last-Event-ID": str(first["number"])})
        assert again.next() == pushed
        again.close()
    assert (first["kind"], pushed["kind"]) == ("call", "scenario")
    assert pushed["number"] > first["number"]


def test_who_listens_does_not_keep_the_sandbox_from_stopping() -> None:
    with running_sandbox() as running:
        listener = Listener(running.api)
        running.token()
        listener.next()
    assert listener.answer.read().strip() == b""
    listener.close()


def test_a_page_of_another_origin_may_not_listen() -> None:
    with running_sandbox() as running:
        foreign = {"Origin": "http://elsewhere.example"}
        assert running.ask("GET", "/_sandbox/stream", headers=foreign)[0] == 403
        assert running.ask("GET", "/_sandbox/stream?after=never")[0] == 400
