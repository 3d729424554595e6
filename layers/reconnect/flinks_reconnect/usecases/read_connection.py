"""Read a connection and its timeline. Deadlines count on every read, and nothing is written."""

from dataclasses import dataclass

from flinks_reconnect.domain.ids import ConnectionId, RefreshId, moment_of
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import ConnectionUnknownError, NotOfThisTimelineError
from flinks_reconnect.usecases.ports import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A stretch of a connection's refreshes, the newest first."""

    refreshes: tuple[Refresh, ...]
    next: RefreshId | None
    """Where an older stretch begins: before this refresh; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadConnection:
    """What the integrator sees of a connection."""

    advance: Advance

    def __call__(self, connection_id: ConnectionId) -> Known:
        """Return the connection as the clock makes it now; raises ConnectionUnknownError."""
        known = self.advance.connections.load(connection_id)
        if known is None:
            raise ConnectionUnknownError(connection_id)
        return self.advance.seen(known)

    def timeline(
        self, connection_id: ConnectionId, *, limit: int, before: RefreshId | None
    ) -> Timeline:
        """Return up to `limit` refreshes, those older than `before` if that is given.

        Raises ConnectionUnknownError and NotOfThisTimelineError. A settled refresh lies on the
        connection's row and in its history; it is told once.
        """
        known = self(connection_id)
        current = known.connection.refresh
        found = self._settled(known, before, limit + 2)
        if current is not None and (before is None or moment_of(current.id) < moment_of(before)):
            found = (current, *(each for each in found if each.id != current.id))
        ordered = sorted(found, key=lambda each: moment_of(each.id), reverse=True)
        shown = tuple(ordered[:limit])
        return Timeline(refreshes=shown, next=shown[-1].id if len(ordered) > limit else None)

    def _settled(self, known: Known, before: RefreshId | None, limit: int) -> tuple[Refresh, ...]:
        """What is in the history; it begins with `before`, unless that is still open."""
        found = self.advance.connections.settled(known.connection.id, before, limit)
        if before is None:
            return found
        current = known.connection.refresh
        is_there = found[:1] and found[0].id == before
        if not is_there and (current is None or current.id != before):
            raise NotOfThisTimelineError
        return found[1:] if is_there else found
