"""From an answer's values to its bytes, under the readings that bend every answer alike."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from .settings import Readings
from .wire import instant

MARK: Final = "\ue000"
_EXACT: Final = re.compile(f'"{MARK}([^"]*){MARK}"')
_WHEN: Final = "LastRefresh"


def exact(number: str) -> str:
    """Name a number that is to be sent digit for digit: JSON allows what a float cannot hold."""
    return f"{MARK}{number}{MARK}"


def rendered(body: Any, readings: Readings) -> bytes:
    """Write an answer or a webhook as JSON."""
    text = json.dumps(_bent(body, readings), ensure_ascii=False, separators=(",", ":"))
    return _EXACT.sub(r"\1", text).encode()


def _bent(value: Any, readings: Readings) -> Any:
    """Apply the readings about keys and about Flinks' own clock."""
    if isinstance(value, list):
        return [_bent(each, readings) for each in value]
    if not isinstance(value, dict):
        return value
    named: Callable[[str], str] = _camel if readings.body_case == "camel" else str
    return {
        named(key): _when(each, readings) if key == _WHEN else _bent(each, readings)
        for key, each in value.items()
    }


def _camel(key: str) -> str:
    return key[:1].lower() + key[1:]


def _when(shown: Any, readings: Readings) -> Any:
    """Print a LastRefresh as Flinks' clock has it, with as many digits as it prints."""
    if not isinstance(shown, str) or shown.startswith("0001"):
        return shown
    moment = datetime.fromisoformat(f"{shown}+00:00")
    moved = instant(moment + timedelta(seconds=readings.last_refresh_skew_seconds))
    return moved if readings.last_refresh_digits == 7 else moved[:-1]
