"""Drive whatever is overdue: lost commands, passed deadlines, unpublished events."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Final

from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.domain.signals import Swept
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import StaleWriteError

BATCH: Final = 100
"""How many rows of a shard are taken at a time."""
AT_ONCE: Final = 16
"""How many rows are looked at side by side; each look mostly waits for the table."""
POISON_PAUSE: Final = timedelta(hours=1)
"""A row that cannot be looked at waits so long, and does not stand in the others' way."""

_AT_WORK: Final = frozenset({Status.STARTING, Status.VERIFYING, Status.FETCHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What one sweep did, as counts, and how long the slowest attempt has been at work."""

    looked: int = 0
    postponed: int = 0
    oldest: timedelta = timedelta(0)

    def __add__(self, other: "SweepReport") -> "SweepReport":
        """Return both reports as one."""
        return SweepReport(
            looked=self.looked + other.looked,
            postponed=self.postponed + other.postponed,
            oldest=max(self.oldest, other.oldest),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The due index is a hint; the row, read consistently, decides."""

    advance: Advance
    shards: int

    def __call__(self, may_go_on: Callable[[], bool]) -> SweepReport:
        """Look at what is due while there is time. The cost grows with what is due."""
        report = SweepReport()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for shard in range(self.shards):
                while may_go_on():
                    found = self._look_at_some(shard, threads)
                    report += found
                    if found.looked < BATCH:
                        break
        return report

    def _look_at_some(self, shard: int, threads: ThreadPoolExecutor) -> SweepReport:
        due = self.advance.connections.due(shard, self.advance.clock(), BATCH)
        report = SweepReport()
        for some in batched(due, AT_ONCE, strict=False):
            report = sum(threads.map(self._look, some), start=report)
        return report

    def _look(self, connection_id: ConnectionId) -> SweepReport:
        try:
            taken = self.advance.connection(connection_id, Swept())
        except StaleWriteError:
            # Somebody else is busy with this row; the next sweep looks again.
            return SweepReport(looked=1)
        except Exception:  # one row's fault must not stop the others; it is counted and alarmed
            self.advance.connections.postpone(connection_id, self.advance.clock() + POISON_PAUSE)
            return SweepReport(looked=1, postponed=1)
        age = self._age(taken.connection.refresh) if taken else timedelta(0)
        return SweepReport(looked=1, oldest=age)

    def _age(self, refresh: Refresh | None) -> timedelta:
        """Return for how long an attempt that waits for no person has been at work."""
        if refresh is None or refresh.attempt is None or refresh.status not in _AT_WORK:
            return timedelta(0)
        return self.advance.clock() - refresh.attempt.since
