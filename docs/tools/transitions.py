"""Writes `docs/transitions.md`: `python -m docs.tools.transitions`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from flinks_reconnect.domain.machine.step import TABLE, Rule
from flinks_reconnect.domain.refresh import TERMINAL, Status

from docs.tools import ROOT

PAGE: Final[Path] = ROOT / "docs/transitions.md"
_HEAD: Final = """\
# Which signal leads where

Written by `python -m docs.tools.transitions` from the table of
`layers/reconnect/flinks_reconnect/domain/machine/step.py`; a test holds the two together.

A refresh is in one status; a signal says what happened. What a status does not list changes
nothing, and so does a signal of another attempt. Each rule leads to one of the statuses that it
names, or stays. `swept`, the sweep's look, acts as `due` and moves the row's next wake-up on.
"""


def page() -> str:
    """Return the whole document."""
    return "\n".join([_HEAD, *(_section(status) for status in (None, *Status))])


def _section(status: Status | None) -> str:
    lines = ["", "| signal | what follows | next status |", "|---|---|---|", *_rows(TABLE[status])]
    return "\n".join([f"## {_title(status)}", *lines, ""])


def _title(status: Status | None) -> str:
    if status is None:
        return "No refresh yet"
    return f"`{status}`, an end" if status in TERMINAL else f"`{status}`"


def _rows(rules: dict[type[Any], Rule]) -> Iterator[str]:
    for signal, rule in rules.items():
        reached = ", ".join(f"`{status}`" for status in rule.to) or "stays"
        yield f"| {_words(signal)} | {_first_line(rule.act)} | {reached} |"


def _words(signal: type[Any]) -> str:
    """Return a signal's name as words: `CallbackSeen` is "callback seen"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", signal.__name__).lower()


def _first_line(act: Callable[..., object]) -> str:
    return (act.__doc__ or "").strip().splitlines()[0].replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
