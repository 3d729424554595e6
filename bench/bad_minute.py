"""`python -m bench.bad_minute`: what a lost start waits on a bad minute; what is done twice.

The sweep's real code over rows in memory whose index lags and throttles. Three minutes that were
bad once: a queue that answers 503, an index behind whose head 110 rows in each shard cannot be
moved, and an index that is two minutes late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import ConnectionId, RefreshId
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import StaleWriteError

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts, Service

STUCK: Final = 110
PATIENCE: Final = timedelta(hours=2)


class Immovable(MemoryConnectionStore):
    """Rows of which every write and every pause is refused."""

    stuck: frozenset[ConnectionId] = frozenset()

    def save(self, after: Connection, before: Connection) -> None:
        """Refuse it."""
        if after.id in self.stuck:
            raise StaleWriteError
        super().save(after, before)

    def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
        """Refuse it."""
        return 0 if connection_id in self.stuck else super().postpone(connection_id, until)


@dataclass(frozen=True, slots=True)
class Minute:
    """A bad minute, and what was measured before it was mended."""

    name: str
    before: str
    measure: Callable[[], str]


def queue_answers_503() -> str:
    """How long a start waits whose message was lost and whose second one the queue refuses."""
    service = Service()
    refresh_id = _lost_start(service, 1)
    service.queue.failures_left = 1
    return _waited(service, refresh_id)


def busy_head() -> str:
    """How long a lost start waits behind 110 rows in each shard that nobody can move."""
    service = Service(parts=Parts(store=Immovable))
    for number in range(2, 4 * STUCK + 2):
        service.begin(service.login(number), present=False)
    service.store.stuck = frozenset(service.store.live)  # type: ignore[attr-defined] # the store above
    service.pass_time(7 * 86400)
    return _waited(service, _lost_start(service, 1))


def late_index() -> str:
    """How often the sweep writes and sends for one row that the index shows twice."""
    service = Service()
    service.store.lag = timedelta(minutes=2)
    _lost_start(service, 1)
    service.pass_time(121)
    before = len(service.store.written), service.queue.sent
    for _ in range(2):
        service.look_over()
        service.pass_time(10)
    return (
        f"{len(service.store.written) - before[0]} write, {service.queue.sent - before[1]} message"
    )


def _lost_start(service: Service, number: int) -> RefreshId:
    refresh_id = service.begin(service.login(number, asks=True)).found.refresh.id
    service.queue.messages.clear()
    return refresh_id


def _waited(service: Service, refresh_id: RefreshId) -> str:
    began = service.now
    while service.refresh(refresh_id).status is Status.STARTING:
        if service.now - began > PATIENCE:
            return "never found"
        service.pass_time(60)
        service.look_over()
        service.work()
    return f"{(service.now - began).total_seconds():.0f} s, {service.refresh(refresh_id).status}"


MINUTES: Final = (
    Minute("the queue answers 503 once", "60 min", queue_answers_503),
    Minute("110 rows a shard cannot be moved", "not found in 181 s", busy_head),
    Minute("the index lags by two minutes", "2 writes, 2 messages", late_index),
)


def main() -> None:
    """Print each, beside what was recorded before."""
    for minute in MINUTES:
        print(f"{minute.name:<36} before (recorded): {minute.before:<22} now: {minute.measure()}")


if __name__ == "__main__":
    main()
