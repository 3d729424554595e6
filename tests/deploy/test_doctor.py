"""`make doctor`: well when all is well, and each misconfiguration is found by its own look."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from operate import looks
from operate.doctor import LOOKS, examine, look_at
from operate.patient import Patient
from operate.refresh import try_refresh
from tests.deploy.conftest import Operated


def patient(operated: Operated) -> Patient:
    return Patient(
        settings=operated.settings,
        account=operated.account,
        stack=operated.account.stack(operated.settings.stack_name),
    )


def test_a_fresh_deploy_is_well(operated: Operated) -> None:
    ill = [each for each in examine(operated.settings, operated.account) if each.to_do]
    assert ill == []


def with_parameters(whom: Patient, **changed: str) -> Patient:
    """The same stack, as if it had been deployed with other parameters."""
    described = dict(whom.stack.described)
    parameters = {**whom.stack.parameters, **changed}
    described["Parameters"] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
    ]
    return dataclasses.replace(whom, stack=dataclasses.replace(whom.stack, described=described))


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("it is this environment's", {"Environment": "prod"}, "Environment=prod"),
        ("its parameters fit", {"AppName": "Somebody else"}, "AppName"),
        ("its parameters fit", {"ConnectPath": "v2"}, "ConnectPath"),
        ("the accent colour can be seen", {"AppAccentColour": "#ffee88"}, "contrast"),
        ("Flinks hands out a token", {"FlinksApiUrl": "https://127.0.0.1:9"}, "FlinksApiUrl"),
        (
            "Flinks hands out a token",
            {"FlinksCustomerId": "43387ca6-0391-4c82-857d-70d95f087ec0"},
            "customer id",
        ),
        ("the nightly list can be read", {"FlinksApiUrl": "https://127.0.0.1:9"}, "Nightly"),
        ("the public address answers", {"PublicBaseUrl": "http://127.0.0.1:9/v1"}, "PublicBaseUrl"),
        ("an unsigned call is refused", {"PublicBaseUrl": "http://127.0.0.1:9"}, "unsigned call"),
        ("a signed call is answered", {"PublicBaseUrl": "http://127.0.0.1:9"}, "signed call"),
        ("Lambda may run enough at once", {"FlinksConcurrency": "1000"}, "Service Quotas"),
    ],
)
def test_a_wrong_parameter_is_found(
    operated: Operated, name: str, changed: dict[str, str], said: str
) -> None:
    to_do = LOOKS[name](with_parameters(patient(operated), **changed))
    assert to_do is not None
    assert said in to_do


@contextmanager
def secret(operated: Operated, name: str, text: str) -> Iterator[Patient]:
    """A secret with another content for a while."""
    whom = patient(operated)
    manager = operated.account.client("secretsmanager")
    arn = whom.stack.resources[name]
    before = manager.get_secret_value(SecretId=arn)["SecretString"]
    manager.put_secret_value(SecretId=arn, SecretString=text)
    yield whom
    manager.put_secret_value(SecretId=arn, SecretString=before)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("FlinksSecret", '{"secretKey": "", "apiKey": "x"}', "lacks secretKey"),
        ("FlinksSecret", '{"secretKey": "x"}', "lacks apiKey"),
        ("FlinksSecret", '{"secretKey": "x\\n", "apiKey": "x"}', "lacks secretKey"),
        ("FlinksSecret", "the keys", "lacks secretKey"),
        ("WebhookSecret", '{"current": ""}', "WebhookSecret lacks current"),
        ("WebhookSecret", '{"secret": "x"}', "WebhookSecret lacks current"),
        ("SigningKey", "{}", "SigningKey lacks current"),
        ("IdKey", "[]", "IdKey lacks current"),
    ],
)
def test_a_secret_that_lacks_something_is_found(
    operated: Operated, name: str, text: str, said: str
) -> None:
    with secret(operated, name, text) as whom:
        to_do = looks.secrets_are_filled(whom)
    assert to_do is not None
    assert said in to_do


@pytest.mark.parametrize(
    ("look", "field", "said"),
    [
        ("Flinks hands out a token", "secretKey", "the secret key"),
        ("Flinks takes the x-api-key", "apiKey", "the x-api-key"),
        ("the nightly list can be read", "secretKey", "GetNightlyRefreshStatus"),
    ],
)
def test_a_key_that_flinks_refuses_is_found_before_a_person_finds_it(
    operated: Operated, look: str, field: str, said: str
) -> None:
    stored = looks.secret(patient(operated), "FlinksSecret")
    with secret(operated, "FlinksSecret", json.dumps(stored | {field: "of another"})) as whom:
        to_do = LOOKS[look](whom)
    assert to_do is not None
    assert said in to_do


def test_another_webhook_secret_than_the_functions_is_found(operated: Operated) -> None:
    with secret(operated, "WebhookSecret", '{"current": "of another"}') as whom:
        to_do = looks.signed_webhook_is_taken(whom)
    assert to_do is not None
    assert "WebhookSecret" in to_do


def test_a_schedule_that_is_off_is_found(operated: Operated) -> None:
    whom = patient(operated)
    client = operated.account.client("scheduler")
    name = whom.stack.resources["SweepFunctionEveryMinute"]
    known = client.get_schedule(Name=name)
    same = {
        key: known[key] for key in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    }
    client.update_schedule(**same, State="DISABLED")
    to_do = looks.schedules_are_on(whom)
    client.update_schedule(**same, State="ENABLED")
    assert to_do is not None
    assert "SweepFunction" in to_do


def test_a_worker_that_does_not_listen_is_found(operated: Operated) -> None:
    whom = patient(operated)
    client = operated.account.client("lambda")
    (mapping,) = client.list_event_source_mappings(
        FunctionName=whom.stack.resources["FetchAccountsFunction"]
    )["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    to_do = looks.workers_listen(whom)
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    assert to_do is not None
    assert "FetchAccountsFunction" in to_do


def test_a_change_that_no_version_of_the_function_has_is_found(operated: Operated) -> None:
    whom = patient(operated)
    client = operated.account.client("lambda")
    name = whom.stack.resources["RefreshesFunction"]
    before = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=before + 1)
    to_do = looks.callers_get_what_was_deployed(whom)
    client.update_function_configuration(FunctionName=name, Timeout=before)
    assert to_do is not None
    assert "RefreshesFunction: the alias live still serves" in to_do


def test_a_dead_letter_is_found(operated: Operated) -> None:
    whom = patient(operated)
    sqs, url = operated.account.client("sqs"), whom.stack.resources["TimerDeadLetters"]
    sqs.send_message(QueueUrl=url, MessageBody="given up")
    to_do = looks.no_dead_letters(whom)
    sqs.purge_queue(QueueUrl=url)
    assert to_do is not None
    assert "TimerDeadLetters" in to_do


def test_an_alarm_that_is_switched_off_is_found(operated: Operated) -> None:
    client = operated.account.client("cloudwatch")
    name = operated.account.stack("bench-monitoring").resources["SweepSilent"]
    client.disable_alarm_actions(AlarmNames=[name])
    to_do = looks.alarms_tell_somebody(patient(operated))
    client.enable_alarm_actions(AlarmNames=[name])
    assert to_do is not None
    assert "switched off" in to_do


def test_a_stack_without_monitoring_is_found(operated: Operated) -> None:
    whom = patient(operated)
    alone = dataclasses.replace(whom, stack=dataclasses.replace(whom.stack, name="alone"))
    findings = {each.name: each for each in look_at(alone)}
    to_do = findings["alarms tell somebody"].to_do
    assert to_do is not None
    assert "alone-monitoring" in to_do


def test_api_gateway_without_a_role_for_its_logs_is_found(operated: Operated) -> None:
    client = operated.account.client("apigateway")
    role = client.get_account()["cloudwatchRoleArn"]
    path = {"op": "replace", "path": "/cloudwatchRoleArn"}
    client.update_account(patchOperations=[{**path, "value": ""}])
    to_do = looks.gateway_logs(patient(operated))
    client.update_account(patchOperations=[{**path, "value": role}])
    assert to_do is not None
    assert "ApiGatewayLogsRole=make" in to_do


def test_a_domain_that_leads_elsewhere_is_found(operated: Operated) -> None:
    whom = with_parameters(patient(operated), DomainName="localhost")
    described = dict(whom.stack.described)
    described["Outputs"] = [{"OutputKey": "DomainTarget", "OutputValue": "nowhere.invalid"}]
    elsewhere = dataclasses.replace(
        whom, stack=dataclasses.replace(whom.stack, described=described)
    )
    to_do = looks.domain_points_here(elsewhere)
    assert to_do is not None
    assert "DNS record" in to_do


def test_a_deploy_that_failed_is_found(operated: Operated) -> None:
    whom = patient(operated)
    described = {**whom.stack.described, "StackStatus": "UPDATE_ROLLBACK_COMPLETE"}
    to_do = looks.stack_is_whole(
        dataclasses.replace(whom, stack=dataclasses.replace(whom.stack, described=described))
    )
    assert to_do is not None
    assert "describe-stack-events" in to_do


def test_a_test_login_is_refreshed_on_request(operated: Operated, sandbox: str) -> None:
    body = {"behaviour": "mfa", "accounts": 1}
    made = httpx.post(f"{sandbox}/_sandbox/logins", json=body, trust_env=False).json()
    assert try_refresh(patient(operated), made["loginId"]) is None


def test_a_login_that_flinks_does_not_know_is_told_of(operated: Operated) -> None:
    to_do = try_refresh(patient(operated), "5e115eac-1209-4f19-641c-08d6d484e2fe")
    assert to_do is not None
    assert "login_unknown" in to_do or "credentials" in to_do
