"""Links and visits with secrets, tokens, bodies, origins and methods that are not right."""

import json
from base64 import b64encode
from typing import Any

import pytest

from tests.integration.refusing import CANARY, nothing_happens, refused
from tests.integration.world import (
    EMBED_ORIGIN,
    PUBLIC_BASE_URL,
    Event,
    World,
    at,
    parsed,
    sample,
    with_body,
    with_headers,
    with_query,
)

OWN_ORIGIN = "https://reconnect.example.com"
VISITS = {
    "reconnect_page_current": "reconnect_page",
    "reconnect_page_start": "reconnect_page",
    "reconnect_page_declined": "reconnect_page",
    "iframe_url_visit": "iframe_url",
}
POSTS = [name for name in VISITS if name != "reconnect_page_current"]
NEVER_SEALED = sample("reconnect_page_open")["body"]


@pytest.fixture(scope="module")
def link(world: World) -> str:
    """The secret of a good link of a refresh that waits for its person."""
    return secret_of(world, invited(world))


def invited(world: World) -> str:
    refresh: Event = world.start(world.add_login(), userPresent=None)
    assert refresh["status"] == "invited"
    refresh_id: str = refresh["id"]
    return refresh_id


def wanting(refresh_id: str, body: object) -> Event:
    return with_body(at(sample("refreshes_link"), id=refresh_id), body)


def secret_of(world: World, refresh_id: str, **wanted: object) -> str:
    answer = parsed(world.invoke("refreshes", wanting(refresh_id, wanted)), 201)
    address, _, secret = answer["url"].partition("#")
    assert address == f"{PUBLIC_BASE_URL}/reconnect"
    return str(secret)


def opening(body: object, **headers: Any) -> Event:
    plain = with_headers(sample("reconnect_page_open"), {"Origin": OWN_ORIGIN})
    return with_headers(with_body(plain, body), headers)


def visit_of(world: World, secret: str) -> str:
    token: str = parsed(world.invoke("reconnect_page", opening({"link": secret})), 201)["visit"]
    return token


def asking(name: str, token: str, **headers: Any) -> Event:
    told = {"Authorization": f"Bearer {token}", "Origin": OWN_ORIGIN} | headers
    return with_headers(sample(name), told)


# Handing one out


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": CANARY}, "channel"),
        ({"channel": "EMAIL"}, "channel"),
        ({"channel": None}, "channel"),
        ({"channel": ["email"]}, "channel"),
        ({"channel": {"email": 1}}, "channel"),
        ({"channel": "a@b.example\r\nBcc: c@d.example"}, "channel"),
        ({"expiresInSeconds": 0}, "expiresInSeconds"),
        ({"expiresInSeconds": -1}, "expiresInSeconds"),
        ({"expiresInSeconds": 59}, "expiresInSeconds"),
        ({"expiresInSeconds": 7 * 86400 + 1}, "expiresInSeconds"),
        ({"channel": "sms", "expiresInSeconds": 86401}, "expiresInSeconds"),
        ({"expiresInSeconds": "3600"}, "expiresInSeconds"),
        ({"expiresInSeconds": 3600.5}, "expiresInSeconds"),
        ({"expiresInSeconds": 3600.0}, "expiresInSeconds"),
        ({"expiresInSeconds": True}, "expiresInSeconds"),
        ({"expiresInSeconds": [60]}, "expiresInSeconds"),
        ({"expiresInSeconds": 10**400}, "expiresInSeconds"),
        ({CANARY: 1}, "unknown field"),
        ({"generation": 9}, "unknown field"),
        ({"email": "person@example.com"}, "unknown field"),
    ],
    ids=str,
)
def test_e32_e34_a_link_that_cannot_be_is_refused(
    world: World, body: dict[str, object], field: str
) -> None:
    event = wanting(invited(world), body)
    assert refused(world, "refreshes", event, 422, "invalid_request")["fields"] == [field]


@pytest.mark.parametrize("body", ["", "{", "[]", '"email"', '{"channel":"sms","channel":"sms"}'])
def test_e01_e04_a_body_that_is_no_object_is_refused(world: World, body: str) -> None:
    refused(world, "refreshes", wanting(invited(world), body), 400, "invalid_json")


def test_e33_there_is_no_sixth_link(world: World) -> None:
    refresh_id = invited(world)
    links = [secret_of(world, refresh_id) for _ in range(5)]
    assert len(set(links)) == 5
    refused(world, "refreshes", wanting(refresh_id, {}), 429, "too_many_links")


def test_e31_what_is_over_gets_no_link(world: World) -> None:
    refresh_id = invited(world)
    world.invoke("refreshes", at(sample("refreshes_cancel"), id=refresh_id))
    refused(world, "refreshes", wanting(refresh_id, {}), 409, "already_settled")


def test_the_same_idempotency_key_still_makes_another_link(world: World) -> None:
    """A repeated answer would have to be stored, secret and all."""
    refresh_id = invited(world)
    event = with_headers(wanting(refresh_id, {}), {"Idempotency-Key": "one"})
    first, second = (parsed(world.invoke("refreshes", event), 201) for _ in range(2))
    assert first["url"] != second["url"]


def test_r12_what_others_read_of_a_link_holds_no_secret(world: World) -> None:
    refresh_id = invited(world)
    mac = secret_of(world, refresh_id).rpartition(".")[2]
    assert mac not in json.dumps(world.read(refresh_id))
    assert mac not in json.dumps(world.rows())
    assert mac not in world.log.ever


# Opening a visit


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda _: 7,
        lambda _: "",
        lambda _: CANARY,
        lambda _: "x" * 10_000,
        lambda secret: [secret],
        lambda secret: secret[:-1],
        lambda secret: secret + "A",
        lambda secret: secret[:-1] + "=",
        lambda secret: f" {secret}",
        lambda secret: f"#{secret}",
        lambda secret: secret.replace("rf_", "cn_"),
        lambda secret: secret.replace(".1.", ".-1."),
        lambda secret: secret.replace(".1.", ".\u0661."),
        lambda secret: secret + "\x00",
        lambda secret: f"<script>{secret}</script>",
    ],
)
def test_e40_what_is_no_link_at_all_is_refused(world: World, link: str, change: Any) -> None:
    refused(world, "reconnect_page", opening({"link": change(link)}), 400, "invalid_link")


@pytest.mark.parametrize(
    "body",
    [{}, {"link": None}, {"visit": "x"}, {"link": "x", "more": CANARY}],
    ids=str,
)
def test_e40_a_body_without_exactly_a_link_is_refused(world: World, body: object) -> None:
    refused(world, "reconnect_page", opening(body), 400, "invalid_link")


def test_e41_forged_unknown_and_moved_links_get_one_same_answer(world: World) -> None:
    refresh_id = invited(world)
    secret_of(world, refresh_id)
    good = secret_of(world, refresh_id)
    content, _, mac = good.rpartition(".")
    other = invited(world)
    wrong = [
        f"{content}.{'A' * len(mac)}",
        f"{content}.{mac[::-1]}",
        good.replace(refresh_id, other),
        good.replace(".2.", ".1."),
        good.replace(".2.", ".3."),
        good.replace(good.split(".")[2], "99999999999"),
        json.loads(NEVER_SEALED)["link"],
    ]
    answers = [
        refused(world, "reconnect_page", opening({"link": each}), 410, "link_gone")
        for each in wrong
    ]
    assert all(each == answers[0] for each in answers)
    assert visit_of(world, good)


def test_d30_opening_five_times_leaves_the_link_good_and_is_told_once(
    world: World, link: str
) -> None:
    parsed(world.invoke("reconnect_page", opening({"link": link})), 201)
    with nothing_happens(world):
        tokens = [visit_of(world, link) for _ in range(5)]
        for token in tokens:
            told = parsed(
                world.invoke("reconnect_page", asking("reconnect_page_current", token)), 200
            )
            assert told["refresh"]["status"] == "invited"


def test_a_visitor_is_shown_nothing_of_the_integrators(world: World) -> None:
    login = world.add_login()
    refresh_id = world.start(login, userPresent=None, reference="customer-42")["id"]
    secret = secret_of(world, refresh_id)
    opened = parsed(world.invoke("reconnect_page", opening({"link": secret})), 201)
    seen = json.dumps(opened["refresh"])
    for kept in ("customer-42", login, refresh_id, world.home_of(login)):
        assert kept not in seen


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_e05_e43_a_form_of_another_site_is_refused(
    world: World, link: str, kind: str | None
) -> None:
    event = with_headers(opening({"link": link}), {"Content-Type": kind})
    refused(world, "reconnect_page", event, 415, "unsupported_media_type")


def test_e38_a_secret_in_the_query_opens_nothing(world: World, link: str) -> None:
    event = with_query(opening({}), {"link": [link]})
    refused(world, "reconnect_page", event, 400, "invalid_link")
    page = world.invoke("reconnect_page", with_query(sample("reconnect_page"), {"link": [link]}))
    assert page["statusCode"] == 200
    assert link not in page["body"]


# The visit's token


@pytest.mark.parametrize("name", VISITS)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {CANARY}",
        f"Bearer {'x' * 10_000}",
        "Basic " + b64encode(b"a:b").decode(),
        "AWS4-HMAC-SHA256 Credential=x",
        ["Bearer a", "Bearer b"],
    ],
    ids=lambda value: str(value)[:20],
)
def test_without_a_visit_there_is_nothing_to_do(
    world: World, name: str, authorization: str | list[str] | None
) -> None:
    event = with_headers(asking(name, ""), {"Authorization": authorization})
    refused(world, VISITS[name], event, 401, "visit_over")


@pytest.mark.parametrize("name", VISITS)
def test_another_seal_is_no_visit(world: World, name: str, link: str) -> None:
    token = visit_of(world, link)
    content, _, mac = token.rpartition(".")
    for wrong in (link, f"{content}.{'A' * len(mac)}", token.replace(".1.", ".2."), token + "A"):
        refused(world, VISITS[name], asking(name, wrong), 401, "visit_over")


@pytest.mark.parametrize("name", VISITS)
def test_d38_a_new_link_ends_the_visits_of_the_one_before(world: World, name: str) -> None:
    refresh_id = invited(world)
    token = visit_of(world, secret_of(world, refresh_id))
    secret_of(world, refresh_id)
    refused(world, VISITS[name], asking(name, token), 401, "visit_over")


@pytest.mark.parametrize("name", POSTS)
def test_e36_a_body_where_none_belongs_is_refused(world: World, name: str, link: str) -> None:
    event = with_body(asking(name, visit_of(world, link)), {"userPresent": True})
    refused(world, VISITS[name], event, 400, "body_not_allowed")


def test_a_refresh_that_only_waits_for_its_click_gives_no_url(world: World, link: str) -> None:
    event = asking("iframe_url_visit", visit_of(world, link))
    problem = refused(world, "iframe_url", event, 409, "no_iframe_url")
    assert (problem["refreshStatus"], problem["nextAction"]) == ("invited", "start_again")


def test_e45_clicking_twice_asks_the_worker_once(world: World) -> None:
    refresh_id = invited(world)
    token = visit_of(world, secret_of(world, refresh_id))
    world.messages("AuthorizeQueue")
    for _ in range(3):
        answer = world.invoke("reconnect_page", asking("reconnect_page_start", token))
        assert parsed(answer, 202)["refresh"]["status"] == "starting"
    assert world.messages("AuthorizeQueue") == [{"refreshId": refresh_id}]


def test_d40_a_cancelled_refresh_starts_nothing(world: World) -> None:
    refresh_id = invited(world)
    token = visit_of(world, secret_of(world, refresh_id))
    world.invoke("refreshes", at(sample("refreshes_cancel"), id=refresh_id))
    with nothing_happens(world):
        answer = world.invoke("reconnect_page", asking("reconnect_page_start", token))
    assert parsed(answer, 409)["code"] == "already_settled"


# Origins


STRANGERS = [
    "null",
    "https://evil.example",
    f"{OWN_ORIGIN}.evil.example",
    f"{OWN_ORIGIN}:444",
    OWN_ORIGIN.replace("https", "http"),
    f"{EMBED_ORIGIN}/",
    f"{EMBED_ORIGIN},{OWN_ORIGIN}",
    "",
]


@pytest.mark.parametrize("origin", STRANGERS)
@pytest.mark.parametrize("name", [*VISITS, "reconnect_page_open"])
def test_e43_b34_another_sites_page_is_refused(
    world: World, name: str, origin: str, link: str
) -> None:
    event = (
        opening({"link": link})
        if name == "reconnect_page_open"
        else asking(name, visit_of(world, link))
    )
    function = VISITS.get(name, "reconnect_page")
    refused(world, function, with_headers(event, {"Origin": origin}), 403, "origin_not_allowed")


@pytest.mark.parametrize("origin", [OWN_ORIGIN, EMBED_ORIGIN])
def test_a_listed_page_and_our_own_may_read_the_answer_and_a_refusal(
    world: World, origin: str, link: str
) -> None:
    good = world.invoke("reconnect_page", opening({"link": link}, Origin=origin))
    bad = world.invoke("reconnect_page", opening({"link": "x"}, Origin=origin))
    for answer in (good, bad):
        assert answer["headers"]["Access-Control-Allow-Origin"] == origin
        assert answer["headers"]["Vary"] == "Origin"
    assert (good["statusCode"], bad["statusCode"]) == (201, 400)


def test_no_answer_allows_credentials(world: World, link: str) -> None:
    """There are no cookies; a browser that sends some gets nothing for them."""
    event = opening({"link": link}, Cookie=f"visit={CANARY}")
    answer = world.invoke("reconnect_page", event)
    assert parsed(answer, 201)
    names = {name.lower() for name in answer["headers"]}
    assert not names & {"set-cookie", "access-control-allow-credentials"}


@pytest.mark.parametrize("path", ["", "/current", "/start", "/iframe-url"])
def test_a_preflight_is_answered_and_changes_nothing(world: World, path: str) -> None:
    event = sample("reconnect_page") | {
        "httpMethod": "OPTIONS",
        "resource": f"/reconnect/visits{path}",
    }
    with nothing_happens(world):
        answer = world.invoke("reconnect_page", with_headers(event, {"Origin": EMBED_ORIGIN}))
    assert answer["statusCode"] == 204
    assert answer["headers"]["Access-Control-Allow-Origin"] == EMBED_ORIGIN


# Keys


def test_b31_without_the_signing_key_nobody_gets_or_opens_anything(world: World) -> None:
    """R11; and the link of before stays good, since none was made."""
    refresh_id = invited(world)
    secret = secret_of(world, refresh_id)
    key = world.client("secretsmanager").get_secret_value(SecretId=world.values["SigningKey.Id"])
    try:
        world.set_secret("SigningKey")
        refused(world, "refreshes", wanting(refresh_id, {}), 503, "unavailable")
        refused(world, "reconnect_page", opening({"link": secret}), 503, "unavailable")
    finally:
        world.set_secret("SigningKey", **json.loads(key["SecretString"]))
    assert visit_of(world, secret)


def test_a_link_says_that_a_newer_one_took_its_place(world: World) -> None:
    refresh_id = invited(world)
    first, _ = secret_of(world, refresh_id), secret_of(world, refresh_id)

    gone = refused(world, "reconnect_page", opening({"link": first}), 410, "link_gone")

    assert gone["reason"] == "replaced"


def test_a_forged_link_learns_nothing_of_a_newer_one(world: World) -> None:
    refresh_id = invited(world)
    first, _ = secret_of(world, refresh_id), secret_of(world, refresh_id)
    forged = first[:-4] + ("AAAA" if first[-4:] != "AAAA" else "BBBB")

    gone = refused(world, "reconnect_page", opening({"link": forged}), 410, "link_gone")

    assert "reason" not in gone


def test_who_declines_may_begin_again_and_the_integrator_hears_it_once(world: World) -> None:
    refresh_id = world.challenged()["id"]
    token = visit_of(world, secret_of(world, refresh_id))

    for _ in range(2):
        answer = world.invoke("reconnect_page", asking("reconnect_page_declined", token))
        seen = parsed(answer, 200)["refresh"]
        assert (seen["status"], seen["error"]["code"]) == ("invited", "declined")
        assert seen["nextAction"] == "start_again"
        assert seen["returnUrl"] is not None

    assert str(world.rows()).count("refresh.declined") == 1
    answer = world.invoke("reconnect_page", asking("reconnect_page_start", token))
    assert parsed(answer, 202)["refresh"]["status"] in {"mfa_required", "starting"}
