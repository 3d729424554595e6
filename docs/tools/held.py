"""Which test holds what: tests carry the ids of faults and requirements (`test_d60_…`)."""

import ast
import re
from collections import defaultdict
from functools import cache
from typing import Final

from docs.tools import ROOT

MOST: Final = 2
"""How many tests a row names; there may be more."""
_ROW: Final = re.compile(r"^\| ([SLDEB]\d{1,3}) \|(.*)\|([^|\n]*)\|$", re.MULTILINE)
_ID: Final = re.compile(r"(?<=_)([slbde]\d{1,3})(?=_)")


@cache
def tests_by_id() -> dict[str, tuple[str, ...]]:
    """Return the tests that name each id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for each in _ids(node.name):
                    found[each].append(f"`{path.relative_to(ROOT)}::{node.name}`")
    return {each: tuple(tests) for each, tests in found.items()}


def with_tests(document: str) -> str:
    """Fill the last column of each row that begins with an id; one without a test stays."""

    def fill(row: re.Match[str]) -> str:
        name, told, _ = row.groups()
        tests = tests_by_id().get(_plain(name), ())
        return f"| {name} |{told}| {', '.join(tests[:MOST])} |" if tests else row.group()

    return _ROW.sub(fill, document)


def rows(document: str) -> dict[str, str]:
    """Return the last column of each row that begins with an id."""
    return {row.group(1): row.group(3).strip() for row in _ROW.finditer(document)}


def _ids(test: str) -> set[str]:
    return {_plain(each) for each in _ID.findall(test.lower())}


def _plain(name: str) -> str:
    """Write D01 and D1 alike."""
    return name[0].upper() + str(int(name[1:]))
