"""Every permission of every role was taken away once, and a story missed it."""

from collections.abc import Iterator
from typing import Any, Final

from local import ROOT
from tests.contract.template import resources
from tests.e2e.ablate import UNSEEN

REPORT: Final = ROOT / "docs/role-ablation.md"


def _statements() -> Iterator[tuple[str, dict[str, Any]]]:
    roles = resources("AWS::IAM::Role").items()
    for name, role in ((name, role) for name, role in roles if name.endswith("FunctionRole")):
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name.removesuffix("FunctionRole"), statement


def _granted() -> set[tuple[str, str, str]]:
    granted = set()
    for function, statement in _statements():
        action = statement["Action"]
        for each in action if isinstance(action, list) else [action]:
            granted.add((function, statement["Sid"], each))
    return granted


def _measured() -> list[list[str]]:
    """Read the table of the last `python -m tests.e2e.ablate`."""
    rows = REPORT.read_text().splitlines()
    cells = [[each.strip(" `") for each in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if len(row) == 5 and row[0] not in {"function", "---"}]


def test_every_permission_has_been_taken_away_and_missed() -> None:
    tried = {each for each in _granted() if each[1] not in UNSEEN}

    assert tried == {(function, sid, action) for function, sid, action, *_ in _measured()}
    assert [row for row in _measured() if row[-1] == "nothing"] == []


def test_what_the_emulator_does_not_exercise_is_listed_with_the_reason() -> None:
    report = REPORT.read_text()

    assert set(UNSEEN) <= {statement["Sid"] for _, statement in _statements()}
    assert [sid for sid, reason in UNSEEN.items() if f"| {sid} | {reason} |" not in report] == []
