"""The rows of the one table: their keys, and what each holds. The template lists who reads what.

connection  CN#<cn>                CN                  what is configured
live        CN#<cn>                LIVE                what changes; the lease; the outbox
history     CN#<cn>                RF#<time+random>    a settled refresh
attempt     RQ#<hash of requestId> RQ                  requestId -> refresh
idempotency IK#<hash>              IK                  key -> refresh
seats       IB#<institution>       IB                  who is at this bank (aws/bank_concurrency.py)
"""

import hashlib
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.aws.codec import SHORT, Item, from_item, instant, milliseconds, to_item
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health
from flinks_reconnect.domain.events import OF_CONNECTION
from flinks_reconnect.domain.ids import (
    ConnectionId,
    RefreshId,
    RequestId,
    moment_of,
    support_code,
)
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.usecases.ports import Due
from flinks_reconnect.usecases.replay import Replay

CODE: Final = "code"
"""Key of the index `code`, on settings alone: written once, and when the reference changes."""
BROKEN: Final = "broken"
"""Key of the index `broken`, on live rows that must be reconnected: moves at break and repair."""
HISTORY_LIFE: Final = timedelta(days=400)
IDEMPOTENCY_LIFE: Final = timedelta(hours=24)
REFRESH: Final = SHORT["refresh"]
EXPIRES_AT: Final = SHORT["expires_at"]
ATTEMPT_LIFE: Final = timedelta(hours=24)
"""Longer than a webhook can be late: ten tries, 30 minutes apart (Flinks, Webhooks)."""


def live_key(connection_id: ConnectionId) -> Item:
    """Return the key of what changes of a connection."""
    return _key(f"CN#{connection_id}", "LIVE")


def settings_key(connection_id: ConnectionId) -> Item:
    """Return the key of what is configured of a connection."""
    return _key(f"CN#{connection_id}", "CN")


def history_key(connection_id: ConnectionId, refresh_id: RefreshId) -> Item:
    """Return the key of a settled refresh."""
    return _key(f"CN#{connection_id}", f"RF#{moment_of(refresh_id)}")


def attempt_key(request_id: RequestId) -> Item:
    """Return the key under which an attempt is found by its RequestId."""
    return _key(f"RQ#{_digest(request_id.lower())}", "RQ")


def replay_key(replay: Replay) -> Item:
    """Return the key of what an Idempotency-Key led to."""
    return _key(f"IK#{replay.key}", "IK")


def live_row(connection: Connection, write_id: str, shards: int) -> Item:
    """Return the live row. `write_id` tells our own repeated write from a conflict.

    `ev_count` says in a scalar that the outbox holds something: the stream's filter can see that
    a leaf exists, not that a list does (Lambda, event filtering).
    """
    row = live_key(connection.id) | to_item(_small(connection))
    row.pop("id")
    row |= {"version": {"N": str(connection.version)}, "write_id": {"S": write_id}}
    if connection.outbox:
        row["ev_count"] = {"N": str(len(connection.outbox))}
    if connection.wake_at is not None:
        row["wake_shard"] = {"S": shard_of(connection.id, shards)}
        row["wake_at"] = {"N": str(milliseconds(connection.wake_at))}
    if connection.health is Health.RECONNECT_REQUIRED:
        row[BROKEN] = {"S": connection.health}
    return row | _goes(connection)


def _goes(connection: Connection) -> Item:
    """Return by when the row goes: once it is closed, or no call can prove its login any more."""
    refresh = connection.refresh
    if connection.closed_at is not None:
        return forgotten(connection.closed_at)
    never_proven = connection.login_id is None and refresh is not None and not refresh.is_open
    return forgotten(refresh.updated_at) if refresh and never_proven else {}


def forgotten(closed_at: datetime) -> Item:
    """Return by when the rows of a closed connection go."""
    return _ttl(closed_at + HISTORY_LIFE)


def connection_of(row: Item) -> Connection:
    """Return the connection of a live row."""
    connection = from_item(Connection, row | {"id": _id_of(row)})
    current = connection.refresh.id if connection.refresh else None
    events = (
        event
        if event.type in OF_CONNECTION
        else replace(event, refresh_id=event.refresh_id or current)
        for event in connection.outbox
    )
    return replace(connection, outbox=tuple(events))


def settings_row(settings: ConnectionSettings) -> Item:
    """Return the row of what is configured."""
    row = settings_key(settings.id) | to_item(settings)
    row.pop("id")
    return row | {CODE: {"S": support_code(settings.id, settings.reference)}}


def provisional(settings: ConnectionSettings, now: datetime) -> Item:
    """Return the row of what is configured for a session whose login is not proven yet.

    Once it is, that login's own row takes its place; this one goes by itself.
    """
    return settings_row(settings) | _ttl(now + HISTORY_LIFE)


def settings_of(row: Item) -> ConnectionSettings:
    """Return what is configured."""
    return from_item(ConnectionSettings, row | {"id": _id_of(row)})


def history_row(connection_id: ConnectionId, refresh: Refresh, now: datetime) -> Item:
    """Return the row of a settled refresh."""
    key = history_key(connection_id, refresh.id)
    return key | to_item(refresh) | _ttl(now + HISTORY_LIFE)


def refresh_of(row: Item) -> Refresh:
    """Return the settled refresh of a history row."""
    return from_item(Refresh, row)


def attempt_row(request_id: RequestId, refresh_id: RefreshId, idle_out: datetime) -> Item:
    """Return the row by which a RequestId finds its refresh."""
    row = attempt_key(request_id) | {"refresh_id": {"S": refresh_id}}
    row["idle_at"] = {"N": str(milliseconds(idle_out))}
    return row | _ttl(idle_out + ATTEMPT_LIFE)


def replay_row(replay: Replay, refresh_id: RefreshId, now: datetime) -> Item:
    """Return the row of an Idempotency-Key."""
    row = replay_key(replay) | {"refresh_id": {"S": refresh_id}, "body": {"S": replay.body}}
    return row | _ttl(now + IDEMPOTENCY_LIFE)


def stub_row(before: Connection, home: ConnectionId, write_id: str, now: datetime) -> Item:
    """Return what stays behind of a connection that proved to be another: where it went."""
    row = live_key(before.id) | {"moved_to": {"S": home}, "write_id": {"S": write_id}}
    return row | {"version": {"N": str(before.version + 1)}} | _ttl(now + HISTORY_LIFE)


def shard_of(connection_id: ConnectionId, shards: int) -> str:
    """Return the due index's shard of a connection; stored with the row."""
    return shard_name(zlib.crc32(connection_id.encode()) % shards)


def shard_name(shard: int) -> str:
    """Return the index key of a shard."""
    return f"DUE#{shard:02d}"


def index_key(shard_name: str, due: Due) -> Item:
    """Return the place of an entry in the due index, to read on from there."""
    place = {"wake_shard": {"S": shard_name}, "wake_at": {"N": str(milliseconds(due.wake_at))}}
    return live_key(due.connection_id) | place


def connection_id_of(row: Item) -> ConnectionId:
    """Return whose row, or whose entry of an index, this is."""
    return ConnectionId(_id_of(row)["S"])


def due_of(row: Item) -> Due:
    """Return an entry of the due index."""
    return Due(ConnectionId(row["pk"]["S"].removeprefix("CN#")), instant(int(row["wake_at"]["N"])))


def expiry_of(row: Item) -> datetime | None:
    """Return when the refresh of a live row expires, though nothing else of it be readable."""
    expires_at = row.get(REFRESH, {}).get("M", {}).get(EXPIRES_AT, {}).get("N")
    return instant(int(expires_at)) if expires_at is not None else None


def is_expired(row: Item, now: datetime) -> bool:
    """Whether the row only waits to be collected; TTL may be days late."""
    return "ttl" in row and int(row["ttl"]["N"]) <= now.timestamp()


def _small(connection: Connection) -> Connection:
    """Leave out what the row says elsewhere: an event mostly is of the refresh beside it."""
    current = connection.refresh.id if connection.refresh else None
    events = (
        replace(event, refresh_id=None) if event.refresh_id == current else event
        for event in connection.outbox
    )
    return replace(connection, outbox=tuple(events), wake_at=None)


def _id_of(row: Item) -> dict[str, str]:
    return {"S": row["pk"]["S"].removeprefix("CN#")}


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _ttl(instant: datetime) -> Item:
    return {"ttl": {"N": str(int(instant.timestamp()))}}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
