"""Drive whatever is overdue: lost commands, passed deadlines, unpublished events."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Final

from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.domain.machine.signals import Swept
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import IndexUnreadableError, StaleWriteError
from flinks_reconnect.usecases.in_parallel import Together, side_by_side
from flinks_reconnect.usecases.ports import Due

BATCH: Final = 100
"""How many rows of a shard are taken at a time."""
BUSY_PAUSE: Final = timedelta(seconds=60)
"""A row whose write somebody else won, five times in a row, waits so long for the next look."""
BUSY_LOOKS: Final = 3
"""A row that lost its write in so many looks running fails by itself: nobody is that busy."""
POISON_PAUSE: Final = timedelta(hours=1)
"""A row that cannot be looked at waits so long, and does not stand in the others' way."""

_AT_WORK: Final = frozenset({Status.STARTING, Status.VERIFYING, Status.FETCHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What one sweep did, as counts, and how long the slowest attempt has been at work."""

    looked: int = 0
    """Rows that were due, as the rows themselves say."""
    early: int = 0
    """Rows that the index showed although nothing of them is due; it lags."""
    postponed: int = 0
    """Rows that fail by themselves; a person should have a look."""
    busy: int = 0
    """Rows that somebody else was writing all the time; they are put off for a minute."""
    faults: int = 0
    """Looks that a passing fault of table or queue ended; the rows stay due."""
    unread: int = 0
    """Shards that could not be read to their end; the next sweep reads them again."""
    oldest: timedelta = timedelta(0)

    def __add__(self, other: "SweepReport") -> "SweepReport":
        """Return both reports as one."""
        counts = {each.name: getattr(self, each.name) for each in fields(self)}
        added = {name: count + getattr(other, name) for name, count in counts.items()}
        return SweepReport(**added | {"oldest": max(self.oldest, other.oldest)})


@dataclass(frozen=True, slots=True)
class _Page:
    """What one read of a shard showed; None: it could not be read."""

    shard: int
    rows: Sequence[Due] | None

    @property
    def goes_on(self) -> bool:
        return self.rows is not None and len(self.rows) == BATCH


def _is_of_the_network(error: Exception) -> bool:
    return isinstance(error, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The due index is a hint; the row, read consistently, decides."""

    advance: Advance
    shards: int
    is_passing: Callable[[Exception], bool] = _is_of_the_network
    """Whether a fault is the table's or the queue's of this moment, and none of the row's own."""
    together: Together = side_by_side

    def __call__(self, may_go_on: Callable[[], bool]) -> SweepReport:
        """Look once at each row that is due, while there is time; raises IndexUnreadableError.

        A page of each shard in turn, so that no shard and no row at its head starves the others.
        The cost grows with what is due.
        """
        now = self.advance.clock()
        report = SweepReport()
        seen: set[ConnectionId] = set()
        reached: dict[int, Due | None] = dict.fromkeys(range(self.shards))
        while reached and may_go_on():
            pages = self.together(
                lambda place: self._page(place[0], now, place[1]), list(reached.items())
            )
            rows = [each for each in _one_of_each(pages) if each.connection_id not in seen]
            seen.update(each.connection_id for each in rows)
            looks = self.together(lambda row: self._look_in_time(row, may_go_on), rows)
            report = sum(looks, start=report)
            report += SweepReport(unread=sum(page.rows is None for page in pages))
            reached = {page.shard: page.rows[-1] for page in pages if page.rows and page.goes_on}
        if report.unread == self.shards and not seen:
            raise IndexUnreadableError
        return report

    def _page(self, shard: int, now: datetime, after: Due | None) -> _Page:
        try:
            return _Page(shard, tuple(self.advance.connections.due(shard, now, BATCH, after)))
        except Exception:  # a shard that is throttled must not stop the others; it is counted
            return _Page(shard, None)

    def _look_in_time(self, row: Due, may_go_on: Callable[[], bool]) -> SweepReport:
        return self._look(row.connection_id) if may_go_on() else SweepReport()

    def _look(self, connection_id: ConnectionId) -> SweepReport:
        try:
            return self._drive(connection_id)
        except StaleWriteError:
            looks = self._put_off(connection_id, BUSY_PAUSE)
            return self._busy() if looks < BUSY_LOOKS else self._poisoned(connection_id)
        except Exception as error:  # one row's fault must not stop the others; it is counted
            if self.is_passing(error):
                return SweepReport(looked=1, faults=1)
            return self._poisoned(connection_id)

    def _drive(self, connection_id: ConnectionId) -> SweepReport:
        known = self.advance.connections.load(connection_id)
        if known is None:
            # Either it is gone and the index lags, or half of it is missing.
            halved = self._put_off(connection_id, POISON_PAUSE) > 0
            return SweepReport(looked=halved, postponed=halved, early=not halved)
        if not self._is_due(known.connection):
            return SweepReport(early=1)
        result = self.advance.connection(connection_id, Swept())
        age = self._age(result.connection.refresh) if result else timedelta(0)
        return SweepReport(looked=1, oldest=age)

    def _is_due(self, connection: Connection) -> bool:
        return connection.wake_at is not None and connection.wake_at <= self.advance.clock()

    def _busy(self) -> SweepReport:
        return SweepReport(looked=1, busy=1)

    def _poisoned(self, connection_id: ConnectionId) -> SweepReport:
        self._put_off(connection_id, POISON_PAUSE)
        return SweepReport(looked=1, postponed=1)

    def _put_off(self, connection_id: ConnectionId, pause: timedelta) -> int:
        """Return how many looks running this row was put off; 0 where it is not there at all."""
        try:
            until = self.advance.clock() + pause
            return self.advance.connections.postpone(connection_id, until)
        except Exception:  # it stays due, behind it all others come, and the next sweep tries again
            return 0

    def _age(self, refresh: Refresh | None) -> timedelta:
        """Return for how long an attempt that waits for no person has been at work."""
        if refresh is None or refresh.attempt is None or refresh.status not in _AT_WORK:
            return timedelta(0)
        return self.advance.clock() - refresh.attempt.since


def _one_of_each(pages: Iterable[_Page]) -> list[Due]:
    """Return the rows of all pages, the first of each page first."""
    lines = zip_longest(*(page.rows or () for page in pages))
    return [row for row in chain.from_iterable(lines) if row is not None]
