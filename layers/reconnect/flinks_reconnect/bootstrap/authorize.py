"""What `authorize` is built from."""

from functools import cache

from flinks_reconnect.aws.bank_concurrency import BankSeats
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.clock import clocks, now
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.config import settings
from flinks_reconnect.faults import is_passing
from flinks_reconnect.flinks.exchange import trust
from flinks_reconnect.usecases.authorize import AuthorizeConnection
from flinks_reconnect.usecases.authorize_in_turn import AuthorizeInTurn


@cache
def authorize_connection() -> AuthorizeInTurn:
    """Return the use case."""
    return AuthorizeInTurn(
        advance=advance(),
        authorize=AuthorizeConnection(advance=advance(), flinks=flinks()),
        seats=_seats(),
        is_passing=is_passing,
    )


@cache
def _seats() -> BankSeats:
    configured = settings()
    return BankSeats(
        client("dynamodb"),
        configured["TABLE_NAME"],
        clock=now,
        most=int(configured["BANK_CONCURRENCY"]),
        longest=clocks().worker_timeout,
    )


at_init(authorize_connection, trust)
