"""The documents say what is true: generated parts are fresh, links lead somewhere, tests exist."""

import ast
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from flinks_reconnect.domain.events import EventType

from docs.tools import ROOT
from docs.tools.__main__ import generated
from docs.tools.marked import NoMarkerError, with_passage
from docs.tools.template import routes, template
from tests.contract.transformed import expanded

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMED_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
LINKED_TEST = re.compile(r"\[`(\w+)`\]\((tests/[\w/]+\.py)\)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ASYNCAPI = ROOT / "tests/docs/asyncapi"
README = (ROOT / "README.md").read_text()


def _name(document: Path) -> str:
    return str(document.relative_to(ROOT))


@cache
def _tests_of(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text()))
    return frozenset(
        node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    named = set(NAMED_TEST.findall(text))
    named |= {(path, test) for test, path in LINKED_TEST.findall(text)}
    missing = [f"{path}::{test}" for path, test in named if test not in _tests_of(ROOT / path)]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    targets = [each.split("#")[0] for each in LINK.findall(document.read_text())]
    local = [each for each in targets if each and not re.match(r"[a-z]+:", each)]
    assert [each for each in local if not (document.parent / each).exists()] == []


def test_the_generated_parts_are_what_the_code_and_the_template_say_today() -> None:
    stale = [_name(path) for path, text in generated() if path.read_text() != text]
    assert stale == [], "stale: run `make docs`"


def test_a_passage_replaces_only_what_stands_between_its_markers() -> None:
    before = "a\n<!-- generated: x -->\nold\n<!-- end of generated -->\nz\n"
    after = "a\n<!-- generated: x -->\nnew\\1\n<!-- end of generated -->\nz\n"
    assert with_passage(before, "x", "new\\1") == after


def test_a_document_without_the_markers_is_refused() -> None:
    with pytest.raises(NoMarkerError):
        with_passage("nothing here", "x", "new")


def test_every_row_of_the_readme_about_reconnect_names_a_test() -> None:
    section = README.split("## What Flinks' Reconnect page says")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 14
    assert [row for row in rows if not LINKED_TEST.search(row)] == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 200


def test_the_readme_names_every_route_and_every_example() -> None:
    named = {str(route) for route in routes() if route.method != "OPTIONS"}
    assert {route for route in named if route not in README} == set()
    examples = {each.name for each in (ROOT / "docs/examples").glob("*.sh")} - {"call.sh"}
    assert {each for each in examples if f"docs/examples/{each}" not in README} == set()


def test_operations_says_how_to_rotate_every_secret() -> None:
    told = (ROOT / "docs/operations.md").read_text()
    resources = template()["Resources"].items()
    secrets = {name for name, each in resources if each["Type"] == "AWS::SecretsManager::Secret"}
    assert {name for name in secrets if f"| `{name}` |" not in told} == set()


def test_decisions_are_numbered_without_gap_or_collision() -> None:
    numbers = sorted(int(each.name[:4]) for each in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("decision", sorted((ROOT / "docs/decisions").glob("*.md")), ids=_name)
def test_a_decision_says_when_why_what_and_what_follows(decision: Path) -> None:
    text = decision.read_text()
    assert text.startswith(f"# {int(decision.name[:4])}. ")
    assert re.search(r"^20\d\d-\d\d-\d\d$", text, re.MULTILINE)
    for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
        assert part in text


def test_the_example_of_an_event_keeps_its_schema() -> None:
    told = (ROOT / "docs/events.md").read_text()
    example = json.loads(told.split("```json")[1].split("```")[0])
    schema = json.loads((ROOT / f"docs/events/{example['detail-type']}.schema.json").read_text())
    jsonschema_rs.validate(schema, example["detail"])


def test_events_tells_of_every_type_of_event() -> None:
    told = (ROOT / "docs/events.md").read_text()
    assert {each for each in EventType if f"| `{each}` |" not in told} == set()


@pytest.mark.skipif(
    not (ASYNCAPI / "node_modules/@asyncapi/parser").is_dir(), reason="npm brought no parser here"
)
def test_the_official_parser_finds_nothing_wrong_with_the_asyncapi_document() -> None:
    command = ["node", "check.mjs", str(ROOT / "docs/asyncapi.json")]
    checked = subprocess.run(command, cwd=ASYNCAPI, capture_output=True, text=True, check=True)
    answer = json.loads(checked.stdout)
    assert answer["messages"] == len(EventType)
    assert [each for each in answer["found"] if each["severity"] < 2] == []


def test_the_checklist_of_aws_has_a_row_for_every_resource_and_each_is_held() -> None:
    """Each row names its page, and a test or that only a real account can show it."""
    text = (ROOT / "docs/aws-checklist.md").read_text()
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `AWS::")]
    stacks = [
        expanded("template.yaml", GradualRelease="true"),
        expanded("template-waf.yaml"),
        expanded("template-monitoring.yaml"),
    ]
    kinds = {each["Type"] for stack in stacks for each in stack.values()}
    assert {row[0].strip(" `") for row in rows} == kinds
    own = _tests_of(ROOT / "tests/contract/test_what_aws_refuses.py")
    for row in rows:
        assert len(row) == 4, row
        assert row[2].strip(), row
        named = re.findall(r"`(test_\w+)`", row[3])
        assert set(named) <= set(own), row
        assert named or re.search(
            r"needs AWS|::test_|by its reference|a stack of its own", row[3]
        ), row
