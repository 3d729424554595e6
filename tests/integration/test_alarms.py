"""Each alarm on a count of ours, from what the running code really writes into its log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flinks_reconnect import metrics
from flinks_reconnect.usecases.errors import NightlyStatusError

from tests.contract.alarms import NAMES, Point, alarms, emitted, is_alarm
from tests.integration.test_hostile_webhook import look, told
from tests.integration.world import World, message, sample

NOBODYS_LOGIN = "5e115eac-1209-4f19-641c-08d6d484e2fe"


def counted(capsys: pytest.CaptureFixture[str]) -> list[Point]:
    """What was counted, as the monitoring stack of this service sees it."""
    return [
        Point(
            namespace=each.namespace,
            metric=each.metric,
            dimensions=tuple((name, NAMES["ReconnectStack"]) for name, _ in each.dimensions),
            value=each.value,
        )
        for each in emitted(capsys.readouterr().out)
    ]


def rings(name: str, points: list[Point]) -> bool:
    return is_alarm(alarms()[name], points)


@contextmanager
def keys(world: World, **fields: str) -> Iterator[None]:
    """Other keys of Flinks for a while."""
    manager = world.client("secretsmanager")
    stored = manager.get_secret_value(SecretId=world.values["FlinksSecret.Id"])["SecretString"]
    right = json.loads(stored)
    world.set_secret("FlinksSecret", **(right | fields))
    yield
    world.set_secret("FlinksSecret", **right)


def test_a_sweep_keeps_its_alarm_quiet_and_none_rings_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.invoke("sweep", sample("sweep"))
    assert not rings("SweepSilent", counted(capsys))
    assert rings("SweepSilent", [])


def test_a_nightly_check_keeps_its_alarm_quiet_and_none_rings_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.invoke("nightly_check", sample("nightly_check"))
    assert not rings("NightlyCheckSilent", counted(capsys))
    assert rings("NightlyCheckSilent", [])


def test_a_nightly_check_that_flinks_refuses_counts_as_none(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with keys(world, secretKey="wrong"), pytest.raises(NightlyStatusError):
        world.invoke("nightly_check", sample("nightly_check"))
    assert rings("NightlyCheckSilent", counted(capsys))


def test_messages_that_fail_ring_though_lambda_counts_no_error(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        failed = world.invoke("authorize", message({"refreshId": "of no known form"}))
        assert len(failed["batchItemFailures"]) == 1
    seen = counted(capsys)
    assert rings("MessagesFail", seen)
    assert rings("MessagesPoisoned", seen)


def test_a_webhook_of_a_kind_that_nobody_knows_rings(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    look(world, told(NOBODYS_LOGIN, ResponseType="Levitation"))
    assert rings("WebhooksQuarantined", counted(capsys))


def test_a_row_that_makes_no_sense_rings(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"pk": {"S": "CN#cn_unreadable"}, "rf": {"S": "not a refresh"}, "version": {"N": "1"}}
    due = {"wake_shard": {"S": "DUE#00"}, "wake_at": {"N": "1"}}
    table = world.client("dynamodb")
    table.put_item(TableName=world.table, Item=row | {"sk": {"S": "CN"}})
    table.put_item(TableName=world.table, Item=row | due | {"sk": {"S": "LIVE"}})
    world.invoke("sweep", sample("sweep"))
    assert rings("RowsPostponed", counted(capsys))
    for sort_key in ("CN", "LIVE"):
        key = {"pk": row["pk"], "sk": {"S": sort_key}}
        table.delete_item(TableName=world.table, Key=key)


def test_keys_that_flinks_refuses_ring_for_the_operator(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    refresh = world.start(world.add_login())
    with keys(world, secretKey="wrong", apiKey="wrong"):
        world.work("authorize", refresh["id"])
    assert world.read(refresh["id"])["error"]["owner"] == "operator"
    event = sample("publish_events")
    event["Records"][0]["dynamodb"]["Keys"]["pk"] = {"S": f"CN#{refresh['connectionId']}"}
    world.invoke("publish_events", event)
    assert rings("OperatorNeeded", counted(capsys))


def test_an_attempt_that_is_at_work_for_hours_rings(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "reconnect")
    metrics.duration("oldest_attempt", timedelta(hours=2))
    assert rings("AttemptStuck", counted(capsys))
    world.invoke("sweep", sample("sweep"))
    quiet = counted(capsys)
    assert any(each.metric == "oldest_attempt" for each in quiet)
    assert not rings("AttemptStuck", quiet)
