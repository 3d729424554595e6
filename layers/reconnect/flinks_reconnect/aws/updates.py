"""Updates field by field, so that what another writer changes stays."""

from datetime import datetime
from typing import Any, Final

from flinks_reconnect.aws import rows
from flinks_reconnect.aws.codec import SHORT, Attribute, milliseconds
from flinks_reconnect.aws.conditions import FOLLOWS
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import ConnectionId

_STAYS: Final = "attribute_exists(pk) AND attribute_not_exists(#ttl)"
"""Only the settings of a closed connection have a TTL."""
_EXPIRES_FIRST: Final = "#rf.#exp > :now AND #rf.#exp < :until"
_FORGOTTEN: Final = ("institution_id", "language", "selection", "unattended")


def configured(after: ConnectionSettings, before: ConnectionSettings) -> dict[str, Any]:
    """Write what differs, and count it; not on a closed connection."""
    new, old = rows.settings_row(after), rows.settings_row(before)
    changed = {name: value for name, value in new.items() if value != old.get(name)}
    dropped = [name for name in old if name not in new]
    update = _update(after.id, changed, dropped)
    update["UpdateExpression"] += " ADD #version :one"
    update["ExpressionAttributeNames"] |= {"#version": "version", "#ttl": "ttl"}
    update["ExpressionAttributeValues"] |= {":one": {"N": "1"}}
    return update | {"ConditionExpression": _STAYS}


def learned(connection_id: ConnectionId, institution_id: str) -> dict[str, Any]:
    """Write which bank it is, where that is not known; not on a closed connection."""
    return {
        "Key": rows.settings_key(connection_id),
        "UpdateExpression": "SET inst = if_not_exists(inst, :id)",
        "ConditionExpression": _STAYS,
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {":id": {"S": institution_id}},
    }


def erased(connection_id: ConnectionId, closed_at: datetime) -> dict[str, Any]:
    """Take away all but the reference, which still says to the integrator whose it was."""
    names = [SHORT.get(name, name) for name in _FORGOTTEN]
    update = _update(connection_id, rows.forgotten(closed_at), names)
    return update | {"ConditionExpression": "attribute_exists(pk)"}


def put_off(connection_id: ConnectionId, until: datetime, now: datetime) -> dict[str, Any]:
    """Move a wake-up that is there, not past an expiry ahead, and count it; a step forgets that."""
    return {
        "Key": rows.live_key(connection_id),
        "UpdateExpression": "SET wake_at = :until ADD off :one",
        "ConditionExpression": f"attribute_exists(wake_at) AND NOT ({_EXPIRES_FIRST})",
        "ExpressionAttributeNames": {"#rf": rows.REFRESH, "#exp": rows.EXPIRES_AT},
        "ExpressionAttributeValues": {
            ":until": {"N": str(milliseconds(until))},
            ":now": {"N": str(milliseconds(now))},
            ":one": {"N": "1"},
        },
        "ReturnValues": "UPDATED_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def told(connection: Connection, wake_at: datetime | None, *, sleeps: bool) -> dict[str, Any]:
    """Empty the outbox, and move the wake-up there if one is given, or take it away."""
    asleep = ", wake_at, wake_shard" if sleeps else ""
    sets = "SET wake_at = :wake " if wake_at else ""
    values: dict[str, Attribute] = {":version": {"N": str(connection.version)}}
    if wake_at:
        values[":wake"] = {"N": str(milliseconds(wake_at))}
    return {
        "Key": rows.live_key(connection.id),
        "UpdateExpression": f"{sets}REMOVE ev, ev_count{asleep}",
        "ConditionExpression": FOLLOWS,
        "ExpressionAttributeValues": values,
    }


def _update(
    connection_id: ConnectionId, changed: dict[str, Attribute], dropped: list[str]
) -> dict[str, Any]:
    sets = ", ".join(f"#{name} = :{name}" for name in changed)
    removes = ", ".join(f"#{name}" for name in dropped)
    clauses = [f"SET {sets}"] * bool(sets) + [f"REMOVE {removes}"] * bool(removes)
    return {
        "Key": rows.settings_key(connection_id),
        "UpdateExpression": " ".join(clauses),
        "ExpressionAttributeNames": {f"#{name}": name for name in (*changed, *dropped)},
        "ExpressionAttributeValues": {f":{name}": value for name, value in changed.items()},
    }
