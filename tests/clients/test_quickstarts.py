"""The quickstarts are short, and the one that cannot be run here is at least C# that fits the API.

There is no .NET SDK in the registries that the tests may use: Program.cs is parsed by a C# grammar
and compared with the OpenAPI document, and neither compiled nor run.
"""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import tree_sitter_c_sharp
from tree_sitter import Language, Node, Parser

from docs.tools import ROOT

QUICKSTARTS = ROOT / "clients/quickstarts"
CSHARP = QUICKSTARTS / "csharp/Program.cs"
GOAL = 25
"""Lines of an integrator's own code for the way over the hosted page."""
VARIABLES = {"RECONNECT_API_URL", "AWS_REGION", "LOGIN_ID", "RETURN_URL"}


def own_lines(file: Path) -> list[str]:
    """Return the lines that do something: no comment, no import, no empty one."""
    text = re.sub(r'\A""".*?"""', "", file.read_text(), flags=re.DOTALL)
    lines = [line.strip() for line in text.splitlines()]
    return [each for each in lines if each and not re.match(r"#|//|import |from ", each)]


@pytest.mark.parametrize("name", ["python/app.py", "typescript/app.ts"])
def test_a_reconnect_takes_at_most_25_lines_of_ones_own(name: str) -> None:
    assert len(own_lines(QUICKSTARTS / name)) <= GOAL


def _nodes(node: Node) -> list[Node]:
    return [node, *(inner for child in node.children for inner in _nodes(child))]


def test_the_csharp_quickstart_is_csharp() -> None:
    tree = Parser(Language(tree_sitter_c_sharp.language())).parse(CSHARP.read_bytes())
    wrong = [each for each in _nodes(tree.root_node) if each.is_error or each.is_missing]
    assert [(each.start_point, each.text) for each in wrong] == []
    assert len(_nodes(tree.root_node)) > 300


def test_the_csharp_quickstart_calls_routes_with_fields_that_the_api_has() -> None:
    code = CSHARP.read_text()
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    called = re.findall(r'HttpMethod\.(\w+), \$?"([^"]+)"', code)
    assert len(called) == 3
    for method, path in called:
        route = "/" + re.sub(r"\{[^/]*\}", "{id}", path)
        assert method.lower() in document["paths"][route]
    schemas = document["components"]["schemas"]
    for body, schema in zip(
        re.findall(r"new \{ ([^}]*) \}", code), ("StartBody", "LinkBody"), strict=True
    ):
        named = {each.split("=")[0].strip() for each in body.split(",")}
        assert named <= set(schemas[schema]["properties"])
    read = set(re.findall(r'GetProperty\("(\w+)"\)', code)) - {"code"}
    assert read <= {*schemas["RefreshAnswer"]["properties"], *schemas["LinkAnswer"]["properties"]}
    assert set(re.findall(r'Setting\("(\w+)"\)', code)) == VARIABLES


def test_the_csharp_project_names_its_one_package() -> None:
    project = ET.fromstring((QUICKSTARTS / "csharp/quickstart.csproj").read_text())  # noqa: S314 - our own file
    assert [each.get("Include") for each in project.iter("PackageReference")] == [
        "AwsSignatureVersion4"
    ]
