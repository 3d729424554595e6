"""What the documents tell of template.yaml: parameters, routes, roles, the edge's own answers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from docs.tools import ROOT


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the long ones."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            return {name: loader.construct_scalar(node)}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case yaml.MappingNode():
            return {name: loader.construct_mapping(node, deep=True)}
    raise TypeError(f"no YAML node of this kind: {node}")


_Loader.add_multi_constructor("!", _intrinsic)


USUAL_STATUS: Final = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 500}
"""Of the answers that leave the status to API Gateway."""


@cache
def template(name: str = "template.yaml") -> dict[str, Any]:
    """Return the template as plain data."""
    content: dict[str, Any] = yaml.load((ROOT / name).read_text(), _Loader)  # noqa: S506 - a SafeLoader
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of the API, and the folder of the function behind it."""

    method: str
    path: str
    function: str
    is_public: bool

    def __str__(self) -> str:
        """Return it as the ROUTES tables name it."""
        return f"{self.method} {self.path}"


def functions() -> dict[str, dict[str, Any]]:
    """Return the properties of every function, by its folder's name."""
    resources = template()["Resources"].values()
    found = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return {each["Properties"]["CodeUri"].split("/")[1]: each["Properties"] for each in found}


def routes() -> list[Route]:
    """Return every route, in the template's order."""
    return [
        Route(
            method=event["Properties"]["Method"].upper(),
            path=event["Properties"]["Path"],
            function=function,
            is_public=event["Properties"].get("Auth", {}).get("Authorizer") == "NONE",
        )
        for function, properties in functions().items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def edge_problems() -> Iterator[dict[str, Any]]:
    """Yield the problems that API Gateway itself answers with, each with a status."""
    for kind, answer in _api()["GatewayResponses"].items():
        problem: dict[str, Any] = json.loads(answer["ResponseTemplates"]["application/json"])
        yield {"status": USUAL_STATUS.get(kind)} | problem


def parameter_table() -> str:
    """Return the template's parameters as a Markdown table."""
    lines = ["| parameter | default | what it is |", "|---|---|---|"]
    for name, parameter in template()["Parameters"].items():
        default = f"`{parameter['Default']}`" if parameter["Default"] != "" else "(empty)"
        lines.append(f"| `{name}` | {default} | {parameter['Description']} |")
    return "\n".join(lines)


def role_table() -> str:
    """Return what each function's role may do as a Markdown table."""
    lines = ["| function | statement | actions | on |", "|---|---|---|---|"]
    for function, properties in functions().items():
        for statement in _statements(properties):
            actions = ", ".join(f"`{each}`" for each in _listed(statement["Action"]))
            targets = ", ".join(f"`{_target(each)}`" for each in _listed(statement["Resource"]))
            only = _condition(statement.get("Condition", {}))
            lines.append(f"| `{function}` | {statement['Sid']} | {actions} | {targets}{only} |")
    return "\n".join(lines)


def _api() -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"]["Api"]["Properties"]
    return found


def _statements(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    role = template()["Resources"][properties["Role"]["Fn::GetAtt"].split(".")[0]]["Properties"]
    policies = (policy["PolicyDocument"] for policy in role["Policies"])
    return [each for policy in policies for each in policy["Statement"]]


def _condition(condition: Mapping[str, Mapping[str, Any]]) -> str:
    tested = [
        f"`{key}` is `{', '.join(_listed(values))}`"
        for keys in condition.values()
        for key, values in keys.items()
    ]
    return f", where {' and '.join(tested)}" if tested else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _target(resource: Any) -> str:
    """Name a resource of the template as a reader would."""
    if isinstance(resource, str):
        return resource
    (text,) = resource.values()
    if "Fn::If" in resource:
        return _target(text[1])
    named = text[0] if isinstance(text, list) else str(text)
    return named.replace("${", "").replace(".Arn}", "").removesuffix(".Arn").removesuffix(".Id")
