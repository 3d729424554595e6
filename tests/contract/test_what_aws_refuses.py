"""What AWS refuses and the emulator accepts, held over the templates as SAM expands them.

docs/aws-checklist.md has a row for each, with the page of AWS's documentation.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from docs.tools.template import Route, functions, routes
from docs.tools.template import template as written
from tests.contract.template import template
from tests.contract.transformed import expanded, naming_properties, of_type

TEMPLATES = ["template.yaml", "template-waf.yaml", "template-monitoring.yaml"]
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


# Callers and consumers of another account


def api_policy() -> list[Any]:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    statements: list[Any] = api["Body"]["x-amazon-apigateway-policy"]["Statement"]
    return statements


def allowed(statement: dict[str, Any]) -> list[str]:
    """The patterns of method and path that a statement of the API's policy allows."""
    paths = [each["Fn::Sub"] if isinstance(each, dict) else each for each in statement["Resource"]]
    return [path.split("/v1/", 1)[1] for path in paths]


@pytest.mark.parametrize("route", routes(), ids=str)
def test_the_apis_policy_lets_everybody_call_the_public_routes_and_only_those(route: Route) -> None:
    """Once an API has a policy, a route without authorization is refused unless it allows it."""
    public, _ = api_policy()
    path = re.sub(r"\{\w+\}", "x", route.path).replace("{page+}", "reconnect.").lstrip("/")
    called = f"{route.method}/{path}"
    open_ = any(fnmatchcase(called, pattern) for pattern in allowed(public))
    assert (public["Effect"], public["Principal"]) == ("Allow", "*")
    assert open_ is route.is_public


def test_callers_of_other_accounts_are_named_and_get_the_integrators_routes() -> None:
    _, callers = api_policy()
    condition, statement, nothing = callers["Fn::If"]
    (policy,) = of_type("AWS::IAM::ManagedPolicy").values()
    (own,) = policy["PolicyDocument"]["Statement"]
    assert (condition, nothing) == ("HasCallers", {"Ref": "AWS::NoValue"})
    # SAM puts the text of a parameter here, not a list: so it is split, as a text can be.
    assert statement["Principal"] == {"AWS": {"Fn::Split": [",", ""]}}
    assert template()["Parameters"]["CallerAccounts"]["Type"] == "String"
    assert allowed(statement) == allowed(own)


def test_their_role_may_do_what_a_caller_may_and_is_made_for_them_alone() -> None:
    role = expanded()["CallersRole"]
    assert role["Condition"] == "HasCallers"
    assert role["Properties"]["ManagedPolicyArns"] == [{"Ref": "CallersPolicy"}]
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::Split": [",", {"Ref": "CallerAccounts"}]}}


def test_consumers_of_other_accounts_may_only_put_rules_of_their_own() -> None:
    (bus,) = of_type("AWS::Events::EventBus").values()
    condition, policy, _ = bus["Policy"]["Fn::If"]
    (statement,) = policy["Statement"]
    assert condition == "HasConsumers"
    assert statement["Principal"] == {"AWS": {"Fn::Split": [",", {"Ref": "ConsumerAccounts"}]}}
    assert "events:PutEvents" not in statement["Action"]
    assert statement["Resource"]["Fn::Sub"].endswith(":rule/${AWS::StackName}-events/*")
    only = statement["Condition"]["StringEqualsIfExists"]
    assert only["events:creatorAccount"] == "${aws:PrincipalAccount}"


def test_every_role_takes_the_boundary_that_an_account_demands() -> None:
    boundary = {
        "Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
    }
    without = [
        name
        for name, role in of_type("AWS::IAM::Role").items()
        if role.get("PermissionsBoundary") != boundary
    ]
    assert without == []


# A domain of one's own


def test_a_domain_demands_a_current_handshake_that_names_it() -> None:
    (domain,) = of_type("AWS::ApiGateway::DomainName").values()
    assert domain["SecurityPolicy"].startswith("SecurityPolicy_TLS13_")
    assert domain["EndpointAccessMode"] == "STRICT"


def test_the_outputs_say_where_its_dns_record_points() -> None:
    outputs = template()["Outputs"]
    assert outputs["DomainTarget"]["Value"] == {"Fn::GetAtt": ["ApiDomain", "RegionalDomainName"]}
    zone = outputs["DomainTargetZone"]["Value"]
    assert zone == {"Fn::GetAtt": ["ApiDomain", "RegionalHostedZoneId"]}
    assert {outputs[each]["Condition"] for each in ("DomainTarget", "DomainTargetZone")} == {
        "HasDomain"
    }


def test_the_gateways_own_address_can_be_closed_and_is_open_at_first() -> None:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    (server,) = api["Body"]["servers"]
    closed = server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"]
    assert closed == {"Fn::If": ["HasNoDefaultAddress", True, False]}
    assert template()["Parameters"]["DefaultAddress"]["Default"] == "on"


def test_the_api_demands_the_handshake_too_since_a_mapped_domain_takes_the_apis() -> None:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    (domain,) = of_type("AWS::ApiGateway::DomainName").values()
    assert api["SecurityPolicy"] == domain["SecurityPolicy"]
    assert api["EndpointAccessMode"] == "BASIC"


# Quotas


@pytest.mark.parametrize("name", functions())
def test_a_functions_environment_fits_whatever_the_deployer_fills_in(name: str) -> None:
    """4 KB for all variables together (Lambda quotas)."""
    variables = template()["Globals"]["Function"]["Environment"]["Variables"] | functions()[
        name
    ].get("Environment", {}).get("Variables", {})
    assert sum(len(key) + longest(value) for key, value in variables.items()) < 4096


def longest(value: Any) -> int:
    """How long a variable may become; an ARN or the address of a queue has some 130 characters."""
    parameters = template()["Parameters"]
    match value:
        case {"Ref": name} if name in parameters:
            stated = parameters[name].get("MaxLength", 64)
            return int(stated)
        case {"Fn::Sub": str(text)}:
            return len(text) + sum(longest({"Ref": name}) for name in references(value))
        case str():
            return len(value)
    return 130


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_within_what_cloudformation_takes(name: str) -> None:
    """500 resources and 1 MB (CloudFormation quotas)."""
    assert len(expanded(name)) <= 500
    assert len(json.dumps(expanded(name))) < 1_000_000


@pytest.mark.parametrize("name", ["template-waf.yaml", "template-monitoring.yaml"])
def test_an_alarm_looks_back_at_most_as_far_as_cloudwatch_does(name: str) -> None:
    """A day for periods under an hour, else a week (CloudWatch, evaluating an alarm)."""
    for logical_id, alarm in of_type("AWS::CloudWatch::Alarm", name).items():
        stats = [each["MetricStat"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
        period = max(each["Period"] for each in stats) if stats else alarm["Period"]
        most = 7 * 86400 if period >= 3600 else 86400
        assert period * alarm["EvaluationPeriods"] <= most, logical_id


# Concurrency


def test_concurrency_is_kept_for_what_people_wait_for_and_for_nothing_else() -> None:
    """Not for the workers: their event sources' MaximumConcurrency caps them."""
    reserved = {
        name
        for name, each in functions().items()
        if each.get("ReservedConcurrentExecutions")
        == {"Fn::If": ["ReservesForApi", {"Ref": "ApiConcurrency"}, {"Ref": "AWS::NoValue"}]}
    }
    assert reserved == {route.function for route in routes()}
    assert template()["Parameters"]["ApiConcurrency"]["Default"] == 0


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


def test_an_id_key_of_an_earlier_stack_takes_the_place_of_a_new_one_everywhere() -> None:
    taken = {
        "Fn::If": ["MakesIdKey", {"Fn::GetAtt": ["IdKey", "Id"]}, {"Ref": "IdKeyArn"}],
    }
    assert expanded()["IdKey"]["Condition"] == "MakesIdKey"
    rest = {name: each for name, each in expanded().items() if name != "IdKey"}
    text = json.dumps(rest).replace(json.dumps(taken), "")
    assert text != json.dumps(rest)
    assert '"IdKey"' not in text
    assert template()["Outputs"]["IdKeyArn"]["Value"] == taken


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
