"""POST /webhooks/flinks: only what Flinks signed has an effect, and the body decides nothing."""

import base64
import gzip
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from flinks_reconnect.flinks import exchange

from tests.integration.refusing import CANARY, assert_problem, nothing_happens, refused
from tests.integration.world import (
    OLD_WEBHOOK_SECRET,
    WEBHOOK_SECRET,
    Event,
    World,
    message,
    parsed,
    sample,
    with_body,
    with_headers,
)

HEADERS = ("flinks-authenticity-key", "X-Flinks-Signature")
BODY = json.dumps({"ResponseType": "KYC", "Login": {"Id": "x"}, "Note": "né"}, ensure_ascii=False)


def signature(body: str | bytes, secret: bytes = WEBHOOK_SECRET) -> str:
    raw = body.encode() if isinstance(body, str) else body
    return base64.b64encode(hmac.digest(secret, raw, "sha256")).decode()


def sent(body: str, headers: dict[str, Any] | None = None) -> Event:
    """A webhook as Flinks sends it, or with the headers that the test names instead."""
    bare = with_headers(with_body(sample("flinks_webhook"), body), {HEADERS[0]: None})
    return with_headers(bare, {HEADERS[0]: signature(body)} if headers is None else headers)


def kept(world: World, body: str | bytes) -> bool:
    raw = body.encode() if isinstance(body, str) else body
    return world.objects().get(f"inbox/{hashlib.sha256(raw).hexdigest()}") == raw


def taken(world: World, event: Event) -> None:
    answer = world.invoke("flinks_webhook", event)
    assert parsed(answer, 200) == {"received": True}


# What Flinks signed


@pytest.mark.parametrize("name", [*HEADERS, "FLINKS-AUTHENTICITY-KEY", "x-flinks-signature"])
def test_d113_b12_a_signature_under_either_name_is_taken(world: World, name: str) -> None:
    body = f'{{"of": "{name}"}}'
    world.messages("AccountsQueue")
    taken(world, sent(body, {name: signature(body)}))
    assert kept(world, body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert world.messages("AccountsQueue") == [{"webhook": digest}]


def test_d113_both_names_with_the_same_signature_are_one(world: World) -> None:
    body = '{"under": "both"}'
    taken(world, sent(body, dict.fromkeys(HEADERS, signature(body))))


def test_d55_the_answer_is_exactly_200(world: World) -> None:
    answer = world.invoke("flinks_webhook", sent(BODY))
    assert answer["statusCode"] == 200


def test_the_sample_event_is_taken(world: World) -> None:
    taken(world, sample("flinks_webhook"))


def test_d49_the_same_body_ten_times_is_kept_once(world: World) -> None:
    body = '{"ten": "times"}'
    before = len(world.names())
    for _ in range(10):
        taken(world, sent(body))
    assert len(world.names()) == before + 1


def test_e66_a_body_that_the_gateway_encoded_is_verified_as_it_was_sent(world: World) -> None:
    raw = gzip.compress(b'{"zipped": true}', mtime=0)
    event = sent(base64.b64encode(raw).decode(), {HEADERS[0]: signature(raw)})
    taken(world, event | {"isBase64Encoded": True})
    assert kept(world, raw)


def test_e67_a_body_of_4_mb_is_taken(world: World) -> None:
    filling = "é" * (2 * 1024 * 1024 - 20)
    body = json.dumps({"Accounts": filling}, ensure_ascii=False)
    assert len(body.encode()) > 4 * 1024 * 1024 - 64
    taken(world, sent(body))
    assert kept(world, body)


@pytest.mark.parametrize(
    "body",
    [
        "not JSON at all",
        "[]",
        "5",
        '{"ResponseType": 5}',
        '{"ResponseType": "GetAccountsDetail"}',
        '{"amount": 1e400, "more": NaN}',
        '{"name": "\u202e😀\u0000"}',
        "{" * 100_000,
    ],
    ids=lambda body: ascii(body)[:30],
)
def test_e62_e63_e64_e69_b42_whatever_was_signed_is_kept_unparsed(world: World, body: str) -> None:
    taken(world, sent(body))
    assert kept(world, body)


def test_e69_r12_nothing_of_a_body_is_logged_or_queued(world: World) -> None:
    body = json.dumps({"Login": {"Id": CANARY}, "Name": CANARY})
    world.messages("AccountsQueue")
    taken(world, sent(body))
    assert CANARY not in world.log.text
    assert CANARY not in json.dumps(world.messages("AccountsQueue"))


# What Flinks did not sign

BAD = signature(BODY)
UNSIGNED: dict[str, dict[str, Any]] = {
    "none": {},
    "empty": {HEADERS[0]: ""},
    "two values": {HEADERS[0]: [BAD, BAD]},
    "one good of two": {HEADERS[0]: [BAD, signature(BODY, b"x")]},
    "two that differ": {HEADERS[0]: BAD, HEADERS[1]: signature(BODY, b"x")},
    "another secret": {HEADERS[0]: signature(BODY, b"guessed")},
    "an empty secret": {HEADERS[0]: signature(BODY, b"")},
    "words": {HEADERS[0]: CANARY},
    "hex": {HEADERS[0]: hmac.new(WEBHOOK_SECRET, BODY.encode(), "sha256").hexdigest()},
    "url-safe": {HEADERS[0]: base64.urlsafe_b64encode(base64.b64decode(BAD)).decode() + "_"},
    "no padding": {HEADERS[0]: BAD.rstrip("=")},
    "a space after": {HEADERS[0]: f"{BAD} "},
    "a space before": {HEADERS[0]: f" {BAD}"},
    "a line feed": {HEADERS[0]: f"{BAD}\n"},
    "a prefix": {HEADERS[0]: f"sha256={BAD}"},
    "two in one": {HEADERS[0]: f"{BAD},{BAD}"},
    "SHA-1": {
        HEADERS[0]: base64.b64encode(hmac.digest(WEBHOOK_SECRET, BODY.encode(), "sha1")).decode()
    },
    "long": {HEADERS[0]: BAD * 1000},
    "wide letters": {HEADERS[0]: "\uff21" * 44},
    "under another name": {"Authorization": BAD},
}


@pytest.mark.parametrize("how", UNSIGNED)
def test_e60_b12_d48_a_signature_that_is_not_exactly_right_is_refused(
    world: World, how: str
) -> None:
    event = sent(BODY, UNSIGNED[how])
    refused(world, "flinks_webhook", event, 401, "invalid_signature")


@pytest.mark.parametrize(
    "signed",
    [
        json.dumps(json.loads(BODY)),
        BODY + "\n",
        " " + BODY,
        BODY.replace("KYC", "KYc"),
        BODY.encode("latin-1"),
        b"",
    ],
    ids=["serialised anew", "a line feed more", "a space more", "one bit", "latin-1", "nothing"],
)
def test_e61_b12_a_signature_over_other_bytes_is_refused(world: World, signed: str | bytes) -> None:
    event = sent(BODY, {HEADERS[0]: signature(signed)})
    refused(world, "flinks_webhook", event, 401, "invalid_signature")


@pytest.mark.parametrize("body", ["not base64!", "é", "=", "A"], ids=ascii)
def test_e66_a_body_that_is_wrongly_encoded_is_refused(world: World, body: str) -> None:
    event = sent(body) | {"isBase64Encoded": True}
    refused(world, "flinks_webhook", event, 401, "invalid_signature")


@pytest.mark.parametrize("body", [None, ""], ids=repr)
def test_e60_an_unsigned_empty_body_is_refused(world: World, body: str | None) -> None:
    event = with_headers(with_body(sample("flinks_webhook"), body), {HEADERS[0]: None})
    refused(world, "flinks_webhook", event, 401, "invalid_signature")


def test_e85_an_event_without_headers_is_refused(world: World) -> None:
    event = sample("flinks_webhook") | {"headers": None, "multiValueHeaders": None}
    refused(world, "flinks_webhook", event, 401, "invalid_signature")


def test_e85_headers_in_one_map_only_are_read_too(world: World) -> None:
    taken(world, sample("flinks_webhook") | {"multiValueHeaders": None})


# Secrets


def test_d56_both_secrets_are_good_while_they_rotate_and_the_old_one_not_after(
    world: World,
) -> None:
    current = WEBHOOK_SECRET.decode()
    old = sent(BODY, {HEADERS[0]: signature(BODY, OLD_WEBHOOK_SECRET)})
    refused(world, "flinks_webhook", old, 401, "invalid_signature")
    world.set_secret("WebhookSecret", current=current, previous=OLD_WEBHOOK_SECRET.decode())
    try:
        taken(world, old)
        taken(world, sent(BODY))
    finally:
        world.set_secret("WebhookSecret", current=current)
    refused(world, "flinks_webhook", old, 401, "invalid_signature")


@pytest.mark.parametrize("fields", [{}, {"current": ""}, {"previous": "x"}], ids=str)
def test_r11_b31_without_a_secret_everything_is_refused(
    world: World, fields: dict[str, str]
) -> None:
    world.set_secret("WebhookSecret", **fields)
    try:
        for secret in (WEBHOOK_SECRET, b"", b"x"):
            event = sent(BODY, {HEADERS[0]: signature(BODY, secret)})
            with nothing_happens(world):
                answer = world.invoke("flinks_webhook", event)
            problem = parsed(answer, 401, 503)
            assert_problem(answer, problem, problem["status"], problem["code"])
    finally:
        world.set_secret("WebhookSecret", current=WEBHOOK_SECRET.decode())


def test_d57_a_store_that_is_down_makes_flinks_send_again(world: World) -> None:
    event = sent('{"while": "down"}')
    with world.changed(ReconnectBucket="there-is-no-such-bucket"), nothing_happens(world):
        answer = world.invoke("flinks_webhook", event)
    assert_problem(answer, parsed(answer, 503), 503, "unavailable")
    taken(world, event)


# What becomes of it


def look(world: World, body: str) -> None:
    """Let the worker look at a kept webhook."""
    taken(world, sent(body))
    digest = hashlib.sha256(body.encode()).hexdigest()
    world.messages("AccountsQueue")
    answer = world.invoke("fetch_accounts", message({"webhook": digest}, of="fetch_accounts"))
    assert answer == {"batchItemFailures": []}


def told(login: str, **more: Any) -> str:
    body = {
        "ResponseType": "GetAccountsDetail",
        "HttpStatusCode": 200,
        "Login": {"Id": login, "LastRefresh": datetime.now(UTC).isoformat()},
        "RequestId": "b4e7c2a0-5d1f-4c3b-9a8e-7f6d5c4b3a21",
        "Accounts": [{"Id": "0d4c1b2a-3e5f-4a6b-8c7d-9e0f1a2b3c4d", "Balance": "12"}],
    }
    return json.dumps({name: value for name, value in (body | more).items() if value is not None})


@pytest.mark.parametrize(
    "more",
    [
        {"ResponseType": None},
        {"ResponseType": 5},
        {"ResponseType": "Tomorrow"},
        {"Login": None},
        {"Login": "x"},
        {"Login": {"Id": None}},
        {"Login": {"Id": ["x"]}},
        {"Login": {"Id": "../../x"}},
        {"Accounts": None},
        {"Accounts": "all"},
        {"HttpStatusCode": 401, "FlinksCode": "INVALID_LOGIN"},
        {"HttpStatusCode": 203},
        {"HttpStatusCode": "wat"},
    ],
    ids=str,
)
def test_e62_e63_e64_e65_b14_what_says_nothing_for_sure_is_set_aside(
    world: World, more: dict[str, Any]
) -> None:
    login = world.add_login()
    refresh = world.start(login)
    before = world.rows()
    look(world, told(login, **more))
    assert world.rows() == before
    assert world.read(refresh["id"])["status"] == "starting"
    assert not any(name.startswith(f"snapshots/{refresh['id']}") for name in world.names())


def counted(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The names of what the worker counted about webhooks."""
    return set(re.findall(r'"Name":"(webhooks_\w+)"', capsys.readouterr().out))


def test_d52_nothing_is_kept_of_accounts_of_a_login_that_nobody_knows(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before, kept_before = world.rows(), world.names()
    look(world, told("5e115eac-1209-4f19-641c-08d6d484e2fe"))
    assert world.rows() == before
    assert world.names() == kept_before
    assert counted(capsys) == {"webhooks_stranger"}


def test_nothing_is_kept_of_accounts_whose_login_flinks_did_not_save(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = world.names()
    body = json.loads(told("5e115eac-1209-4f19-641c-08d6d484e2fe")) | {"Login": None}
    look(world, json.dumps(body))
    assert world.names() == before
    assert counted(capsys) == {"webhooks_not_saved"}


@pytest.mark.parametrize(
    ("kind", "metric"),
    [
        ("PayEvent", "webhooks_pay"),
        ("UploadFraudAlert", "webhooks_upload"),
        ("GetAccountsSummary", "webhooks_summary"),
        ("GetStatements", "webhooks_statements"),
        ("KYC", "webhooks_kyc"),
    ],
)
def test_what_flinks_names_and_nobody_here_waits_for_is_counted_by_kind_and_dropped(
    world: World, capsys: pytest.CaptureFixture[str], kind: str, metric: str
) -> None:
    before = world.names()
    look(world, json.dumps({"ResponseType": kind, "HttpStatusCode": 200}))
    assert world.names() == before
    assert counted(capsys) == {metric}


def test_e63_a_kind_that_no_page_names_is_set_aside_and_counted_for_the_alarm(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps({"ResponseType": "Horoscope"})
    look(world, body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert f"quarantine/{digest}" in world.names()
    assert f"inbox/{digest}" not in world.names()
    assert counted(capsys) == {"webhooks_quarantined"}


def test_d53_b13_a_webhook_with_old_data_changes_nothing(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    before = world.rows()
    old = {"Id": login, "LastRefresh": "2020-01-01T00:00:00"}
    look(world, told(login, Login=old, RequestId=None))
    assert world.rows() == before


def test_s14_r5_a_webhook_never_delivers_an_account_that_was_not_chosen(world: World) -> None:
    login = world.add_login()
    chosen, *_ = ids = world.accounts_of(login)
    refresh = world.start(login, selectedAccounts=[chosen])
    world.work("authorize", refresh["id"])
    accounts = [{"Id": each, "Title": CANARY} for each in ids]
    look(world, told(login, Accounts=accounts))
    assert world.read(refresh["id"])["status"] == "completed"
    (snapshot,) = (name for name in world.names() if refresh["id"] in name)
    assert world.account_ids_in(snapshot) == [chosen]


def in_mfa(world: World) -> tuple[str, dict[str, Any], list[str]]:
    """A refresh that waits for its person, with two chosen accounts."""
    login = world.add_login()
    chosen = world.accounts_of(login)[:2]
    refresh = world.start(login, selectedAccounts=chosen)
    world.work("authorize", refresh["id"])
    return login, refresh, chosen


def test_a_webhook_in_camel_case_delivers_what_was_chosen(world: World) -> None:
    login, refresh, chosen = in_mfa(world)
    body = {
        "responseType": "GetAccountsDetail",
        "httpStatusCode": 200,
        "login": {"id": login, "lastRefresh": json.loads(told(login))["Login"]["LastRefresh"]},
        "institution": "FlinksCapital",
        "institutionId": 14,
        "accounts": [{"id": each, "title": "Chequing"} for each in chosen],
    }
    look(world, json.dumps(body))
    assert world.read(refresh["id"])["status"] == "completed"
    assert delivered(world, refresh["id"])["accounts"] == body["accounts"]


def test_a_null_among_the_accounts_of_a_webhook_does_not_spoil_the_others(world: World) -> None:
    login, refresh, chosen = in_mfa(world)
    accounts = [{"Id": each} for each in chosen]
    look(world, told(login, RequestId=None, Accounts=[None, *accounts]))
    assert world.read(refresh["id"])["status"] == "completed"
    assert delivered(world, refresh["id"])["accounts"] == accounts


def test_the_numbers_of_a_webhook_are_delivered_with_their_digits(world: World) -> None:
    login, refresh, chosen = in_mfa(world)
    digits = "[1e400,12345678901234567.89,100.00,-0]"
    accounts = [{"Id": each, "Balance": "{}"} for each in chosen]
    body = told(login, RequestId=None, Accounts=accounts)
    look(world, body.replace('"{}"', digits))
    assert digits.encode() in snapshot_of(world, refresh["id"])


def snapshot_of(world: World, refresh_id: str) -> bytes:
    (snapshot,) = (each for each in world.names() if refresh_id in each)
    return gzip.decompress(world.objects()[snapshot])


def delivered(world: World, refresh_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(snapshot_of(world, refresh_id))
    return found


# Passed on


def test_every_verified_webhook_reaches_the_integrators_address_as_flinks_sent_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[httpx.Request] = []
    answers = [503, 200]

    def integrator(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(answers.pop(0))

    monkeypatch.setattr(exchange, "open_network", lambda: httpx.MockTransport(integrator))
    body = '{"ResponseType": "KYC", "Holders": ["né"], "Of": 100.00}'
    digest = hashlib.sha256(body.encode()).hexdigest()
    asked = message({"webhook": digest}, of="pass_webhook_on")
    with world.changed(WebhookForwardUrl="https://app.example.com/flinks"):
        look(world, body)
        assert world.messages("PassOnQueue") == [{"webhook": digest}]
        assert f"outbound/{digest}" in world.names()
        (failed,) = world.invoke("pass_webhook_on", asked)["batchItemFailures"]
        assert failed["itemIdentifier"] == asked["Records"][0]["messageId"]
        assert world.invoke("pass_webhook_on", asked) == {"batchItemFailures": []}
        assert world.invoke("pass_webhook_on", asked) == {"batchItemFailures": []}
    assert [each.content for each in heard] == [body.encode()] * 2
    assert all(each.headers[HEADERS[0]] == signature(body) for each in heard)
    assert not any(digest in name for name in world.names())


def test_where_no_address_is_given_no_webhook_is_kept_to_be_passed_on(world: World) -> None:
    body = '{"ResponseType": "KYC", "Of": "nobody"}'
    look(world, body)
    assert world.messages("PassOnQueue") == []
    assert not any(name.startswith("outbound/") for name in world.names())


def test_d54_a_webhook_that_is_looked_at_twice_has_one_effect(world: World) -> None:
    login = world.add_login()
    refresh = world.start(login)
    world.work("authorize", refresh["id"])
    body = told(login)
    look(world, body)
    after = world.rows()
    look(world, body)
    assert world.rows() == after
    assert world.read(refresh["id"])["status"] == "completed"
