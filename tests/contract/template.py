"""template.yaml as a test reads it: intrinsic functions in full, and resolved where need be."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
FUNCTION: Final = "AWS::Serverless::Function"

type Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as `{"Ref": "x"}`, as CloudFormation does."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> Template:
    """The template as it is written."""
    content: Template = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a SafeLoader with CloudFormation's tags
    return content


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in found if each["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """The properties of each function, under the name of its folder."""
    return {each["CodeUri"].split("/")[-1]: each for each in resources(FUNCTION).values()}


def defaults() -> dict[str, str]:
    return {name: str(each["Default"]) for name, each in template()["Parameters"].items()}


def environment(function: str, values: Mapping[str, str]) -> dict[str, str]:
    """The function's environment; `values` are parameters, and `Name` or `Name.Attribute`."""
    own = functions()[function].get("Environment", {}).get("Variables", {})
    variables = template()["Globals"]["Function"]["Environment"]["Variables"] | own
    known = {**defaults(), **values}
    return {name: resolved(each, known) for name, each in variables.items()}


def resolved(value: Any, known: Mapping[str, str]) -> str:
    match value:
        case {"Ref": name}:
            return known[name]
        case {"Fn::GetAtt": [name, attribute]}:
            return known[f"{name}.{attribute}"]
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], text)
        case {"Fn::If": [condition, yes, no]}:
            return resolved(yes if _holds(condition, known) else no, known)
    return str(value)


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    match template()["Conditions"][condition]:
        case {"Fn::Not": [{"Fn::Equals": [left, right]}]}:
            return resolved(left, known) != resolved(right, known)
        case {"Fn::Equals": [left, right]}:
            return resolved(left, known) == resolved(right, known)
    raise AssertionError(f"a form of condition that this reader does not know: {condition}")


def table_definition(name: str) -> dict[str, Any]:
    """What CreateTable needs so that the table is the template's."""
    table = resources("AWS::DynamoDB::Table")["ReconnectTable"]
    return {
        "TableName": name,
        "StreamSpecification": table["StreamSpecification"] | {"StreamEnabled": True},
        **{
            part: table[part]
            for part in (
                "BillingMode",
                "AttributeDefinitions",
                "KeySchema",
                "GlobalSecondaryIndexes",
            )
        },
    }
