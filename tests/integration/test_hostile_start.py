"""POST /refreshes with everything that is not right: refused before anything happens."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.refusing import CANARY, nothing_happens, refused
from tests.integration.world import (
    EMBED_ORIGIN,
    RETURN_URL,
    Event,
    World,
    at,
    parsed,
    sample,
    with_body,
    with_headers,
)

GUID = "5e115eac-1209-4f19-641c-08d6d484e2fe"
OTHER = "6f226fbd-2310-4a20-752d-19e7e595f30f"
GOOD: dict[str, Any] = {"loginId": GUID, "selectedAccounts": "all"}


def start(body: object) -> Event:
    return with_headers(with_body(sample("start_refresh"), body), {"Idempotency-Key": None})


def started(world: World, body: object) -> Event:
    return parsed(world.invoke("start_refresh", start(body)), 200, 202)


@pytest.mark.parametrize("body", [None, "", " ", "\n"], ids=repr)
def test_e01_an_empty_body_is_refused(world: World, body: str | None) -> None:
    refused(world, "start_refresh", start(body), 400, "invalid_json")


@pytest.mark.parametrize(
    "body",
    [
        CANARY,
        json.dumps(GOOD)[:-1],
        json.dumps(GOOD) + CANARY,
        "\ufeff" + json.dumps(GOOD),
        json.dumps(GOOD).encode("utf-16-le").decode("utf-8"),
        b'{"loginId": "\xff\xfe"}'.decode(errors="replace")[:-1],
        "{'loginId': 'x'}",
        "{" * 10,
    ],
    ids=["words", "cut", "more", "BOM", "UTF-16", "broken UTF-8", "quotes", "braces"],
)
def test_e02_what_is_not_json_is_refused(world: World, body: str) -> None:
    refused(world, "start_refresh", start(body), 400, "invalid_json")


def test_e02_a_body_that_is_not_text_is_refused(world: World) -> None:
    event = start(GOOD) | {"isBase64Encoded": True}
    refused(world, "start_refresh", event, 400, "invalid_json")


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true", f"[{json.dumps(GOOD)}]"])
def test_e03_a_body_that_is_no_object_is_refused(world: World, body: str) -> None:
    refused(world, "start_refresh", start(body), 400, "invalid_json")


@pytest.mark.parametrize(
    "body",
    [
        f'{{"loginId": "{GUID}", "loginId": "{OTHER}", "selectedAccounts": "all"}}',
        f'{{"loginId": "{GUID}", "login\\u0049d": "{OTHER}", "selectedAccounts": "all"}}',
        f'{{"loginId": "{GUID}", "accountsOptions": {{"withKyc": true, "withKyc": false}}}}',
    ],
    ids=["plain", "escaped", "nested"],
)
def test_e04_b33_a_key_that_comes_twice_is_refused(world: World, body: str) -> None:
    refused(world, "start_refresh", start(body), 400, "invalid_json")


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/plain; application/json",
        ["application/json", "text/plain"],
    ],
    ids=str,
)
def test_e05_another_content_type_is_refused(world: World, kind: Any) -> None:
    event = with_headers(start(GOOD), {"Content-Type": kind})
    refused(world, "start_refresh", event, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"]
)
def test_e05_json_is_json_however_it_is_written(world: World, kind: str) -> None:
    event = with_headers(start(GOOD | {"loginId": ""}), {"Content-Type": kind})
    refused(world, "start_refresh", event, 422, "invalid_request")


def test_e06_a_body_over_64_kb_is_refused(world: World) -> None:
    padding = " " * (64 * 1024 + 1 - len(json.dumps(GOOD)))
    refused(world, "start_refresh", start(json.dumps(GOOD) + padding), 413, "body_too_large")


def test_e06_the_limit_counts_bytes_and_not_letters(world: World) -> None:
    body = json.dumps(GOOD | {"reference": "é" * 40_000}, ensure_ascii=False)
    refused(world, "start_refresh", start(body), 413, "body_too_large")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_e07_a_body_nested_33_deep_is_refused(world: World, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * 32 + "1" + closing * 32
    body = f'{{"loginId": "{GUID}", "x": {deep}}}'
    refused(world, "start_refresh", start(body), 400, "invalid_json")


def test_e07_thousands_of_keys_are_refused_in_one_short_answer(world: World) -> None:
    body = {f"key{number}": number for number in range(3000)}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert len(json.dumps(problem)) < 1000


@pytest.mark.parametrize("value", [None, "", 5, 5.5, True, {}, [], [GUID], {"id": GUID}], ids=str)
@pytest.mark.parametrize("field", ["loginId", "requestId"])
def test_e08_an_id_of_another_type_is_refused(world: World, field: str, value: object) -> None:
    body = {"selectedAccounts": "all", field: value}
    refused(world, "start_refresh", start(body), 422, "invalid_request")


def test_e08_a_start_without_any_id_is_refused(world: World) -> None:
    refused(world, "start_refresh", start({"selectedAccounts": "all"}), 422, "invalid_request")


BAD_GUIDS = {
    "words": CANARY,
    "braces": f"{{{GUID}}}",
    "a space": f"{GUID} ",
    "a line feed": f"{GUID}\n",
    "too long": f"{GUID}0",
    "too short": GUID[:-1],
    "no dashes": GUID.replace("-", ""),
    "zeros": "00000000-0000-0000-0000-000000000000",
    "full-width": GUID.replace("5", "\uff15"),
    "cyrillic": GUID.replace("e", "\u0435"),
    "zero-width": GUID[:5] + "\u200d" + GUID[5:],
    "NUL": GUID + "\x00",
    "CRLF": GUID[:-2] + "\r\n",
    "separator": GUID[:-1] + "\u2028",
    "ANSI": GUID[:-4] + "\x1b[2J",
    "path": "../../../../etc/passwd-0000-000000000",
    "half a surrogate": GUID[:-1] + "\ud800",
}


@pytest.mark.parametrize("name", BAD_GUIDS)
@pytest.mark.parametrize("field", ["loginId", "requestId"])
def test_e09_e10_e12_e13_an_id_that_is_no_guid_is_refused(
    world: World, field: str, name: str
) -> None:
    body = GOOD | {field: BAD_GUIDS[name]}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] == [field]


def test_e11_an_id_in_capitals_is_the_same_connection(world: World) -> None:
    login = world.add_login()
    first = world.start(login.upper())
    assert world.start(login)["id"] == first["id"]


@pytest.mark.parametrize(
    "value",
    ["", "x" * 65, "a b", "a\x00b", "a\r\nb", "a\u2028b", "a\x1b[2Jb", "é", "\ud800", "\u202eabc"],
    ids=ascii,
)
def test_e13_b28_a_reference_is_short_plain_text(world: World, value: str) -> None:
    problem = refused(
        world, "start_refresh", start(GOOD | {"reference": value}), 422, "invalid_request"
    )
    assert problem["fields"] == ["reference"]


@pytest.mark.parametrize(
    "field",
    [
        "state",
        "status",
        "tenantId",
        "expires_at",
        "expiresAt",
        "login_id",
        "LoginId",
        "fence",
        "attempt",
        "version",
        "__proto__",
        "metadata",
        "resumeSelectedAccounts",
        CANARY,
    ],
    ids=ascii,
)
def test_e14_b23_a_field_that_is_not_ours_is_refused_and_not_named(
    world: World, field: str
) -> None:
    body = GOOD | {field: CANARY}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] == ["unknown field"]


def test_e13_a_name_that_no_text_can_hold_is_refused(world: World) -> None:
    body = f'{{"loginId": "{GUID}", "\\ud800": 1}}'
    refused(world, "start_refresh", start(body), 422, "invalid_request")


def test_e14_an_unknown_option_is_refused(world: World) -> None:
    body = GOOD | {"accountsOptions": {"withEverything": True}}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] == ["accountsOptions"]


MANY = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 202)]


@pytest.mark.parametrize(
    "value",
    [
        [],
        MANY,
        [GUID, GUID],
        [GUID, GUID.upper()],
        [CANARY],
        [f"{GUID},{OTHER}"],
        GUID,
        f"{GUID},{OTHER}",
        "ALL",
        "",
        [None],
        [5],
        [[GUID]],
        {"ids": [GUID]},
        True,
        ["00000000-0000-0000-0000-000000000000"],
    ],
    ids=lambda value: str(value)[:30],
)
def test_e15_a_selection_is_a_list_of_ids_or_the_word_all(world: World, value: object) -> None:
    body = GOOD | {"selectedAccounts": value}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] in (["selectedAccounts"], ["body"])


def test_e15_two_hundred_accounts_are_taken(world: World) -> None:
    started(world, {"loginId": world.add_login(), "selectedAccounts": MANY[:200]})


@pytest.mark.parametrize("value", ["missing", None], ids=str)
def test_e15_a_first_start_without_a_selection_is_refused(world: World, value: str | None) -> None:
    body: dict[str, Any] = {"loginId": world.add_login()}
    body |= {} if value == "missing" else {"selectedAccounts": None}
    refused(world, "start_refresh", start(body), 422, "selection_required")


@pytest.mark.parametrize("wider", ["all", [GUID, OTHER], [OTHER]], ids=str)
def test_e16_s14_a_later_start_never_changes_the_selection(world: World, wider: Any) -> None:
    login = world.add_login()
    started(world, {"loginId": login, "selectedAccounts": [GUID]})
    body = {"loginId": login, "selectedAccounts": wider}
    refused(world, "start_refresh", start(body), 422, "selection_differs")


BAD_URLS = {
    "another host": "https://evil.example/reconnected",
    "http": RETURN_URL.replace("https", "http"),
    "script": f"javascript:alert('{CANARY}')",
    "data": "data:text/html,x",
    "no scheme": "//app.example.com/reconnected",
    "one slash": "https:/app.example.com/reconnected",
    "no slashes": "https:app.example.com/reconnected",
    "backslash": "https:\\\\app.example.com\\reconnected",
    "user info": "https://app.example.com@evil.example/reconnected",
    "user info of ours": "https://evil@app.example.com/reconnected",
    "fragment": f"{RETURN_URL}#{CANARY}",
    "query": f"{RETURN_URL}?next={quote('https://evil.example')}",
    "port": RETURN_URL.replace(".com", ".com:8443"),
    "default port": RETURN_URL.replace(".com", ".com:443"),
    "trailing dot": RETURN_URL.replace(".com", ".com."),
    "trailing slash": f"{RETURN_URL}/",
    "capitals": RETURN_URL.replace("app", "APP"),
    "punycode": "https://xn--pp-vka.example.com/reconnected",
    "homoglyph": RETURN_URL.replace("a", "\u0430"),
    "traversal": f"{RETURN_URL}/../other",
    "CRLF": f"{RETURN_URL}\r\nSet-Cookie: a=b",
    "encoded CRLF": f"{RETURN_URL}%0d%0aSet-Cookie:a=b",
    "a space": f" {RETURN_URL}",
    "prefix": f"{RETURN_URL}.evil.example",
    "too long": "https://app.example.com/" + "x" * 2049,
    "empty": "",
    "a number": 5,
    "a list": [RETURN_URL],
}


@pytest.mark.parametrize("name", BAD_URLS)
@pytest.mark.parametrize("field", ["returnUrl", "embedOrigin"])
def test_e17_b05_s18_only_an_exact_entry_of_the_allow_list_is_taken(
    world: World, field: str, name: str
) -> None:
    body = GOOD | {field: BAD_URLS[name]}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] == [field]


def test_e17_the_two_allow_lists_are_not_mixed_up(world: World) -> None:
    refused(
        world, "start_refresh", start(GOOD | {"returnUrl": EMBED_ORIGIN}), 422, "invalid_request"
    )
    refused(
        world, "start_refresh", start(GOOD | {"embedOrigin": RETURN_URL}), 422, "invalid_request"
    )


@pytest.mark.parametrize(
    "key",
    ["", "x" * 256, "a b", "a\tb", "a\r\nb", "é", "\x7f", ["one", "two"], ["one", "one"]],
    ids=ascii,
)
def test_e18_an_idempotency_key_is_one_header_of_plain_characters(world: World, key: Any) -> None:
    event = with_headers(start(GOOD), {"Idempotency-Key": key})
    refused(world, "start_refresh", event, 400, "invalid_idempotency_key")


def test_e18_s13_the_same_key_and_body_lead_to_the_same_refresh(world: World) -> None:
    body = {"loginId": world.add_login(), "selectedAccounts": "all"}
    event = with_headers(start(body), {"Idempotency-Key": "once-only"})
    first = parsed(world.invoke("start_refresh", event), 202)
    world.invoke("start_refresh", event)
    world.invoke("start_refresh", with_headers(event, {"idempotency-key": None}))
    with nothing_happens(world):
        again = parsed(world.invoke("start_refresh", event), 200)
    assert again["id"] == first["id"]


A, B = "0d4c1b2a-3e5f-4a6b-8c7d-9e0f1a2b3c4d", "1d4c1b2a-3e5f-4a6b-8c7d-9e0f1a2b3c4d"


@pytest.mark.parametrize(
    "repeated",
    [
        '{"selectedAccounts": ["%(a)s"], "reference": "c-1", "userPresent": false, '
        '"loginId": "%(l)s"}',
        '{"loginId":"%(l)s","userPresent":false,"reference":"c-1","selectedAccounts":["%(a)s"]}',
        '{"loginId":"%(l)s","userPresent":false,"reference":"\\u0063-1",'
        '"selectedAccounts":["%(a)s"]}',
        '\n{ "login\\u0049d":"%(l)s",\t"userPresent":false,"reference":"c\\u002D1",'
        '"selectedAccounts":\r\n["%(a)s"]}\n',
    ],
)
def test_s13_a_body_is_the_same_if_it_means_the_same(world: World, repeated: str) -> None:
    login = world.add_login()
    body = {"loginId": login, "userPresent": False, "reference": "c-1", "selectedAccounts": [A]}
    key = {"Idempotency-Key": f"by-meaning-{login}"}
    first = parsed(world.invoke("start_refresh", with_headers(start(body), key)), 202)
    event = with_headers(with_body(start(body), repeated % {"l": login, "a": A}), key)
    with nothing_happens(world):
        again = parsed(world.invoke("start_refresh", event), 200)
    assert again["id"] == first["id"]


@pytest.mark.parametrize(
    "other",
    [
        {"selectedAccounts": [A]},
        {"selectedAccounts": [B, A]},
        {"selectedAccounts": "all"},
        {"userPresent": True},
        {"reference": "C-1"},
        {"reference": "1"},
    ],
    ids=str,
)
def test_s13_a_body_that_means_something_else_is_another(
    world: World, other: dict[str, Any]
) -> None:
    login = world.add_login()
    body = {"loginId": login, "userPresent": False, "reference": "c-1", "selectedAccounts": [A, B]}
    key = {"Idempotency-Key": f"by-meaning-{login}"}
    parsed(world.invoke("start_refresh", with_headers(start(body), key)), 202)
    event = with_headers(start(body | other), key)
    refused(world, "start_refresh", event, 422, "idempotency_key_reused")


@pytest.mark.parametrize("repeated", ["", "{ }", "null", "[]"])
def test_s13_nothing_is_the_same_body_as_no_body(world: World, repeated: str) -> None:
    refresh = world.start(world.add_login())
    key = {"Idempotency-Key": f"nothing-{refresh['id']}"}
    event = with_headers(at(sample("start_refresh_next_attempt"), id=refresh["id"]), key)
    first = world.invoke("start_refresh", with_body(event, "{}"))
    again = world.invoke("start_refresh", with_body(event, repeated))
    assert json.loads(again["body"])["id"] == json.loads(first["body"])["id"]


def test_s13_two_sessions_of_one_assumed_role_are_one_caller(world: World) -> None:
    """A Lambda function or a pod that sends again has another session name."""
    key = {"Idempotency-Key": "of-one-role"}
    body = {"loginId": world.add_login(), "selectedAccounts": "all"}

    def sent_by(session: str) -> Any:
        event = with_headers(start(body), key)
        arn = f"arn:aws:sts::123456789012:assumed-role/app/{session}"
        event["requestContext"]["identity"]["userArn"] = arn
        return world.invoke("start_refresh", event)

    first = parsed(sent_by("pod-1"), 202)
    assert parsed(sent_by("pod-2"), 200)["id"] == first["id"]
    body["language"] = "fr"
    assert sent_by("pod-3")["statusCode"] == 422


def test_d101_the_same_key_with_another_body_is_refused(world: World) -> None:
    key = {"Idempotency-Key": "with-another-body"}
    body = {"loginId": world.add_login(), "selectedAccounts": "all"}
    parsed(world.invoke("start_refresh", with_headers(start(body), key)), 202)
    other = with_headers(start(body | {"language": "fr"}), key)
    refused(world, "start_refresh", other, 422, "idempotency_key_reused")


def test_s13_the_key_of_another_caller_is_another_key(world: World) -> None:
    key = {"Idempotency-Key": "of-two-callers"}
    mine = with_headers(start({"loginId": world.add_login(), "selectedAccounts": "all"}), key)
    theirs = with_headers(start({"loginId": world.add_login(), "selectedAccounts": "all"}), key)
    theirs["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:user/other"
    first = parsed(world.invoke("start_refresh", mine), 202)
    assert parsed(world.invoke("start_refresh", theirs), 202)["id"] != first["id"]


def test_e21_a_second_start_answers_with_the_same_refresh(world: World) -> None:
    login = world.add_login()
    first = world.start(login)
    with nothing_happens(world):
        answer = world.invoke("start_refresh", start({"loginId": login}))
    assert parsed(answer, 200)["id"] == first["id"]


def test_e21_s7_an_adoption_beside_an_open_refresh_is_refused_with_its_id(world: World) -> None:
    login = world.add_login()
    first = world.start(login)
    body = {"loginId": login, "requestId": OTHER, "selectedAccounts": "all"}
    problem = refused(world, "start_refresh", start(body), 409, "other_session_open")
    assert problem["refreshId"] == first["id"]


@pytest.mark.parametrize(
    "value",
    [
        "../14",
        "14/../15",
        "@evil",
        "14%2f",
        "FlinksCapital",
        "14.",
        "",
        "1234567890",
        14,
        "\uff11\uff14",
    ],
    ids=str,
)
def test_e23_b16_an_institution_is_a_number_and_never_part_of_an_address(
    world: World, value: object
) -> None:
    body = GOOD | {"institutionId": value}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] == ["institutionId"]


@pytest.mark.parametrize("value", ["true", "false", 1, 0, "yes", [], {}, 1.0], ids=repr)
def test_e24_a_boolean_is_a_boolean(world: World, value: object) -> None:
    refused(world, "start_refresh", start(GOOD | {"userPresent": value}), 422, "invalid_request")
    options = {"withTransactions": value}
    refused(
        world, "start_refresh", start(GOOD | {"accountsOptions": options}), 422, "invalid_request"
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5000])
def test_e25_a_number_that_is_no_json_is_refused(world: World, number: str) -> None:
    body = f'{{"loginId": "{GUID}", "userPresent": {number}}}'
    refused(world, "start_refresh", start(body), 400, "invalid_json")


@pytest.mark.parametrize("number", ["1e309", "-0", "-0.0", "9223372036854775808", "1e400"])
@pytest.mark.parametrize("field", ["userPresent", "loginId", "reference", "selectedAccounts"])
def test_e25_a_number_where_none_belongs_is_refused(world: World, field: str, number: str) -> None:
    others = {name: value for name, value in GOOD.items() if name != field}
    body = f'{json.dumps(others)[:-1]}, "{field}": {number}}}'
    refused(world, "start_refresh", start(body), 422, "invalid_request")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T11:58:30",
        "yesterday",
        "",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-01T00:00:00Z",
        1795348800,
        "1795348800",
        True,
        CANARY,
    ],
    ids=str,
)
def test_e25_e84_a_last_activity_is_an_instant_with_a_zone(world: World, value: object) -> None:
    body = {"requestId": OTHER, "selectedAccounts": "all", "lastActivityAt": value}
    problem = refused(world, "start_refresh", start(body), 422, "invalid_request")
    assert problem["fields"] in (["lastActivityAt"], ["body"])


def test_e84_a_last_activity_long_ago_is_a_session_that_is_over(world: World) -> None:
    request = "66666666-0000-4000-8000-000000000000"
    body = {
        "requestId": request,
        "selectedAccounts": "all",
        "lastActivityAt": "2026-01-01T00:00:00Z",
    }
    world.messages("AuthorizeQueue")  # what the tests before this one left there
    world.messages("AuthorizeQueue")
    adopted = started(world, body)
    assert world.messages("AuthorizeQueue") == []
    event = at(sample("iframe_url"), id=adopted["id"])
    refused(world, "iframe_url", event, 409, "no_iframe_url")


def test_e84_d90_a_last_activity_in_the_future_counts_as_now(world: World) -> None:
    request = "77777777-0000-4000-8000-000000000000"
    body = {
        "requestId": request,
        "selectedAccounts": "all",
        "lastActivityAt": "2099-01-01T00:00:00Z",
    }
    adopted = started(world, body)
    assert adopted["attempt"]["expiresAt"] < "2098"


@pytest.mark.parametrize("field", ["reason", "mode", "language"])
@pytest.mark.parametrize("value", [CANARY, "", 1, "USER_REQUESTED", "EN", ["en"]], ids=str)
def test_e14_a_word_that_is_not_among_the_known_ones_is_refused(
    world: World, field: str, value: object
) -> None:
    problem = refused(world, "start_refresh", start(GOOD | {field: value}), 422, "invalid_request")
    assert problem["fields"] == [field]


# E85: other shapes of the event


def test_e85_headers_in_one_map_only_are_read_too(world: World) -> None:
    event = start(GOOD | {"loginId": CANARY})
    refused(world, "start_refresh", event | {"multiValueHeaders": None}, 422, "invalid_request")


def test_e85_an_event_without_headers_is_refused(world: World) -> None:
    event = start(GOOD) | {"headers": None, "multiValueHeaders": None}
    refused(world, "start_refresh", event, 415, "unsupported_media_type")


def test_e85_an_event_without_an_identity_is_no_crash(world: World) -> None:
    event = with_headers(start(GOOD | {"loginId": CANARY}), {"Idempotency-Key": "nobody"})
    event["requestContext"]["identity"] = None
    refused(world, "start_refresh", event, 422, "invalid_request")


def test_e85_an_event_of_an_http_api_is_refused_cleanly(world: World) -> None:
    event = {
        "version": "2.0",
        "routeKey": "POST /refreshes",
        "rawPath": "/v1/refreshes",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": "POST", "path": "/v1/refreshes"}},
        "body": json.dumps(GOOD),
        "isBase64Encoded": False,
    }
    refused(world, "start_refresh", event, 404, "not_found")


def test_e87_a_forwarded_host_is_not_believed(world: World) -> None:
    login = world.add_login()
    event = with_headers(
        start({"loginId": login, "selectedAccounts": "all"}),
        {"X-Forwarded-Host": "evil.example", "Host": "evil.example", "X-Original-URL": "/x"},
    )
    parsed(world.invoke("start_refresh", event), 202)
    rows = [row for row in world.rows().values() if login in str(row)]
    assert rows
    assert "evil.example" not in str(rows)
