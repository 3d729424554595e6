"""The next call to Flinks. The row alone decides which it is, and from when (R16)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.refresh import Attempt, Refresh, Status

EARLY: Final = timedelta(milliseconds=200)
"""Two machines' clocks differ by milliseconds; a message must not miss its call by them."""


class Call(StrEnum):
    """A call to Flinks."""

    SEND_AUTHORIZE = "send_authorize"
    PROBE = "probe"
    POLL_AUTHORIZE = "poll_authorize"
    OPEN_CACHED = "open_cached"
    CALL_DATA = "call_data"
    POLL_DATA = "poll_data"


OF_AUTHORIZE_WORKER: Final = frozenset({Call.SEND_AUTHORIZE, Call.PROBE, Call.POLL_AUTHORIZE})


def next_call(connection: Connection, now: datetime, clocks: Clocks) -> Call | None:
    """Return the call that is due now; None: none is, so whoever came has nothing to do."""
    refresh = connection.refresh
    call_at = refresh.next_call_at if refresh else None
    if refresh is None or refresh.attempt is None or call_at is None or now + EARLY < call_at:
        return None
    return _call(connection, refresh, refresh.attempt, now, clocks)


def lost_after(call: Call, clocks: Clocks) -> timedelta:
    """Return after how long a call that was taken counts as lost with its worker."""
    match call:
        case Call.POLL_DATA | Call.POLL_AUTHORIZE:
            return clocks.poll
        case Call.CALL_DATA:
            # Flinks may answer it as late as a live one (help article, January 2025: 210 s).
            return clocks.authorize_call
        case _:
            return clocks.verify_again


def _call(
    connection: Connection, refresh: Refresh, attempt: Attempt, now: datetime, clocks: Clocks
) -> Call | None:
    match refresh.status:
        case Status.STARTING if attempt.sent_at is None:
            return Call.SEND_AUTHORIZE
        case Status.STARTING:
            return Call.POLL_AUTHORIZE if attempt.request_id else Call.PROBE
        case Status.VERIFYING | Status.FETCHING | Status.EXPIRED if _is_usable(
            refresh, attempt, now, clocks
        ):
            return Call.POLL_DATA if attempt.data_claimed else Call.CALL_DATA
        case _:
            return Call.OPEN_CACHED if connection.login_id is not None else None


def _is_usable(refresh: Refresh, attempt: Attempt, now: datetime, clocks: Clocks) -> bool:
    """Whether the RequestId may still be asked; an open session must be used within 8 minutes."""
    if attempt.request_id is None or attempt.request_gone:
        return False
    if attempt.data_claimed or refresh.status is not Status.FETCHING or not attempt.activity_at:
        return True
    return now < attempt.activity_at + clocks.request_id_idle - clocks.url_margin
