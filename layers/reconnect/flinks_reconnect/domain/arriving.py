"""An adopted session proved its LoginId: its refresh arrives at that connection."""

from dataclasses import replace
from datetime import datetime

from flinks_reconnect.domain.connection import Connection, Health
from flinks_reconnect.domain.events import Event, EventType
from flinks_reconnect.domain.refresh import TRAIL_LETTERS, Refresh, Status


def merged(home: Connection, moved: Connection, now: datetime) -> tuple[Connection, Connection]:
    """Of two refreshes of one session the home's goes on, and the adopted one ends in it.

    It happens where a session was adopted while our own call was just being told its RequestId.
    The home's Flinks is asked at once: the proof that was found here is soon found there.
    """
    own, adopted = home.refresh, moved.refresh
    if own is None or adopted is None or not _is_one_session(own, adopted):
        return home, moved
    ended = replace(
        adopted,
        status=Status.CANCELLED,
        merged_into=own.id,
        snapshot=None,
        completed_at=None,
        trail=adopted.trail.replace(
            TRAIL_LETTERS[Status.COMPLETED], TRAIL_LETTERS[Status.CANCELLED]
        ),
    )
    cancelled = Event(
        type=EventType.REFRESH_CANCELLED, version=moved.version, at=now, refresh_id=adopted.id
    )
    before = tuple(event for event in moved.outbox if event.version < moved.version)
    asked = replace(home, refresh=replace(own, due_at=now), wake_at=now)
    return asked, replace(moved, refresh=ended, outbox=(*before, cancelled))


def arrive(home: Connection, moved: Connection, now: datetime) -> Connection:
    """Return the home with what the proven refresh brings: health, events, the refresh itself.

    An open refresh of the home stays where it is; the arriving one is history then.
    """
    busy = home.refresh is not None and home.refresh.is_open
    version = home.version + 1
    repaired = home.health is Health.RECONNECT_REQUIRED
    news = moved.outbox
    if repaired:
        news += (Event(type=EventType.CONNECTION_REPAIRED, version=version, at=now),)
    return replace(
        home,
        login_id=moved.login_id,
        health=Health.HEALTHY,
        health_cause=None,
        data_as_of=moved.data_as_of,
        refresh=home.refresh if busy else moved.refresh,
        outbox=home.outbox + news,
        wake_at=home.wake_at or moved.wake_at,
        version=version,
    )


def _is_one_session(own: Refresh, adopted: Refresh) -> bool:
    if not own.is_open or own.attempt is None or adopted.attempt is None:
        return False
    request_id = own.attempt.request_id
    return request_id is not None and request_id == adopted.attempt.request_id
