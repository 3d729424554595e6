"""What only the table knows: lost answers, the form of rows, how they are read and collected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flinks_reconnect.aws.codec import milliseconds
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.machine.adopted import arrive
from flinks_reconnect.domain.machine.signals import Closed, Swept
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import StaleWriteError
from flinks_reconnect.usecases.ports import Due, Known
from flinks_reconnect.usecases.replay import Replay

from tests.contract import moments
from tests.contract.conftest import Table
from tests.contract.moments import START
from tests.fakes.faults import refused, throttled, timed_out

WRITES = {"put_item", "transact_write_items", "update_item"}
KEY = Replay(key="k" * 32, body="b" * 32)


class Line:
    """A client that loses the answers of writes, and repeats them as an SDK does."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def twice(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if name in WRITES:
                call(**arguments)
            return call(**arguments)

        return twice


class Counted:
    """A client that remembers which calls were made."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.names.append(name)
        return getattr(self._client, name)


def row_of(table: Table, connection: Connection, sk: str = "LIVE") -> dict[str, Any]:
    return table.rows()[f"CN#{connection.id} {sk}"]


def completed(table: Table) -> tuple[Known, Connection]:
    known = moments.asked()
    table.store.begin(known, None, KEY)
    over = known.connection
    request = moments.request_id()
    for step in (
        moments.sent,
        lambda row: moments.challenged(row, request),
        moments.came_back,
        moments.completed,
    ):
        before, over = over, step(over)
        table.store.save(over, before)
    return known, over


# D60: a write was applied and its answer was lost


def test_d60_a_repeated_step_of_our_own_is_a_success(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    sent = moments.sent(known.connection)
    table.through(Line(table.client)).save(sent, known.connection)
    loaded = table.store.load(known.connection.id)
    assert loaded is not None
    assert loaded.connection == sent


def test_d60_d61_a_repeated_start_of_our_own_is_a_success(table: Table) -> None:
    known = moments.asked()
    table.through(Line(table.client)).begin(known, None, KEY)
    assert table.store.load(known.connection.id) == known
    assert known.connection.refresh is not None
    assert table.store.replayed(KEY) == known.connection.refresh.id


def test_d60_d61_a_repeated_question_and_end_of_our_own_are_successes(table: Table) -> None:
    known = moments.asked()
    store = table.through(Line(table.client))
    store.begin(known, None, None)
    asked = moments.challenged(moments.sent(known.connection), moments.request_id())
    store.save(asked, known.connection)
    over = moments.completed(moments.came_back(asked))
    store.save(over, asked)
    loaded = table.store.load(known.connection.id)
    assert loaded is not None
    assert loaded.connection == over
    assert len(loaded.connection.outbox) == len(over.outbox)


def test_d60_a_repeated_move_of_our_own_is_a_success(table: Table) -> None:
    adopted = moments.adopted(moments.request_id())
    table.store.begin(adopted, None, None)
    before = moments.came_back(adopted.connection)
    table.store.save(before, adopted.connection)
    login = moments.login_id()
    proven = moments.completed(before, login)
    home = Connection(id=moments.home(login), login_id=login)
    arrived = arrive(home, proven, START, moments.CLOCKS)
    table.through(Line(table.client)).move(before, proven, None, arrived)
    loaded = table.store.load(arrived.id)
    assert loaded is not None
    assert loaded.connection == arrived


def test_d60_another_writers_equal_step_is_a_conflict(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    sent = moments.sent(known.connection)
    table.store.save(sent, known.connection)
    with pytest.raises(StaleWriteError):
        table.store.save(sent, known.connection)


def test_a_failure_that_is_no_conflict_is_passed_on(table: Table) -> None:
    table.client.delete_table(TableName=table.name)
    known = moments.asked()
    with pytest.raises(table.client.exceptions.ResourceNotFoundException):
        table.store.begin(known, None, None)
    with pytest.raises(table.client.exceptions.ResourceNotFoundException):
        table.store.save(moments.sent(known.connection), known.connection)
    with pytest.raises(table.client.exceptions.ResourceNotFoundException):
        table.store.published(known.connection)


# D67: nothing decides on a read that may be old


def test_d67_every_read_but_the_index_is_consistent(table: Table) -> None:
    line = Line(table.client)
    store = table.through(line)
    known, over = completed(table)
    assert known.connection.refresh is not None
    store.load(known.connection.id)
    store.find(known.connection.refresh.id)
    store.locate(moments.request_id())
    store.replayed(KEY)
    reads = [arguments for name, arguments in line.calls if name in {"query", "get_item"}]
    assert len(reads) == 4
    assert all(each["ConsistentRead"] is True for each in reads)
    line.calls.clear()
    list(store.due(0, START, 1))
    assert [name for name, _ in line.calls] == ["query"]
    assert over.refresh is not None


# D65: TTL is a number of seconds, well after the deadline that it follows


def test_d65_what_may_be_collected_says_when_in_seconds(table: Table) -> None:
    completed(table)
    kinds = {
        key.split(" ")[1][:2] if key.startswith("CN#") else key[:2]: row
        for key, row in table.rows().items()
    }
    day = 86400
    now = int(START.timestamp())
    assert kinds["IK"]["ttl"] == {"N": str(now + day)}
    assert kinds["RQ"]["ttl"] == {"N": str(now + 480 + day)}
    assert kinds["RF"]["ttl"] == {"N": str(now + 400 * day)}


def test_d65_what_a_connection_is_never_has_a_ttl(table: Table) -> None:
    _, over = completed(table)
    assert "ttl" not in row_of(table, over)
    assert "ttl" not in row_of(table, over, "CN")


def test_d65_a_stub_is_kept_for_400_days(table: Table) -> None:
    adopted = moments.adopted(moments.request_id())
    table.store.begin(adopted, None, None)
    before = moments.came_back(adopted.connection)
    table.store.save(before, adopted.connection)
    login = moments.login_id()
    proven = moments.completed(before, login)
    arrived = arrive(
        Connection(id=moments.home(login), login_id=login), proven, START, moments.CLOCKS
    )
    table.store.move(before, proven, None, arrived)
    stub = row_of(table, before)
    assert stub["moved_to"] == {"S": arrived.id}
    assert stub["ttl"] == {"N": str(int((START + timedelta(days=400)).timestamp()))}
    assert not {"login", "rf", "wake_shard", "ev"} & stub.keys()


def test_d65_both_rows_of_a_closed_connection_go_after_400_days(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    before = known.connection
    row = moments.after(before, Closed())
    table.store.save(row, before)
    ttl = {"N": str(int((START + timedelta(days=400)).timestamp()))}
    assert row_of(table, row)["ttl"] == row_of(table, row, "CN")["ttl"] == ttl
    assert set(row_of(table, row, "CN")) == {"pk", "sk", "ref", "code", "ttl"}
    table.store.published(row)
    swept = moments.after(row, Swept())
    table.store.save(swept, row)
    assert row_of(table, row)["ttl"] == ttl
    assert not {"login", "ev"} & row_of(table, row).keys() - {"ev"}


def test_d60_a_repeated_close_of_our_own_is_a_success(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    over = moments.after(known.connection, Closed())
    table.through(Line(table.client)).save(over, known.connection)
    loaded = table.store.load(over.id)
    assert loaded is not None
    assert loaded.connection == over


def test_a_timeline_is_two_queries_and_a_registration_two_requests(table: Table) -> None:
    counted = Counted(table.client)
    store = table.through(counted)
    known, over = completed(table)
    loaded = store.load(over.id)
    assert loaded is not None
    store.settled(over.id, None, 20)
    assert counted.names == ["query", "query"]
    store.configure(replace(loaded.settings, language="fr"), loaded.settings)
    assert counted.names == ["query", "query", "update_item"]
    assert known.settings.language is None


# The late success


def test_s9_a_late_success_rewrites_only_what_had_expired(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    asked = moments.challenged(moments.sent(known.connection), moments.request_id())
    back = moments.came_back(asked)
    table.store.save(back, known.connection)
    expired = moments.expired_unanswered(back)
    table.store.save(expired, back)
    (history,) = (key for key in table.rows() if " RF#" in key)
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": history.split(" ")[0]}, "sk": {"S": history.split(" ")[1]}},
        UpdateExpression="SET #status = :cancelled",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":cancelled": {"S": Status.CANCELLED.value}},
    )
    with pytest.raises(StaleWriteError):
        table.store.save(moments.completed_late(expired), expired)
    loaded = table.store.load(known.connection.id)
    assert loaded is not None
    assert loaded.connection == expired


# What the stream's filter and the sparse index see


def test_the_outbox_is_announced_by_a_scalar_and_by_nothing_when_it_is_empty(
    table: Table,
) -> None:
    _, over = completed(table)
    row = row_of(table, over)
    assert row["ev_count"] == {"N": str(len(over.outbox))}
    assert len(row["ev"]["L"]) == len(over.outbox)
    table.store.published(over)
    assert not {"ev", "ev_count"} & row_of(table, over).keys()


def test_the_shard_is_stored_with_the_row(table: Table) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    shard = row_of(table, known.connection)["wake_shard"]["S"]
    (found,) = table.store.due(int(shard.removeprefix("DUE#")), START + timedelta(days=1), 9)
    assert found == Due(known.connection.id, known.connection.wake_at or START)


class Failing:
    """A client of which every update meets this fault."""

    def __init__(self, client: Any, fault: Exception) -> None:
        self.client = client
        self.fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def update_item(self, **_: Any) -> Any:
        raise self.fault


@pytest.mark.parametrize("fault", [throttled("UpdateItem"), refused("UpdateItem"), timed_out()])
def test_a_row_that_cannot_be_put_off_is_no_error(table: Table, fault: Exception) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    failing = table.through(Failing(table.client, fault))
    assert failing.postpone(known.connection.id, START + timedelta(minutes=9)) == 0


@pytest.mark.parametrize("damage", [{"S": "soon"}, {"L": []}, {"M": {"exp": {"N": "7"}}}], ids=str)
def test_a_damaged_row_is_put_off_all_the_same(table: Table, damage: dict[str, Any]) -> None:
    known = moments.asked()
    table.store.begin(known, None, None)
    row = row_of(table, known.connection)
    table.client.put_item(TableName=table.name, Item=row | {"rf": damage})
    later = START + timedelta(days=30)
    assert table.store.postpone(known.connection.id, later) == 1
    assert row_of(table, known.connection)["wake_at"] == {"N": str(milliseconds(later))}


def test_no_row_holds_a_request_id_as_its_key_nor_a_token(table: Table) -> None:
    request = moments.request_id()
    adopted = moments.adopted(request)
    table.store.begin(adopted, None, None)
    (attempt,) = (row for key, row in table.rows().items() if key.startswith("RQ#"))
    assert request not in str(attempt)
    assert attempt.keys() == {"pk", "sk", "refresh_id", "idle_at", "ttl"}


def test_a_row_of_a_newer_version_of_this_code_can_still_be_read(table: Table) -> None:
    _, over = completed(table)
    for sk in ("LIVE", "CN"):
        table.client.update_item(
            TableName=table.name,
            Key={"pk": {"S": f"CN#{over.id}"}, "sk": {"S": sk}},
            UpdateExpression="SET tomorrow = :new",
            ExpressionAttributeValues={":new": {"M": {"a": {"L": [{"BOOL": True}]}}}},
        )
    loaded = table.store.load(over.id)
    assert loaded is not None
    assert replace(loaded.connection) == over
