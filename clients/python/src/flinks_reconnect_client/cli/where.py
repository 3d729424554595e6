"""Which deployed stack is meant: one in AWS by its name, or the local one of `make up`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.credentials import Credentials

from flinks_reconnect_client.client import ReconnectClient
from flinks_reconnect_client.signing import API_URL

FACTS = Path(".local/stack.json")
_LOCAL_ROOT = "test"  # the emulator's own root user


class NotFoundHereError(Exception):
    """Something that the command needs is not there; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One deployed stack. The API's own calls need no more than `client`."""

    name: str
    session: Any
    endpoint_url: str | None = None
    facts: dict[str, Any] = field(default_factory=dict, repr=False)

    def aws(self, service: str) -> Any:
        """Return a client of an AWS service."""
        return self.session.client(service, endpoint_url=self.endpoint_url)

    @property
    def is_local(self) -> bool:
        """Whether it is the one of `make up`."""
        return bool(self.facts)

    def client(self) -> ReconnectClient:
        """Return a client of its API; in AWS, RECONNECT_API_URL or else the stack says where."""
        if self.is_local:
            key = Credentials(
                self.facts["accessKeyId"],
                self.facts["secretAccessKey"],
                self.facts.get("sessionToken"),
            )
            return ReconnectClient(
                self.facts["apiUrl"], region=self.facts["region"], credentials=key
            )
        return ReconnectClient(os.environ.get(API_URL) or self.api_url)

    @property
    def api_url(self) -> str:
        """Return where its API is."""
        return str(self.facts.get("apiUrl") or self.outputs["ApiUrl"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        told = self._described.get("Outputs", [])
        return {each["OutputKey"]: each["OutputValue"] for each in told}

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Return the stack's parameters."""
        told = self._described.get("Parameters", [])
        return {each["ParameterKey"]: each["ParameterValue"] for each in told}

    @cached_property
    def resources(self) -> dict[str, tuple[str, str]]:
        """Return type and physical id by logical id."""
        pages = self.aws("cloudformation").get_paginator("list_stack_resources")
        return {
            each["LogicalResourceId"]: (each["ResourceType"], each["PhysicalResourceId"])
            for page in pages.paginate(StackName=self.name)
            for each in page["StackResourceSummaries"]
        }

    def of_type(self, kind: str) -> dict[str, str]:
        """Return the physical ids of this type's resources by their logical ids."""
        return {name: each for name, (found, each) in self.resources.items() if found == kind}

    @cached_property
    def _described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.aws("cloudformation").describe_stacks(StackName=self.name)[
            "Stacks"
        ][0]
        return found


def stack(name: str, *, local: bool) -> Stack:
    """Return the stack that is meant; raises NotFoundHereError."""
    if not local:
        return Stack(name=name, session=boto3.Session())
    facts = _facts()
    session = boto3.Session(
        aws_access_key_id=_LOCAL_ROOT,
        aws_secret_access_key=_LOCAL_ROOT,
        region_name=facts["region"],
    )
    return Stack(
        name=facts["stackName"], session=session, endpoint_url=facts["endpointUrl"], facts=facts
    )


def _facts() -> dict[str, Any]:
    """Read what `make up` wrote, from this folder or one above it."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / FACTS).is_file():
            found: dict[str, Any] = json.loads((folder / FACTS).read_text())
            return found
    raise NotFoundHereError(f"There is no {FACTS} here or above: start it with `make up`.")
