"""An adopted session proved its LoginId: its refresh arrives at that connection."""

from dataclasses import replace
from datetime import datetime

from flinks_reconnect.domain.connection import Connection, Health
from flinks_reconnect.domain.events import Event, EventType


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
