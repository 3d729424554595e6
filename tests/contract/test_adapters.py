"""The other ports' adapters: queues, bucket, bus and secrets."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jsonschema_rs
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from flinks_reconnect.aws.bucket import SnapshotBucket
from flinks_reconnect.aws.bus import SOURCE, EventBridgeBus
from flinks_reconnect.aws.digest_queue import DigestQueue
from flinks_reconnect.aws.inbox import InboxBucket, OutboundBucket
from flinks_reconnect.aws.nightly import NightlyParts
from flinks_reconnect.aws.queues import WorkQueues
from flinks_reconnect.aws.secrets import SecretReader
from flinks_reconnect.domain.connection import ConnectionSettings
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import (
    MEANINGS,
    OF_CONNECTION,
    Event,
    EventType,
    WarningCode,
    detail,
    event_id,
)
from flinks_reconnect.domain.machine.context import Command, Worker
from flinks_reconnect.flinks.wire import read_reply
from flinks_reconnect.usecases.errors import BusSlowError, SecretUnavailableError
from flinks_reconnect.usecases.ports import NightlyFailure, OutgoingEvent
from flinks_reconnect.usecases.publish_events import AT_ONCE

from local import emulator
from tests.contract import moments
from tests.contract.conftest import Clients, StoppedClock
from tests.contract.moments import START

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/events"
HOME = moments.home(moments.login_id(1))
REFRESH = moments.draft(HOME).id
SETTINGS = ConnectionSettings(id=HOME, reference="customer-1")


class Recorder:
    """A client that answers every call alike, and writes the calls down."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.calls: list[dict[str, Any]] = []
        self._answer = answer

    def __getattr__(self, _: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls.append(arguments)
            return self._answer()

        return call


# Parts of a nightly list

NIGHT = (
    NightlyFailure(
        login_id=moments.login_id(1), cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
    ),
    None,
    NightlyFailure(
        login_id=moments.login_id(2), cause=ErrorCode.BANK_UNAVAILABLE, last_refresh=START
    ),
)


@pytest.fixture
def parts(clients: Clients, queue_url: str, clock: StoppedClock) -> NightlyParts:
    name = f"parts-{uuid4().hex[:8]}"
    clients("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": emulator.REGION}
    )
    return NightlyParts(clients("s3"), name, clients("sqs"), queue_url, clock=clock)


def asked(clients: Clients, queue_url: str) -> list[dict[str, Any]]:
    found = clients("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [json.loads(each["Body"]) for each in found.get("Messages", [])]


def test_a_part_is_asked_for_by_a_name_that_says_nothing(
    parts: NightlyParts, clients: Clients, queue_url: str
) -> None:
    parts.hand_over(NIGHT)
    (told,) = asked(clients, queue_url)
    assert set(told) == {"nightly"}
    assert re.fullmatch(r"2026-11-22/[0-9a-f]{64}", told["nightly"])
    assert parts.take(told["nightly"]) == NIGHT


def test_a_part_that_is_done_stays_done_for_the_night(
    parts: NightlyParts, clients: Clients, queue_url: str, clock: StoppedClock
) -> None:
    parts.hand_over(NIGHT)
    parts.hand_over(NIGHT)
    first, second = asked(clients, queue_url)
    assert first == second
    parts.done(first["nightly"])
    parts.hand_over(NIGHT)
    assert parts.take(first["nightly"]) == ()
    clock.advance(timedelta(days=1))
    parts.hand_over(NIGHT)
    names = {each["nightly"] for each in asked(clients, queue_url)} - {first["nightly"]}
    assert [parts.take(each) for each in names] == [NIGHT]


def test_a_part_that_is_gone_is_nothing(parts: NightlyParts) -> None:
    assert parts.take("2026-11-21/" + "a" * 64) == ()


# Work queues


@pytest.fixture
def queue_url(clients: Clients) -> str:
    url: str = clients("sqs").create_queue(QueueName=f"work-{uuid4().hex[:8]}")["QueueUrl"]
    return url


def received(clients: Clients, url: str) -> list[Any]:
    found = clients("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(each["Body"]) for each in found.get("Messages", [])]


def test_r12_a_command_carries_the_refreshs_id_and_nothing_else(
    clients: Clients, queue_url: str
) -> None:
    queues = WorkQueues(clients("sqs"), {Worker.AUTHORIZE: queue_url})
    queues.send(Command(Worker.AUTHORIZE), REFRESH)
    assert received(clients, queue_url) == [{"refreshId": REFRESH}]


def test_a_webhook_is_sent_by_its_digest(clients: Clients, queue_url: str) -> None:
    queues = WorkQueues(clients("sqs"), {Worker.ACCOUNTS: queue_url})
    queues.send_webhook("a" * 64)
    assert received(clients, queue_url) == [{"webhook": "a" * 64}]


def test_a_delayed_command_is_not_visible_yet(clients: Clients, queue_url: str) -> None:
    queues = WorkQueues(clients("sqs"), {Worker.ACCOUNTS: queue_url})
    queues.send(Command(Worker.ACCOUNTS, timedelta(minutes=14)), REFRESH)
    assert received(clients, queue_url) == []


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=-5), 0),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=10), 10),
        (timedelta(minutes=15), 900),
        (timedelta(days=7), 900),
    ],
)
def test_a_delay_is_whole_seconds_and_never_more_than_sqs_can(
    delay: timedelta, seconds: int
) -> None:
    sqs: Any = Recorder(dict)
    WorkQueues(sqs, {Worker.ACCOUNTS: "url"}).send(Command(Worker.ACCOUNTS, delay), REFRESH)
    assert sqs.calls[0]["DelaySeconds"] == seconds


def test_a_queue_that_this_function_may_not_send_to_is_left_to_the_sweep() -> None:
    sqs: Any = Recorder(dict)
    WorkQueues(sqs, {Worker.ACCOUNTS: "url"}).send(Command(Worker.AUTHORIZE), REFRESH)
    assert sqs.calls == []


# Snapshots

ACCOUNTS = ({"Id": "a", "Title": "Chèques", "Balance": {"Current": 1.10}}, {"Id": "b"})


@pytest.fixture
def bucket(clients: Clients) -> str:
    name = f"reconnect-{uuid4().hex[:8]}"
    where: Any = {"LocationConstraint": "ca-central-1"}
    clients("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return name


def test_a_snapshot_is_stored_compressed_under_refresh_and_digest(
    clients: Clients, bucket: str
) -> None:
    stored = SnapshotBucket(clients("s3"), bucket).put(REFRESH, ACCOUNTS, {"refreshId": REFRESH})
    (listed,) = clients("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert listed["Key"] == f"snapshots/{REFRESH}/{stored.sha256}.json"
    found = clients("s3").get_object(Bucket=bucket, Key=listed["Key"])
    body = gzip.decompress(found["Body"].read())
    assert json.loads(body) == {"refreshId": REFRESH, "accounts": list(ACCOUNTS)}
    assert (stored.bytes, stored.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert found["ContentType"] == "application/json"
    assert found["ContentEncoding"] == "gzip"
    assert found["CacheControl"] == "no-store"


@pytest.mark.parametrize("number", ["1e400", "12345678901234567.89", "100.00", "-0", "9" * 5_000])
def test_a_number_is_stored_as_flinks_wrote_it(clients: Clients, bucket: str, number: str) -> None:
    """A balance is nobody's to round, and `Infinity` would be no JSON."""
    reply = read_reply(f'{{"Accounts":[{{"Id":"a","Balance":{number}}}]}}'.encode())
    assert reply is not None
    assert reply.accounts is not None
    stored = SnapshotBucket(clients("s3"), bucket).put(REFRESH, reply.accounts, {})
    found = clients("s3").get_object(Bucket=bucket, Key=f"snapshots/{REFRESH}/{stored.sha256}.json")
    body = gzip.decompress(found["Body"].read()).decode()
    assert body == f'{{"accounts":[{{"Id":"a","Balance":{number}}}]}}'


def test_half_a_character_of_a_bank_is_stored_as_it_came(clients: Clients, bucket: str) -> None:
    reply = read_reply(b'{"Accounts":[{"Id":"a","Title":"\\ud83d"}]}')
    assert reply is not None
    assert reply.accounts is not None
    assert SnapshotBucket(clients("s3"), bucket).put(REFRESH, reply.accounts, {}).bytes > 0


def test_the_same_accounts_twice_are_one_object(clients: Clients, bucket: str) -> None:
    snapshots = SnapshotBucket(clients("s3"), bucket)
    first = snapshots.put(REFRESH, ACCOUNTS, {"refreshId": REFRESH})
    assert snapshots.put(REFRESH, ACCOUNTS, {"refreshId": REFRESH}) == first
    assert len(clients("s3").list_objects_v2(Bucket=bucket)["Contents"]) == 1


def test_a_link_names_one_object_and_how_long_it_is_good(clients: Clients, bucket: str) -> None:
    snapshots = SnapshotBucket(clients("s3"), bucket)
    stored = snapshots.put(REFRESH, ACCOUNTS, {})
    url = httpx.URL(snapshots.link(REFRESH, stored.sha256, timedelta(seconds=60)))
    assert url.path.endswith(f"/snapshots/{REFRESH}/{stored.sha256}.json")
    named = {name.lower(): value for name, value in url.params.items()}
    assert named.get("x-amz-expires") == "60" or int(named["expires"]) > 0


# The inbox


def test_a_webhook_is_kept_once_as_the_bytes_that_came(clients: Clients, bucket: str) -> None:
    inbox = InboxBucket(clients("s3"), bucket)
    body = '{"né": "\x00"}'.encode()
    digest = inbox.put(body)
    assert digest == hashlib.sha256(body).hexdigest()
    assert inbox.put(body) == digest
    assert inbox.get(digest) == body
    assert names(clients, bucket) == [f"inbox/{digest}"]


def test_a_webhook_that_is_gone_is_none(clients: Clients, bucket: str) -> None:
    assert InboxBucket(clients("s3"), bucket).get("a" * 64) is None


def test_a_webhook_that_was_set_aside_left_the_inbox(clients: Clients, bucket: str) -> None:
    inbox = InboxBucket(clients("s3"), bucket)
    digest = inbox.put(b"strange")
    inbox.quarantine(digest)
    assert inbox.get(digest) is None
    assert names(clients, bucket) == [f"quarantine/{digest}"]


def test_a_webhook_that_was_discarded_is_gone(clients: Clients, bucket: str) -> None:
    inbox = InboxBucket(clients("s3"), bucket)
    digest = inbox.put(b"done")
    inbox.discard(digest)
    inbox.discard(digest)
    assert names(clients, bucket) == []


def test_a_webhook_is_handed_over_with_its_signature_and_kept_until_it_is_taken(
    clients: Clients, bucket: str
) -> None:
    inbox, outbound = InboxBucket(clients("s3"), bucket), OutboundBucket(clients("s3"), bucket)
    digest = inbox.put(b"{}", {"Flinks-Authenticity-Key": "c2lnbmVk+/="})
    outbound.hand_over(digest)
    outbound.hand_over(digest)
    inbox.discard(digest)
    waiting = outbound.get(digest)
    assert waiting is not None
    assert waiting.body == b"{}"
    named = {name.lower(): value for name, value in waiting.signature.items()}
    assert named == {"flinks-authenticity-key": "c2lnbmVk+/="}
    outbound.discard(digest)
    assert outbound.get(digest) is None
    assert names(clients, bucket) == []


def test_a_webhook_to_be_passed_on_is_named_by_its_digest_alone(
    clients: Clients, queue_url: str
) -> None:
    DigestQueue(clients("sqs"), queue_url).send_webhook("a" * 64)
    assert received(clients, queue_url) == [{"webhook": "a" * 64}]


def test_another_failure_of_the_bucket_is_passed_on(clients: Clients) -> None:
    inbox = InboxBucket(clients("s3"), "there-is-no-such-bucket")
    with pytest.raises(ClientError):
        inbox.put(b"x")


def names(clients: Clients, bucket: str) -> list[str]:
    listed = clients("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return [each["Key"] for each in listed]


# The bus


FACTS: dict[str, dict[str, Any]] = {
    "error": {"error": ErrorCode.CREDENTIALS_REJECTED},
    "dataAsOf": {"age": 1500},
    "risk": {"risk": WarningCode.NIGHTLY_ENDS_SOON},
    "endsAt": {"ends_at": START},
}
"""What an event is told with, by the field of `detail` that it becomes."""
WITH_ERROR = {kind for kind, meaning in MEANINGS.items() if "error" in meaning.always}


def event(kind: EventType, **facts: Any) -> Event:
    carried: dict[str, Any] = {}
    for name in MEANINGS[kind].always:
        carried |= FACTS[name]
    return Event(type=kind, version=3, at=START, refresh_id=REFRESH, **(carried | facts))


def told_of(given: Event, reference: str | None = "customer-1") -> dict[str, Any]:
    return detail(HOME, reference, given)


@pytest.fixture
def bus(clients: Clients) -> Iterator[str]:
    name = f"reconnect-{uuid4().hex[:8]}"
    clients("events").create_event_bus(Name=name)
    yield name
    clients("events").delete_event_bus(Name=name)


def told(*events: Event) -> list[OutgoingEvent]:
    return [OutgoingEvent(SETTINGS, each) for each in events]


def test_events_are_taken_by_a_bus(clients: Clients, bus: str) -> None:
    events = told(*(event(each) for each in EventType))
    for some in batched(events, AT_ONCE, strict=False):
        assert EventBridgeBus(clients("events"), bus).publish(some) == [True] * len(some)


def test_s8_an_event_goes_out_with_all_that_a_rule_can_match() -> None:
    client: Any = Recorder(lambda: {"FailedEntryCount": 0, "Entries": [{"EventId": "x"}] * 10})
    events = [replace(event(EventType.REFRESH_EXPIRED), version=each) for each in range(1, 11)]
    assert EventBridgeBus(client, "the-bus").publish(told(*events)) == [True] * 10
    (call,) = client.calls
    first = call["Entries"][0]
    assert (first["EventBusName"], first["Source"]) == ("the-bus", SOURCE)
    assert first["DetailType"] == "refresh.expired"
    assert first["Time"] == START
    assert len({json.loads(entry["Detail"])["id"] for entry in call["Entries"]}) == 10


def test_d81_one_refused_entry_of_ten_is_named_though_the_call_answered_200() -> None:
    refused = {"ErrorCode": "InternalFailure"}
    answer = {"FailedEntryCount": 1, "Entries": [{"EventId": "x"}] * 9 + [refused]}
    client: Any = Recorder(lambda: answer)
    taken = EventBridgeBus(client, "b").publish(told(*[event(EventType.REFRESH_EXPIRED)] * 10))
    assert taken == [True] * 9 + [False]


@pytest.mark.parametrize(
    "fault", [EndpointConnectionError(endpoint_url="x"), ReadTimeoutError(endpoint_url="x")]
)
def test_a_bus_that_does_not_answer_is_slow(fault: Exception) -> None:
    def hang() -> None:
        raise fault

    client: Any = Recorder(hang)
    with pytest.raises(BusSlowError):
        EventBridgeBus(client, "b").publish(told(event(EventType.REFRESH_EXPIRED)))


def test_nothing_to_tell_is_no_call() -> None:
    client: Any = Recorder(dict)
    assert EventBridgeBus(client, "b").publish([]) == []
    assert client.calls == []


@pytest.mark.parametrize("kind", EventType)
def test_d83_an_events_id_is_stable_and_the_one_that_the_fake_makes(kind: EventType) -> None:
    told = told_of(event(kind))
    assert told["id"] == told_of(event(kind))["id"] == event_id(HOME, event(kind))
    subject = HOME if kind in OF_CONNECTION else REFRESH
    assert told["id"] == f"{subject}.3.{kind.value}"


def test_every_event_type_has_a_schema_and_no_schema_is_left_over() -> None:
    named = {each.name.removesuffix(".schema.json") for each in SCHEMAS.glob("*.schema.json")}
    assert named == {each.value for each in EventType}


def schema(kind: EventType) -> jsonschema_rs.Draft202012Validator:
    written = json.loads((SCHEMAS / f"{kind.value}.schema.json").read_text())
    jsonschema_rs.meta.validate(written)
    assert written["title"] == kind.value
    return jsonschema_rs.Draft202012Validator(written, validate_formats=True)


@pytest.mark.parametrize("kind", EventType)
@pytest.mark.parametrize("reference", ["customer-1", None])
def test_every_event_keeps_its_schema(kind: EventType, reference: str | None) -> None:
    told = told_of(event(kind), reference)
    schema(kind).validate(told)


@pytest.mark.parametrize("trouble", ErrorCode)
@pytest.mark.parametrize("kind", sorted(WITH_ERROR))
def test_every_trouble_keeps_the_schema(kind: EventType, trouble: ErrorCode) -> None:
    schema(kind).validate(told_of(event(kind, error=trouble)))


def test_what_only_some_events_carry_keeps_the_schema() -> None:
    late = told_of(event(EventType.REFRESH_COMPLETED, late=True))
    assert late["late"] is True
    schema(EventType.REFRESH_COMPLETED).validate(late)
    vanished = told_of(event(EventType.ACCOUNTS_REFRESHED, vanished=2))
    assert vanished["missingAccounts"] == vanished["vanishedAccounts"] == 2
    schema(EventType.ACCOUNTS_REFRESHED).validate(vanished)


@pytest.mark.parametrize("kind", EventType)
def test_a_schema_is_closed_and_tells_events_apart(kind: EventType) -> None:
    told = told_of(event(kind))
    assert not schema(kind).is_valid(told | {"loginId": "x"})
    assert not schema(kind).is_valid({name: told[name] for name in told if name != "id"})
    others = [each for each in EventType if each is not kind]
    assert not any(schema(each).is_valid(told) for each in others)


# Secrets


class Vault:
    """Secrets Manager, with one secret that a test can change or lock away."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.reads = 0

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        self.reads += 1
        if self.text is None:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager")
        return {"SecretString": self.text}


def reader(vault: Any, clock: StoppedClock) -> SecretReader:
    return SecretReader(lambda: vault, "arn", clock=clock)


def test_a_secret_is_read_from_secrets_manager(clients: Clients, clock: StoppedClock) -> None:
    manager = clients("secretsmanager")
    made = manager.create_secret(Name=uuid4().hex, SecretString='{"current": "a", "n": 5}')
    assert SecretReader(lambda: manager, made["ARN"], clock=clock)() == {"current": "a"}


def test_b18_a_secret_is_kept_for_five_minutes_and_no_longer(clock: StoppedClock) -> None:
    vault = Vault('{"current": "old"}')
    read = reader(vault, clock)
    read()
    vault.text = '{"current": "new"}'
    clock.advance(timedelta(seconds=299))
    assert read() == {"current": "old"}
    clock.advance(timedelta(seconds=1))
    assert read() == {"current": "new"}
    assert vault.reads == 2


def test_d94_a_forced_read_sees_the_new_secret_at_once(clock: StoppedClock) -> None:
    vault = Vault('{"current": "old"}')
    read = reader(vault, clock)
    read()
    vault.text = '{"current": "new"}'
    assert read(force=True) == {"current": "new"}
    assert read() == {"current": "new"}


def test_d93_a_secret_that_cannot_be_read_refuses_once_it_is_too_old(clock: StoppedClock) -> None:
    vault = Vault('{"current": "a"}')
    read = reader(vault, clock)
    read()
    vault.text = None
    assert read() == {"current": "a"}
    clock.advance(timedelta(minutes=5))
    with pytest.raises(SecretUnavailableError):
        read()


@pytest.mark.parametrize("text", [None, "", "{", "words", "[]", "5", "null", '"text"'], ids=str)
def test_r11_a_secret_of_another_form_refuses(text: str | None, clock: StoppedClock) -> None:
    with pytest.raises(SecretUnavailableError):
        reader(Vault(text), clock)()


@pytest.mark.parametrize(
    "text", ["{}", '{"current": ""}', '{"previous": "x"}', '{"current": 5}', '{"current": null}']
)
def test_r11_without_a_current_key_there_is_no_key(text: str, clock: StoppedClock) -> None:
    with pytest.raises(SecretUnavailableError):
        reader(Vault(text), clock).keys()


@pytest.mark.parametrize(
    "wrong", ["{}", '{"current": ""}', '{"current": " \\t"}', '{"currant": "a"}', "words"]
)
def test_a_secret_that_was_filled_wrongly_is_read_anew_after_its_repair(
    wrong: str, clock: StoppedClock
) -> None:
    vault = Vault(wrong)
    read = reader(vault, clock)
    with pytest.raises(SecretUnavailableError):
        read.keys()
    vault.text = '{"current": "a"}'
    assert read.keys() == (b"a",)
    assert read.keys() == (b"a",)
    assert vault.reads == 2


def test_what_its_user_refuses_takes_no_good_secrets_place(clock: StoppedClock) -> None:
    def picky(fields: dict[str, str]) -> str:
        if "apiKey" not in fields:
            raise SecretUnavailableError
        return fields["apiKey"]

    vault = Vault('{"apiKey": "a"}')
    read = reader(vault, clock)
    assert read.read_as(picky) == "a"
    vault.text = '{"apiKy": "b"}'
    with pytest.raises(SecretUnavailableError):
        read.read_as(picky, force=True)
    assert read.read_as(picky) == "a"
    vault.text = '{"apiKey": "b"}'
    clock.advance(timedelta(minutes=5))
    assert read.read_as(picky) == "b"


def test_d56_both_keys_are_given_while_they_rotate(clock: StoppedClock) -> None:
    vault = Vault('{"current": "new", "previous": "old"}')
    assert reader(vault, clock).keys() == (b"new", b"old")


def test_b18_an_error_about_a_secret_does_not_hold_it(clock: StoppedClock) -> None:
    with pytest.raises(SecretUnavailableError) as caught:
        reader(Vault('["hush-hush"]'), clock)()
    assert "hush" not in str(caught.value)
