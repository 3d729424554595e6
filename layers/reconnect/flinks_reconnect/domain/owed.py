"""What a row owes, and by when somebody must look at it: one answer for every write (R16)."""

from datetime import datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection


def owed_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return by when the row must be looked at: an event, a call or a deadline; None: never."""
    refresh = connection.refresh
    owed = (
        now + clocks.first_wake if connection.outbox else None,
        refresh.next_call_at if refresh else None,
        refresh.due_at if refresh and refresh.is_open else None,
    )
    return min((instant for instant in owed if instant is not None), default=None)


def next_look_at(connection: Connection, now: datetime, clocks: Clocks) -> datetime | None:
    """Return when the sweep, having looked now, must look again; None if nothing is owed.

    A call that is due is asked for by its own message; the sweep is there for one that was lost.
    """
    refresh = connection.refresh
    call_at = refresh.next_call_at if refresh else None
    owed = (
        now if connection.outbox else None,
        call_at + 2 * clocks.verify_again if call_at else None,
        refresh.due_at if refresh and refresh.is_open else None,
    )
    soonest = min((instant for instant in owed if instant is not None), default=None)
    return None if soonest is None else max(soonest, now + clocks.verify_again)
