"""What `flinks_webhook` is built from: no models, no HTTP client."""

from collections.abc import Mapping, Sequence
from functools import cache

from flinks_reconnect.aws.bucket import InboxBucket
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.parts import queues, secret
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.signature import is_signed
from flinks_reconnect.usecases.take_webhook import KeepWebhook


@cache
def keep_webhook() -> KeepWebhook:
    """Return the use case."""
    inbox = InboxBucket(client("s3"), settings()["BUCKET_NAME"])
    return KeepWebhook(inbox=inbox, queue=queues())


def verify(headers: Mapping[str, Sequence[str]], body: bytes) -> bool:
    """Whether Flinks signed this body; raises SecretUnavailableError, which refuses."""
    return is_signed(headers, body, secret("WEBHOOK_SECRET_ARN").keys())


at_init(keep_webhook)
