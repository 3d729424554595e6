"""What the stories planted, and what was said where anybody may read it.

A canary is a value that belongs to one person alone. None may turn up in a log, a queue, an event
or an error answer (rule R12); `test_what_leaks.py` looks for all of them at the end of a run.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Traces:
    """Canaries, and texts in which none of them may be found."""

    canaries: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def plant(self, *canaries: str) -> None:
        """Remember values that must stay where they are."""
        self.canaries.update(each for each in canaries if each)

    def say(self, text: str) -> None:
        """Remember what was told to somebody."""
        self.said.append(text)


def leaks(canaries: set[str], text: str) -> set[str]:
    """Return the canaries that a text holds as whole words, whatever their case."""
    lowered = text.lower()
    near = {each for each in canaries if each.lower() in lowered}
    return {
        each for each in near if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE)
    }
