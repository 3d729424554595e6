"""What AWS refuses and the emulator accepts, held over the templates as SAM expands them.

docs/aws-checklist.md has a row for each, with the page of AWS's documentation.
"""

import json
import re
from typing import Any

import pytest

from docs.tools.template import template as written
from tests.contract.template import template
from tests.contract.transformed import expanded, naming_properties, of_type

TEMPLATES = ["template.yaml", "template-waf.yaml"]
OWN_STATUS = {
    "ACCESS_DENIED": 403,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
"""API Gateway's own status of each answer of the edge (gateway response types)."""


def references(value: Any) -> set[str]:
    """Every name that a value refers to."""
    match value:
        case {"Ref": name} | {"Fn::GetAtt": [name, *_]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            return set(re.findall(r"\$\{([^}.]+)", text))
        case dict() | list():
            parts = value.values() if isinstance(value, dict) else value
            return {name for part in parts for name in references(part)}
    return set()


# A fresh account


def test_the_stage_waits_for_the_role_that_api_gateway_logs_with() -> None:
    """A new account has none, and a stage with an access log is then refused."""
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    assert "AccessLogSetting" in stage
    assert "GatewayAccount" in references(stage)
    account = expanded()["GatewayAccount"]
    assert account["Condition"] == "MakesLogsRole"
    assert account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0] == "GatewayLogsRole"


def test_the_account_setting_waits_for_an_api_as_the_first_of_a_region_must() -> None:
    assert expanded()["GatewayAccount"]["DependsOn"] in ("Api", ["Api"])


def test_api_gateway_may_write_logs_with_that_role_and_nothing_else() -> None:
    role = of_type("AWS::IAM::Role")["GatewayLogsRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
    (policy,) = role["ManagedPolicyArns"]
    assert policy["Fn::Sub"].endswith("/AmazonAPIGatewayPushToCloudWatchLogs")


@pytest.mark.parametrize("name", ["GatewayAccount", "GatewayLogsRole"])
def test_the_role_of_the_whole_region_outlives_the_stack_that_made_it(name: str) -> None:
    """Other APIs of the account log with it too, so not even a failed first try takes it away."""
    resource = expanded()[name]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert resource["Condition"] == "MakesLogsRole"


def test_a_failed_first_deploy_leaves_nothing_behind_that_the_next_one_meets() -> None:
    of_the_region = {"GatewayAccount", "GatewayLogsRole"}
    kept = {
        name: each["DeletionPolicy"]
        for name, each in expanded().items()
        if each.get("UpdateReplacePolicy") == "Retain" and name not in of_the_region
    }
    assert len(kept) == 7
    assert set(kept.values()) == {"RetainExceptOnCreate"}


# A second stack in the same account and region


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_physical_name_is_without_the_stacks_own(name: str) -> None:
    """Two stacks with one name collide on AWS; the emulator keeps the first and says nothing."""
    resources = expanded(name)
    own = {"AWS::StackName", *resources}
    the_deployers = {"DomainName", "ApiId"}
    fixed = []
    for logical_id, each in resources.items():
        properties = each.get("Properties", {})
        named = {
            key: properties[key]
            for key in naming_properties(name)[each["Type"]]
            if key in properties
        }
        if named and not references(named) & (own | the_deployers):
            fixed.append((logical_id, named))
    assert fixed == []


# The edge


def test_throttles_name_each_method_since_a_star_beside_a_path_is_ignored() -> None:
    settings = template()["Resources"]["Api"]["Properties"]["MethodSettings"]
    stars = [
        each for each in settings if (each["HttpMethod"] == "*") != (each["ResourcePath"] == "/*")
    ]
    assert stars == []


def test_metrics_of_each_method_are_off_since_they_cost_and_no_alarm_reads_them() -> None:
    settings = template()["Resources"]["Api"]["Properties"]["MethodSettings"]
    assert not any(each.get("MetricsEnabled") for each in settings)


def answers_of_the_edge() -> dict[str, dict[str, Any]]:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    answers: dict[str, dict[str, Any]] = api["Body"]["x-amazon-apigateway-gateway-responses"]
    return answers


@pytest.mark.parametrize("kind", OWN_STATUS)
def test_an_answer_of_the_edge_keeps_its_own_status(kind: str) -> None:
    answer = answers_of_the_edge()[kind]
    (body,) = answer["responseTemplates"].values()
    assert str(answer.get("statusCode", OWN_STATUS[kind])) == str(OWN_STATUS[kind])
    assert json.loads(body)["status"] == OWN_STATUS[kind]


@pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX"])
def test_a_default_answer_leaves_the_status_alone(kind: str) -> None:
    """A status here would become that of every answer that is not written out."""
    answer = answers_of_the_edge()[kind]
    (body,) = answer["responseTemplates"].values()
    assert "statusCode" not in answer
    assert "status" not in json.loads(body)


@pytest.mark.parametrize("rule", ["CallbackRate", "WebhookRate", "VisitRate"])
def test_what_the_web_acl_blocks_for_its_rate_is_a_problem_too(rule: str) -> None:
    """A custom answer of WAF goes before the gateway's own."""
    acl = written("template-waf.yaml")["Resources"]["PublicRoutesAcl"]["Properties"]
    (found,) = (each for each in acl["Rules"] if each["Name"] == rule)
    answer = found["Action"]["Block"]["CustomResponse"]
    problem = acl["CustomResponseBodies"][answer["CustomResponseBodyKey"]]
    assert answer["ResponseCode"] == 429
    assert problem["ContentType"] == "APPLICATION_JSON"
    content = json.loads(problem["Content"])
    assert (content["status"], content["code"]) == (429, "throttled")
    assert content.keys() == {"type", "title", "status", "code", "owner", "nextAction"}


# Secrets


def test_what_makes_the_secrets_is_never_edited() -> None:
    """CloudFormation writes a new value when these change: every connection becomes a stranger."""
    made = {
        name: {key: each[key] for key in ("SecretString", "GenerateSecretString") if key in each}
        for name, each in of_type("AWS::SecretsManager::Secret").items()
    }
    generated = {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "current",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }
    assert made == {
        "FlinksSecret": {"SecretString": '{"secretKey": "", "apiKey": ""}'},
        "WebhookSecret": {"SecretString": '{"current": ""}'},
        "SigningKey": {"GenerateSecretString": generated},
        "IdKey": {"GenerateSecretString": generated},
    }
