"""What `pass_webhook_on` is built from."""

from functools import cache

from flinks_reconnect.aws.inbox import OutboundBucket
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.webhook_forwarding import WebhookRelay
from flinks_reconnect.usecases.pass_webhook_on import PassWebhookOn
from flinks_reconnect.usecases.webhook_ports import SignedWebhook


@cache
def pass_webhook_on() -> PassWebhookOn:
    """Return the use case."""
    outbound = OutboundBucket(client("s3"), settings()["BUCKET_NAME"])
    return PassWebhookOn(outbound=outbound, send=_send)


def _send(webhook: SignedWebhook) -> bool:
    return WebhookRelay(url=settings()["WEBHOOK_FORWARD_URL"])(webhook)


at_init(pass_webhook_on)
