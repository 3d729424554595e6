"""Everything that is not right about /connections: refused before anything happens."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.refusing import CANARY, NO_GUID, nothing_happens, refused, wrong
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

GUID = "5e115eac-1209-4f19-641c-08d6d484e2fe"
OTHER = "6f226fbd-2310-4a20-752d-19e7e595f30f"
GOOD: dict[str, Any] = {"loginId": GUID}
UNKNOWN: str = sample("connections_read")["pathParameters"]["id"]
NO_REFRESH: str = sample("refreshes_read")["pathParameters"]["id"]
BY_ID = ("connections_read", "connections_timeline", "connections_stop")
BODIES = {
    "connections_register": GOOD,
    "connections_import": {"connections": [GOOD]},
}
named = pytest.mark.parametrize("name", BODIES)


def posted(name: str, body: object) -> Event:
    return with_body(sample(name), body)


def refuses(world: World, event: Event, status: int, code: str) -> Event:
    return refused(world, "connections", event, status, code)


@named
@pytest.mark.parametrize("body", [None, "", " ", "\n"], ids=repr)
def test_e01_an_empty_body_is_refused(world: World, name: str, body: str | None) -> None:
    refuses(world, posted(name, body), 400, "invalid_json")


@named
@pytest.mark.parametrize("kind", ["words", "cut", "more", "BOM", "quotes", "braces"])
def test_e02_what_is_not_json_is_refused(world: World, name: str, kind: str) -> None:
    good = json.dumps(BODIES[name])
    bodies = {
        "words": CANARY,
        "cut": good[:-1],
        "more": good + CANARY,
        "BOM": "\ufeff" + good,
        "quotes": "{'loginId': 'x'}",
        "braces": "{" * 10,
    }
    refuses(world, posted(name, bodies[kind]), 400, "invalid_json")


@named
def test_e02_a_body_that_is_not_text_is_refused(world: World, name: str) -> None:
    event = posted(name, BODIES[name]) | {"isBase64Encoded": True}
    refuses(world, event, 400, "invalid_json")


@named
@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true"])
def test_e03_a_body_that_is_no_object_is_refused(world: World, name: str, body: str) -> None:
    refuses(world, posted(name, body), 400, "invalid_json")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("connections_register", f'{{"loginId": "{GUID}", "loginId": "{OTHER}"}}'),
        ("connections_register", f'{{"loginId": "{GUID}", "login\\u0049d": "{OTHER}"}}'),
        ("connections_import", f'{{"connections": [{{"loginId": "{GUID}", "loginId": "x"}}]}}'),
        ("connections_import", '{"connections": [], "connections": []}'),
    ],
)
def test_e04_b33_a_key_that_comes_twice_is_refused(world: World, name: str, body: str) -> None:
    refuses(world, posted(name, body), 400, "invalid_json")


@named
@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/jsonp", ["application/json", "text/plain"]],
    ids=str,
)
def test_e05_another_content_type_is_refused(world: World, name: str, kind: Any) -> None:
    event = with_headers(posted(name, BODIES[name]), {"Content-Type": kind})
    refuses(world, event, 415, "unsupported_media_type")


@named
def test_e06_a_body_over_64_kb_is_refused(world: World, name: str) -> None:
    good = json.dumps(BODIES[name])
    refuses(world, posted(name, good + " " * (64 * 1024)), 413, "body_too_large")


@named
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_e07_a_body_nested_33_deep_is_refused(world: World, name: str, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * 32 + "1" + closing * 32
    refuses(world, posted(name, f'{{"connections": {deep}}}'), 400, "invalid_json")


def test_e07_thousands_of_keys_are_refused_in_one_short_answer(world: World) -> None:
    body = {f"key{number}": number for number in range(3000)}
    problem = refuses(world, posted("connections_register", body), 422, "invalid_request")
    assert len(json.dumps(problem)) < 1000


@pytest.mark.parametrize("value", [None, "", 5, 5.5, True, {}, [], [GUID], CANARY], ids=str)
def test_e08_e09_a_login_that_is_no_guid_is_refused(world: World, value: object) -> None:
    problem = refuses(
        world, posted("connections_register", {"loginId": value}), 422, "invalid_request"
    )
    assert problem["fields"] == ["loginId"]


@pytest.mark.parametrize(
    "value",
    [
        f"{{{GUID}}}",
        f"{GUID} ",
        f"{GUID}\n",
        f"{GUID}0",
        GUID[:-1],
        GUID.replace("-", ""),
        "00000000-0000-0000-0000-000000000000",
        GUID.replace("e", "\u0435"),
        GUID + "\x00",
        GUID[:-1] + "\ud800",
        "../../../../etc/passwd-0000-000000000",
    ],
    ids=ascii,
)
def test_e09_e10_e12_e13_a_login_of_another_form_is_refused(world: World, value: str) -> None:
    problem = refuses(
        world, posted("connections_register", {"loginId": value}), 422, "invalid_request"
    )
    assert problem["fields"] == ["loginId"]
    told = parsed(
        world.invoke(
            "connections", posted("connections_import", {"connections": [{"loginId": value}]})
        ),
        200,
    )
    assert told["items"] == [{"index": 0, "outcome": "invalid", **wrong(loginId=NO_GUID)}]


BAD_FIELDS: dict[str, list[object]] = {
    "reference": ["", "x" * 65, "a b", "a\x00b", "a\r\nb", "é", "\ud800", 5, [], CANARY + " "],
    "institutionId": ["", "../x", "14/", "@evil", "%2f", "AB", ".", 14, "1" * 10, "\uff11"],
    "language": ["", "EN", "de", 1, ["en"], CANARY],
    "unattended": ["true", "false", 1, 0, "yes", [], {}, 1.0],
    "selectedAccounts": [
        "",
        "ALL",
        "a,b",
        5,
        {},
        [],
        [GUID, GUID],
        [GUID, GUID.upper()],
        [CANARY],
        [[GUID]],
        [None],
        [f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 202)],
    ],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in BAD_FIELDS.items() for value in values],
    ids=lambda each: ascii(each)[:40],
)
def test_e13_e14_e15_e23_e24_b16_a_value_that_is_not_right_is_refused(
    world: World, field: str, value: object
) -> None:
    item = GOOD | {field: value}
    problem = refuses(world, posted("connections_register", item), 422, "invalid_request")
    assert problem["fields"] in ([field], ["body"])
    with nothing_happens(world):
        answer = world.invoke("connections", posted("connections_import", {"connections": [item]}))
    assert parsed(answer, 200)["items"][0]["outcome"] == "invalid"
    assert CANARY not in json.dumps(answer)
    assert CANARY not in world.log.text


@pytest.mark.parametrize(
    "field",
    [
        "state",
        "health",
        "closedAt",
        "login_id",
        "LoginId",
        "requestId",
        "version",
        "__proto__",
        "dryRun",
        "userPresent",
        CANARY,
    ],
)
def test_e14_b23_a_field_that_is_not_ours_is_refused_and_not_named(
    world: World, field: str
) -> None:
    problem = refuses(
        world, posted("connections_register", GOOD | {field: CANARY}), 422, "invalid_request"
    )
    assert problem["fields"] == ["unknown field"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["connections"]),
        ({"connections": None}, ["connections"]),
        ({"connections": []}, ["connections"]),
        ({"connections": {}}, ["connections"]),
        ({"connections": "x"}, ["connections"]),
        ({"connections": [1] * 101}, ["connections"]),
        ({"connections": [GOOD], "dryRun": "true"}, ["dryRun"]),
        ({"connections": [GOOD], "dryRun": None}, ["dryRun"]),
        ({"connections": [GOOD], CANARY: 1}, ["unknown field"]),
    ],
    ids=lambda each: str(each)[:40],
)
def test_e14_e15_e24_an_import_that_is_no_import_is_refused(
    world: World, body: object, fields: list[str]
) -> None:
    problem = refuses(world, posted("connections_import", body), 422, "invalid_request")
    assert problem["fields"] == fields


@pytest.mark.parametrize("item", [None, 1, "x", [], [GUID], True, {}, {CANARY: 1}], ids=str)
def test_e14_an_item_that_is_none_does_not_stop_the_others(world: World, item: object) -> None:
    body = {"connections": [item, {"loginId": world.add_login()}]}
    answer = world.invoke("connections", posted("connections_import", body))
    told = parsed(answer, 200)
    assert (told["invalid"], told["created"]) == (1, 1)
    assert CANARY not in json.dumps(answer)


@named
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5000])
def test_e25_a_number_that_is_no_json_is_refused(world: World, name: str, number: str) -> None:
    body = f'{{"loginId": "{GUID}", "unattended": {number}, "connections": []}}'
    refuses(world, posted(name, body), 400, "invalid_json")


@pytest.mark.parametrize("number", ["1e309", "-0", "-0.0", "9223372036854775808"])
@pytest.mark.parametrize("field", ["unattended", "reference", "selectedAccounts", "institutionId"])
def test_e25_a_number_where_none_belongs_is_refused(world: World, field: str, number: str) -> None:
    body = f'{{"loginId": "{GUID}", "{field}": {number}}}'
    refuses(world, posted("connections_register", body), 422, "invalid_request")


# Ids

BAD_IDS = {
    "words": CANARY,
    "long": CANARY * 800,
    "dots": "..",
    "traversal": "../../connections",
    "NUL": "\x00",
    "encoded NUL": "%00",
    "encoded": quote(UNKNOWN, safe="").replace("_", "%5F"),
    "capitals": UNKNOWN.upper(),
    "longer": f"{UNKNOWN}a",
    "shorter": UNKNOWN[:-1],
    "a line feed": f"{UNKNOWN}\n",
    "a refresh's": NO_REFRESH,
    "other letters": UNKNOWN[:-1] + "1",
    "wide digits": UNKNOWN[:-1] + "\uff12",
    "a bare prefix": "cn_",
    "two": f"{UNKNOWN},{UNKNOWN}",
    "a key": "CN#x",
    "a null": "null",
    "empty": "",
}


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("name", BY_ID)
def test_e26_an_id_of_another_form_is_not_found(world: World, name: str, bad: str) -> None:
    refuses(world, at(sample(name), id=BAD_IDS[bad]), 404, "connection_not_found")


@pytest.mark.parametrize("name", BY_ID)
def test_e26_b40_an_unknown_id_gets_the_same_answer_as_a_malformed_one(
    world: World, name: str
) -> None:
    unknown = refuses(world, at(sample(name), id=UNKNOWN), 404, "connection_not_found")
    assert unknown == refuses(world, at(sample(name), id=CANARY), 404, "connection_not_found")


@pytest.mark.parametrize("parameters", [None, {}, {"other": "x"}], ids=str)
@pytest.mark.parametrize("name", BY_ID)
def test_e85_a_path_without_an_id_is_not_found(
    world: World, name: str, parameters: dict[str, str] | None
) -> None:
    refuses(world, sample(name) | {"pathParameters": parameters}, 404, "connection_not_found")


@pytest.mark.parametrize("name", [*BODIES, *BY_ID])
def test_e85_an_event_of_an_http_api_is_refused_cleanly(world: World, name: str) -> None:
    event = {
        "version": "2.0",
        "routeKey": "GET /connections/{id}",
        "rawPath": f"/v1/connections/{UNKNOWN}",
        "pathParameters": {"id": UNKNOWN},
        "requestContext": {"http": {"method": "GET"}},
        "body": sample(name)["body"],
    }
    refuses(world, event, 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/Connections", "/connections/", "//connections", "/connections%2F{id}"]
)
def test_e88_another_spelling_of_the_path_is_no_route(world: World, path: str) -> None:
    event = posted("connections_register", GOOD) | {"resource": path, "path": path}
    refuses(world, event, 404, "not_found")


# Queries and headers


def known(world: World) -> str:
    event = posted("connections_register", {"loginId": world.add_login()})
    home: str = parsed(world.invoke("connections", event), 201)["id"]
    return home


@pytest.mark.parametrize(
    "limit",
    ["", "0", "-1", "101", "1000", "1e1", "1.0", " 1", "1 ", "+1", "01", "٣", "1\n", "ten", CANARY],
    ids=ascii,
)
def test_e25_e27_a_limit_is_a_number_from_1_to_100(world: World, limit: str) -> None:
    event = with_query(at(sample("connections_timeline"), id=known(world)), {"limit": [limit]})
    assert refuses(world, event, 422, "invalid_request")["fields"] == ["limit"]


@pytest.mark.parametrize("limit", ["1", "9", "10", "99", "100"])
def test_e27_a_limit_in_its_bounds_is_taken(world: World, limit: str) -> None:
    event = with_query(at(sample("connections_timeline"), id=known(world)), {"limit": [limit]})
    assert parsed(world.invoke("connections", event), 200) == {"items": [], "next": None}


@pytest.mark.parametrize(
    "before", ["", CANARY, NO_REFRESH, NO_REFRESH.upper(), "rf_", UNKNOWN, "..", "\x00"], ids=ascii
)
def test_e26_e27_a_refresh_of_no_timeline_is_refused(world: World, before: str) -> None:
    event = with_query(at(sample("connections_timeline"), id=known(world)), {"before": [before]})
    assert refuses(world, event, 422, "invalid_request")["fields"] == ["before"]


@pytest.mark.parametrize(("field", "value"), [("limit", "5"), ("before", NO_REFRESH)])
def test_e27_a_parameter_that_comes_twice_is_refused(world: World, field: str, value: str) -> None:
    event = with_query(at(sample("connections_timeline"), id=known(world)), {field: [value] * 2})
    assert refuses(world, event, 422, "invalid_request")["fields"] == [field]


@pytest.mark.parametrize("name", ["connections_read", "connections_timeline"])
def test_e27_another_query_is_ignored(world: World, name: str) -> None:
    event = with_query(at(sample(name), id=known(world)), {CANARY: [""], "status": ["a", "b"]})
    with nothing_happens(world):
        answer = world.invoke("connections", event)
    assert answer["statusCode"] == 200
    assert CANARY not in json.dumps(answer)


def test_e85_a_query_in_one_map_only_is_read_too(world: World) -> None:
    event = at(sample("connections_timeline"), id=known(world))
    event |= {"multiValueQueryStringParameters": None, "queryStringParameters": {"limit": "0"}}
    assert refuses(world, event, 422, "invalid_request")["fields"] == ["limit"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-Host": "evil.example", "Host": "evil.example"},
        {"X-Filler": CANARY * 800},
        {"X-Filler": "\u00e9\u2028"},
        {f"X-Filler-{number}": "x" for number in range(200)},
        {"If-None-Match": f'"{CANARY}'},
        {"Idempotency-Key": "a key that is not read"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_e86_e87_headers_that_would_change_a_read_do_not(
    world: World, headers: dict[str, str | list[str] | None]
) -> None:
    home = known(world)
    event = with_headers(at(sample("connections_read"), id=home), headers)
    with nothing_happens(world):
        answer = world.invoke("connections", event)
    assert parsed(answer, 200)["id"] == home
    assert "evil.example" not in json.dumps(answer)
    assert CANARY not in world.log.text


@pytest.mark.parametrize("body", [{"a": 1}, CANARY, "[0]", "0"], ids=str)
def test_e36_a_body_where_none_belongs_is_refused(world: World, body: object) -> None:
    event = with_body(at(sample("connections_stop"), id=known(world)), body)
    refuses(world, event, 400, "body_not_allowed")


# What is not there


def test_without_the_id_key_nothing_is_registered(world: World) -> None:
    with world.changed(**{"IdKey.Id": "nothing"}):
        refuses(world, posted("connections_register", GOOD), 503, "unavailable")


def test_without_flinks_keys_nothing_is_deleted(world: World) -> None:
    home = known(world)
    with world.changed(**{"FlinksSecret.Id": "nothing"}):
        refuses(world, at(sample("connections_stop"), id=home), 503, "unavailable")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "query"),
        ({"institutionId": "14"}, "query"),
        ({"reference": ""}, "query"),
        ({"reference": "a b"}, "reference"),
        ({"reference": "x" * 65}, "reference"),
        ({"supportCode": "0189-ABCD"}, "supportCode"),
        ({"supportCode": "ABCD-EFG"}, "supportCode"),
        ({"health": "healthy"}, "health"),
        ({"reference": "x", "institutionId": "bank"}, "institutionId"),
        ({"reference": "x", "after": "rf_1"}, "after"),
        ({"reference": "x", "limit": "0"}, "limit"),
    ],
    ids=repr,
)
def test_a_search_that_is_not_exactly_right_is_refused(
    world: World, query: dict[str, str], field: str
) -> None:
    event = with_query(sample("connections_find"), {name: [each] for name, each in query.items()})
    assert refuses(world, event, 422, "invalid_request")["fields"] == [field]


@pytest.mark.parametrize("query", [{}, {"reference": ["a b"]}, {"reference": ["a", "b"]}], ids=repr)
def test_nothing_is_erased_without_exactly_one_reference(
    world: World, query: dict[str, list[str]]
) -> None:
    event = with_query(sample("connections_erase"), query)
    assert refuses(world, event, 422, "invalid_request")["fields"] == ["reference"]


def test_an_erasure_takes_no_body(world: World) -> None:
    event = with_query(sample("connections_erase"), {"reference": ["their-7"]})
    refuses(world, event | {"body": '{"reference": "their-8"}'}, 400, "body_not_allowed")
