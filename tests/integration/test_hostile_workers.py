"""Queues, stream and timers with what they should never hold: refused, and the others done."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.integration.refusing import CANARY, nothing_happens
from tests.integration.world import Event, World, message, sample

WORKERS = ("authorize", "fetch_accounts")
NOBODY = "rf_mfrggzdfmztwq2lknnwg23tp01kajz3m0r4g7h2k9x"
BAD_BODIES: list[Any] = [
    CANARY,
    "",
    "{",
    "null",
    "[]",
    '"rf_x"',
    "5",
    {},
    {"refreshId": None},
    {"refreshId": 5},
    {"refreshId": CANARY},
    {"refreshId": [NOBODY]},
    {"refreshId": f"{NOBODY}\n"},
    {"refreshId": "../x"},
    {"version": 2, "type": "levitate"},
    {"webhook": CANARY},
    {"webhook": "A" * 64},
    {"webhook": "a" * 63},
    {"webhook": "../../snapshots/x"},
    {"webhook": None},
    {"Records": [{"s3": {}}]},
]


def batch(*bodies: object) -> Event:
    """Several messages in one event."""
    event = message("x")
    record = event["Records"][0]
    event["Records"] = [
        deepcopy(record)
        | {"messageId": f"m{number}", "body": body if isinstance(body, str) else json.dumps(body)}
        for number, body in enumerate(bodies)
    ]
    return event


@pytest.mark.parametrize("worker", WORKERS)
def test_l5_poison_is_counted_at_its_first_receive(
    world: World, worker: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.invoke(worker, batch(CANARY, {"refreshId": NOBODY}))
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [each["messages_poisoned"] for each in counted if "messages_poisoned" in each] == [[1.0]]


@pytest.mark.parametrize("body", BAD_BODIES, ids=str)
def test_e78_a_part_of_the_night_that_nobody_named_comes_back(world: World, body: object) -> None:
    bad = batch(body)
    with nothing_happens(world):
        answer = world.invoke("nightly_check", bad)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert CANARY not in world.log.text


@pytest.mark.parametrize("body", BAD_BODIES, ids=str)
@pytest.mark.parametrize("worker", WORKERS)
def test_e78_a_message_of_no_known_form_comes_back_until_it_is_a_dead_letter(
    world: World, worker: str, body: object
) -> None:
    with nothing_happens(world):
        answer = world.invoke(worker, batch(body))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert CANARY not in world.log.text


def test_e78_the_authorize_worker_takes_no_webhook(world: World) -> None:
    with nothing_happens(world):
        answer = world.invoke("authorize", batch({"webhook": "a" * 64}))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


@pytest.mark.parametrize("worker", WORKERS)
def test_d75_e78_the_others_of_a_batch_are_done(world: World, worker: str) -> None:
    good = world.start(world.add_login("no_mfa"))["id"]
    world.messages("AuthorizeQueue")
    bodies: list[object] = [{"refreshId": NOBODY}] * 9
    bodies.insert(4, CANARY)
    bodies.append({"refreshId": good})
    answer = world.invoke(worker, batch(*bodies))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m4"}]}
    expected = "fetching" if worker == "authorize" else "starting"
    assert world.read(good)["status"] == expected


@pytest.mark.parametrize("worker", WORKERS)
def test_d76_a_batch_of_nothing_but_bad_messages_is_no_crash(world: World, worker: str) -> None:
    answer = world.invoke(worker, batch("x", "y"))
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["m0", "m1"]


@pytest.mark.parametrize("extra", [{"more": 1}, {"attempt": 99}, {"loginId": CANARY}], ids=str)
@pytest.mark.parametrize("worker", WORKERS)
def test_e78_e80_what_else_a_message_says_is_not_believed(
    world: World, worker: str, extra: dict[str, Any]
) -> None:
    with nothing_happens(world):
        answer = world.invoke(worker, batch({"refreshId": NOBODY} | extra))
    assert answer == {"batchItemFailures": []}
    assert CANARY not in world.log.text


@pytest.mark.parametrize("worker", WORKERS)
def test_e79_a_message_for_a_refresh_that_is_not_there_is_dropped(
    world: World, worker: str
) -> None:
    with nothing_happens(world):
        answer = world.invoke(worker, message({"refreshId": NOBODY}))
    assert answer == {"batchItemFailures": []}
    assert "message dropped" in world.log.text


def test_e79_a_webhook_that_is_gone_is_dropped(world: World) -> None:
    with nothing_happens(world):
        answer = world.invoke("fetch_accounts", message({"webhook": "a" * 64}))
    assert answer == {"batchItemFailures": []}


@pytest.mark.parametrize("worker", WORKERS)
def test_d70_d88_a_message_for_a_settled_refresh_is_dropped(world: World, worker: str) -> None:
    done = world.completed()["id"]
    with nothing_happens(world):
        answer = world.invoke(worker, message({"refreshId": done}))
    assert answer == {"batchItemFailures": []}


@pytest.mark.parametrize("times", [2, 5])
def test_d70_s2_a_doubled_message_sends_one_authorize(world: World, times: int) -> None:
    refresh = world.start(world.add_login())
    before = len([each for each in world.flinks.calls if each.counted_as == "Authorize.live"])
    for _ in range(times):
        world.work("authorize", refresh["id"])
    after = len([each for each in world.flinks.calls if each.counted_as == "Authorize.live"])
    assert after == before + 1


def test_d73_a_worker_with_too_little_time_left_sends_nothing_and_comes_back(
    world: World,
) -> None:
    refresh = world.start(world.add_login())
    world.messages("AuthorizeQueue")
    event = message({"refreshId": refresh["id"]})
    with nothing_happens(world):
        answer = world.invoke("authorize", event, milliseconds=234_000)
    assert len(answer["batchItemFailures"]) == 1
    world.work("authorize", refresh["id"])
    assert world.read(refresh["id"])["status"] == "mfa_required"


@pytest.mark.parametrize("event", [{}, {"Records": []}], ids=str)
@pytest.mark.parametrize("worker", [*WORKERS, "publish_events"])
def test_e82_an_event_without_records_is_no_crash(world: World, worker: str, event: Event) -> None:
    with nothing_happens(world):
        assert world.invoke(worker, event) == {"batchItemFailures": []}


# The stream


def record(**changes: Any) -> Event:
    event = sample("publish_events")
    event["Records"][0] |= {name: value for name, value in changes.items() if name != "dynamodb"}
    event["Records"][0]["dynamodb"] |= changes.get("dynamodb", {})
    return event


@pytest.mark.parametrize(
    "event",
    [
        record(eventName="REMOVE"),
        record(dynamodb={"NewImage": None}),
        record(dynamodb={"NewImage": {}}),
        record(dynamodb={"Keys": {"pk": {"S": "RQ#x"}, "sk": {"S": "RQ"}}}),
        record(dynamodb={"Keys": {"pk": {"S": "IK#x"}, "sk": {"S": "IK"}}}),
        record(dynamodb={"Keys": {"pk": {"S": ""}, "sk": {"S": "LIVE"}}}),
        record(dynamodb={"Keys": {"pk": {"N": "5"}, "sk": {"S": "LIVE"}}}),
        record(dynamodb={"Keys": {}}),
        record(),
    ],
    ids=[
        "removed",
        "no image",
        "an empty image",
        "an attempt's row",
        "a key's row",
        "an empty key",
        "a number as key",
        "no keys",
        "of a row that is not there",
    ],
)
def test_e81_a_record_that_tells_of_nothing_is_ignored(world: World, event: Event) -> None:
    with nothing_happens(world):
        assert world.invoke("publish_events", event) == {"batchItemFailures": []}


def test_e81_d83_a_record_that_comes_twice_publishes_once(world: World) -> None:
    refresh = world.challenged()
    event = record_of(refresh)
    world.invoke("publish_events", event)
    assert "refresh.mfa_required" in world.log.text
    with nothing_happens(world):
        world.invoke("publish_events", event)
    assert "refresh.mfa_required" not in world.log.text


def record_of(refresh: Event) -> Event:
    keys = {"pk": {"S": f"CN#{refresh['connectionId']}"}, "sk": {"S": "LIVE"}}
    return record(dynamodb={"Keys": keys})


def test_e82_hundreds_of_records_are_handled(world: World) -> None:
    event = sample("publish_events")
    event["Records"] *= 300
    assert world.invoke("publish_events", event) == {"batchItemFailures": []}


def test_e82_d79_a_record_that_fails_comes_back_alone(world: World) -> None:
    refresh = world.challenged()
    event = record_of(refresh)
    event["Records"].insert(0, deepcopy(sample("publish_events")["Records"][0]))
    event["Records"][1]["dynamodb"]["SequenceNumber"] = "222"
    with world.changed(ReconnectBus="there-is-no-such-bus"):
        answer = world.invoke("publish_events", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "222"}]}
    assert world.invoke("publish_events", event) == {"batchItemFailures": []}


# The timers

TICKS: list[Event] = [
    {},
    {"time": None},
    {"time": "1970-01-01T00:00:00Z"},
    {"time": "2999-01-01T00:00:00Z"},
    {"time": CANARY, "detail": [1]},
    {"source": "aws.s3", "account": "999999999999", "detail-type": "Object Created"},
]


@pytest.mark.parametrize("tick", TICKS, ids=str)
@pytest.mark.parametrize("function", ["sweep", "nightly_check"])
def test_e83_e84_d84_a_tick_is_only_a_tick(world: World, function: str, tick: Event) -> None:
    before = world.rows()
    assert world.invoke(function, tick) is None
    assert world.rows() == before
    assert CANARY not in world.log.text


def test_d84_a_sweep_that_comes_twice_is_a_sweep(world: World) -> None:
    world.start(world.add_login())
    with nothing_happens(world):
        world.invoke("sweep", sample("sweep"))
        world.invoke("sweep", sample("sweep"))
