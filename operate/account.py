"""An AWS account and region, and the stacks in it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operate.settings import OperateError

KEPT: Final = ("AWS_",)


def own_credentials() -> dict[str, str]:
    """Return what the deployer's environment says of AWS: profile, keys, endpoints."""
    return {name: os.environ[name] for name in os.environ if name.startswith(KEPT)}


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whoever deploys, in one region."""

    region: str
    environment: Mapping[str, str] = field(default_factory=own_credentials)
    """Variables that the SAM CLI gets; the session below reads the same."""

    @cached_property
    def session(self) -> boto3.Session:
        """Return the deployer's session; a profile or keys of the environment."""
        stated = self.environment
        return boto3.Session(
            aws_access_key_id=stated.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=stated.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=stated.get("AWS_SESSION_TOKEN"),
            profile_name=stated.get("AWS_PROFILE"),
            region_name=self.region,
        )

    def client(self, service: Any) -> Any:
        """Return a client of a service."""
        return self.session.client(service, endpoint_url=self.environment.get("AWS_ENDPOINT_URL"))

    def stack(self, name: str) -> "Deployed":
        """Look at a stack; raises OperateError if it is not there."""
        try:
            (found,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError, ValueError) as error:
            raise OperateError(
                f"There is no stack {name} in {self.region} that you may see. "
                "Deploy it first (make deploy), or look at your credentials and the region."
            ) from error
        return Deployed(account=self, name=name, described=found)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack as CloudFormation knows it."""

    account: Account
    name: str
    described: Mapping[str, Any]

    @property
    def status(self) -> str:
        """Return how the last operation ended."""
        return str(self.described["StackStatus"])

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Return its parameters, defaults included."""
        return {
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in self.described.get("Parameters", [])
        }

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return its outputs."""
        return {
            each["OutputKey"]: each["OutputValue"] for each in self.described.get("Outputs", [])
        }

    @property
    def resources(self) -> dict[str, str]:
        """Return the physical ids, by logical id."""
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in self._summaries}

    def of_type(self, kind: str) -> dict[str, str]:
        """Return the physical ids of all resources of a type, by logical id."""
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in self._summaries
            if each["ResourceType"] == kind
        }

    @cached_property
    def _summaries(self) -> list[dict[str, str]]:
        pages = self.account.client("cloudformation").get_paginator("list_stack_resources")
        return [
            each
            for page in pages.paginate(StackName=self.name)
            for each in page["StackResourceSummaries"]
        ]
