"""What a row owes, and by when somebody must look at it: one answer for every write (R16)."""

from datetime import datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection


def wake_up_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return by when the row must be looked at: an event, a call or a deadline; None: never.

    A call that is due is asked for by its own message, an event by the stream; this is for what
    got lost.
    """
    refresh = connection.refresh
    call_at = refresh.next_call_at if refresh else None
    owed = (
        now + clocks.first_wake if connection.outbox else None,
        call_at + clocks.first_wake if call_at else None,
        refresh.due_at if refresh and refresh.is_open else None,
    )
    return min((instant for instant in owed if instant is not None), default=None)


def next_look_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return when the sweep, having looked now, must look again; None if nothing is owed."""
    owed = wake_up_at(connection, now, clocks)
    if owed is None:
        return None
    return now + clocks.verify_again if connection.outbox else max(owed, now + clocks.verify_again)
