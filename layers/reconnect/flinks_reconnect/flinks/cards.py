"""The nightly list as a stream: one card in memory at a time, however long the list is.

The rest of the object, which is small, is kept and judged as any other answer.
"""

import codecs
import json
from collections.abc import Generator, Iterable
from typing import Any, Final

CARDS: Final = "ineligiblecards"
"""The name of the list, its case ignored (GetNightlyRefreshStatus)."""
LONGEST_CARD: Final = 256 * 1024
"""Characters; a card has some two hundred. What is longer is no card, nor is it waited for."""

_DECODER: Final = json.JSONDecoder()
_BLANK: Final = " \t\r\n"
_ENDS: Final = _BLANK + ",:]}"


class BrokenListError(Exception):
    """The text is no JSON object, or it ends before the object does."""


def read_cards(chunks: Iterable[bytes]) -> Generator[object, None, dict[str, Any]]:
    """Yield each element of the list as it comes in, and return the object's other fields.

    Where the list is no list, it is one of the other fields. Raises BrokenListError; what was
    yielded before is good all the same.
    """
    text = _Text(chunks)
    fields: dict[str, Any] = {}
    text.expect("{")
    while not text.takes("}"):
        name = text.value()
        text.expect(":")
        if isinstance(name, str) and name.lower() == CARDS and text.takes("["):
            yield from _elements(text)
            fields[name] = []
        else:
            fields[str(name)] = text.value()
        if not text.takes(","):
            text.expect("}")
            break
    return fields


def _elements(text: "_Text") -> Generator[object]:
    if text.takes("]"):
        return
    yield text.value()
    while text.takes(","):
        yield text.value()
    text.expect("]")


class _Text:
    """What was received and not yet read, with more behind it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = codecs.iterdecode(chunks, "utf-8-sig", errors="strict")
        self._text = ""
        self._at = 0

    def takes(self, mark: str) -> bool:
        """Pass over a mark if it comes next, and blanks before it."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                break
            if not self._more():
                raise BrokenListError
        found = self._text[self._at] == mark
        self._at += found
        return found

    def expect(self, mark: str) -> None:
        """Pass over a mark that must come next."""
        if not self.takes(mark):
            raise BrokenListError

    def value(self) -> Any:
        """Return the value that comes next."""
        self.takes("")
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                value, end = None, len(self._text)
            # What nothing ends yet may go on: half a card, or 12 of 123.
            if end < len(self._text) and self._text[end] in _ENDS:
                self._at = end
                return value
            if len(self._text) - self._at > LONGEST_CARD or not self._more():
                raise BrokenListError

    def _more(self) -> bool:
        try:
            chunk = next(self._chunks, None)
        except UnicodeDecodeError:
            raise BrokenListError from None
        if chunk is None:
            return False
        self._text, self._at = self._text[self._at :] + chunk, 0
        return True
