"""AWS Signature Version 4 by botocore, with credentials of the standard chain."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

API_URL = "RECONNECT_API_URL"
"""The environment variable that holds the stack's output ApiUrl."""
_SERVICE = "execute-api"
_OF_AWS = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$")


class NotConfiguredError(ValueError):
    """The address of the API, the region or the credentials are missing; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who calls, and where."""

    region: str
    credentials: Credentials = field(repr=False)

    def signed(self, method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """Return the headers to send. May ask AWS for fresh credentials, so it can block."""
        request = AWSRequest(method, url, headers=headers, data=body)
        # Frozen: a key that is renewed meanwhile cannot mix with the old one's session token.
        frozen = self.credentials.get_frozen_credentials()
        SigV4Auth(frozen, _SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())


def signer(api_url: str, region: str | None, credentials: Credentials | None) -> Signer:
    """Return a signer of what is given, else of what this environment says.

    Raises NotConfiguredError.
    """
    session = botocore.session.get_session()
    found = region or region_of(api_url) or os.environ.get("AWS_REGION")
    found = found or session.get_config_variable("region")
    if not found:
        raise NotConfiguredError("no AWS region: give region=, or set AWS_REGION")
    known = credentials or session.get_credentials()
    if known is None:
        raise NotConfiguredError(
            "no AWS credentials: give credentials=, or configure them as for any AWS tool"
        )
    return Signer(region=found, credentials=known)


def region_of(api_url: str) -> str | None:
    """Return the region that API Gateway's own address names; a custom domain names none."""
    found = _OF_AWS.search(urlsplit(api_url).hostname or "")
    return found[1] if found else None


def address(api_url: str | None) -> str:
    """Return the address of the API without a slash at its end; raises NotConfiguredError."""
    found = api_url or os.environ.get(API_URL, "")
    if urlsplit(found).scheme not in {"http", "https"}:
        raise NotConfiguredError(
            f"no address of the API: give api_url=, or set {API_URL} to the stack's output ApiUrl"
        )
    return found.rstrip("/")
