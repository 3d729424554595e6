"""Every function on its sample event, with nothing but the environment that its template gives."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from flinks_reconnect.usecases import check_nightly

from tests.integration.refusing import nothing_happens
from tests.integration.world import (
    EMBED_ORIGIN,
    EVENTS,
    RETURN_URL,
    WEBHOOK_SECRET,
    Event,
    World,
    at,
    deployed,
    every_function,
    message,
    parsed,
    sample,
    state,
    with_body,
    with_headers,
)

ALONE = {
    "start_refresh": 202,
    "start_refresh_adopt": 202,
    "start_refresh_next_attempt": 404,
    "iframe_url": 404,
    "iframe_url_visit": 401,
    "refreshes_read": 404,
    "refreshes_accounts": 404,
    "refreshes_cancel": 404,
    "connections_register": 201,
    "connections_import": 200,
    "connections_read": 404,
    "connections_timeline": 404,
    "connections_find": 200,
    "connections_erase": 200,
    "connections_stop": 404,
    "refreshes_link": 404,
    "reconnect_page": 200,
    "reconnect_page_open": 410,
    "reconnect_page_current": 401,
    "reconnect_page_start": 401,
    "reconnect_page_declined": 401,
    "redirect_callback_redirect": 404,
    "redirect_callback_embedded": 404,
    "flinks_webhook": 200,
}
"""What each HTTP sample is answered on an empty stack, as events/README.md says."""
NO_ORIGIN: dict[str, str | list[str] | None] = {"Origin": None}
DONE: Event = {"batchItemFailures": []}
BATCHES = (
    "authorize",
    "fetch_accounts",
    "fetch_accounts_webhook",
    "nightly_check_part",
    "pass_webhook_on",
    "publish_events",
)
TICKS = ("sweep", "nightly_check")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with deployed(strict=True) as world:
        yield world


def function_of(name: str) -> str:
    return max((each for each in every_function() if name.startswith(each)), key=len)


def test_there_is_a_sample_for_every_function_and_each_is_used_here() -> None:
    names = {each.stem for each in EVENTS.glob("*.json")}
    assert names == {*ALONE, *BATCHES, *TICKS}
    assert {function_of(name) for name in names} == set(every_function())
    told = (EVENTS / "README.md").read_text()
    assert all(name.split("_")[0] in told for name in names)


@pytest.mark.parametrize("name", ALONE)
def test_an_http_sample_is_answered_on_an_empty_stack(name: str) -> None:
    parameters = {"EmbedOrigins": EMBED_ORIGIN, "PublicBaseUrl": ""}
    with deployed(strict=True) as empty, empty.changed(**parameters):
        answer = empty.invoke(function_of(name), sample(name))
        assert answer["statusCode"] == ALONE[name], answer
        assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", BATCHES)
def test_a_sample_of_a_queue_or_the_stream_is_done_with(world: World, name: str) -> None:
    assert world.invoke(function_of(name), sample(name)) == DONE


@pytest.mark.parametrize("name", TICKS)
def test_a_sample_of_a_timer_is_a_tick(world: World, name: str) -> None:
    assert world.invoke(name, sample(name)) is None


def test_no_sample_holds_what_looks_like_a_secret() -> None:
    text = "".join(each.read_text() for each in EVENTS.iterdir())
    assert "AKIA" not in text
    assert "ASIA" not in text
    assert "sandbox-secret-key" not in text


# The stories, handler by handler


def test_a_person_who_is_here_answers_the_bank_and_the_data_arrives(world: World) -> None:
    world.flinks.calls.clear()
    done = world.completed(returnUrl=RETURN_URL)
    link = parsed(world.invoke("refreshes", at(sample("refreshes_accounts"), id=done["id"])), 200)
    assert link["snapshot"]["accounts"] == 3
    assert httpx.URL(link["snapshot"]["url"]).path.endswith(f"{link['snapshot']['sha256']}.json")
    counted = [call.counted_as for call in world.flinks.calls]
    assert counted == [
        "GenerateAuthorizeToken",
        "Authorize.live",
        "GenerateAuthorizeToken",
        "GetAccountsDetail",
        "GetAccountsDetailAsync",
    ]


def test_a_person_who_was_away_follows_a_link_and_answers_on_our_page(world: World) -> None:
    refresh = world.start(world.add_login(), userPresent=None)
    event = with_body(at(sample("refreshes_link"), id=refresh["id"]), {})
    link = parsed(world.invoke("refreshes", event), 201)["url"].partition("#")[2]
    opening = with_headers(with_body(sample("reconnect_page_open"), {"link": link}), NO_ORIGIN)
    visit = parsed(world.invoke("reconnect_page", opening), 201)["visit"]

    def ask(function: str, name: str, status: int) -> Event:
        told = NO_ORIGIN | {"Authorization": f"Bearer {visit}"}
        return parsed(world.invoke(function, with_headers(sample(name), told)), status)

    assert ask("reconnect_page", "reconnect_page_start", 202)["refresh"]["status"] == "starting"
    world.work("authorize", refresh["id"])
    url = ask("iframe_url", "iframe_url_visit", 200)["url"]
    world.answer_the_bank(url)
    back = at(sample("redirect_callback_embedded"), state=state(url))
    page = world.invoke("redirect_callback", back)
    assert page["statusCode"] == 200
    assert "postMessage" in page["body"]
    assert "location.origin" in page["body"]
    assert "frame-ancestors 'self'" in page["headers"]["Content-Security-Policy"]
    for _ in range(4):
        world.work("fetch_accounts", refresh["id"])
    seen = ask("reconnect_page", "reconnect_page_current", 200)["refresh"]
    assert (seen["status"], seen["returnUrl"]) == (
        "completed",
        f"{RETURN_URL}?refreshId={refresh['id']}",
    )


def test_r12_b26_no_story_logs_or_queues_a_handle_of_flinks(world: World) -> None:
    world.log.ever = ""
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    url = world.issue(refresh["id"])["url"]
    world.answer_the_bank(url)
    secrets = [login, *world.accounts_of(login), state(url).rpartition(".")[2]]
    secrets += [httpx.URL(url).params[name] for name in ("requestId", "authorizeToken")]
    event = at(sample("redirect_callback_redirect"), state=state(url))
    world.invoke("redirect_callback", event)
    for _ in range(4):
        world.work("fetch_accounts", refresh["id"])
    queued = json.dumps(world.messages("AuthorizeQueue") + world.messages("AccountsQueue"))
    assert refresh["id"] in queued
    assert "flinks answered" in world.log.ever
    for secret in secrets:
        assert secret not in world.log.ever
        assert secret not in queued


def test_a_person_in_a_frame_is_served_by_the_same_handlers(world: World) -> None:
    refresh = world.challenged(mode="embedded", embedOrigin=EMBED_ORIGIN)
    issued = world.issue(refresh["id"])
    assert issued["origin"] == "https://connect.example.com"
    world.answer_the_bank(issued["url"])
    event = at(sample("redirect_callback_embedded"), state=state(issued["url"]))
    assert EMBED_ORIGIN in world.invoke("redirect_callback", event)["body"]
    for _ in range(4):
        world.work("fetch_accounts", refresh["id"])
    assert world.read(refresh["id"])["status"] == "completed"


def test_an_interrupted_session_is_adopted_and_completes_under_its_own_connection(
    world: World,
) -> None:
    login = world.add_login()
    first = world.start(login)
    world.work("authorize", first["id"])
    url = world.issue(first["id"])["url"]
    request = httpx.URL(url).params["requestId"]
    body = {"requestId": request, "selectedAccounts": "all"}
    event = with_headers(with_body(sample("start_refresh_adopt"), body), {"Idempotency-Key": None})
    again = parsed(world.invoke("start_refresh", event), 200)
    assert again["id"] == first["id"]


def test_a_foreign_session_without_a_login_moves_to_its_connection(world: World) -> None:
    login = world.add_login()
    answer = httpx.post(
        f"{world.flinks_url}/v3/{world.values['FlinksCustomerId']}/BankingServices/Authorize",
        json={"LoginId": login, "MostRecentCached": False, "Save": True},
        headers={"flinks-auth-key": token(world)},
        trust_env=False,
    )
    assert answer.status_code == 203, answer.text
    request = answer.json()["RequestId"]
    body = {"requestId": request, "selectedAccounts": "all"}
    event = with_headers(with_body(sample("start_refresh_adopt"), body), {"Idempotency-Key": None})
    adopted = parsed(world.invoke("start_refresh", event), 202)
    assert adopted["status"] == "mfa_required"
    url = world.issue(adopted["id"])["url"]
    world.answer_the_bank(url)
    world.invoke("redirect_callback", at(sample("redirect_callback_redirect"), state=state(url)))
    for _ in range(4):
        world.work("fetch_accounts", adopted["id"])
    done = world.read(adopted["id"])
    assert done["status"] == "completed"
    assert done["connectionId"] == world.home_of(login)
    assert done["connectionId"] != adopted["connectionId"]


def token(world: World) -> str:
    root = f"{world.flinks_url}/v3/{world.values['FlinksCustomerId']}/BankingServices"
    secret = json.loads(
        world.client("secretsmanager").get_secret_value(SecretId=world.values["FlinksSecret.Id"])[
            "SecretString"
        ]
    )
    answer = httpx.post(
        f"{root}/GenerateAuthorizeToken",
        headers={"flinks-auth-key": secret["secretKey"]},
        json={},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    minted: str = answer.json()["Token"]
    return minted


def test_flinks_speaks_first_and_the_refresh_completes(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    account = world.accounts_of(login)[0]
    body = json.dumps(
        {
            "ResponseType": "GetAccountsDetail",
            "HttpStatusCode": 200,
            "Login": {"Id": login, "LastRefresh": datetime.now(UTC).isoformat()},
            "Accounts": [{"Id": account, "Title": "Chèques"}],
        },
        ensure_ascii=False,
    )
    signed = base64.b64encode(hmac.digest(WEBHOOK_SECRET, body.encode(), "sha256")).decode()
    event = with_headers(
        with_body(sample("flinks_webhook"), body), {"flinks-authenticity-key": signed}
    )
    assert world.invoke("flinks_webhook", event)["statusCode"] == 200
    digest = hashlib.sha256(body.encode()).hexdigest()
    look = message({"webhook": digest}, of="fetch_accounts_webhook")
    assert world.invoke("fetch_accounts", look) == DONE
    assert world.read(refresh["id"])["status"] == "completed"


def test_a_failed_night_is_noticed_once_and_told(world: World) -> None:
    login = world.add_login(nightlyEnabled=True, nightlyFailed="INVALID_PASSWORD")
    world.invoke("nightly_check", sample("nightly_check"))
    home = world.home_of(login)
    assert world.rows()[f"CN#{home} LIVE"]["ev_count"] == {"N": "1"}
    before = world.rows()
    world.invoke("nightly_check", sample("nightly_check"))
    assert world.rows() == before
    event = sample("publish_events")
    event["Records"][0]["dynamodb"]["Keys"]["pk"] = {"S": f"CN#{home}"}
    assert world.invoke("publish_events", event) == DONE
    assert "ev_count" not in world.rows()[f"CN#{home} LIVE"]


def test_a_long_list_is_cut_and_each_part_marked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_nightly, "SLICE", 1)
    logins = [world.add_login(nightlyEnabled=True, nightlyFailed=True) for _ in range(3)]
    world.messages("NightlyQueue")
    world.invoke("nightly_check", sample("nightly_check"))
    parts = world.messages("NightlyQueue")
    assert len(parts) >= len(logins)
    assert all(set(part) == {"nightly"} for part in parts)
    for part in parts:
        look = message(part, of="nightly_check_part")
        assert world.invoke("nightly_check", look) == DONE
        assert world.invoke("nightly_check", look) == DONE
    for login in logins:
        assert world.rows()[f"CN#{world.home_of(login)} LIVE"]["ev_count"] == {"N": "1"}


def test_a_cancelled_refresh_is_told_and_then_sleeps(world: World) -> None:
    refresh = world.start(world.add_login())
    cancelled = at(sample("refreshes_cancel"), id=refresh["id"])
    assert parsed(world.invoke("refreshes", cancelled), 200)["status"] == "cancelled"
    event = sample("publish_events")
    event["Records"][0]["dynamodb"]["Keys"]["pk"] = {"S": f"CN#{refresh['connectionId']}"}
    assert world.invoke("publish_events", event) == DONE
    row = world.rows()[f"CN#{refresh['connectionId']} LIVE"]
    assert not {"ev", "ev_count", "wake_at", "wake_shard"} & row.keys()


def test_the_next_attempt_starts_when_the_bank_can_be_reached_again(world: World) -> None:
    refresh = world.start(world.add_login("bank_down", error="RETRY_LATER"))
    world.work("authorize", refresh["id"])
    waiting = world.read(refresh["id"])
    assert waiting["status"] == "retry_scheduled"
    assert waiting["error"]["owner"] == "bank"
    event: Event = at(sample("start_refresh_next_attempt"), id=refresh["id"])
    too_early = parsed(world.invoke("start_refresh", event), 202)
    assert too_early["status"] == "retry_scheduled"


@pytest.mark.parametrize("missing", ["secretKey", "apiKey"])
def test_a_key_that_was_not_filled_in_is_noticed_before_anything_is_sent_and_once_repaired(
    world: World, missing: str
) -> None:
    """Also by the same function instance: what is wrong is not kept."""
    refresh = world.challenged()
    manager, name = world.client("secretsmanager"), world.values["FlinksSecret.Id"]
    fields = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
    world.set_secret("FlinksSecret", **fields | {missing: ""})
    event = at(sample("iframe_url"), id=refresh["id"])
    try:
        with nothing_happens(world):
            assert world.invoke("iframe_url", event)["statusCode"] == 503
    finally:
        manager.put_secret_value(SecretId=name, SecretString=json.dumps(fields))
    assert world.invoke("iframe_url", event)["statusCode"] == 200


def test_secrets_that_cannot_be_read_refuse_and_change_nothing(world: World) -> None:
    """D93, R11: a worker whose keys are missing leaves the refresh for a later look."""
    refresh = world.challenged()
    fields = json.loads(
        world.client("secretsmanager").get_secret_value(SecretId=world.values["FlinksSecret.Id"])[
            "SecretString"
        ]
    )
    world.set_secret("FlinksSecret", secretKey="", apiKey="")
    try:
        before = world.rows()
        answer = world.invoke("iframe_url", at(sample("iframe_url"), id=refresh["id"]))
        assert answer["statusCode"] == 503
        assert world.rows() == before
    finally:
        world.set_secret("FlinksSecret", **fields)
    world.issue(refresh["id"])
