"""The one clock of the sandbox: real time plus an offset, or frozen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    """Read the machine's clock: the only place in the sandbox that does."""
    return datetime.now(UTC)


class SandboxClock:
    """A clock that a test can advance, set and freeze."""

    def __init__(
        self,
        source: Callable[[], datetime] = real_time,
        *,
        start: datetime | None = None,
        frozen: bool = False,
    ) -> None:
        """Run with a source of real time, from an instant of its own if one is given."""
        self._source, self._start, self._starts_frozen = source, start, frozen
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None
        self.reset()

    def __call__(self) -> datetime:
        """Return the sandbox's present."""
        return self._frozen_at or self._source() + self._offset

    @property
    def frozen(self) -> bool:
        """Say whether time stands still."""
        return self._frozen_at is not None

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds."""
        self.set(self() + timedelta(seconds=seconds))

    def set(self, instant: datetime) -> None:
        """Jump to an instant; a frozen clock stays frozen there."""
        if self._frozen_at is not None:
            self._frozen_at = instant
        else:
            self._offset = instant - self._source()

    def freeze(self, frozen: bool) -> None:
        """Stop time where it is, or let it run on from there."""
        present = self()
        self._frozen_at = present if frozen else None
        self._offset = present - self._source()

    def reset(self) -> None:
        """Return to how it started: true time that runs, unless it was told otherwise."""
        self._frozen_at, self._offset = None, timedelta(0)
        self.freeze(self._starts_frozen)
        if self._start is not None:
            self.set(self._start)
