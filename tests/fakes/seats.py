"""Seats at banks in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flinks_reconnect.usecases.ports import Clock, Seat


@dataclass
class MemorySeats:
    """Implements `Seats`."""

    clock: Clock
    most: int = 10
    longest: timedelta = timedelta(seconds=300)
    fault: Exception | None = None
    held: dict[str, dict[str, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _taken: int = 0

    def take(self, institution_id: str) -> Seat | None:
        with self._lock:
            if self.fault is not None:
                raise self.fault
            now = self.clock()
            seats = self.held.setdefault(institution_id, {})
            for name in [name for name, until in seats.items() if until <= now]:
                del seats[name]
            if len(seats) >= self.most:
                return None
            self._taken += 1
            seat = Seat(institution_id, f"seat_{self._taken}")
            seats[seat.name] = now + self.longest
            return seat

    def leave(self, seat: Seat) -> None:
        with self._lock:
            if self.fault is not None:
                raise self.fault
            self.held.get(seat.institution_id, {}).pop(seat.name, None)
