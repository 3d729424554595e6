"""Tell the integrator what happened: all events of a row, then empty its outbox."""

from dataclasses import dataclass

from flinks_reconnect.domain.events import Event
from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.usecases.ports import ConnectionStore, EventBus


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvents:
    """At least once, under stable ids. What another run published is no longer in the row."""

    connections: ConnectionStore
    bus: EventBus

    def __call__(self, connection_id: ConnectionId) -> tuple[Event, ...]:
        """Publish what the row holds now and return it; raises PublishError."""
        known = self.connections.load(connection_id)
        if known is None or not known.connection.outbox:
            return ()
        self.bus.publish(known.settings, known.connection.outbox)
        self.connections.published(known.connection)
        return known.connection.outbox
