"""What the documents tell of the core: every trouble with its remedy, the letters of a trail."""

import ast
import inspect
from dataclasses import fields
from datetime import timedelta

from flinks_reconnect.config import LARGEST
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.domain.refresh import TRAIL_LETTERS


def remedy_table() -> str:
    """Return every trouble, who must act, and what follows, as a Markdown table."""
    lines = ["| code | owner | what we do | `nextAction` | in words |", "|---|---|---|---|---|"]
    for code, remedy in REMEDIES.items():
        reaction = remedy.reaction.value.replace("_", " ")
        told = f"{remedy.owner} | {reaction} | `{remedy.next_action}` | {remedy.message}"
        lines.append(f"| `{code}` | {told} |")
    return "\n".join(lines)


def trail_letters() -> str:
    """Return the letters of a trail as one line."""
    return ", ".join(f"`{letter}` {status}" for status, letter in TRAIL_LETTERS.items())


def clock_table() -> str:
    """Return every clock that a deployer may change, as a Markdown table."""
    told = _described_clocks()
    lines = ["| name | default | at most | what it is |", "|---|---|---|---|"]
    for each in fields(Clocks):
        if each.name in FOLLOW_FROM_THE_TEMPLATE:
            continue
        value = (
            int(each.default.total_seconds())
            if isinstance(each.default, timedelta)
            else each.default
        )
        most = LARGEST.get(each.name, "")
        lines.append(f"| `{each.name}` | {value} | {most} | {told[each.name]} |")
    return "\n".join(lines)


FOLLOW_FROM_THE_TEMPLATE = {
    "authorize_call",
    "callback_after_expiry",
    "day_zone",
    "longest_look",
    "trouble_life",
    "worker_timeout",
}


def _described_clocks() -> dict[str, str]:
    """Return the text under each field of the class."""
    (made,) = ast.parse(inspect.getsource(Clocks)).body
    assert isinstance(made, ast.ClassDef)  # noqa: S101 - the source of a class
    told: dict[str, str] = {}
    for field, text in zip(made.body, made.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                told[name] = " ".join(words.split())
    return told
