"""Reading the control API's JSON: lowerCamel keys, every key known, every type right."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request


class ControlError(Exception):
    """The control call makes no sense; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.status = status


async def read_body(request: Request) -> "ControlBody":
    """Read a JSON object; an empty body is an empty object."""
    if not (await request.body()).strip():
        return ControlBody({})
    try:
        raw = await request.json()
    except (ValueError, RecursionError):
        raise ControlError("the body is not JSON") from None
    if not isinstance(raw, dict):
        raise ControlError("the body must be a JSON object")
    return ControlBody(raw)


class ControlBody:
    """The fields of one control call; what nobody reads is an error."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Take the fields of a parsed object."""
        self._left = dict(raw)

    def take[T](self, name: str, kind: type[T], default: T | None = None) -> T | None:
        """Take a field, checking its type; null counts as missing."""
        value = self._left.pop(name, None)
        if value is None:
            return default
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise ControlError(f"{name} must be of type {kind.__name__}")
        return value

    def need[T](self, name: str, kind: type[T]) -> T:
        """Take a field that must be there."""
        value = self.take(name, kind)
        if value is None:
            raise ControlError(f"{name} is missing")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Take a boolean."""
        return bool(self.take(name, bool, default))

    def count(self, name: str, default: int, highest: int) -> int:
        """Take a number between 0 and a limit."""
        value = self.take(name, int, default)
        if value is None or not 0 <= value <= highest:
            raise ControlError(f"{name} must lie between 0 and {highest}")
        return value

    def seconds(self, name: str, default: float, highest: float) -> float:
        """Take a duration."""
        value = self.take(name, float, default)
        if value is None or not 0 <= value <= highest:
            raise ControlError(f"{name} must lie between 0 and {highest:g}")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Take one of a few words."""
        value = self.take(name, str, default)
        if value not in choices:
            raise ControlError(f"{name} must be one of {', '.join(choices)}")
        return value

    def texts(self, name: str) -> list[str] | None:
        """Take a list of strings."""
        value = self.take(name, list)
        if value is not None and not all(isinstance(each, str) for each in value):
            raise ControlError(f"{name} must be a list of strings")
        return value

    def instant(self, name: str) -> datetime | None:
        """Take an instant in ISO form; without a zone it is UTC."""
        text = self.take(name, str)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ControlError(f"{name} must be an ISO instant") from None
        if not 2000 <= moment.year <= 2199:
            raise ControlError(f"{name} must lie between the years 2000 and 2199")
        return moment

    def done(self) -> None:
        """Refuse what nobody asked for: most often a misspelt key."""
        if self._left:
            raise ControlError(f"unknown field: {', '.join(sorted(self._left))}")

    def __contains__(self, name: str) -> bool:
        """Say whether a field was sent and not taken yet."""
        return name in self._left

    def is_flag(self, name: str) -> bool:
        """Say whether a field holds true or false."""
        return isinstance(self._left.get(name), bool)

    def rest(self) -> dict[str, Any]:
        """Take everything that is left."""
        left, self._left = self._left, {}
        return left
