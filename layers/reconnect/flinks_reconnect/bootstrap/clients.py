"""Clients of AWS services, from botocore: boto3 around it would load a third more, unused here."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

AWS_CALL = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    max_pool_connections=20,
)
"""Short limits: a caller waits for us. The default of botocore is 60 seconds each."""


def at_init(*builders: Callable[[], object]) -> None:
    """Build now what the first request needs, where Lambda starts us; a person waits for that one.

    Nothing is called and no secret is read, so a snapshot of the process (SnapStart) may hold it.
    Elsewhere, in tests and tools, the environment comes later, and each thing is built when used.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        for build in builders:
            build()


@cache
def client(service: str, config: Config = AWS_CALL) -> Any:
    """Return the client of a service, as boto3 would make it."""
    return _session().create_client(service, config=config)


class Later:
    """A client that is made when it is first used: no read pays for what only a start needs."""

    def __init__(self, service: str) -> None:
        """Stand in for the client of this service."""
        self._service = service

    def __getattr__(self, name: str) -> Any:
        """Return what the client has under this name."""
        return getattr(client(self._service), name)


@cache
def _session() -> Session:
    return get_session()
