"""What a row owes, and by when somebody must look at it: one answer for every write (R16)."""

from datetime import datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.warnings import next_warning_at


def wake_up_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return by when the row must be looked at: an event, a call, a deadline, a warning.

    None: never. A call that is due is asked for by its own message, an event by the stream; this
    is for what got lost.
    """
    refresh = connection.refresh
    call_at = refresh.next_call_at if refresh else None
    owed = (
        now + clocks.first_wake if connection.outbox else None,
        call_at + clocks.first_wake if call_at else None,
        refresh.due_at if refresh and refresh.is_open else None,
        next_warning_at(connection, clocks),
    )
    return min((instant for instant in owed if instant is not None), default=None)


def wake_up_once_told(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return the wake-up of a row whose events are out: at rest, it sleeps until its next warning.

    What is not at rest keeps the wake-up that it has, a lower bound: moving it costs write units.
    """
    refresh = connection.refresh
    if refresh is not None and (refresh.is_open or refresh.next_call_at is not None):
        return connection.wake_at
    return wake_up_at(connection, now, clocks)


def next_look_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return when the sweep, having looked now, must look again; None if nothing is owed."""
    owed = wake_up_at(connection, now, clocks)
    if owed is None:
        return None
    return now + clocks.verify_again if connection.outbox else max(owed, now + clocks.verify_again)
