"""What `fetch_accounts` is built from."""

from collections.abc import Callable
from functools import cache

from flinks_reconnect.aws.bucket import SnapshotBucket
from flinks_reconnect.aws.digest_queue import DigestQueue
from flinks_reconnect.aws.inbox import InboxBucket, OutboundBucket
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.shared import advance, home_of
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.exchange import trust
from flinks_reconnect.flinks.webhooks import read_webhook
from flinks_reconnect.usecases.deliver_accounts import DeliverAccounts
from flinks_reconnect.usecases.fetch_accounts import FetchAccounts
from flinks_reconnect.usecases.pass_webhook_on import HandOver
from flinks_reconnect.usecases.take_webhook import TakeWebhook


@cache
def fetch_accounts() -> FetchAccounts:
    """Return the use case."""
    return FetchAccounts(advance=advance(), flinks=flinks(), deliver=_deliver())


@cache
def take_webhook() -> TakeWebhook:
    """Return the use case."""
    inbox = InboxBucket(client("s3"), settings()["BUCKET_NAME"])
    return TakeWebhook(
        advance=advance(),
        inbox=inbox,
        read=read_webhook,
        deliver=_deliver(),
        home_of=home_of,
        pass_on=_pass_on(),
    )


@cache
def _pass_on() -> Callable[[str], None]:
    """What every verified webhook is handed to; nothing, unless somebody wants them."""
    configured = settings()
    if configured.optional("WEBHOOK_FORWARD_URL") is None:
        return lambda _: None
    outbound = OutboundBucket(client("s3"), configured["BUCKET_NAME"])
    queue = DigestQueue(client("sqs"), configured["PASS_ON_QUEUE_URL"])
    return HandOver(outbound=outbound, queue=queue)


@cache
def _deliver() -> DeliverAccounts:
    snapshots = SnapshotBucket(client("s3"), settings()["BUCKET_NAME"])
    return DeliverAccounts(advance=advance(), snapshots=snapshots, home_of=home_of)


at_init(fetch_accounts, trust)
