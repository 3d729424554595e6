"""The two work queues in memory: messages that become visible when their delay is over."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.context import NO_DELAY, Command, Worker
from flinks_reconnect.usecases.ports import Clock

from tests.fakes.faults import unavailable

LONGEST_DELAY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a queue carries: a refresh id or the digest of a webhook, nothing else."""

    worker: Worker
    visible_at: datetime
    refresh_id: RefreshId | None = None
    digest: str | None = None


@dataclass
class MemoryQueue:
    """Implements `CommandQueue`; a test takes messages out in any order, or never."""

    clock: Clock
    messages: list[Message] = field(default_factory=list)
    sent: int = 0
    failures_left: int = 0
    """How many more times the queue answers 503."""

    def send(self, command: Command, refresh_id: RefreshId) -> None:
        delay = min(max(command.delay, NO_DELAY), LONGEST_DELAY)
        self._add(command.worker, delay, refresh_id=refresh_id)

    def send_webhook(self, digest: str) -> None:
        self._add(Worker.ACCOUNTS, NO_DELAY, digest=digest)

    def visible(self) -> list[Message]:
        """Return what could be delivered now, the oldest first."""
        now = self.clock()
        ready = (message for message in self.messages if message.visible_at <= now)
        return sorted(ready, key=lambda message: message.visible_at)

    def take(self, message: Message) -> None:
        """Delete a message, as a worker that succeeded does."""
        self.messages.remove(message)

    def commands(self) -> list[tuple[Worker, timedelta]]:
        """Return what was asked for and not yet taken, with the delay that is left."""
        now = self.clock()
        return [(message.worker, message.visible_at - now) for message in self.messages]

    def _add(
        self,
        worker: Worker,
        delay: timedelta,
        *,
        refresh_id: RefreshId | None = None,
        digest: str | None = None,
    ) -> None:
        if self.failures_left > 0:
            self.failures_left -= 1
            raise unavailable("SendMessage")
        visible_at = self.clock() + delay
        self.messages.append(
            Message(worker=worker, visible_at=visible_at, refresh_id=refresh_id, digest=digest)
        )
        self.sent += 1
