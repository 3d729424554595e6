"""Flinks has one address for all webhooks of an instance: the integrator gets them from here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flinks_reconnect.usecases.errors import NotTakenError
from flinks_reconnect.usecases.webhook_ports import OutboundWebhooks, SignedWebhook, WebhookQueue


class PassedOn(StrEnum):
    """What became of a webhook that is to be passed on; it counts under this name."""

    TAKEN = "passed_on"
    GONE = "passed_on_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The accounts worker's half: keep a copy, and ask for it to be sent. Nobody is waited for."""

    outbound: OutboundWebhooks
    queue: WebhookQueue

    def __call__(self, digest: str) -> None:
        """Copy first, so that no message names what is not there."""
        self.outbound.hand_over(digest)
        self.queue.send_webhook(digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassWebhookOn:
    """The sender's half, at least once: only what was taken is deleted."""

    outbound: OutboundWebhooks
    send: Callable[[SignedWebhook], bool]
    """Sends it unchanged; returns whether it was taken."""

    def __call__(self, digest: str) -> PassedOn:
        """Raises NotTakenError, so that the message comes back."""
        webhook = self.outbound.get(digest)
        if webhook is None:
            return PassedOn.GONE
        if not self.send(webhook):
            raise NotTakenError
        self.outbound.discard(digest)
        return PassedOn.TAKEN
