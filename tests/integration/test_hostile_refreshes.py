"""The routes of one refresh with ids, bodies and states that are not right."""

import json
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.integration.refusing import CANARY, nothing_happens, refused
from tests.integration.world import (
    Event,
    World,
    at,
    parsed,
    sample,
    with_body,
    with_headers,
    with_query,
)

ROUTES = {
    "refreshes_read": "refreshes",
    "refreshes_accounts": "refreshes",
    "refreshes_cancel": "refreshes",
    "refreshes_link": "refreshes",
    "iframe_url": "iframe_url",
    "start_refresh_next_attempt": "start_refresh",
}
OTHERS = {"refreshes_read", "refreshes_accounts", "refreshes_link"}
POSTS = [name for name in ROUTES if name not in OTHERS]
UNKNOWN = sample("refreshes_read")["pathParameters"]["id"]
BAD_IDS = {
    "words": CANARY,
    "long": CANARY * 800,
    "dots": "..",
    "traversal": "../../refreshes",
    "NUL": "\x00",
    "encoded NUL": "%00",
    "encoded": quote(UNKNOWN, safe="").replace("_", "%5F"),
    "capitals": UNKNOWN.upper(),
    "longer": f"{UNKNOWN}0",
    "shorter": UNKNOWN[:-1],
    "a line feed": f"{UNKNOWN}\n",
    "a connection's": f"cn_{UNKNOWN[3:27]}",
    "other letters": UNKNOWN[:-1] + "u",
    "wide digits": UNKNOWN[:-1] + "\uff11",
    "a bare prefix": "rf_",
    "two": f"{UNKNOWN},{UNKNOWN}",
    "a key": "CN#x",
    "a null": "null",
    "empty": "",
}


def event_of(name: str, refresh_id: str) -> Event:
    return with_headers(at(sample(name), id=refresh_id), {"Idempotency-Key": None})


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("name", ROUTES)
def test_e26_an_id_of_another_form_is_not_found(world: World, name: str, bad: str) -> None:
    refused(world, ROUTES[name], event_of(name, BAD_IDS[bad]), 404, "not_found")


@pytest.mark.parametrize("name", ROUTES)
def test_e26_b40_an_unknown_id_gets_the_same_answer_as_a_malformed_one(
    world: World, name: str
) -> None:
    unknown = refused(world, ROUTES[name], event_of(name, UNKNOWN), 404, "not_found")
    assert unknown == refused(world, ROUTES[name], event_of(name, CANARY), 404, "not_found")


def test_e26_another_moment_of_a_known_connection_is_not_found(world: World) -> None:
    known: str = world.start(world.add_login())["id"]
    other = known[:-8] + "00000000"
    for name, function in ROUTES.items():
        refused(world, function, event_of(name, other), 404, "not_found")


@pytest.mark.parametrize("parameters", [None, {}, {"other": "x"}], ids=str)
def test_e85_a_path_without_an_id_is_not_found(
    world: World, parameters: dict[str, str] | None
) -> None:
    event = sample("refreshes_read") | {"pathParameters": parameters}
    refused(world, "refreshes", event, 404, "not_found")


@pytest.mark.parametrize(
    "query",
    [{"status": ["completed"]}, {"id": ["a", "b"]}, {"x": ["y"] * 200}, {CANARY: [""]}],
    ids=lambda query: next(iter(query)),
)
def test_e27_a_query_is_ignored(world: World, query: dict[str, list[str]]) -> None:
    refresh = world.start(world.add_login())
    with nothing_happens(world):
        event = with_query(event_of("refreshes_read", refresh["id"]), query)
        answer = world.invoke("refreshes", event)
    assert parsed(answer, 200)["id"] == refresh["id"]
    assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize(
    "header", ["If-None-Match", "If-Modified-Since", "Range", "X-HTTP-Method-Override"]
)
def test_e28_e30_e87_headers_that_would_change_a_read_do_not(world: World, header: str) -> None:
    refresh = world.start(world.add_login())
    event = with_headers(event_of("refreshes_read", refresh["id"]), {header: f'"{CANARY}'})
    with nothing_happens(world):
        answer = world.invoke("refreshes", event)
    assert parsed(answer, 200)["status"] == "starting"
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_a_read_changes_nothing_whatever_the_clock_says(world: World) -> None:
    refresh = world.challenged()
    with nothing_happens(world):
        for _ in range(3):
            world.read(refresh["id"])


def test_b06_a_view_holds_no_handle_of_flinks(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    told = json.dumps(world.read(refresh["id"]))
    request = dict(parse_qsl(urlsplit(world.issue(refresh["id"])["url"]).query))["requestId"]
    assert login not in told
    assert request not in told


# E31: what cannot go on, does not


def settled(world: World, how: str) -> str:
    if how == "completed":
        done: str = world.completed()["id"]
        return done
    cancelled: str = world.start(world.add_login())["id"]
    world.invoke("refreshes", event_of("refreshes_cancel", cancelled))
    world.messages("AuthorizeQueue")
    return cancelled


@pytest.mark.parametrize("how", ["completed", "cancelled"])
def test_e31_a_settled_refresh_gives_no_url(world: World, how: str) -> None:
    event = event_of("iframe_url", settled(world, how))
    problem = refused(world, "iframe_url", event, 409, "no_iframe_url")
    assert problem["refreshStatus"] == how
    assert problem["nextAction"] == "none"


@pytest.mark.parametrize("how", ["completed", "cancelled"])
def test_e31_s9_a_settled_refresh_starts_no_attempt(world: World, how: str) -> None:
    refresh_id = settled(world, how)
    with nothing_happens(world):
        answer = world.invoke("start_refresh", event_of("start_refresh_next_attempt", refresh_id))
    assert answer["statusCode"] in {202, 409}
    assert world.read(refresh_id)["status"] == how


def test_e31_a_refresh_that_starts_gives_no_url_yet(world: World) -> None:
    refresh = world.start(world.add_login())
    problem = refused(
        world, "iframe_url", event_of("iframe_url", refresh["id"]), 409, "no_iframe_url"
    )
    assert (problem["refreshStatus"], problem["nextAction"]) == ("starting", "wait")


def test_e31_an_attempt_beside_a_live_one_starts_nothing(world: World) -> None:
    refresh = world.challenged()
    with nothing_happens(world):
        event = event_of("start_refresh_next_attempt", refresh["id"])
        answer = parsed(world.invoke("start_refresh", event), 202)
    assert answer["attempt"]["number"] == 1


def test_accounts_that_are_not_there_yet_are_refused_with_a_wait(world: World) -> None:
    event = event_of("refreshes_accounts", world.challenged()["id"])
    problem = refused(world, "refreshes", event, 409, "accounts_not_ready")
    assert problem["nextAction"] == "wait"


def test_accounts_that_will_never_be_there_are_gone(world: World) -> None:
    event = event_of("refreshes_accounts", settled(world, "cancelled"))
    refused(world, "refreshes", event, 410, "accounts_gone")


# E35, E36: cancel


def test_e35_cancelling_twice_is_cancelling_once(world: World) -> None:
    refresh = world.challenged()
    event = event_of("refreshes_cancel", refresh["id"])
    first = parsed(world.invoke("refreshes", event), 200)
    with nothing_happens(world):
        second = parsed(world.invoke("refreshes", event), 200)
    assert first == second
    assert first["status"] == "cancelled"


def test_e35_r10_a_completed_refresh_is_not_cancelled(world: World) -> None:
    event = event_of("refreshes_cancel", settled(world, "completed"))
    refused(world, "refreshes", event, 409, "already_settled")


def test_e35_d40_a_cancelled_refresh_that_was_history_stays_cancelled(world: World) -> None:
    login = world.add_login()
    first = world.start(login)
    event = event_of("refreshes_cancel", first["id"])
    world.invoke("refreshes", event)
    second = world.start(login)
    assert second["id"] != first["id"]
    with nothing_happens(world):
        assert parsed(world.invoke("refreshes", event), 200)["status"] == "cancelled"
    assert world.read(second["id"])["status"] != "cancelled"


@pytest.mark.parametrize(
    "body", [None, "", " ", "{}", "{ }", "{\n}", "null", " null ", "[]", "[ ]"]
)
@pytest.mark.parametrize("name", POSTS)
def test_a_body_that_says_nothing_counts_as_none(world: World, name: str, body: str | None) -> None:
    event = with_body(event_of(name, world.start(world.add_login())["id"]), body)
    answer = world.invoke(ROUTES[name], event)
    assert json.loads(answer["body"]).get("code") != "body_not_allowed"
    assert answer["statusCode"] != 400


@pytest.mark.parametrize(
    "body",
    [{"a": 1}, CANARY, "[0]", "[null]", "0", "false", '""', {"status": "completed"}],
    ids=str,
)
@pytest.mark.parametrize("name", POSTS)
def test_e36_a_body_where_none_belongs_is_refused(world: World, name: str, body: object) -> None:
    event = with_body(event_of(name, world.start(world.add_login())["id"]), body)
    refused(world, ROUTES[name], event, 400, "body_not_allowed")


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", ["one", "two"]], ids=ascii)
def test_e18_an_idempotency_key_of_another_form_starts_no_attempt(
    world: World, key: str | list[str]
) -> None:
    event = at(sample("start_refresh_next_attempt"), id=world.start(world.add_login())["id"])
    event = with_headers(event, {"Idempotency-Key": key})
    refused(world, "start_refresh", event, 400, "invalid_idempotency_key")


@pytest.mark.parametrize("name", ROUTES)
def test_e85_an_event_of_an_http_api_is_refused_cleanly(world: World, name: str) -> None:
    event = {
        "version": "2.0",
        "routeKey": "GET /refreshes/{id}",
        "rawPath": f"/v1/refreshes/{UNKNOWN}",
        "pathParameters": {"id": UNKNOWN},
        "requestContext": {"http": {"method": "GET"}},
    }
    refused(world, ROUTES[name], event, 404, "not_found")
