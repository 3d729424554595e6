"""Flinks speaks first: keep a signed body at once, for the worker to look at later.

Loads no part of the state machine: a cold start of the public function would pay for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flinks_reconnect.usecases.webhook_ports import NO_SIGNATURE, WebhookInbox, WebhookQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepWebhook:
    """The signature was verified; nothing is parsed here."""

    inbox: WebhookInbox
    queue: WebhookQueue

    def __call__(self, body: bytes, signature: Mapping[str, str] = NO_SIGNATURE) -> None:
        """Store the raw bytes under their digest, then ask for them to be looked at.

        `signature`: the headers that prove them, kept for whoever the body is passed on to.
        """
        self.queue.send_webhook(self.inbox.put(body, signature))
