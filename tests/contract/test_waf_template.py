"""template-waf.yaml: what guards the public routes, and what its log may never hold."""

import re
from typing import Any

import pytest

from docs.tools.template import routes, template

WAF = template("template-waf.yaml")
ACL = WAF["Resources"]["PublicRoutesAcl"]["Properties"]
LOGGING = WAF["Resources"]["AclLogging"]["Properties"]
RULES = {rule["Name"]: rule for rule in ACL["Rules"]}
PUBLIC = [route.path for route in routes() if route.is_public]


def _scope(rule: dict[str, Any]) -> dict[str, Any]:
    (statement,) = rule["Statement"].values()
    scope: dict[str, Any] = statement["ScopeDownStatement"]["RegexMatchStatement"]
    return scope


def _concerns(rule: dict[str, Any], path: str) -> bool:
    return re.search(_scope(rule)["RegexString"], path) is not None


@pytest.mark.parametrize("base", ["/v1", ""], ids=["API Gateway's host", "a custom domain"])
@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_route_has_one_rate_limit_per_address(path: str, base: str) -> None:
    # What answers whatever begins like the page or the callback is a page of theirs.
    called = base + path.replace("{state}", "rf_x.1.2.mac").replace("{page+}", "reconnect.")
    limits = [
        rule["Statement"]["RateBasedStatement"]
        for rule in RULES.values()
        if "RateBasedStatement" in rule["Statement"] and _concerns(rule, called)
    ]
    assert [limit["AggregateKeyType"] for limit in limits] == ["IP"]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_no_rule_looks_at_a_signed_route(rule: dict[str, Any]) -> None:
    signed = [f"/v1{route.path}" for route in routes() if not route.is_public]
    assert not [path for path in signed if _concerns(rule, path)]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_path_is_compared_as_the_api_reads_it(rule: dict[str, Any]) -> None:
    assert [each["Type"] for each in _scope(rule)["TextTransformations"]] == ["URL_DECODE"]


def test_the_common_rules_only_count_where_bodies_are_banking_json() -> None:
    assert RULES["WebhookCommon"]["OverrideAction"] == {"Count": {}}
    assert RULES["CallbackCommon"]["OverrideAction"] == {"None": {}}


def test_a_callback_with_many_account_ids_is_not_blocked_for_its_length() -> None:
    (override,) = RULES["CallbackCommon"]["Statement"]["ManagedRuleGroupStatement"][
        "RuleActionOverrides"
    ]
    assert override == {"Name": "SizeRestrictions_QUERYSTRING", "ActionToUse": {"Count": {}}}


def test_the_log_holds_neither_path_nor_query_nor_a_header_that_repeats_them() -> None:
    redacted = LOGGING["RedactedFields"]
    headers = {each["SingleHeader"]["Name"] for each in redacted if "SingleHeader" in each}
    assert {"UriPath": {}} in redacted
    assert {"QueryString": {}} in redacted
    assert headers >= {"referer", "authorization", "x-amz-security-token", "cookie"}


def test_what_a_rule_matched_is_not_quoted_from_query_or_body() -> None:
    protected = {
        each["Field"]["FieldType"]: each["Action"]
        for each in ACL["DataProtectionConfig"]["DataProtections"]
    }
    assert protected == {"QUERY_STRING": "SUBSTITUTION", "BODY": "SUBSTITUTION"}


def test_no_request_is_sampled() -> None:
    seen = [ACL["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in RULES.values())]
    assert {each["SampledRequestsEnabled"] for each in seen} == {False}


def test_the_log_keeps_only_what_was_blocked_or_counted() -> None:
    (kept,) = LOGGING["LoggingFilter"]["Filters"]
    actions = {each["ActionCondition"]["Action"] for each in kept["Conditions"]}
    assert LOGGING["LoggingFilter"]["DefaultBehavior"] == "DROP"
    assert (kept["Behavior"], actions) == ("KEEP", {"BLOCK", "COUNT"})


def test_the_log_group_is_named_as_the_service_demands_and_expires() -> None:
    group = WAF["Resources"]["AclLogs"]["Properties"]
    assert group["LogGroupName"]["Fn::Sub"].startswith("aws-waf-logs-")
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_acl_stands_before_the_stage_of_the_first_template() -> None:
    stage = template()["Resources"]["Api"]["Properties"]["StageName"]
    arn = WAF["Resources"]["ApiAssociation"]["Properties"]["ResourceArn"]["Fn::Sub"]
    assert arn.endswith(f"::/restapis/${{ApiId}}/stages/{stage}")
    assert template()["Outputs"]["ApiId"]["Value"] == {"Ref": "Api"}


def test_the_alarm_watches_a_rule_of_this_acl() -> None:
    alarm = WAF["Resources"]["WebhooksBlockedAlarm"]["Properties"]
    stated = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert stated["Rule"] in RULES
    assert stated["WebACL"] == ACL["Name"]
