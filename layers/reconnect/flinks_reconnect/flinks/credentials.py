"""The keys of one Flinks instance, and where they come from."""

from dataclasses import dataclass
from typing import Protocol

from flinks_reconnect.usecases.errors import SecretUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FlinksCredentials:
    """Both keys of the instance; neither expires (Flinks, authentication reference)."""

    secret_key: str
    """Buys authorize tokens, and reads the nightly status."""
    api_key: str
    """`x-api-key` of the data endpoints."""

    def __post_init__(self) -> None:
        """Refuse what no HTTP header can carry, without showing it: SecretUnavailableError."""
        for key in (self.secret_key, self.api_key):
            if not key or not key.isascii() or not key.isprintable() or key != key.strip():
                raise SecretUnavailableError("a Flinks key is missing or malformed")

    def __repr__(self) -> str:
        """Show that there are keys, never which."""
        return "FlinksCredentials(hidden)"


class CredentialSource(Protocol):
    """Hands out the keys that hold now."""

    def __call__(self, *, force: bool = False) -> FlinksCredentials:
        """Return the keys; `force` reads them anew. Raises SecretUnavailableError."""
