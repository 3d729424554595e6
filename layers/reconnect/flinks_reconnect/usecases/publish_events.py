"""Tell the integrator what happened: all events of many rows at once, then empty their outboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

from flinks_reconnect.domain.events import Event
from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.usecases.errors import BusSlowError, PublishError
from flinks_reconnect.usecases.in_parallel import Together, side_by_side
from flinks_reconnect.usecases.ports import ConnectionStore, EventBus, Known, OutgoingEvent

AT_ONCE: Final = 10
"""The most entries that one PutEvents takes."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one row: what was told of it, and why not, if it was not."""

    events: tuple[Event, ...] = ()
    failure: Exception | None = None
    left: bool = False
    """The bus was too slow: the row keeps its events and its wake-up, and the sweep comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvents:
    """At least once, under stable ids. What another run published is no longer in the row."""

    connections: ConnectionStore
    bus: EventBus
    together: Together = side_by_side

    def __call__(self, connection_id: ConnectionId) -> tuple[Event, ...]:
        """Publish what the row holds now and return it; raises PublishError."""
        published = self.all([connection_id])[connection_id]
        if published.failure is not None:
            raise published.failure
        return published.events

    def all(self, ids: Sequence[ConnectionId]) -> dict[ConnectionId, Published]:
        """Publish what each row holds now, many rows in one call; no row stops another one."""
        rows = dict(zip(ids, self.together(self._load, ids), strict=True))
        holding = [row for row in rows.values() if isinstance(row, Known)]
        events = [OutgoingEvent(row.settings, e) for row in holding for e in row.connection.outbox]
        sent = self._send(tuple(dict.fromkeys(events)))
        done = self.together(lambda row: self._empty(row, sent), holding)
        by_id = {row.connection.id: each for row, each in zip(holding, done, strict=True)}
        return {each: _outcome(row, by_id) for each, row in rows.items()}

    def _load(self, connection_id: ConnectionId) -> Known | Exception | None:
        try:
            known = self.connections.load(connection_id)
        except (
            Exception
        ) as error:  # one row's fault must not stop the others; its record comes back
            return error
        return known if known is not None and known.connection.outbox else None

    def _send(self, events: Sequence[OutgoingEvent]) -> dict[OutgoingEvent, Exception | None]:
        """Return what became of each: None, it was taken. A slow bus is not waited for twice."""
        became: dict[OutgoingEvent, Exception | None] = {}
        slow: BusSlowError | None = None
        for some in batched(events, AT_ONCE, strict=False):
            if slow is not None:
                became |= dict.fromkeys(some, slow)
                continue
            try:
                accepted = self.bus.publish(some)
                became |= {
                    each: None if good else PublishError()
                    for each, good in zip(some, accepted, strict=True)
                }
            except BusSlowError as error:
                slow = error
                became |= dict.fromkeys(some, error)
            except Exception as error:  # these entries fail, the next ones may be taken
                became |= dict.fromkeys(some, error)
        return became

    def _empty(self, row: Known, sent: dict[OutgoingEvent, Exception | None]) -> Published:
        outbox = row.connection.outbox
        failures = [
            each for e in outbox if (each := sent[OutgoingEvent(row.settings, e)]) is not None
        ]
        if failures:
            slow = all(isinstance(each, BusSlowError) for each in failures)
            return Published(left=True) if slow else Published(failure=failures[0])
        try:
            self.connections.published(row.connection)
        except Exception as error:  # told, but not known to be: it is told again under the same id
            return Published(failure=error)
        return Published(outbox)


def _outcome(row: Known | Exception | None, by_id: dict[ConnectionId, Published]) -> Published:
    if isinstance(row, Exception):
        return Published(failure=row)
    return Published() if row is None else by_id[row.connection.id]
