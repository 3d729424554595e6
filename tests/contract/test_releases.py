"""Whatever is called is an alias, so that a release can take over step by step and go back."""

from typing import Any

import pytest

from tests.contract.template import functions
from tests.contract.transformed import expanded, of_type

NAMES = sorted(of_type("AWS::Lambda::Function"))
ONE = "1" * 64
OTHER = "2" * 64


def versions(**parameters: str) -> set[str]:
    found = expanded(**parameters)
    return {name for name, each in found.items() if each["Type"] == "AWS::Lambda::Version"}


def test_every_function_has_a_version_and_an_alias_that_names_it() -> None:
    aliases = of_type("AWS::Lambda::Alias")
    assert sorted(each["FunctionName"]["Ref"] for each in aliases.values()) == NAMES
    for alias in aliases.values():
        assert alias["Name"] == "live"
        version, attribute = alias["FunctionVersion"]["Fn::GetAtt"]
        assert attribute == "Version"
        assert version in versions()


@pytest.mark.parametrize(
    "kind",
    ["AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Scheduler::Schedule"],
)
def test_whoever_calls_calls_the_alias(kind: str) -> None:
    """A function's own name would be its latest code, which no release has let in yet."""
    called = [
        each["Target"]["Arn"]["Ref"] if "Target" in each else each["FunctionName"]["Ref"]
        for each in of_type(kind).values()
    ]
    assert called
    assert [name for name in called if not name.endswith("Aliaslive")] == []


def test_the_api_calls_the_alias() -> None:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    called = [
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for path in api["Body"]["paths"].values()
        for operation in path.values()
    ]
    assert len(called) > 20
    assert [uri for uri in called if "Aliaslive}/invocations" not in uri] == []


def test_a_schedule_may_invoke_the_alias_and_not_the_function_beside_it() -> None:
    allowed = [
        statement["Resource"]
        for role in of_type("AWS::IAM::Role").values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    assert sorted(each["Ref"] for each in allowed) == [
        "NightlyCheckFunctionAliaslive",
        "SweepFunctionAliaslive",
    ]


def test_another_release_makes_a_version_of_every_function() -> None:
    """SAM sees changed code, not a changed parameter: without Release it would reach nobody."""
    assert versions(DueShards="8") == versions()
    assert len(versions(Release=ONE) | versions(Release=OTHER)) == 2 * len(NAMES)
    assert versions(Release=ONE) == versions(Release=ONE, DueShards="8")


def test_the_version_before_stays_with_its_layer() -> None:
    kept = {
        each["DeletionPolicy"]
        for each in expanded().values()
        if each["Type"] in {"AWS::Lambda::Version", "AWS::Lambda::LayerVersion"}
    }
    assert kept == {"Retain"}


def test_a_release_takes_over_at_once_if_nobody_asks_otherwise() -> None:
    assert not [each for each in expanded().values() if "CodeDeploy" in each["Type"]]
    assert not [each for each in expanded().values() if "UpdatePolicy" in each]
    assert expanded()["ReleaseFails"]["Condition"] == "ReleasesGradually"


def gradually() -> dict[str, dict[str, Any]]:
    return expanded(GradualRelease="true", GradualReleaseType="Linear10PercentEvery1Minute")


def deployment_groups() -> list[dict[str, Any]]:
    kind = "AWS::CodeDeploy::DeploymentGroup"
    return [each["Properties"] for each in gradually().values() if each["Type"] == kind]


def if_gradual(value: dict[str, Any]) -> dict[str, Any]:
    return {"Fn::If": ["ReleasesGradually", value, {"Ref": "AWS::NoValue"}]}


def test_a_gradual_release_goes_back_by_itself_when_its_alarm_rings() -> None:
    assert len(deployment_groups()) == len(functions())
    for group in deployment_groups():
        (alarm,) = group["AlarmConfiguration"]["Alarms"]
        assert alarm["Name"] == if_gradual({"Ref": "ReleaseFails"})
        assert group["AlarmConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert "Linear10PercentEvery1Minute" in str(group["DeploymentConfigName"])


def test_codedeploy_acts_with_a_role_that_takes_the_boundary_and_may_only_move_aliases() -> None:
    """SAM's own role has no boundary: an account that demands one would refuse it."""
    own = if_gradual({"Fn::GetAtt": ["ReleaseRole", "Arn"]})
    assert "CodeDeployServiceRole" not in gradually()
    assert [each for each in deployment_groups() if each["ServiceRoleArn"] != own] == []
    (policy,) = gradually()["ReleaseRole"]["Properties"]["ManagedPolicyArns"]
    assert policy["Fn::Sub"].endswith("/AWSCodeDeployRoleForLambdaLimited")
