"""What the documents tell of the core: every trouble with its remedy, the letters of a trail."""

from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.domain.refresh import TRAIL_LETTERS


def remedy_table() -> str:
    """Return every trouble, who must act, and what follows, as a Markdown table."""
    lines = ["| code | owner | what we do | `nextAction` | in words |", "|---|---|---|---|---|"]
    for trouble, remedy in REMEDIES.items():
        reaction = remedy.reaction.value.replace("_", " ")
        told = f"{remedy.owner} | {reaction} | `{remedy.next_action}` | {remedy.message}"
        lines.append(f"| `{trouble}` | {told} |")
    return "\n".join(lines)


def trail_letters() -> str:
    """Return the letters of a trail as one line."""
    return ", ".join(f"`{letter}` {status}" for status, letter in TRAIL_LETTERS.items())
