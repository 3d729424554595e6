"""What a worker that looks at a refresh has to do now. The row alone decides."""

from datetime import datetime
from enum import StrEnum

from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.refresh import Attempt, Kind, Refresh, Status


class Duty(StrEnum):
    """The one call that is due, if any."""

    NOTHING = "nothing"
    SEND_AUTHORIZE = "send_authorize"
    PROBE = "probe"
    POLL_AUTHORIZE = "poll_authorize"
    OPEN_CACHED = "open_cached"
    CALL_DATA = "call_data"
    POLL_DATA = "poll_data"


def authorize_duty(connection: Connection, now: datetime) -> Duty:
    """Return what the authorize worker has to do for this connection's refresh."""
    refresh = connection.refresh
    if refresh is None or refresh.attempt is None or refresh.status is not Status.STARTING:
        return Duty.NOTHING
    if refresh.attempt.sent_at is None:
        return Duty.SEND_AUTHORIZE
    if refresh.attempt.request_id is not None:
        return Duty.POLL_AUTHORIZE
    return Duty.PROBE if now >= refresh.due_at else Duty.NOTHING


def accounts_duty(connection: Connection) -> Duty:
    """Return what the accounts worker has to do for this connection's refresh."""
    refresh = connection.refresh
    if refresh is None or refresh.attempt is None or not _is_asking(refresh, refresh.attempt):
        return Duty.NOTHING
    attempt = refresh.attempt
    if attempt.data_claimed and not attempt.request_gone:
        return Duty.POLL_DATA
    if attempt.request_id is None or attempt.request_gone:
        return Duty.OPEN_CACHED
    return Duty.CALL_DATA


def _is_asking(refresh: Refresh, attempt: Attempt) -> bool:
    if refresh.status is Status.EXPIRED:
        return attempt.asked
    return refresh.status in {Status.VERIFYING, Status.FETCHING}


def is_sign_in(connection: Connection) -> bool:
    """Whether the current attempt is a full sign-in, whose RequestId we never see."""
    refresh = connection.refresh
    return bool(refresh and refresh.attempt and refresh.attempt.kind is Kind.SIGN_IN)
