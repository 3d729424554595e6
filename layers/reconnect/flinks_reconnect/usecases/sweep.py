"""Drive whatever is overdue: lost commands, passed deadlines, unpublished events."""

from dataclasses import dataclass

from flinks_reconnect.domain.signals import Swept
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import StaleWriteError

BATCH = 100
"""How many rows of one shard one look takes; the rest waits a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The due index is a hint; the row, read consistently, decides."""

    advance: Advance
    shards: int

    def __call__(self) -> int:
        """Look at what is due and return how many rows that were. Cost grows with what is due."""
        now = self.advance.clock()
        looked = 0
        for shard in range(self.shards):
            for connection_id in self.advance.connections.due(shard, now, BATCH):
                looked += 1
                try:
                    self.advance.connection(connection_id, Swept())
                except StaleWriteError:
                    # Somebody else is busy with this row; the next sweep looks again.
                    continue
        return looked
