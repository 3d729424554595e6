"""What `fetch_accounts` is built from."""

from functools import cache

from flinks_reconnect.aws.bucket import InboxBucket, SnapshotBucket
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.parts import advance, home_of
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.exchange import trust
from flinks_reconnect.flinks.webhooks import read_webhook
from flinks_reconnect.usecases.fetch_accounts import DeliverAccounts, FetchAccounts
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
        advance=advance(), inbox=inbox, read=read_webhook, deliver=_deliver(), home_of=home_of
    )


@cache
def _deliver() -> DeliverAccounts:
    snapshots = SnapshotBucket(client("s3"), settings()["BUCKET_NAME"])
    return DeliverAccounts(advance=advance(), snapshots=snapshots, home_of=home_of)


at_init(fetch_accounts, trust)
