"""What the emulator does not enforce of the roles, read off the template; and what was measured."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from local import ROOT

TABLE_KEYS: Final = {"RecordUrl": "RQ#*", "LearnInstitution": "CN#*"}


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms, such as `!Ref`, as plain values."""


def _short_form(loader: _Template, name: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.MappingNode():
            return {name: loader.construct_mapping(node, deep=True)}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case _:
            return {name: loader.construct_scalar(node)}  # type: ignore[arg-type] # a scalar is left


_Template.add_multi_constructor("!", _short_form)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    text = (ROOT / "template.yaml").read_text()
    found: dict[str, Any] = yaml.load(text, _Template)["Resources"]  # noqa: S506 - a safe loader
    return found


def _statements(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"]["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement


def test_no_role_grants_more_than_named_actions_on_named_resources(
    resources: dict[str, Any],
) -> None:
    for function, statement in _statements(resources):
        text = str(statement["Action"]) + str(statement["Resource"])
        wide = re.sub(r"/(inbox|snapshots|quarantine|stream)/\*", "", text)
        assert "*" not in wide, (function, statement["Sid"])
        assert statement["Effect"] == "Allow"


def test_every_update_of_a_row_names_the_rows_it_may_touch(resources: dict[str, Any]) -> None:
    for function, statement in _statements(resources):
        if "dynamodb:UpdateItem" in str(statement["Action"]):
            (keys,) = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert keys == TABLE_KEYS.get(statement["Sid"], "CN#*"), (function, statement["Sid"])


def test_only_events_of_our_own_source_may_be_published(resources: dict[str, Any]) -> None:
    (publishing,) = (
        each for _, each in _statements(resources) if each["Action"] == "events:PutEvents"
    )

    assert publishing["Condition"] == {
        "StringEqualsIfExists": {"events:source": "flinks-reconnect"}
    }


def test_the_key_is_used_only_through_the_services_that_hold_the_data(
    resources: dict[str, Any],
) -> None:
    by_sid = {
        each["Sid"]: each
        for each in resources["ReconnectKey"]["Properties"]["KeyPolicy"]["Statement"]
    }
    using = by_sid["UseThroughServices"]["Condition"]["StringEquals"]

    assert using["kms:CallerAccount"] == {"!Ref": "AWS::AccountId"} or using["kms:CallerAccount"]
    services = {str(each).split("Sub': '")[-1].split(".")[0] for each in using["kms:ViaService"]}
    assert services == {"dynamodb", "s3", "sqs", "secretsmanager"}


def test_the_bucket_refuses_plain_http_unless_the_deployer_says_otherwise(
    resources: dict[str, Any],
) -> None:
    policy = resources["ReconnectBucketPolicy"]
    (refusing,) = policy["Properties"]["PolicyDocument"]["Statement"]

    assert policy["Condition"] == "WantsTls"
    assert (refusing["Effect"], refusing["Principal"]) == ("Deny", "*")
    assert refusing["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_statement_has_been_taken_away_and_missed(resources: dict[str, Any]) -> None:
    """Held against the last result of `python -m tests.e2e.ablate`."""
    rows = (ROOT / "docs/role-ablation.md").read_text().splitlines()
    cells = [[each.strip() for each in row.strip("|").split("|")] for row in rows if "`" in row]
    measured = {(row[0], row[1], row[2].strip("`")) for row in cells if len(row) == 5}
    granted = {
        (function.removesuffix("Function"), statement["Sid"], action)
        for function, statement in _statements(resources)
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }

    assert granted == measured
    assert [row for row in cells if row[-1] == "nothing"] == []
