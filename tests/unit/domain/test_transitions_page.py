"""The printed table of transitions is the one that runs."""

from flinks_reconnect.domain.machine.step import TABLE
from flinks_reconnect.domain.refresh import Status

from docs.tools.transitions import PAGE, page


def test_the_printed_table_is_not_stale() -> None:
    assert PAGE.read_text() == page(), "python -m docs.tools.transitions"


def test_it_shows_every_rule_of_every_status() -> None:
    sections = page().split("\n## ")[1:]

    assert len(sections) == len(TABLE) == len(Status) + 1
    for section, rules in zip(sections, (TABLE[status] for status in (None, *Status)), strict=True):
        rows = [line for line in section.splitlines() if line.startswith("| ")]
        assert len(rows) == len(rules) + 1
        assert all("|  |" not in row for row in rows), "a rule without a sentence"
