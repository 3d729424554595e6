"""`make deploy ENV=dev` in an empty account: three stacks, and nothing secret in any file."""

import json
from pathlib import Path

import pytest

from local import wiring
from operate.account import Account
from operate.deploy import Deploy
from operate.questions import DOMAIN, QUESTIONS, RECEIVER, SECRETS
from operate.settings import SAMCONFIG, OperateError, Settings
from tests.deploy.conftest import Operated

MOST_QUESTIONS = 12


def test_a_first_deploy_asks_at_most_a_dozen_questions(operated: Operated) -> None:
    secrets = sum(len(fields) for fields in SECRETS.values())
    assert len({*QUESTIONS, DOMAIN, RECEIVER}) + secrets <= MOST_QUESTIONS
    assert len(operated.deployer.asked) <= MOST_QUESTIONS
    assert len(operated.deployer.asked) == len(set(operated.deployer.asked))


def test_the_stack_has_what_was_answered(operated: Operated) -> None:
    parameters = operated.account.stack("bench").parameters
    assert parameters["AppName"] == "Maple Budget & Cie"
    assert parameters["FlinksCustomerId"] == wiring.FLINKS.customer_id
    assert parameters["DomainName"] == ""


def test_alarms_have_their_stack_and_their_receiver(operated: Operated) -> None:
    monitoring = operated.account.stack("bench-monitoring")
    assert monitoring.parameters["AlarmEmail"] == "operator@app.example"
    assert monitoring.parameters["ReconnectStack"] == "bench"
    assert monitoring.status == "CREATE_COMPLETE"


def test_the_secrets_are_in_their_vault_and_in_no_file(operated: Operated) -> None:
    stack = operated.account.stack("bench")
    manager = operated.account.client("secretsmanager")
    arn = stack.resources["FlinksSecret"]
    stored = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    flinks = wiring.FLINKS
    assert stored == {"secretKey": flinks.secret_key, "apiKey": flinks.api_key}
    written = operated.samconfig.read_text() + "".join(operated.deployer.told)
    for secret in (flinks.secret_key, flinks.api_key, flinks.webhook_secret):
        assert secret not in written


def test_a_second_deploy_asks_nothing_and_keeps_the_secrets(
    operated: Operated, monitoring: Path
) -> None:
    def nobody(text: str) -> str:
        raise AssertionError(f"asked again: {text}")

    deploy = Deploy(
        account=operated.account,
        say=operated.deployer.say,
        ask=nobody,
        ask_secret=nobody,
        samconfig=operated.samconfig,
        monitoring=monitoring,
        bucket="reconnect-artefacts",
    )
    stack = deploy(Settings.read("dev", operated.samconfig))
    assert stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_in_ci_what_is_missing_is_named_and_nothing_is_deployed(account: str) -> None:
    deploy = Deploy(
        account=Account(region="ca-central-1", environment={"AWS_ENDPOINT_URL": account}),
        say=print,
        ask=None,
        ask_secret=None,
    )
    with pytest.raises(OperateError, match=r"FlinksApiUrl.*AlarmEmail for prod"):
        deploy(Settings.read("prod"))


def test_an_accent_colour_that_nobody_would_see_is_refused_before_anything_is_built(
    operated: Operated, tmp_path: Path
) -> None:
    samconfig = tmp_path / "samconfig.toml"
    stated = operated.samconfig.read_text()
    faint = stated.replace('"Environment=dev",', '"Environment=dev",\n  "AppAccentColour=#ffee88",')
    samconfig.write_text(faint)
    deploy = Deploy(
        account=operated.account, say=print, ask=None, ask_secret=None, samconfig=samconfig
    )
    with pytest.raises(OperateError, match=r"AppAccentColour #ffee88: contrast 1\.\d:1"):
        deploy(Settings.read("dev", samconfig))


def test_a_parameter_that_changed_reaches_whoever_calls(
    operated: Operated, monitoring: Path
) -> None:
    """The API calls an alias; without a release of its own it would serve the old environment."""
    text = operated.samconfig.read_text()
    assert "Maple Budget & Cie" in text
    operated.samconfig.write_text(text.replace("Maple Budget & Cie", "Birch"))
    deploy = Deploy(
        account=operated.account,
        say=print,
        ask=None,
        ask_secret=None,
        samconfig=operated.samconfig,
        monitoring=monitoring,
        bucket="reconnect-artefacts",
    )
    stack = deploy(Settings.read("dev", operated.samconfig))
    client = operated.account.client("lambda")
    served = client.get_function_configuration(
        FunctionName=stack.resources["ReconnectPageFunction"], Qualifier="live"
    )
    operated.samconfig.write_text(text)
    deploy(Settings.read("dev", operated.samconfig))
    assert served["Environment"]["Variables"]["APP_NAME"] == "Birch"


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_environment_of_the_project_has_its_stack_region_and_tags(environment: str) -> None:
    settings = Settings.read(environment)
    assert settings.stack_name.endswith(environment)
    assert settings.region == "ca-central-1"
    assert settings.tags["environment"] == settings.parameters["Environment"] == environment
    assert "confirm_changeset = false" in SAMCONFIG.read_text()


def test_an_unknown_environment_is_named() -> None:
    with pytest.raises(OperateError, match="ENV=production is not in"):
        Settings.read("production")
