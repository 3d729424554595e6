"""What several functions are built from. Nothing is built before it is needed."""

from functools import cache
from typing import TYPE_CHECKING, cast

from flinks_reconnect.aws.queues import WorkQueues
from flinks_reconnect.aws.table import ConnectionTable
from flinks_reconnect.bootstrap.clients import Later, client
from flinks_reconnect.bootstrap.clock import clocks, now
from flinks_reconnect.bootstrap.secrets import id_key
from flinks_reconnect.config import settings
from flinks_reconnect.domain.ids import ConnectionId, LoginId, connection_id
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.usecases.advance import Advance

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


@cache
def table() -> ConnectionTable:
    """Return the connection store."""
    configured = settings()
    return ConnectionTable(
        client("dynamodb"),
        configured["TABLE_NAME"],
        clock=now,
        clocks=clocks(),
        shards=int(configured["DUE_SHARDS"]),
    )


@cache
def queues() -> WorkQueues:
    """Return the work queues that this function may send to."""
    names = {Worker.AUTHORIZE: "AUTHORIZE_QUEUE_URL", Worker.ACCOUNTS: "ACCOUNTS_QUEUE_URL"}
    configured = {worker: settings().optional(name) for worker, name in names.items()}
    urls = {worker: url for worker, url in configured.items() if url is not None}
    return WorkQueues(cast("SQSClient", Later("sqs")), urls)


@cache
def advance() -> Advance:
    """Return the shell around the step function."""
    return Advance(connections=table(), queue=queues(), clock=now, clocks=clocks(), home_of=home_of)


def public_base_url() -> str | None:
    """Return the configured public base URL, if there is one."""
    return settings().optional("PUBLIC_BASE_URL")


def base_url(own: str | None) -> str:
    """Return where this API is: as configured, or else as API Gateway knows it (`own`)."""
    known = public_base_url() or own
    if known is None:
        raise LookupError("no public base URL is known")
    return known


def home_of(login_id: LoginId) -> ConnectionId:
    """Return the connection of a LoginId."""
    return connection_id(id_key(), login_id)
