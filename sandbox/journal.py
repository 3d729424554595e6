"""What just happened, as a list that a page can follow."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .wire import instant

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    number: int
    at: datetime
    kind: str
    text: str

    def view(self) -> dict[str, Any]:
        """Render it for the control API."""
        return {
            "number": self.number,
            "at": instant(self.at) + "Z",
            "kind": self.kind,
            "text": self.text,
        }


class Journal:
    """The last things that happened; numbers go on through a reset."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=MOST)
        self._last = 0
        self.is_closed = False

    def add(self, at: datetime, kind: str, text: str) -> None:
        """Write one thing down."""
        self._last += 1
        self._entries.append(Entry(self._last, at, kind, text))

    def close(self) -> None:
        """Let go of whoever follows: the sandbox is about to stop."""
        self.is_closed = True

    def after(self, number: int) -> Iterator[Entry]:
        """Yield what happened after an entry, oldest first."""
        return (each for each in list(self._entries) if each.number > number)
