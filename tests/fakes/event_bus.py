"""The event bus in memory: what the integrator would have been told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flinks_reconnect.domain.events import Event, event_id
from flinks_reconnect.usecases.errors import BusSlowError
from flinks_reconnect.usecases.ports import OutgoingEvent


@dataclass
class MemoryBus:
    """Implements `EventBus`; `told` counts by the stable id how often each was published."""

    told: dict[str, list[Event]] = field(default_factory=dict)
    failures_left: int = 0
    """How many more events the bus refuses."""
    slow: bool = False
    calls: int = 0

    def publish(self, told: Sequence[OutgoingEvent]) -> Sequence[bool]:
        assert 0 < len(told) <= 10, "PutEvents takes one to ten entries"
        self.calls += 1
        if self.slow:
            raise BusSlowError
        return [self._take(each) for each in told]

    def _take(self, told: OutgoingEvent) -> bool:
        if self.failures_left > 0:
            self.failures_left -= 1
            return False
        known = self.told.setdefault(event_id(told.settings.id, told.event), [])
        known.append(told.event)
        return True

    def types(self) -> list[str]:
        """Return what was told, each once, in order."""
        return [events[0].type.value for events in self.told.values()]
