"""The connection store over one DynamoDB table. Every read is consistent, every write guarded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from flinks_reconnect.aws import rows
from flinks_reconnect.aws.codec import Item, milliseconds
from flinks_reconnect.aws.conditions import (
    follows,
    is_conflict,
    is_ours,
    new_only,
    old_item,
    unchanged,
    unless_alive,
    write_id,
)
from flinks_reconnect.aws.transient_errors import as_transient
from flinks_reconnect.aws.updates import configured, erased, learned, put_off, told
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health
from flinks_reconnect.domain.ids import (
    ConnectionId,
    RefreshId,
    RequestId,
    partition_of,
)
from flinks_reconnect.domain.refresh import TERMINAL, Attempt, Refresh, Status
from flinks_reconnect.domain.wake_up import wake_up_once_told
from flinks_reconnect.usecases.errors import KeyReusedError, StaleWriteError, StoreUnavailableError
from flinks_reconnect.usecases.ports import Clock, Due, FoundRefresh, Known
from flinks_reconnect.usecases.replay import Replay

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

DUE_INDEX: Final = "due"
_reachable = as_transient(StoreUnavailableError)


class ConnectionTable:
    """Implements `ConnectionStore`. A conflict is a StaleWriteError; any other failure passes."""

    def __init__(
        self, client: "DynamoDBClient", table: str, *, clock: Clock, clocks: Clocks, shards: int
    ) -> None:
        """Use this client's table; `shards` is the number of due-index shards to write to."""
        self._client = client
        self._table = table
        self._clock = clock
        self._clocks = clocks
        self._shards = shards

    @_reachable
    def load(self, connection_id: ConnectionId) -> Known | None:
        """Return both rows, following a stub; an unknown id is None."""
        live, settings = self._both(connection_id)
        if live is not None and "moved_to" in live:
            live, settings = self._both(ConnectionId(live["moved_to"]["S"]))
        if live is None or settings is None:
            return None
        return Known(connection=rows.connection_of(live), settings=rows.settings_of(settings))

    @_reachable
    def find(self, refresh_id: RefreshId) -> FoundRefresh | None:
        """Return the refresh: on the live row of its partition, where that moved, or history."""
        home = partition_of(refresh_id)
        live, settings = self._both(home)
        if live is not None and "moved_to" in live:
            home = ConnectionId(live["moved_to"]["S"])
            live, settings = self._both(home)
        if live is None or settings is None:
            return None
        known = rows.settings_of(settings)
        connection = rows.connection_of(live)
        if connection.refresh is not None and connection.refresh.id == refresh_id:
            return FoundRefresh(
                refresh=connection.refresh,
                settings=known,
                connection=connection,
                closed=connection.has_forgotten(connection.refresh),
            )
        history = self._get(rows.history_key(home, refresh_id))
        if history is None:
            return None
        old = rows.refresh_of(history)
        closed = connection.has_forgotten(old)
        return FoundRefresh(refresh=old, settings=known, connection=None, closed=closed)

    @_reachable
    def locate(self, request_id: RequestId) -> RefreshId | None:
        """Return the refresh of this RequestId."""
        row = self._get(rows.attempt_key(request_id))
        return RefreshId(row["refresh_id"]["S"]) if row else None

    @_reachable
    def replayed(self, replay: Replay) -> RefreshId | None:
        """Return what this Idempotency-Key led to; raises KeyReusedError for another body."""
        row = self._get(rows.replay_key(replay))
        if row is None:
            return None
        if row["body"]["S"] != replay.body:
            raise KeyReusedError
        return RefreshId(row["refresh_id"]["S"])

    @_reachable
    def remember(self, replay: Replay, refresh_id: RefreshId) -> None:
        """Keep what the key led to; if it is kept already, the first stays, and bodies agree."""
        row = rows.replay_row(replay, refresh_id, self._clock())
        try:
            self._client.put_item(TableName=self._table, Item=row, **unless_alive(self._clock()))
        except ClientError as error:
            if not is_conflict(error):
                raise
            self.replayed(replay)

    @_reachable
    def begin(self, known: Known, before: Known | None, replay: Replay | None) -> None:
        """Write a start: the live row, and what else comes with it, at once."""
        puts = [self._live(known.connection, before.connection if before else None)]
        if before is None:
            is_proven = known.connection.login_id is not None
            settings = known.settings
            row = (
                rows.settings_row(settings)
                if is_proven
                else rows.provisional(settings, self._clock())
            )
            puts.append(self._put(row, new_only()))
        elif known.settings != before.settings:
            guard = unchanged(before.settings.version)
            puts.append(self._put(rows.settings_row(known.settings), guard))
        puts += self._attempt(known.connection, before.connection if before else None)
        refresh = known.connection.refresh
        if replay is not None and refresh is not None:
            row = rows.replay_row(replay, refresh.id, self._clock())
            puts.append(self._put(row, unless_alive(self._clock())))
        self._write(puts)

    @_reachable
    def save(self, after: Connection, before: Connection) -> None:
        """Write one step; an end brings its row along.

        The row that finds a RequestId again is written first, on its own: without the step it says
        nothing wrong, and in one transaction both would cost twice as much.
        """
        for row in self._attempt(after, before):
            self._client.put_item(**row)
        writes = [self._live(after, before)]
        writes += self._history(after.id, after.refresh, before.refresh)
        if after.closed_at is not None and before.closed_at is None:
            writes.append({"TableName": self._table, **erased(after.id, after.closed_at)})
        self._write(writes)

    @_reachable
    def move(
        self, before: Connection, moved: Connection, home: Known | None, arrived: Connection
    ) -> None:
        """Move a settled refresh to its proven connection and leave a stub."""
        stub = rows.stub_row(before, arrived.id, write_id(), self._clock())
        puts = [
            self._put(stub, follows(before.version)),
            self._live(arrived, home.connection if home else None),
            *self._history(arrived.id, moved.refresh, None),
        ]
        if home is None or home.settings.selection is None:
            settings = replace(self._settings(before.id), id=arrived.id)
            guard = None
            if home is not None:
                settings = home.settings.completed_by(settings)
                guard = unchanged(home.settings.version)
            puts.append(self._put(rows.settings_row(settings), guard))
        self._write(puts)

    @_reachable
    def configure(self, after: ConnectionSettings, before: ConnectionSettings) -> None:
        """Write what changed, field by field; what another writer changes meanwhile stays."""
        try:
            self._client.update_item(TableName=self._table, **configured(after, before))
        except ClientError as error:
            if not is_conflict(error):
                raise
            raise StaleWriteError from error

    @_reachable
    def settled(
        self, connection_id: ConnectionId, upto: RefreshId | None, limit: int
    ) -> tuple[Refresh, ...]:
        """Return settled refreshes, the newest first, without what only waits to be collected."""
        page = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=limit,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :oldest AND :newest",
            ExpressionAttributeValues={
                ":pk": rows.live_key(connection_id)["pk"],
                ":oldest": {"S": "RF#"},
                ":newest": rows.history_key(connection_id, upto)["sk"] if upto else {"S": "RF#~"},
            },
        )
        now = self._clock()
        found = (_item(each) for each in page["Items"])
        return tuple(rows.refresh_of(each) for each in found if not rows.is_expired(each, now))

    @_reachable
    def learn_institution(self, settings: ConnectionSettings, institution_id: str) -> None:
        """Keep which bank this is."""
        try:
            update = learned(settings.id, institution_id)
            self._client.update_item(TableName=self._table, **update)
        except ClientError as error:
            if not is_conflict(error):
                raise

    @_reachable
    def due(self, shard: int, now: datetime, limit: int, after: Due | None = None) -> Iterable[Due]:
        """Return what is due in a shard, the oldest first; a hint, since an index lags."""
        name = rows.shard_name(shard)
        start = {"ExclusiveStartKey": rows.index_key(name, after)} if after else {}
        page = self._client.query(
            TableName=self._table,
            IndexName=DUE_INDEX,
            KeyConditionExpression="wake_shard = :shard AND wake_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": name},
                ":now": {"N": str(milliseconds(now))},
            },
            Limit=limit,
            **start,  # type: ignore[arg-type] # one argument or none
        )
        return [rows.due_of(_item(each)) for each in page["Items"]]

    @_reachable
    def with_code(
        self, code: str, limit: int, after: ConnectionId | None = None
    ) -> Sequence[ConnectionId]:
        """Return connections of a support code; a hint, since an index lags."""
        start = rows.settings_key(after) if after else {}
        return self._indexed(rows.CODE, code, limit, start)

    @_reachable
    def broken(self, limit: int, after: ConnectionId | None = None) -> Sequence[ConnectionId]:
        """Return connections that must be reconnected; a hint, since an index lags."""
        start = rows.live_key(after) if after else {}
        return self._indexed(rows.BROKEN, Health.RECONNECT_REQUIRED, limit, start)

    def _indexed(self, index: str, value: str, limit: int, start: Item) -> list[ConnectionId]:
        """Return what an index of one value holds, which is named as its key; after `start`."""
        key: dict[str, Any] = {"S": value}
        after = {"ExclusiveStartKey": start | {index: key}} if start else {}
        page = self._client.query(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": index},
            ExpressionAttributeValues={":key": key},
            Limit=limit,
            **after,  # type: ignore[arg-type] # one argument or none
        )
        return [rows.connection_id_of(_item(each)) for each in page["Items"]]

    def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
        """Move the wake-up alone; the version stays, since nothing was decided."""
        update = put_off(connection_id, until, self._clock())
        try:
            try:
                done = self._client.update_item(TableName=self._table, **update)
            except ClientError as error:
                expiry = rows.expiry_of(old_item(error))
                if expiry is None or not self._clock() < expiry < until:
                    return 0
                sooner = put_off(connection_id, expiry, self._clock())
                done = self._client.update_item(TableName=self._table, **sooner)
        except (ClientError, BotoCoreError):
            return 0
        return int(done["Attributes"]["off"]["N"])

    @_reachable
    def published(self, connection: Connection) -> None:
        """Empty the outbox; a row that has gone on since keeps its own."""
        published = replace(connection, outbox=())
        wake_at = wake_up_once_told(published, self._clock(), self._clocks)
        moved = wake_at if wake_at != connection.wake_at else None
        try:
            self._client.update_item(
                TableName=self._table, **told(connection, moved, sleeps=wake_at is None)
            )
        except ClientError as error:
            if not is_conflict(error):
                raise

    def _both(self, connection_id: ConnectionId) -> tuple[Item | None, Item | None]:
        page = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :settings AND :live",
            ExpressionAttributeValues={
                ":pk": rows.live_key(connection_id)["pk"],
                ":settings": {"S": "CN"},
                ":live": {"S": "LIVE"},
            },
        )
        found = {item["sk"]["S"]: _item(item) for item in page["Items"]}
        return found.get("LIVE"), found.get("CN")

    def _settings(self, connection_id: ConnectionId) -> ConnectionSettings:
        row = self._get(rows.settings_key(connection_id))
        if row is None:
            raise StaleWriteError
        return rows.settings_of(row)

    def _get(self, key: Item) -> Item | None:
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        if "Item" not in found or rows.is_expired(_item(found["Item"]), self._clock()):
            return None
        return _item(found["Item"])

    def _live(self, after: Connection, before: Connection | None) -> dict[str, Any]:
        row = rows.live_row(after, write_id(), self._shards)
        return self._put(row, new_only() if before is None else follows(before.version))

    def _attempt(self, after: Connection, before: Connection | None) -> list[dict[str, Any]]:
        """A session at the bank's question has the row by which its RequestId is found again.

        The row follows from the state: whatever led there, it is written once.
        """
        asks = after.at_question
        if asks is None or (before is not None and asks == before.at_question):
            return []
        refresh, attempt = after.refresh, after.refresh.attempt if after.refresh else None
        if refresh is None or attempt is None:
            return []
        refresh_id, request_id = asks
        return [self._put(rows.attempt_row(request_id, refresh_id, self._idle_out(attempt)))]

    def _idle_out(self, attempt: Attempt) -> datetime:
        return (attempt.activity_at or attempt.since) + self._clocks.request_id_idle

    def _history(
        self, home: ConnectionId, after: Refresh | None, before: Refresh | None
    ) -> list[dict[str, Any]]:
        """An end is written once, with the step that made it; a late success rewrites `expired`."""
        if after is None or after.status not in TERMINAL:
            return []
        if before is not None and before.status is after.status:
            return []
        row = rows.history_row(home, after, self._clock())
        if before is not None and before.status is Status.EXPIRED:
            values = {":expired": {"S": Status.EXPIRED.value}}
            guard = {
                "ConditionExpression": "#status = :expired",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": values,
            }
            return [self._put(row, guard)]
        return [self._put(row, new_only())]

    def _put(self, row: Item, guard: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"TableName": self._table, "Item": row, **(guard or {})}

    def _write(self, writes: list[dict[str, Any]]) -> None:
        """Write all or none. A conflict with our own repeated write is a success."""
        try:
            if len(writes) == 1:
                self._client.put_item(**writes[0])
            else:
                self._client.transact_write_items(
                    TransactItems=[{"Update" if "Key" in each else "Put": each} for each in writes]  # type: ignore[misc] # built above, in one place
                )
        except ClientError as error:
            if not is_conflict(error):
                raise
            if not is_ours(error, writes[0]["Item"]["write_id"]):
                raise StaleWriteError from error


def _item(attributes: Mapping[str, Any]) -> Item:
    return dict(attributes)
