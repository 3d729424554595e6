"""The schema of each event, docs/events.md's tables and docs/asyncapi.json, from the code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from flinks_reconnect.aws.bus import SOURCE
from flinks_reconnect.domain.errors import NextAction, Owner
from flinks_reconnect.domain.events import MEANINGS, SCHEMA_VERSION, EventType, WarningCode

from docs.tools import ROOT

SCHEMAS: Final = ROOT / "docs/events"
ASYNCAPI: Final = ROOT / "docs/asyncapi.json"
PAGE: Final = ROOT / "docs/events.md"

type Json = dict[str, Any]

_REFRESH_ID: Final = "rf_[a-z2-7]{24}[0-9a-hjkmnp-tv-z]{18}"
_CONNECTION_ID: Final = "cn_[a-z2-7]{24}"
_INSTANT: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
}
_OWNERS: Final = [each.value for each in Owner]
_FACTS: Final[dict[str, Json]] = {
    "dataAsOf": _INSTANT | {"description": "When Flinks had last proved fresh data."},
    "error": {
        "type": "object",
        "description": "What went wrong, as a stable code, and who must act.",
        "properties": {
            "code": {"type": "string", "pattern": "^[a-z_]+$"},
            "owner": {"enum": _OWNERS},
        },
        "required": ["code", "owner"],
        "additionalProperties": False,
    },
    "missingAccounts": {
        "type": "integer",
        "minimum": 1,
        "description": "How many of the chosen accounts the bank no longer shows; absent where "
        "none.",
    },
    "vanishedAccounts": {
        "deprecated": True,
        "type": "integer",
        "minimum": 1,
        "description": "The name of missingAccounts before 0.2.",
    },
    "late": {"const": True, "description": "Proven only after `refresh.expired` was told."},
    "risk": {
        "enum": [each.value for each in WarningCode],
        "description": "What ends unless the data is refreshed.",
    },
    "endsAt": _INSTANT | {"description": "When it ends; an instant that has passed: it is over."},
}
"""The fields of `detail` that only some types carry."""


def schemas() -> Iterator[tuple[Path, str]]:
    """Yield the schema file of each type."""
    for kind in EventType:
        yield SCHEMAS / f"{kind}.schema.json", _text(schema(kind))


def schema(kind: EventType) -> Json:
    """Return the JSON Schema of what `detail` is for this type; it is closed."""
    meaning = MEANINGS[kind]
    common = _common(kind)
    carried = {name: _FACTS[name] for name in (*meaning.always, *meaning.sometimes)}
    optional = {"reference", *meaning.sometimes}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:flinks-reconnect:event:{kind}",
        "title": kind.value,
        "description": f"{meaning.when[0].upper()}{meaning.when[1:]}. The `detail` of an "
        f"EventBridge event from source `{SOURCE}`; `detail-type` is the type.",
        "type": "object",
        "properties": common | carried,
        "required": [name for name in (*common, *carried) if name not in optional],
        "additionalProperties": False,
    }


def type_table() -> str:
    """Return the table of types: when, what to do, what they carry."""
    lines = ["| type | when | you | carries besides |", "|---|---|---|---|"]
    for kind, meaning in MEANINGS.items():
        carried = [f"`{each}`" for each in meaning.always]
        carried += [f"`{each}`, if so" for each in meaning.sometimes]
        row = (f"`{kind}`", meaning.when, meaning.you, ", ".join(carried))
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def asyncapi() -> str:
    """Return the AsyncAPI 3 document: the channel that the bus is, and its messages."""
    messages = {kind.value: _message(kind) for kind in EventType}
    sent = [{"$ref": f"#/channels/events/messages/{kind}"} for kind in EventType]
    pointers = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return _text(
        {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Reconnect for Flinks: events",
                "version": str(SCHEMA_VERSION),
                "description": "At least once, deduplicate by `detail.id`; order is not promised. "
                "See docs/events.md.",
                "license": {"name": "MIT"},
            },
            "defaultContentType": "application/json",
            "channels": {
                "events": {
                    "address": "EventBusName",
                    "description": "The EventBridge bus that the stack's output names.",
                    "messages": pointers,
                }
            },
            "operations": {
                "publish": {
                    "action": "send",
                    "channel": {"$ref": "#/channels/events"},
                    "summary": "The service tells what happened.",
                    "messages": sent,
                }
            },
            "components": {"messages": messages},
        }
    )


def _message(kind: EventType) -> Json:
    detail = {name: each for name, each in schema(kind).items() if not name.startswith("$")}
    return {
        "name": kind.value,
        "title": kind.value,
        "summary": MEANINGS[kind].when,
        "payload": {
            "type": "object",
            "properties": {
                "source": {"const": SOURCE},
                "detail-type": {"const": kind.value},
                "detail": detail,
            },
            "required": ["source", "detail-type", "detail"],
        },
    }


def _common(kind: EventType) -> Json:
    of_connection = MEANINGS[kind].of_connection
    subject = _CONNECTION_ID if of_connection else _REFRESH_ID
    name = kind.value.replace(".", "\\.")
    fields: Json = {
        "id": {
            "type": "string",
            "pattern": f"^{subject}\\.[1-9][0-9]*\\.{name}$",
            "description": "Stable: a repetition of this event has the same id. Dedupe by it.",
        },
        "type": {"const": kind.value},
        "schemaVersion": {"const": SCHEMA_VERSION},
        "occurredAt": _INSTANT,
        "connectionId": {"type": "string", "pattern": f"^{_CONNECTION_ID}$"},
        "reference": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "The integrator's own id of the connection, where one was given.",
        },
    }
    if not of_connection:
        fields["refreshId"] = {"type": "string", "pattern": f"^{_REFRESH_ID}$"}
    return fields | {
        "owner": {"enum": [*_OWNERS, "none"], "description": "Who has to act next, if anybody."},
        "nextAction": {"enum": [each.value for each in NextAction]},
    }


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
