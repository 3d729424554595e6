"""GET /callback/{state}: the browser only hints, and gets nothing that it could misuse."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flinks_reconnect.domain.capabilities import Capability, Purpose, sign_capability
from flinks_reconnect.domain.ids import RefreshId

from tests.integration.refusing import CANARY, nothing_happens
from tests.integration.world import (
    EMBED_ORIGIN,
    OLD_SIGNING_KEY,
    OTHER_RETURN_URL,
    RETURN_URL,
    SIGNING_KEY,
    Event,
    World,
    at,
    sample,
    state,
    with_headers,
    with_query,
)

NONCE = re.compile(r"script-src 'nonce-([A-Za-z0-9_-]{22})'")
LATER = datetime.now(UTC) + timedelta(days=1)


def hit(state: str, *, framed: bool = False) -> Event:
    """What a browser sends that Flinks Connect has sent to us."""
    mode = "embedded" if framed else "redirect"
    return with_query(at(sample(f"redirect_callback_{mode}"), state=state), None)


def waiting(world: World, **more: Any) -> tuple[str, str]:
    """A refresh whose person is at the bank's question, and the state of its callback."""
    refresh_id = world.challenged(**more)["id"]
    return refresh_id, state(world.issue(refresh_id)["url"])


_WAITING: dict[int, tuple[str, str]] = {}


def waiting_once(world: World) -> tuple[str, str]:
    """One refresh for all tests that only look at the answer."""
    if id(world) not in _WAITING:
        _WAITING[id(world)] = waiting(world)
    return _WAITING[id(world)]


def answered(world: World, event: Event) -> Event:
    answer: Event = world.invoke("redirect_callback", event)
    return answer


def assert_harmless(answer: Event) -> None:
    """No hit may be cached, referred to, sniffed, framed by others, or downgraded."""
    headers = answer["headers"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert int(headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 31_536_000
    assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in headers


def policy(answer: Event) -> dict[str, str]:
    directives = (
        each.strip().split(" ", 1)
        for each in answer["headers"]["Content-Security-Policy"].split(";")
    )
    return {name: value for name, value in directives}


def assert_neutral(answer: Event, status: int) -> None:
    """A page that says nothing, runs nothing and may be shown by nobody."""
    assert answer["statusCode"] == status
    assert_harmless(answer)
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert policy(answer)["default-src"] == "'none'"
    assert policy(answer)["base-uri"] == "'none'"
    assert policy(answer)["form-action"] == "'none'"
    assert policy(answer)["frame-ancestors"] == "'none'"
    assert "script-src" not in policy(answer)
    assert "<script" not in answer["body"]
    assert "rf_" not in answer["body"]


class Scripts(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.nonces: list[str | None] = []
        self.handlers: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"
        if self._inside:
            self.nonces.append(dict(attributes).get("nonce"))
        self.handlers += [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, text: str) -> None:
        if self._inside:
            self.found.append(text.strip())

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


# The two good answers


def test_redirect_mode_sends_the_person_to_the_listed_address_with_our_id_alone(
    world: World,
) -> None:
    refresh_id, sealed = waiting(world)
    answer = answered(world, hit(sealed))
    assert answer["statusCode"] == 303
    assert_harmless(answer)
    assert answer["headers"]["Location"] == f"{RETURN_URL}?refreshId={refresh_id}"
    assert answer["body"] == ""
    assert world.read(refresh_id)["status"] == "verifying"
    assert {"refreshId": refresh_id} in world.messages("AccountsQueue")


def test_redirect_mode_keeps_the_query_of_the_listed_address(world: World) -> None:
    refresh_id, sealed = waiting(world, returnUrl=OTHER_RETURN_URL)
    location = answered(world, hit(sealed))["headers"]["Location"]
    assert location == f"{OTHER_RETURN_URL}&refreshId={refresh_id}"


@pytest.mark.parametrize("framed", [True, False])
def test_embedded_mode_tells_the_one_listed_origin_and_nobody_else(
    world: World, framed: bool
) -> None:
    refresh_id, sealed = waiting(world, mode="embedded")
    answer = answered(world, hit(sealed, framed=framed))
    assert answer["statusCode"] == 200
    assert_harmless(answer)
    assert "Location" not in answer["headers"]
    assert policy(answer)["frame-ancestors"] == EMBED_ORIGIN
    assert policy(answer)["default-src"] == "'none'"
    page = Scripts(answer["body"])
    found = NONCE.search(answer["headers"]["Content-Security-Policy"])
    assert found is not None
    assert page.nonces == [found[1]]
    assert page.handlers == []
    (script,) = page.found
    message = {"type": "flinks-reconnect.callback", "refreshId": refresh_id}
    assert script == f"parent.postMessage({json.dumps(message)}, {json.dumps(EMBED_ORIGIN)});"
    assert world.read(refresh_id)["status"] == "verifying"


def test_a_frame_in_redirect_mode_is_not_redirected(world: World) -> None:
    """B03: a redirect inside the frame would show the integrator's app within itself."""
    _, sealed = waiting(world)
    answer = answered(world, hit(sealed, framed=True))
    assert answer["statusCode"] == 200
    assert policy(answer)["frame-ancestors"] == EMBED_ORIGIN


def test_every_page_has_a_nonce_of_its_own(world: World) -> None:
    _, sealed = waiting(world, mode="embedded")
    pages = [answered(world, hit(sealed)) for _ in range(3)]
    nonces = {tuple(Scripts(page["body"]).nonces) for page in pages}
    assert len(nonces) == 3


def test_d43_d46_second_and_late_hits_answer_alike_and_have_no_further_effect(
    world: World,
) -> None:
    refresh_id, sealed = waiting(world)
    first = answered(world, hit(sealed))
    assert answered(world, hit(sealed)) == first  # noted, so that Flinks is asked once more
    with nothing_happens(world):
        assert answered(world, hit(sealed)) == first
        assert answered(world, hit(sealed)) == first
    world.invoke("refreshes", at(sample("refreshes_cancel"), id=refresh_id))
    world.messages("AccountsQueue")
    with nothing_happens(world):
        assert answered(world, hit(sealed)) == first


def test_e54_s9_a_hit_after_the_end_answers_alike_and_changes_nothing(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    sealed = state(world.issue(refresh["id"])["url"])
    first = answered(world, hit(sealed))
    world.invoke("refreshes", at(sample("refreshes_cancel"), id=refresh["id"]))
    world.start(login)
    world.messages("AuthorizeQueue")
    with nothing_happens(world):
        assert answered(world, hit(sealed)) == first


def test_e54_d44_a_hit_before_the_bank_was_asked_changes_nothing(world: World) -> None:
    refresh = world.start(world.add_login())
    early = sealed_by(SIGNING_KEY, refresh["id"])
    with nothing_happens(world):
        assert answered(world, hit(early))["statusCode"] == 303
    assert world.read(refresh["id"])["status"] == "starting"


# E48, B02: states that are not ours


FORGED: dict[str, Callable[[str, str], str]] = {
    "another key": lambda ours, _: sealed_by(b"guessed", ours),
    "an empty key": lambda ours, _: sealed_by(b"", ours),
    "another attempt": lambda _, good: good.replace(".1.", ".2."),
    "another refresh": lambda ours, good: good.replace(
        ours, ours[:-1] + ("1" if ours.endswith("0") else "0")
    ),
    "a later expiry": lambda _, good: re.sub(r"\.(\d+)\.", lambda at: f".{int(at[1]) + 1}.", good),
    "expired": lambda ours, _: sealed_by(SIGNING_KEY, ours, LATER - timedelta(days=2)),
    "of a refresh that never was": lambda ours, _: sealed_by(SIGNING_KEY, f"{ours[:-8]}00000000"),
    "no mac": lambda _, good: good[:-22],
    "half a mac": lambda _, good: good[:-8],
    "more": lambda _, good: f"{good}.more",
    "capitals": lambda _, good: good.upper(),
    "a bare id": lambda ours, _: ours,
    "encoded": lambda _, good: quote(good, safe="").replace(".", "%2E"),
}
NEVER_SEALED = [
    "",
    ".",
    "...",
    "a.b.c.d",
    CANARY,
    CANARY * 800,
    "\x00",
    "%00",
    "<script>alert(1)</script>",
    "..%2f..%2f",
    "\u202ekanarienvogel",
    "rf_x.1.9999999999.AAAAAAAAAAAAAAAAAAAAAA",
    "rf_x.-1.nan.=",
]


def sealed_by(key: bytes, refresh_id: str, until: datetime = LATER) -> str:
    return sign_capability(key, Purpose.CALLBACK, Capability(RefreshId(refresh_id), 1), until)


@pytest.mark.parametrize("how", [*FORGED, *NEVER_SEALED], ids=lambda how: ascii(how)[:30])
@pytest.mark.parametrize("framed", [True, False])
def test_e48_b02_d41_a_state_that_is_not_ours_gets_the_neutral_page(
    world: World, how: str, framed: bool
) -> None:
    forge = FORGED.get(how)
    event = hit(forge(*waiting_once(world)) if forge else how, framed=framed)
    with nothing_happens(world):
        answer = answered(world, event)
    assert_neutral(answer, 404)
    assert CANARY not in json.dumps(answer)
    assert CANARY not in world.log.text


@pytest.mark.parametrize("parameters", [None, {}, {"state": None}], ids=str)
def test_e48_e85_a_hit_without_a_state_gets_the_neutral_page(
    world: World, parameters: dict[str, None] | None
) -> None:
    event = sample("redirect_callback_redirect") | {"pathParameters": parameters}
    with nothing_happens(world):
        assert_neutral(answered(world, event), 404)


def test_e48_every_unknown_state_gets_the_same_page(world: World) -> None:
    pages = [answered(world, hit(each)) for each in ("x", "a.b.c.d", sealed_by(b"guessed", "x"))]
    assert pages[0] == pages[1] == pages[2]


# E49 to E52: what the query claims


def claims(login: str, **more: list[str]) -> dict[str, list[str]]:
    known = {"loginId": [login], "institution": ["FlinksCapital"], "accountId": ["x"]}
    return known | {"tag": ["rf_x"]} | more


@pytest.mark.parametrize(
    "names", [[], ["5e115eac-1209-4f19-641c-08d6d484e2fe"], ["a", "b"], [CANARY], [""]], ids=str
)
def test_e49_b01_d42_what_the_query_claims_completes_nothing(
    world: World, names: list[str]
) -> None:
    refresh_id, sealed = waiting(world)
    query = claims("") | {"loginId": names}
    answer = answered(world, with_query(hit(sealed), {k: v for k, v in query.items() if v}))
    assert answer["headers"]["Location"] == f"{RETURN_URL}?refreshId={refresh_id}"
    assert world.read(refresh_id)["status"] == "verifying"
    world.messages("AccountsQueue")
    world.work("fetch_accounts", refresh_id)
    assert world.read(refresh_id)["status"] == "mfa_required"
    assert not any(refresh_id in name for name in world.names())


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "'\"><img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "javascript:alert(1)",
        "\r\nSet-Cookie: a=b",
        "%0d%0aLocation:https://evil.example",
        "https://evil.example",
        "{{7*7}}",
        "x" * 10_000,
        "\u2028\u2029\u202e",
    ],
    ids=lambda value: ascii(value)[:30],
)
@pytest.mark.parametrize(
    "name", ["institution", "tag", "accountId", "loginId", "returnUrl", "state"]
)
def test_e50_b10_nothing_of_the_query_is_reflected(world: World, name: str, value: str) -> None:
    refresh_id, sealed = waiting_once(world)
    for framed in (True, False):
        event = with_query(hit(sealed, framed=framed), {name: [value + CANARY]})
        answer = answered(world, event)
        text = json.dumps(answer)
        assert CANARY not in text
        assert "evil.example" not in text
        assert "alert" not in text
        assert set(re.findall(r"rf_\w+", text)) <= {refresh_id}


@pytest.mark.parametrize(
    "query",
    [
        {f"p{number}": ["x"] for number in range(200)},
        {"x": ["y" * 8000]},
        {"%ZZ": ["%ZZ"]},
        {"a;b": ["c;d"]},
        {"loginId%00": ["x"]},
        {"": [""]},
        {"__proto__": ["x"]},
    ],
    ids=["200 parameters", "8 kB", "%ZZ", "semicolons", "NUL", "empty", "prototype"],
)
def test_e51_a_strange_query_is_ignored(world: World, query: dict[str, list[str]]) -> None:
    refresh_id, sealed = waiting_once(world)
    answer = answered(world, with_query(hit(sealed), query))
    assert answer["headers"]["Location"] == f"{RETURN_URL}?refreshId={refresh_id}"


def test_e52_s14_accounts_in_the_query_do_not_widen_the_selection(world: World) -> None:
    login = world.add_login()
    chosen = world.accounts_of(login)[0]
    refresh = world.start(login, selectedAccounts=[chosen])
    world.work("authorize", refresh["id"])
    url = world.issue(refresh["id"])["url"]
    world.answer_the_bank(url)
    others = ",".join(world.accounts_of(login))
    answered(world, with_query(hit(state(url)), claims(login, resumeSelectedAccounts=[others])))
    for _ in range(4):
        world.work("fetch_accounts", refresh["id"])
    done = world.read(refresh["id"])
    assert done["status"] == "completed"
    (snapshot,) = (name for name in world.names() if refresh["id"] in name)
    assert sorted(world.account_ids_in(snapshot)) == [chosen]


# E53: not a visit


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"sec-purpose": "prefetch"},
    ],
    ids=str,
)
def test_e53_b08_a_browser_that_only_looks_ahead_has_no_effect(
    world: World, headers: dict[str, str]
) -> None:
    _, sealed = waiting(world)
    with nothing_happens(world):
        answer = answered(world, with_headers(hit(sealed), headers))
    assert answer["statusCode"] == 503
    assert_harmless(answer)


def test_e85_a_hit_without_headers_is_answered(world: World) -> None:
    refresh_id, sealed = waiting(world)
    event = hit(sealed) | {"headers": None, "multiValueHeaders": None}
    event["queryStringParameters"] = event["multiValueQueryStringParameters"] = None
    assert answered(world, event)["statusCode"] == 303
    assert world.read(refresh_id)["status"] == "verifying"


# Keys and lists that changed meanwhile


def test_a_state_of_the_key_before_is_good_while_the_key_rotates(world: World) -> None:
    refresh = world.challenged()
    old = sealed_by(OLD_SIGNING_KEY, refresh["id"])
    current = SIGNING_KEY.decode()
    assert_neutral(answered(world, hit(old)), 404)
    world.set_secret("SigningKey", current=current, previous=OLD_SIGNING_KEY.decode())
    try:
        assert answered(world, hit(old))["statusCode"] == 303
    finally:
        world.set_secret("SigningKey", current=current)
    assert_neutral(answered(world, hit(old)), 404)


@pytest.mark.parametrize("fields", [{}, {"current": ""}, {"previous": "x"}], ids=str)
def test_r11_without_a_key_every_state_is_refused(world: World, fields: dict[str, str]) -> None:
    _, sealed = waiting(world)
    world.set_secret("SigningKey", **fields)
    try:
        with nothing_happens(world):
            assert_neutral(answered(world, hit(sealed)), 503)
    finally:
        world.set_secret("SigningKey", current=SIGNING_KEY.decode())


def test_b05_an_address_that_left_the_list_is_not_used_any_more(world: World) -> None:
    _, sealed = waiting(world)
    with world.changed(ReturnUrls="https://elsewhere.example.com/"):
        answer = answered(world, hit(sealed))
    assert_neutral(answer, 200)


def test_b05_an_origin_that_left_the_list_is_told_nothing(world: World) -> None:
    _, sealed = waiting(world, mode="embedded")
    with world.changed(EmbedOrigins=""):
        answer = answered(world, hit(sealed))
    assert_neutral(answer, 200)


def test_the_location_of_a_callback_carries_no_handle_of_flinks(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    url = world.issue(refresh["id"])["url"]
    request = dict(parse_qsl(urlsplit(url).query))["requestId"]
    answer = answered(world, with_query(hit(state(url)), claims(login)))
    assert login not in json.dumps(answer)
    assert request not in json.dumps(answer)
    assert login not in world.log.text


def test_a_browser_that_speaks_french_is_answered_in_french(world: World) -> None:
    asking = with_headers(hit("no-state-of-ours"), {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})
    answer = answered(world, asking)

    assert_neutral(answer, 404)
    assert '<html lang="fr">' in answer["body"]
    assert "Rien à voir ici" in answer["body"]
