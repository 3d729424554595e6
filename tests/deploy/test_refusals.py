"""What the template refuses before it makes anything, in the words that a deployer reads."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import administrator
from tests.contract.template import template

ZERO = "00000000-0000-0000-0000-000000000000"
GOOD = {
    "Environment": "prod",
    "FlinksApiUrl": "https://acme-api.private.fin.ag",
    "FlinksConnectUrl": "https://acme-iframe.private.fin.ag",
    "FlinksCustomerId": "43387ca6-0391-4c82-857d-70d95f087ecb",
    "AppName": "Acme",
    "ReturnUrls": "https://app.example/back",
    "EmbedOrigins": "https://app.example",
}


GATE = {
    "Parameters": template()["Parameters"],
    "Rules": template()["Rules"],
    "Resources": {"Nothing": {"Type": "AWS::SQS::Queue"}},
}
"""What CloudFormation looks at first, and nothing behind it."""


def propose(account: str, parameters: dict[str, str]) -> None:
    """Ask for a change set, as `sam deploy` does; nothing is made."""
    client: Any = administrator().client("cloudformation", endpoint_url=account)
    client.create_change_set(
        StackName="refused",
        ChangeSetName="one",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(GATE),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    client.delete_change_set(StackName="refused", ChangeSetName="one")
    client.delete_stack(StackName="refused")


def test_a_production_configuration_is_taken(account: str) -> None:
    propose(account, GOOD)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"FlinksCustomerId": ZERO}, "FlinksCustomerId is still the placeholder"),
        ({"AppName": ""}, "AppName is empty"),
        ({"ReturnUrls": ""}, "ReturnUrls is empty"),
        ({"RequireTls": "false"}, "RequireTls is for a local emulator"),
        ({"FlinksApiUrl": "https://toolbox-api.private.fin.ag"}, "still that of Flinks' Toolbox"),
        ({"ConnectDemo": "true"}, "ConnectDemo is for Flinks' Toolbox"),
        ({"DomainName": "reconnect.example"}, "DomainName needs CertificateArn"),
        ({"CertificateArn": "arn:aws:acm:ca-central-1:1:certificate/x"}, "which is empty"),
        ({"DefaultAddress": "off"}, "DefaultAddress can only be off"),
        ({"EmbedOrigins": "https://app.example/"}, "origins as a browser sends them"),
        ({"Clocks": "polls=3"}, "names of docs/parameters.md"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_what_cannot_work_is_refused_with_its_reason(
    account: str, changed: dict[str, str], reason: str
) -> None:
    with pytest.raises(ClientError) as refused:
        propose(account, GOOD | changed)
    assert reason in str(refused.value)
