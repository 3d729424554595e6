"""A second stack in the same account and region, beside the first."""

import pytest

from local.deployment import Deployment, of_type
from local.emulator import administrator
from tests.deploy.conftest import DeployNamed, Operated

SWEEP = "SweepFunction"
EVERYTHING = {
    "ApiConcurrency": "5",
    "ApiGatewayLogsRole": "there",
    "CallerAccounts": "111122223333,444455556666",
    "CertificateArn": "arn:aws:acm:ca-central-1:000000000000:certificate/one",
    "ConsumerAccounts": "111122223333",
    "DefaultAddress": "off",
    "DomainName": "reconnect.example",
    "IdKeyArn": "arn:aws:secretsmanager:ca-central-1:000000000000:secret:earlier-abc123",
    "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess",
}
"""Whatever a deployer may ask for beyond the defaults."""


@pytest.fixture(scope="module")
def stacks(operated: Operated, emulated: Deployment, deploy: DeployNamed) -> list[Deployment]:
    assert operated.account.stack(emulated.stack_name).status.endswith("_COMPLETE")
    return [emulated, deploy("second", **EVERYTHING)]


def scheduled(stack: Deployment) -> dict[str, str]:
    """The functions that this stack's schedules invoke, by the schedules' logical ids."""
    client = administrator().client("scheduler", endpoint_url=stack.endpoint_url)
    found = {
        each.logical_id: client.get_schedule(Name=each.physical_id)
        for each in of_type(stack.resources(), "AWS::Scheduler::Schedule")
    }
    assert {each["State"] for each in found.values()} == {"ENABLED"}
    return {name: each["Target"]["Arn"] for name, each in found.items()}


def function_name(stack: Deployment, logical_id: str) -> str:
    (found,) = (each.physical_id for each in stack.resources() if each.logical_id == logical_id)
    return found


def test_each_has_its_own_sweep_and_nightly_check(stacks: list[Deployment]) -> None:
    for stack in stacks:
        targets = [
            arn.removesuffix(":live").rpartition(":")[2] for arn in scheduled(stack).values()
        ]
        own = {function_name(stack, each) for each in (SWEEP, "NightlyCheckFunction")}
        assert set(targets) == own


def test_nothing_of_the_one_is_also_the_others(stacks: list[Deployment]) -> None:
    shared = {"AWS::ApiGateway::Account", "AWS::ApiGateway::Stage"}  # of the region; under its API
    first, second = (
        {each.physical_id for each in stack.resources() if each.type not in shared}
        for stack in stacks
    )
    assert first & second == set()
