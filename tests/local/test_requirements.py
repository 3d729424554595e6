"""The lock files name packages and hashes, and no place to fetch them from."""

import re
import tomllib
from pathlib import Path

import pytest

from local import ROOT

LOCKS = [ROOT / "layers/reconnect/requirements.txt", *sorted((ROOT / "requirements").glob("*.txt"))]
PIN = re.compile(r"^([a-z0-9.\-_]+)(\[[a-z0-9,-]+\])?==\S+( ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(lock: Path) -> set[str]:
    found = (PIN.match(line) for line in lock.read_text().splitlines())
    return {match[1] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_or_a_hash(lock: Path) -> None:
    odd = [
        line
        for line in lock.read_text().splitlines()
        if not PIN.match(line) and not HASH.match(line)
    ]

    assert odd == []


def test_the_layer_holds_what_the_project_asks_for_and_no_sdk() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^a-z0-9-]", name)[0] for name in project["dependencies"]}

    layer = pins(LOCKS[0])

    assert wanted <= layer
    assert layer.isdisjoint({"boto3", "botocore", "aws-xray-sdk", "click", "rich"})


def test_the_layer_is_tested_at_the_versions_that_it_ships() -> None:
    shipped = {line for line in LOCKS[0].read_text().splitlines() if PIN.match(line)}
    tested = set((ROOT / "requirements/dev.txt").read_text().splitlines())

    assert shipped <= tested
