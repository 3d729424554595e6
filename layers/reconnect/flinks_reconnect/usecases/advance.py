"""The shell around the step function: load, step, save conditionally, send the commands."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flinks_reconnect.domain.arriving import arrive, merged
from flinks_reconnect.domain.case import Step, Worker
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.signals import Due, Signal
from flinks_reconnect.domain.step import step
from flinks_reconnect.usecases.ports import (
    Clock,
    CommandQueue,
    ConnectionStore,
    FoundRefresh,
    Known,
    StaleWriteError,
)

_TRIES = 5


class RefreshNotFoundError(Exception):
    """No refresh has this id."""


class ConnectionUnknownError(Exception):
    """No connection has this id."""


class ConnectionClosedError(Exception):
    """The person has stopped sharing this login."""


class RefreshSettledError(Exception):
    """The refresh is over and its connection has moved on to a newer one."""


def _pause(attempt: int) -> None:
    """Wait a little, at random, so that two writers do not meet again."""
    time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Apply one signal to a row. A conflict reloads it and steps the same signal again."""

    connections: ConnectionStore
    queue: CommandQueue
    clock: Clock
    clocks: Clocks
    home_of: Callable[[LoginId], ConnectionId]
    pause: Callable[[int], None] = field(default=_pause)

    def refresh(self, refresh_id: RefreshId, signal: Signal, *, by: Worker | None = None) -> Step:
        """Return what the signal led to, once it is stored and its commands are sent.

        `by` is the worker that asks: it goes on by itself, so a command for it at once is not
        sent. Raises RefreshNotFoundError, RefreshSettledError, and StaleWriteError after five
        lost races.
        """
        return self._advance(lambda: self.open(refresh_id), signal, by)

    def connection(self, connection_id: ConnectionId, signal: Signal) -> Step | None:
        """As `refresh`, for what concerns the connection as such; None if it is unknown."""
        try:
            return self._advance(lambda: self._load(connection_id), signal, None)
        except ConnectionUnknownError:
            return None

    def open(self, refresh_id: RefreshId) -> Connection:
        """Return the row that this refresh is on; raises as `refresh` does."""
        found = self.find(refresh_id)
        if found.connection is None:
            raise RefreshSettledError(refresh_id)
        return found.connection

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
        seen = step(found.connection, Due(), self.clock(), self.clocks).connection
        return replace(found, connection=seen, refresh=seen.refresh or found.refresh)

    def seen(self, known: Known) -> Known:
        """Return a connection as the clock makes it now (rule R6); nothing is written."""
        taken = step(known.connection, Due(), self.clock(), self.clocks)
        return replace(known, connection=taken.connection)

    def _advance(self, load: Callable[[], Connection], signal: Signal, by: Worker | None) -> Step:
        for attempt in range(_TRIES):
            before = load()
            taken = step(before, signal, self.clock(), self.clocks)
            try:
                saved = self._save(taken, before)
            except StaleWriteError:
                self.pause(attempt)
                continue
            self._send(saved, by)
            return saved
        raise StaleWriteError

    def _load(self, connection_id: ConnectionId) -> Connection:
        known = self.connections.load(connection_id)
        if known is None:
            raise ConnectionUnknownError(connection_id)
        return known.connection

    def _save(self, taken: Step, before: Connection) -> Step:
        if not taken.changed:
            return taken
        after = taken.connection
        if before.login_id is None and after.login_id is not None:
            return replace(taken, connection=self._move(after, before, after.login_id))
        self.connections.save(after, before)
        return taken

    def _move(self, after: Connection, before: Connection, login_id: LoginId) -> Connection:
        """An adopted session proved its LoginId: the refresh goes to that connection's row."""
        home_id = self.home_of(login_id)
        known = self.connections.load(home_id)
        home = known.connection if known else Connection(id=home_id, login_id=login_id)
        if home.closed_at is not None:
            # It was closed this very moment: whoever asks again is told before anything is kept.
            raise StaleWriteError
        home, moved = merged(home, after, self.clock())
        arrived = arrive(home, moved, self.clock())
        self.connections.move(before, moved, known, arrived)
        return arrived

    def _send(self, taken: Step, by: Worker | None) -> None:
        refresh = taken.connection.refresh
        if refresh is None:
            return
        for command in taken.commands:
            goes_on_by_itself = command.worker is by and not command.delay
            if not goes_on_by_itself:
                self.queue.send(command, refresh.id)
