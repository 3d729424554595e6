"""Sends a webhook to the integrator as Flinks sends it: the same bytes and signature headers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flinks_reconnect.flinks import exchange
from flinks_reconnect.flinks.exchange import HttpCall, OpenTransport, Received
from flinks_reconnect.usecases.webhook_ports import SignedWebhook

RELAY_LIMIT: Final = timedelta(seconds=20)
_HEADERS: Final = {
    "Connection": "close",
    "Content-Type": "application/json",
    "User-Agent": "flinks-reconnect",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRelay:
    """Posts to one address; raises ValueError when it is made for one without TLS."""

    url: str
    open_transport: OpenTransport | None = None
    """None: the network."""

    def __post_init__(self) -> None:
        """Account data go there."""
        address = urlsplit(self.url)
        if address.scheme != "https" or not address.hostname:
            raise ValueError("webhooks are passed on to an https address only")

    def __call__(self, webhook: SignedWebhook) -> bool:
        """Whether it was taken: any 2xx. No redirect is followed, and nothing is repeated."""
        call = HttpCall(
            method="POST",
            url=self.url,
            headers={**_HEADERS, **webhook.signature},
            content=webhook.body,
            seconds=RELAY_LIMIT.total_seconds(),
        )
        answer = exchange.exchange(call, self.open_transport or exchange.open_network)
        return isinstance(answer, Received) and 200 <= answer.status < 300
