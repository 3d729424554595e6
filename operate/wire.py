"""Plain HTTPS calls, as a browser, Flinks or the integrator makes them."""

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

SECONDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An answer; status 0 where nobody answered, and then the text says why."""

    status: int
    text: str


def call(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Heard:
    """Make one call; follows nothing, raises nothing."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=SECONDS)
    target = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    try:
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        return Heard(status=answer.status, text=answer.read(100_000).decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        return Heard(status=0, text=f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def signed_call(
    session: boto3.Session, region: str, method: str, url: str, body: bytes | None = None
) -> Heard:
    """Make one call as the integrator does, signed with SigV4."""
    credentials = session.get_credentials()
    if credentials is None:
        return Heard(status=0, text="there are no AWS credentials")
    headers = {"Content-Type": "application/json"} if body else {}
    request = AWSRequest(method, url, headers=headers, data=body or b"")
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
    return call(method, url, body, dict(request.headers.items()))


def addresses(host: str) -> set[str]:
    """Return the addresses that a name resolves to; none where it does not."""
    try:
        return {str(each[4][0]) for each in socket.getaddrinfo(host, 443)}
    except OSError:
        return set()
