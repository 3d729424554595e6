"""An adopted session proved its LoginId: its refresh arrives at that connection."""

from dataclasses import replace
from datetime import datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, Lease
from flinks_reconnect.domain.events import Event, EventType
from flinks_reconnect.domain.machine.context import Context
from flinks_reconnect.domain.refresh import TRAIL_LETTERS, Refresh, Status
from flinks_reconnect.domain.wake_up import wake_up_at


def merged(home: Connection, moved: Connection, now: datetime) -> tuple[Connection, Connection]:
    """Of two refreshes of one session the home's goes on, and the adopted one ends in it.

    It happens where a session was adopted while our own call was just being told its RequestId,
    and where the adopted one is not over and another one is open: there is only room for one.
    The home's Flinks is asked at once: the proof that was found here is soon found there.
    """
    own, adopted = home.refresh, moved.refresh
    if own is None or adopted is None or not own.is_open:
        return home, moved
    is_one = _is_one_session(own, adopted)
    if not is_one and not adopted.is_open:
        return home, moved
    asked = replace(home, refresh=_asked_now(own, now), wake_at=now) if is_one else home
    return asked, _ended_in(own, adopted, moved, now)


def arrive(home: Connection, moved: Connection, now: datetime, clocks: Clocks) -> Connection:
    """Return the home with what the refresh brings: proof, events, the refresh itself.

    An open refresh of the home stays where it is; the arriving one is history then.
    """
    busy = home.refresh is not None and home.refresh.is_open
    version = home.version + 1
    known = replace(
        home,
        login_id=moved.login_id,
        lease=_longer(home.lease, moved.lease),
        outbox=home.outbox + moved.outbox,
    )
    context = Context(known, now, clocks)
    if moved.known_refresh is not None:
        context = context.refreshed(moved.known_refresh)
    arrived = replace(
        context.connection, refresh=home.refresh if busy else moved.refresh, version=version
    )
    wakes = (home.wake_at, wake_up_at(arrived, now, clocks))
    soonest = min((instant for instant in wakes if instant is not None), default=None)
    return replace(arrived, wake_at=soonest)


def _ended_in(own: Refresh, adopted: Refresh, moved: Connection, now: datetime) -> Connection:
    """Return the adopted refresh's row with that refresh ended in the home's."""
    trail = adopted.trail.replace(TRAIL_LETTERS[Status.COMPLETED], TRAIL_LETTERS[Status.CANCELLED])
    ended = replace(
        adopted,
        status=Status.CANCELLED,
        merged_into=own.id,
        snapshot=None,
        completed_at=None,
        data_as_of=None,
        trail=trail,
    )
    cancelled = Event(
        type=EventType.REFRESH_CANCELLED, version=moved.version, at=now, refresh_id=adopted.id
    )
    before = tuple(event for event in moved.outbox if event.version < moved.version)
    return replace(moved, refresh=ended, outbox=(*before, cancelled))


def _asked_now(own: Refresh, now: datetime) -> Refresh:
    """Return the refresh with its question due: at its deadline, or whenever it is asked next."""
    if own.status is Status.MFA_REQUIRED or own.attempt is None:
        return replace(own, due_at=now)
    return replace(own, attempt=replace(own.attempt, call_at=now))


def _longer(home: Lease, moved: Lease) -> Lease:
    """Of two sessions that may be alive, the one that lives longer counts."""
    instants = (home.live_until, moved.live_until)
    until = max((instant for instant in instants if instant is not None), default=None)
    return replace(home, live_until=until)


def _is_one_session(own: Refresh, adopted: Refresh) -> bool:
    if own.attempt is None or adopted.attempt is None:
        return False
    request_id = own.attempt.request_id
    return request_id is not None and request_id == adopted.attempt.request_id
