"""The control API: what tests lean on."""

from typing import Any

import pytest

from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded

CITY = "What city were you born in?"


def test_the_clock_advances_is_set_and_frozen(flinks: Flinks) -> None:
    assert flinks.control("POST", "/clock", set="2027-01-02T03:04:05Z") == {
        "now": "2027-01-02T03:04:05.0000000Z",
        "frozen": True,
    }
    assert flinks.control("POST", "/clock", advanceSeconds=1.5)["now"].endswith("06.5000000Z")
    assert flinks.control("POST", "/clock", freeze=False)["frozen"] is False
    later = flinks.control("GET", "/clock")["now"]
    assert later.startswith("2027-01-02T03:04:0")


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        ("POST", "/clock", {"advance": 1}, "unknown field: advance"),
        ("POST", "/clock", {"advanceSeconds": -1}, "must not be negative"),
        ("POST", "/clock", {"set": "tomorrow"}, "ISO instant"),
        ("POST", "/reset", {"keep": ["everything"]}, "keep may name"),
        ("POST", "/logins", {"behaviour": "odd"}, "no such behaviour"),
        ("POST", "/logins", {"institution": "nowhere"}, "no such institution"),
        ("POST", "/logins", {"challenges": [["riddle"]]}, "a challenge is one of"),
        ("POST", "/logins", {"accounts": 1000}, "between 0 and"),
        ("PATCH", f"/logins/{NOMFA}", {"selectedAccounts": ["x"]}, "no such account"),
        ("PATCH", f"/logins/{NOMFA}", {"error": "ODD"}, "no such FlinksCode"),
        ("POST", "/faults", {"status": 99}, "between 200 and 599"),
        ("POST", "/faults", {"endpoint": 5}, "must be of type str"),
        ("PUT", "/webhooks", {"url": "ftp://x"}, "http or https"),
        ("POST", "/webhooks/send", {"loginId": NOMFA}, "set a url first"),
        ("PATCH", "/readings", {"tokenMinutes": 20}, "must be one of"),
        ("PATCH", "/readings", {"odd": True}, "no such reading"),
    ],
)
def test_mistakes_are_told(
    flinks: Flinks, method: str, path: str, body: dict[str, Any], why: str
) -> None:
    answer = flinks.request(method, f"/_sandbox{path}", json=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]


def test_calls_are_counted_by_endpoint_and_login(flinks: Flinks) -> None:
    flinks.live(GREATDAY)
    flinks.cached(NOMFA)
    flinks.data(flinks.live(NOMFA).json()["RequestId"])
    assert flinks.control("GET", "/calls")["counts"] == {
        "GenerateAuthorizeToken": 3,
        "Authorize.live": 2,
        "Authorize.cached": 1,
        "GetAccountsDetail": 1,
        "GetAccountsDetailAsync": 1,
    }
    one = flinks.control("GET", f"/calls?loginId={GREATDAY}")
    assert one["counts"] == {"Authorize.live": 1}
    assert one["calls"][0].keys() == {
        "asked",
        "at", "endpoint", "method", "mode", "loginId", "requestId", "httpStatus", "flinksCode",
        "fault",
    }  # fmt: skip
    assert one["calls"][0]["httpStatus"] == 203
    flinks.control("DELETE", "/calls")
    assert flinks.control("GET", "/calls")["counts"] == {}


def test_a_dropped_call_is_counted_too(flinks: Flinks) -> None:
    flinks.control("POST", "/faults", endpoint="Authorize", flinksCode="RETRY_LATER")
    flinks.live(NOMFA)
    call = flinks.control("GET", f"/calls?loginId={NOMFA}&endpoint=Authorize")["calls"][0]
    assert (call["mode"], call["flinksCode"]) == ("live", "RETRY_LATER")
    assert call["fault"].startswith("fault-")


def test_the_widgets_page_can_fail_to_load(flinks: Flinks) -> None:
    flinks.control("POST", "/faults", flinksCode="RETRY_LATER")
    assert flinks.request("GET", "/v2/", connect=True).status_code == 200
    flinks.control("POST", "/faults", endpoint="Connect", status=503, html="<h1>Gone</h1>")
    broken = flinks.request("GET", "/v2/", connect=True)
    assert (broken.status_code, broken.text) == (503, "<h1>Gone</h1>")
    assert flinks.request("GET", "/v2/", connect=True).status_code == 200


def test_a_login_with_its_own_challenges(flinks: Flinks) -> None:
    own = {"prompt": "Pet?", "promptFr": "Animal?", "answer": "Rex"}
    login_id = "00000000-0000-4000-8000-0000000000ab"
    made = flinks.control(
        "POST", "/logins", loginId=login_id, username="u", challenges=[["city", own], "code"],
        accounts=2, dataPolls=3, institution="Maple Trust",
    )  # fmt: skip
    assert made["loginId"] == login_id
    request_id = flinks.live(login_id).json()["RequestId"]
    first = {CITY: ["Montreal"], "Pet?": ["rex"]}
    assert flinks.authorize(RequestId=request_id, SecurityResponses=first).status_code == 203
    code = {"Enter the code we sent you": ["123456"]}
    assert flinks.authorize(RequestId=request_id, SecurityResponses=code).status_code == 200
    answers = [flinks.detail(request_id)] + [flinks.poll(request_id) for _ in range(3)]
    assert [each.status_code for each in answers] == [202, 202, 202, 200]
    assert len(answers[-1].json()["Accounts"]) == 2


def test_accounts_vanish_and_are_added_on_demand(flinks: Flinks) -> None:
    account = flinks.control("GET", f"/logins/{NOMFA}")["accounts"][0]["id"]
    changed = flinks.control("PATCH", f"/logins/{NOMFA}", vanishAccount=account, addAccount=True)
    ids = [each["id"] for each in changed["accounts"]]
    assert len(ids) == len(set(ids)) == 4


def test_sessions_show_their_clocks(flinks: Flinks) -> None:
    flinks.live(GREATDAY)
    flinks.advance(60)
    shown = flinks.control("GET", f"/sessions?loginId={GREATDAY}")["sessions"][0]
    assert (shown["status"], shown["secondsLeft"], shown["prompts"]) == ("mfa", 420, [CITY])
    flinks.advance(420)
    shown = flinks.control("GET", f"/sessions?loginId={GREATDAY}")["sessions"][0]
    assert (shown["status"], shown["secondsLeft"]) == ("expired", 0)


def test_secrets_are_masked(flinks: Flinks) -> None:
    token, settings = flinks.token(), flinks.world.settings
    listed = "".join(
        flinks.request("GET", f"/_sandbox{path}").text
        for path in ("/tokens", "/settings", "/webhooks", "/calls")
    )
    for secret in (token, settings.secret_key, settings.api_key, settings.webhook_secret):
        assert secret not in listed
    assert token[-4:] in listed


def test_reset_starts_over_and_keeps_what_is_named(flinks: Flinks) -> None:
    flinks.control("PUT", "/webhooks", url="http://127.0.0.1:9/x")
    began = flinks.control("GET", "/clock")
    flinks.live(seeded(3))
    flinks.control("POST", "/clock", advanceSeconds=60, freeze=False)
    flinks.control("POST", "/reset", keep=["webhooks"])
    assert flinks.control("GET", "/webhooks")["url"] == "http://127.0.0.1:9/x"
    assert flinks.control("GET", "/clock") == began
    assert flinks.cached(seeded(3)).status_code == 200


def test_a_snapshot_brings_everything_back(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    taken = flinks.control("POST", "/snapshots")["snapshot"]
    before = flinks.control("GET", "/clock")
    flinks.advance(4000)
    flinks.call("DELETE", f"DeleteCard/{GREATDAY}")
    for _ in range(2):
        assert flinks.control("POST", f"/snapshots/{taken}/restore") == before
        answers = {CITY: ["Montreal"]}
        answered = flinks.authorize(RequestId=request_id, SecurityResponses=answers)
        assert answered.status_code == 200
    assert flinks.request("POST", "/_sandbox/snapshots/none/restore").status_code == 404


def test_pages_of_other_origins_may_not_steer(flinks: Flinks) -> None:
    for origin, status in (("http://evil.example", 403), ("http://sandbox", 200)):
        headers = {"origin": origin}
        answer = flinks.request("POST", "/_sandbox/reset", headers=headers)
        assert answer.status_code == status


def test_the_same_seed_gives_the_same_data_and_another_does_not(flinks: Flinks) -> None:
    def first_move(seed: int) -> Any:
        other = Flinks(World(Settings(seed=seed), clock=flinks.world.clock))
        flinks.world.clock.freeze(True)
        session = other.cached(NOMFA).json()
        return session["RequestId"], other.data(session["RequestId"])["Accounts"][0][
            "Transactions"
        ][0]

    assert first_move(1) == first_move(1)
    assert first_move(1) != first_move(2)
