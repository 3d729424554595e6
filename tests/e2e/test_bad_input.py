"""Whatever is sent to a deployed route: a clear refusal, no effect, never a crash."""

import pytest

from tests.e2e.conftest import Scene
from tests.e2e.wire import fetch

SIGNED = [
    ("POST", "/refreshes"),
    ("POST", "/refreshes/{id}/attempts"),
    ("POST", "/refreshes/{id}/iframe-url"),
    ("GET", "/refreshes/{id}"),
    ("GET", "/refreshes/{id}/accounts"),
    ("POST", "/refreshes/{id}/cancel"),
]
OF_A_REFRESH = [route for route in SIGNED if "{id}" in route[1]]
NO_REFRESH = "rf_" + "a" * 24 + "0" * 18
BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"1e999",
    "a byte-order mark": b'\xef\xbb\xbf{"loginId": "x"}',
    "no UTF-8": b'{"loginId": "\xff\xfe"}',
    "UTF-16": '{"loginId": "x"}'.encode("utf-16"),
    "a key twice": b'{"userPresent": true, "userPresent": false}',
    "not a number": b'{"userPresent": NaN}',
    "too deep": b'{"loginId":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "too large": b'{"reference": "' + b"x" * 70_000 + b'"}',
    "an unknown field": b'{"metadata": {}}',
    "a login that is no GUID": b'{"loginId": "../../etc/passwd"}',
    "the login of nobody": b'{"loginId": "00000000-0000-0000-0000-000000000000"}',
    "a word for a truth": b'{"userPresent": "yes"}',
    "an empty selection": b'{"selectedAccounts": []}',
    "a return elsewhere": b'{"returnUrl": "https://evil.example/"}',
    "a null byte": b'{"reference": "a\\u0000b"}',
}


@pytest.mark.parametrize(("method", "path"), SIGNED)
def test_a_call_that_is_not_signed_is_forbidden(scene: Scene, method: str, path: str) -> None:
    url = scene.api.base_url + path.replace("{id}", NO_REFRESH)

    assert fetch(method, url, b"{}" if method == "POST" else None).status == 403


def test_a_caller_without_the_callers_policy_is_forbidden(scene: Scene) -> None:
    nobody = scene.cloud.nobody()

    assert nobody.call("GET", f"/refreshes/{NO_REFRESH}").status == 403


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_start_that_makes_no_sense_is_refused_with_a_problem(scene: Scene, body: bytes) -> None:
    answer = scene.api.call("POST", "/refreshes", raw=body)

    assert answer.status in {400, 413, 415, 422}, answer.text
    assert answer.is_problem
    assert answer.body["code"]
    assert "passwd" not in answer.text
    assert "evil" not in answer.text
    assert scene.sandbox.bank_calls() == {}


def test_a_body_of_another_kind_is_refused(scene: Scene) -> None:
    answer = scene.api.call("POST", "/refreshes", raw=b"a=b", content_type="text/plain")

    assert (answer.status, answer.body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "named", [NO_REFRESH, "rf_", "x" * 3_000, "%2e%2e%2f", "%00", "rf_%F0%9F%92%A3", "CN%23x"]
)
@pytest.mark.parametrize(("method", "path"), OF_A_REFRESH)
def test_a_refresh_that_does_not_exist_is_not_found(
    scene: Scene, method: str, path: str, named: str
) -> None:
    answer = scene.api.call(method, path.replace("{id}", named))

    assert answer.status in {403, 404}, answer.text
    if answer.status == 404:
        assert (answer.is_problem, answer.body["code"]) == (True, "not_found")


@pytest.mark.parametrize("path", [path for method, path in OF_A_REFRESH if method == "POST"])
def test_a_body_where_none_belongs_is_refused(scene: Scene, path: str) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.start(login, userPresent=False).body["id"]

    answer = scene.api.call("POST", path.replace("{id}", refresh_id), {"force": True})

    assert (answer.status, answer.is_problem) == (400, True)
    assert scene.api.read(refresh_id)["status"] == "invited"
    assert scene.sandbox.bank_calls() == {}


@pytest.mark.parametrize("key", ["", "x" * 300, "two words", "caf\u00e9"])
def test_an_idempotency_key_that_is_none_is_refused(scene: Scene, key: str) -> None:
    answer = scene.api.call("POST", "/refreshes", {}, idempotency_key=key)

    assert answer.status in {400, 422}
    assert answer.is_problem


@pytest.mark.parametrize("state", ["x", "a.b.c.d", "x" * 3_000, "%00", "%2e%2e%2f", "%F0%9F%92%A3"])
def test_a_callback_that_is_none_of_ours_is_a_neutral_page(scene: Scene, state: str) -> None:
    answer = fetch("GET", f"{scene.api.base_url}/callback/{state}?loginId=a&loginId=b")
    scene.traces.say(answer.text)

    assert answer.status in {403, 404}
    assert scene.sandbox.bank_calls() == {}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"flinks-authenticity-key": ""},
        {"flinks-authenticity-key": "AAAA"},
        {"flinks-authenticity-key": "A" * 43 + "="},
        {"flinks-authenticity-key": "A" * 43 + "=", "x-flinks-signature": "B" * 43 + "="},
    ],
)
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"x" * 1_000_000])
def test_a_webhook_that_flinks_did_not_sign_is_refused(
    scene: Scene, body: bytes, headers: dict[str, str]
) -> None:
    answer = fetch("POST", f"{scene.api.base_url}/webhooks/flinks", body, headers)

    assert (answer.status, answer.is_problem) == (401, True)
    assert answer.body["code"] == "invalid_signature"
    assert scene.cloud.objects("inbox/") == []
