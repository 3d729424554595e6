"""The shell around the step function: load, step, save conditionally, send the commands."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.machine.adopted import arrive, merged
from flinks_reconnect.domain.machine.context import Step, Worker
from flinks_reconnect.domain.machine.signals import Due, Signal
from flinks_reconnect.domain.machine.step import step, steps
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    ConnectionUnknownError,
    QueueUnavailableError,
    RefreshNotFoundError,
    RefreshSettledError,
    StaleWriteError,
    StoreUnavailableError,
)
from flinks_reconnect.usecases.ports import (
    Clock,
    CommandQueue,
    ConnectionStore,
    FoundRefresh,
    Known,
)

type TimeLeft = Callable[[], float]
"""Returns how many seconds of this invocation are left."""

_TRIES = 5
_LAST_SECONDS = 3.0
"""An answer is tried to be stored until so little of the worker's time is left."""


def _pause(attempt: int) -> None:
    """Wait a little, at random, so that two writers do not meet again."""
    time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 6)))  # noqa: S311 - jitter, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Apply signals to a row. A conflict reloads it and steps the same signals again."""

    connections: ConnectionStore
    queue: CommandQueue
    clock: Clock
    clocks: Clocks
    home_of: Callable[[LoginId], ConnectionId]
    pause: Callable[[int], None] = field(default=_pause)

    def refresh(
        self,
        refresh_id: RefreshId,
        *signals: Signal,
        by: Worker | None = None,
        found: FoundRefresh | None = None,
    ) -> Step:
        """Return what the signals led to, once it is stored and its commands are sent.

        `by` is the worker that asks: it goes on by itself, so a command for it at once is not
        sent. `found`: the refresh as it was just read. Raises RefreshNotFoundError,
        RefreshSettledError, and StaleWriteError after five lost races.
        """
        first = _open(found) if found is not None else None
        return self._advance(lambda: self._open(refresh_id), signals, by, first)

    def flinks_answered(
        self,
        refresh_id: RefreshId,
        answer: Signal,
        time_left: TimeLeft,
        *,
        by: Worker | None = None,
    ) -> Step:
        """As `refresh`, for what Flinks answered: it is tried until the time is nearly up."""
        return self.until_saved(
            lambda: self._once(self._open(refresh_id), (answer,), by), time_left
        )

    def until_saved[T](self, act: Callable[[], T], time_left: TimeLeft) -> T:
        """Do what must not be lost: a lost race or a table that is away is tried again.

        Raises what stands in its way when the time is nearly up.
        """
        attempt = 0
        while True:
            try:
                return act()
            except (StaleWriteError, StoreUnavailableError):
                if time_left() < _LAST_SECONDS:
                    raise
            self.pause(attempt)
            attempt += 1

    def connection(self, connection_id: ConnectionId, *signals: Signal) -> Step | None:
        """As `refresh`, for what concerns the connection as such; None if it is unknown."""
        try:
            return self._advance(lambda: self._load(connection_id), signals, None)
        except ConnectionUnknownError:
            return None

    def find(self, refresh_id: RefreshId) -> FoundRefresh:
        """Return the refresh wherever it lies; raises RefreshNotFoundError."""
        found = self.connections.find(refresh_id)
        if found is None:
            raise RefreshNotFoundError(refresh_id)
        return found

    def read(self, refresh_id: RefreshId) -> FoundRefresh:
        """Return the refresh as the clock makes it now (rule R6); raises RefreshNotFoundError."""
        found = self.find(refresh_id)
        if found.connection is None:
            return found
        row = _under(found.settings, found.connection, self.clocks)
        seen = self._as_the_clock_makes(row)
        return replace(found, connection=seen, refresh=seen.refresh or found.refresh)

    def seen(self, known: Known) -> Known:
        """Return a connection as the clock makes it now (rule R6); nothing is written."""
        row = _under(known.settings, known.connection, self.clocks)
        return replace(known, connection=self._as_the_clock_makes(row))

    def _as_the_clock_makes(self, row: Connection) -> Connection:
        """What the clock has ended is over; what it is time to begin has not begun yet."""
        seen = step(row, Due(), self.clock(), self.clocks).connection
        begins = row.refresh and seen.refresh and seen.refresh.attempts > row.refresh.attempts
        return row if begins else seen

    def send(self, result: Step, by: Worker | None = None) -> None:
        """Send the commands. One that no queue takes is found again: the row says what it owes."""
        refresh = result.connection.refresh
        if refresh is None:
            return
        for command in result.commands:
            goes_on_by_itself = command.worker is by and not command.delay
            if not goes_on_by_itself:
                with suppress(QueueUnavailableError):
                    self.queue.send(command, refresh.id)

    def _advance(
        self,
        load: Callable[[], Known],
        signals: tuple[Signal, ...],
        by: Worker | None,
        first: Known | None = None,
    ) -> Step:
        for attempt in range(_TRIES):
            try:
                return self._once(first or load(), signals, by)
            except StaleWriteError:
                first = None
                self.pause(attempt)
        raise StaleWriteError

    def _once(self, known: Known, signals: tuple[Signal, ...], by: Worker | None) -> Step:
        before = known.connection
        result = steps(
            _under(known.settings, before, self.clocks), signals, self.clock(), self.clocks
        )
        saved = self._save(result, before) if result.changed else result
        self.send(saved, by)
        return saved

    def _open(self, refresh_id: RefreshId) -> Known:
        return _open(self.find(refresh_id))

    def _load(self, connection_id: ConnectionId) -> Known:
        known = self.connections.load(connection_id)
        if known is None:
            raise ConnectionUnknownError(connection_id)
        return known

    def _save(self, result: Step, before: Connection) -> Step:
        after = result.connection
        if before.login_id is None and after.login_id is not None:
            return replace(result, connection=self._move(after, before, after.login_id))
        self.connections.save(after, before)
        return result

    def _move(self, after: Connection, before: Connection, login_id: LoginId) -> Connection:
        """An adopted session proved its LoginId: the refresh goes to that connection's row."""
        home_id = self.home_of(login_id)
        known = self.connections.load(home_id)
        home = known.connection if known else Connection(id=home_id, login_id=login_id)
        if home.closed_at is not None:
            # It was closed this very moment: whoever asks again is told before anything is kept.
            raise ConnectionClosedError
        home, moved = merged(home, after, self.clock())
        arrived = arrive(home, moved, self.clock(), self.clocks)
        self.connections.move(before, moved, known, arrived)
        return arrived


def _open(found: FoundRefresh) -> Known:
    if found.connection is None:
        raise RefreshSettledError(found.refresh.id)
    return Known(connection=found.connection, settings=found.settings)


def _under(settings: ConnectionSettings, connection: Connection, clocks: Clocks) -> Connection:
    """Return the row under today's policy: one that was taken back has no more effect (R15).

    A wait that only the policy could have kept is over at once, so that nobody counts on it.
    """
    refresh = connection.refresh
    if refresh is None or not refresh.unattended or settings.unattended:
        return connection
    seen_at = refresh.person_seen_at
    kept = seen_at is not None and refresh.due_at <= seen_at + clocks.human_act_window
    waits = refresh.status is Status.RETRY_SCHEDULED and not kept
    due_at = refresh.updated_at if waits else refresh.due_at
    return replace(connection, refresh=replace(refresh, unattended=False, due_at=due_at))
