"""`sam deploy` of the built template into the emulator, and what its CloudFormation leaves out."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local.artefact import with_release
from local.emulator import ADMIN_KEY, API_ID, REGION, administrator
from local.tools import SAM, run, tool_env

ARTEFACTS: Final = "reconnect-artefacts"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of the deployed stack."""

    logical_id: str
    physical_id: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A stack in the emulator."""

    stack_name: str
    endpoint_url: str
    log: Path
    api_id: str = API_ID
    """Of a second stack another one: the emulator gives an API the id that a tag asks for."""

    def deploy(self, template: Path, parameters: Mapping[str, str]) -> None:
        """Create the stack, or update it."""
        self.make_artefact_bucket()
        declared = _plain(template).get("Parameters", {})
        stated = with_release(template, parameters)
        command: list[str | Path] = [
            *(SAM, "deploy", "--template-file", template, "--stack-name", self.stack_name),
            *(
                "--s3-bucket",
                ARTEFACTS,
                "--region",
                REGION,
                "--tags",
                f"ms-custom-id={self.api_id}",
            ),
            *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
            "--parameter-overrides",
            # Quoted, for the tool splits at spaces.
            *(f'{name}="{value}"' for name, value in stated.items() if name in declared),
        ]
        run(command, env=self.env, log=self.log)
        self.mend(template)

    def mend(self, template: Path) -> None:
        """Do what the emulator's CloudFormation leaves out."""
        self._switch_on_ttl(template)
        self._mend_numbers()

    def resources(self) -> list[Resource]:
        """List what the stack is made of."""
        client = administrator().client("cloudformation", endpoint_url=self.endpoint_url)
        found = client.describe_stack_resources(StackName=self.stack_name)["StackResources"]
        return [
            Resource(
                logical_id=each["LogicalResourceId"],
                physical_id=each["PhysicalResourceId"],
                type=each["ResourceType"],
            )
            for each in found
        ]

    @property
    def env(self) -> dict[str, str]:
        """Return what a tool needs to take the emulator for AWS."""
        return tool_env(
            AWS_ENDPOINT_URL=self.endpoint_url,
            AWS_ACCESS_KEY_ID=ADMIN_KEY,
            AWS_SECRET_ACCESS_KEY=ADMIN_KEY,
            AWS_DEFAULT_REGION=REGION,
            AWS_EC2_METADATA_DISABLED="true",
        )

    def make_artefact_bucket(self) -> None:
        """Make the bucket that `sam deploy` uploads to."""
        client = administrator().client("s3", endpoint_url=self.endpoint_url)
        with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(
                Bucket=ARTEFACTS, CreateBucketConfiguration={"LocationConstraint": REGION}
            )

    def _switch_on_ttl(self, template: Path) -> None:
        """Do what the emulator's CloudFormation does not: it ignores TimeToLiveSpecification."""
        declared = _plain(template)["Resources"]
        client = administrator().client("dynamodb", endpoint_url=self.endpoint_url)
        for table in of_type(self.resources(), "AWS::DynamoDB::Table"):
            wanted = declared[table.logical_id]["Properties"].get("TimeToLiveSpecification")
            known = client.describe_time_to_live(TableName=table.physical_id)
            is_on = known["TimeToLiveDescription"].get("TimeToLiveStatus") == "ENABLED"
            if wanted and not is_on:
                client.update_time_to_live(
                    TableName=table.physical_id, TimeToLiveSpecification=wanted
                )

    def _mend_numbers(self) -> None:
        """Send each queue's concurrency once more, as a number.

        The emulator's CloudFormation takes a parameter's number as text, and its queue poller
        stops at the first comparison. What it reports does not show the difference.
        """
        client = administrator().client("lambda", endpoint_url=self.endpoint_url)
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            if limit := mapping.get("ScalingConfig", {}).get("MaximumConcurrency"):
                client.update_event_source_mapping(
                    UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
                )


def of_type(resources: list[Resource], kind: str) -> list[Resource]:
    """Keep the resources of one CloudFormation type."""
    return [each for each in resources if each.type == kind]


def _plain(template: Path) -> dict[str, Any]:
    """Read a template that SAM has built: it writes intrinsic functions out in full."""
    content: dict[str, Any] = yaml.safe_load(template.read_text())
    return content


def fill_secrets(deployment: Deployment, values: Mapping[str, str]) -> None:
    """Put the values into the stack's secrets, by logical id."""
    client = administrator().client("secretsmanager", endpoint_url=deployment.endpoint_url)
    for secret in of_type(deployment.resources(), "AWS::SecretsManager::Secret"):
        if secret.logical_id in values:
            client.put_secret_value(
                SecretId=secret.physical_id, SecretString=values[secret.logical_id]
            )
