"""Flinks' wire format: tolerant on the way in, exact on the way out."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from .codes import FlinksError


def instant(moment: datetime) -> str:
    """Print an instant as Flinks does: UTC, no zone, 7 fractional digits, or 0001-01-01."""
    if moment.year == 1:
        return "0001-01-01T00:00:00"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


class Fields:
    """The fields of a request: keys in any case, booleans also as strings.

    Flinks' own examples mix `username` and `Password`, and its C# SDK sends "true".
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Take the fields of a parsed object."""
        self.raw = raw
        self._values = {key.lower(): value for key, value in raw.items()}

    @classmethod
    def parse(cls, content: bytes) -> "Fields":
        """Read a JSON object, or raise INVALID_REQUEST; an empty body is an empty object."""
        try:
            raw = json.loads(content) if content.strip() else {}
        except (ValueError, RecursionError):
            raise FlinksError("INVALID_REQUEST", "The request is not valid JSON.") from None
        if not isinstance(raw, dict):
            raise FlinksError("INVALID_REQUEST", "The request must be a JSON object.")
        return cls(raw)

    def __contains__(self, name: str) -> bool:
        """Say whether a field is there, and neither null nor an empty string."""
        return self._values.get(name.lower()) not in (None, "")

    def text(self, name: str) -> str | None:
        """Return a string field, or None where it is missing or empty."""
        value = self._values.get(name.lower())
        if value is None or value == "":
            return None
        if not isinstance(value, str | int | float):
            raise invalid(name, "must be a string")
        return str(value)

    def required(self, name: str) -> str:
        """Return a string field that must be there."""
        value = self.text(name)
        if value is None:
            raise invalid(name, "is required")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean field, also when it is written as a string; "" counts as not sent."""
        value = self._values.get(name.lower())
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        raise invalid(name, "must be a boolean")

    def texts(self, name: str) -> list[str] | None:
        """Return a list of strings, or None where it is missing or empty."""
        value = self._values.get(name.lower())
        if value is None or value in ([], ""):
            return None
        if isinstance(value, str):
            return [each.strip() for each in value.split(",") if each.strip()]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise invalid(name, "must be an array of strings")
        return value

    def records(self, name: str) -> list["Fields"]:
        """Return a list of objects."""
        value = self._values.get(name.lower())
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise invalid(name, "must be an array of objects")
        return [Fields(each) for each in value]

    def answers(self, name: str) -> dict[str, list[str]] | None:
        """Return an object of prompt to answers; a lone string counts as a list of one."""
        value = self._values.get(name.lower())
        if value in (None, ""):
            return None
        if not isinstance(value, dict):
            raise invalid(name, "must be an object")
        return {prompt: _strings(name, each) for prompt, each in value.items()}

    def day(self, name: str) -> date | None:
        """Return a date."""
        value = self.text(name)
        try:
            return date.fromisoformat(value[:10]) if value else None
        except ValueError:
            raise invalid(name, "must be a date") from None


def _strings(name: str, value: Any) -> list[str]:
    if isinstance(value, str | int | float):
        return [str(value)]
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return [str(each) for each in value]
    raise invalid(name, "must map prompts to arrays of strings")


def invalid(name: str, why: str) -> FlinksError:
    """Build an INVALID_REQUEST with `ValidationDetails`, a map of field to messages."""
    return FlinksError(
        "INVALID_REQUEST",
        f"The field {name} {why}.",
        extra={"ValidationDetails": {name: [f"The field {name} {why}."]}},
    )
