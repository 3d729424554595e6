"""The conditions of a guarded write, and what their failure means."""

import secrets
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from flinks_reconnect.aws.codec import Attribute, Item

FOLLOWS: Final = "version = :version"
_CONFLICTS: Final = {"ConditionalCheckFailed", "TransactionConflict"}
_OLD: Final = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def write_id() -> str:
    """Return a name for one write, by which it is known again when its answer was lost."""
    return secrets.token_hex(6)


def new_only() -> dict[str, Any]:
    """Write only where no row is yet."""
    return {"ConditionExpression": "attribute_not_exists(pk)", **_OLD}


def follows(version: int) -> dict[str, Any]:
    """Write only over the version that was read."""
    values = {":version": {"N": str(version)}}
    return {"ConditionExpression": FOLLOWS, "ExpressionAttributeValues": values, **_OLD}


def unchanged(version: int) -> dict[str, Any]:
    """Write settings only over those that were read; what was never changed has no version."""
    if version:
        return follows(version)
    return {"ConditionExpression": "attribute_not_exists(version)", **_OLD}


def unless_alive(now: datetime) -> dict[str, Any]:
    """A row that has expired but is not collected yet counts as absent."""
    return {
        "ConditionExpression": "attribute_not_exists(pk) OR #ttl <= :now",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {":now": {"N": str(int(now.timestamp()))}},
    }


def is_conflict(error: ClientError) -> bool:
    """Whether somebody else wrote first; any other failure is none of our conditions'."""
    code = error.response["Error"]["Code"]
    if code in {"ConditionalCheckFailedException", "TransactionConflictException"}:
        return True
    reasons = _reasons(error)
    return code == "TransactionCanceledException" and any(
        reason.get("Code") in _CONFLICTS for reason in reasons
    )


def is_ours(error: ClientError, written: Attribute) -> bool:
    """Whether the row already holds this very write: its answer was lost, not the write."""
    return bool(old_item(error).get("write_id") == written)


def old_item(error: ClientError) -> Item:
    """Return the row that a guarded write met instead, where the write asked for it."""
    response: dict[str, Any] = dict(error.response)
    reasons = _reasons(error)
    old: Item = response.get("Item") or (reasons[0].get("Item") if reasons else None) or {}
    return old


def _reasons(error: ClientError) -> list[dict[str, Any]]:
    response: dict[str, Any] = dict(error.response)
    reasons: list[dict[str, Any]] = response.get("CancellationReasons", [])
    return reasons
