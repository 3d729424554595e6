"""docs/errors.md: the address that every problem carries leads to its code."""

import json

import jsonschema_rs
import pytest
from flinks_reconnect.api.edge.problems import PAGE, Problem

from docs.tools import ROOT, errors, problems
from docs.tools.template import edge_problems

TEXT = (ROOT / PAGE).read_text()


def test_every_code_has_a_remedy_and_no_remedy_is_left_over() -> None:
    assert {each.code for each in errors.explained()} == set(errors.REMEDY)


@pytest.mark.parametrize("code", problems.codes())
def test_the_type_of_every_problem_leads_to_its_code(code: str) -> None:
    kind = Problem(status=400, code=code, title="").body()["type"]
    page, _, anchor = kind.partition("#")
    assert page == "docs/errors.md"
    assert anchor in errors.anchors(TEXT)


def test_the_edge_carries_the_same_addresses() -> None:
    wrong = [each for each in edge_problems() if each["type"] != f"{PAGE}#{each['code']}"]
    assert wrong == []


def test_the_example_is_a_problem_as_the_api_answers_it() -> None:
    example = json.loads(TEXT.split("```json")[1].split("```")[0])
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    schema = {"$ref": "#/components/schemas/ProblemAnswer", "components": document["components"]}
    jsonschema_rs.validate(schema, example)
