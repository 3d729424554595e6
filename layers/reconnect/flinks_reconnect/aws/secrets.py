"""Secrets, read once in a while. Whatever cannot be read refuses (rule R11)."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from flinks_reconnect.usecases.ports import Clock, SecretUnavailableError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

MAX_AGE_SECONDS: Final = 300


class SecretReader:
    """One secret, a JSON object of texts; kept in memory for five minutes."""

    def __init__(
        self, client: Callable[[], "SecretsManagerClient"], arn: str, *, clock: Clock
    ) -> None:
        """Read this secret with a client that is made when first needed."""
        self._client = client
        self._arn = arn
        self._clock = clock
        self._kept: dict[str, str] = {}
        self._good_until = 0.0

    def __call__(self, *, force: bool = False) -> dict[str, str]:
        """Return the secret's fields; raises SecretUnavailableError. `force` reads it anew."""
        now = self._clock().timestamp()
        if force or not self._kept or now >= self._good_until:
            self._kept = self._read()
            self._good_until = now + MAX_AGE_SECONDS
        return self._kept

    def keys(self) -> tuple[bytes, ...]:
        """Return the key to use, then the one before it while a rotation lasts."""
        fields = self()
        named = (fields.get("current"), fields.get("previous"))
        keys = tuple(key.encode() for key in named if key)
        if not keys or not fields.get("current"):
            raise SecretUnavailableError
        return keys

    def _read(self) -> dict[str, str]:
        try:
            answer = self._client().get_secret_value(SecretId=self._arn)
            fields = json.loads(answer["SecretString"])
        except (ClientError, BotoCoreError, ValueError, KeyError) as error:
            raise SecretUnavailableError from error
        if not isinstance(fields, dict):
            raise SecretUnavailableError
        return {name: value for name, value in fields.items() if isinstance(value, str)}
