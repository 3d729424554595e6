"""Every invariant, promise, fault, bad input and requirement has a test, or a reason why not."""

import re
from collections import Counter
from typing import Final

import pytest

from docs.tools import ROOT, held

HIGHEST: Final = {"S": 23, "L": 11, "D": 113, "E": 88, "B": 42}
"""The highest number of each kind. Numbers are never given anew; a new row raises its kind's."""
ROW: Final = re.compile(r"^\| ([SLDEB]\d+) \|(.+)\|$", re.MULTILINE)
ROWS: Final = [
    (row[1], row[2])
    for name in ("docs/faults.md", "docs/security.md")
    for row in ROW.finditer((ROOT / name).read_text())
]


def _plain(name: str) -> str:
    return name[0] + str(int(name[1:]))


def test_every_id_has_one_row() -> None:
    wanted = {f"{kind}{n}": 1 for kind, most in HIGHEST.items() for n in range(1, most + 1)}
    assert Counter(_plain(name) for name, _ in ROWS) == wanted


@pytest.mark.parametrize(("name", "told"), ROWS, ids=[name for name, _ in ROWS])
def test_a_row_names_a_test_or_says_why_there_is_none(name: str, told: str) -> None:
    assert re.search(r"`tests/[\w/]+\.py::test_\w+`", told) or re.search(r"waived: \w.{15,}", told)


@pytest.mark.parametrize(("name", "told"), ROWS, ids=[name for name, _ in ROWS])
def test_a_row_that_is_waived_has_no_test_of_its_name(name: str, told: str) -> None:
    waived = "waived: " in told and "::test_" not in told
    assert not (waived and held.tests_by_id().get(_plain(name)))


def test_no_test_carries_an_id_that_no_row_explains() -> None:
    assert set(held.tests_by_id()) <= {_plain(name) for name, _ in ROWS}
