"""The secrets, read when they are first needed."""

from functools import cache
from typing import TYPE_CHECKING

from flinks_reconnect.aws.secrets import SecretReader
from flinks_reconnect.bootstrap.clients import client
from flinks_reconnect.bootstrap.clock import now
from flinks_reconnect.config import settings

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient


@cache
def secret(name: str) -> SecretReader:
    """Return the reader of the secret whose ARN this variable holds."""
    return SecretReader(_secrets_client, settings()[name], clock=now)


def signing_keys() -> tuple[bytes, ...]:
    """Return the keys that seal callbacks, links and visits; raises SecretUnavailableError."""
    return secret("SIGNING_KEY_ARN").keys()


def id_key() -> bytes:
    """Return the key that makes connection ids; it never rotates."""
    return secret("ID_KEY_ARN").keys()[0]


@cache
def _secrets_client() -> "SecretsManagerClient":
    made: SecretsManagerClient = client("secretsmanager")
    return made
