"""What use cases of webhooks need; apart from the other ports, since the public half is small."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

NO_SIGNATURE: Final[Mapping[str, str]] = MappingProxyType({})


class WebhookInbox(Protocol):
    """Raw bodies of verified webhooks, under their SHA-256."""

    def put(self, body: bytes, signature: Mapping[str, str] = NO_SIGNATURE) -> str:
        """Keep the body and the headers that prove it, unless it is already there.

        Return its digest.
        """

    def get(self, digest: str) -> bytes | None:
        """Return the body, or None if it is gone."""

    def quarantine(self, digest: str) -> None:
        """Set it aside for a person to look at (7 days)."""

    def discard(self, digest: str) -> None:
        """Delete it; nothing of it is needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignedWebhook:
    """A verified webhook as Flinks sent it."""

    body: bytes
    signature: Mapping[str, str]
    """The headers that prove the body to whoever knows the secret."""


class OutboundWebhooks(Protocol):
    """Verified webhooks that the integrator has not taken yet."""

    def hand_over(self, digest: str) -> None:
        """Take a copy of what lies in the inbox; again, if it comes twice."""

    def get(self, digest: str) -> SignedWebhook | None:
        """Return what is to be passed on, or None if that is done."""

    def discard(self, digest: str) -> None:
        """Delete it; the integrator has it."""


class WebhookQueue(Protocol):
    """Asks for a stored webhook to be looked at."""

    def send_webhook(self, digest: str) -> None:
        """Send its digest, and nothing else."""
