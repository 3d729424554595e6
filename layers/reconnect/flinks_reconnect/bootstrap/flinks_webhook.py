"""What `flinks_webhook` is built from: no models, no HTTP client."""

from collections.abc import Mapping, Sequence
from functools import cache

from flinks_reconnect.aws.digest_queue import DigestQueue
from flinks_reconnect.aws.inbox import InboxBucket
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.secrets import secret
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.signature import is_signed, signature_of
from flinks_reconnect.usecases.keep_webhook import KeepWebhook


@cache
def keep_webhook() -> KeepWebhook:
    """Return the use case."""
    inbox = InboxBucket(client("s3"), settings()["BUCKET_NAME"])
    queue = DigestQueue(client("sqs"), settings()["ACCOUNTS_QUEUE_URL"])
    return KeepWebhook(inbox=inbox, queue=queue)


def verify(headers: Mapping[str, Sequence[str]], body: bytes) -> dict[str, str]:
    """Return the signature with which Flinks signed this body, or nothing if it did not.

    Raises SecretUnavailableError, which refuses.
    """
    signed = is_signed(headers, body, secret("WEBHOOK_SECRET_ARN").keys())
    return signature_of(headers) if signed else {}


at_init(keep_webhook)
