"""Secrets, read once in a while. Whatever cannot be read refuses (rule R11)."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from flinks_reconnect.usecases.errors import SecretUnavailableError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

    from flinks_reconnect.usecases.ports import Clock

MAX_AGE_SECONDS: Final = 300


class SecretReader:
    """One secret, a JSON object of texts; kept in memory for five minutes."""

    def __init__(
        self, client: Callable[[], "SecretsManagerClient"], arn: str, *, clock: "Clock"
    ) -> None:
        """Read this secret with a client that is made when first needed."""
        self._client = client
        self._arn = arn
        self._clock = clock
        self._kept: dict[str, str] = {}
        self._good_until = 0.0

    def __call__(self, *, force: bool = False) -> dict[str, str]:
        """Return the secret's fields; raises SecretUnavailableError. `force` reads it anew."""
        return self.read_as(dict[str, str], force=force)

    def read_as[Made](self, make: Callable[[dict[str, str]], Made], *, force: bool = False) -> Made:
        """Return what `make` makes of the fields; it raises SecretUnavailableError for wrong ones.

        Wrong fields are not kept, so that their repair is seen by the next who asks.
        """
        now = self._clock().timestamp()
        if self._kept and now < self._good_until and not force:
            return make(self._kept)
        fields = self._read()
        made = make(fields)
        self._kept, self._good_until = fields, now + MAX_AGE_SECONDS
        return made

    def keys(self) -> tuple[bytes, ...]:
        """Return the key to use, then the one before it while a rotation lasts."""
        return self.read_as(_keys)

    def _read(self) -> dict[str, str]:
        try:
            answer = self._client().get_secret_value(SecretId=self._arn)
            fields = json.loads(answer["SecretString"])
        except (ClientError, BotoCoreError, ValueError, KeyError) as error:
            raise SecretUnavailableError from error
        if not isinstance(fields, dict):
            raise SecretUnavailableError
        return {name: value for name, value in fields.items() if isinstance(value, str)}


def _keys(fields: dict[str, str]) -> tuple[bytes, ...]:
    named = [fields.get(name, "") for name in ("current", "previous")]
    if not named[0].strip():
        raise SecretUnavailableError
    return tuple(key.encode() for key in named if key.strip())
