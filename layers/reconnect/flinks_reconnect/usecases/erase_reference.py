"""Erase all that is kept of one reference, at Flinks and here, and say what was erased."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.usecases.errors import (
    LoginNotProvenError,
    StillInUseError,
)
from flinks_reconnect.usecases.find_connections import FindConnections, Sought
from flinks_reconnect.usecases.ports import Known
from flinks_reconnect.usecases.stop_sharing import StopSharing

_PAGE: Final = 100
TIME_LIMIT: Final = timedelta(seconds=8)
"""None is begun later; each may hold a call of 20 s, and API Gateway gives up after 29."""


class Erasure(StrEnum):
    """What became of one connection."""

    ERASED = "erased"
    """Flinks has deleted the login with all its data, and nothing of it is kept here."""
    ALREADY_ERASED = "already_erased"
    LOGIN_NOT_PROVEN = "login_not_proven"
    """A session that was adopted has not shown which login it is of; it goes by itself."""
    STILL_IN_USE = "still_in_use"
    """Flinks is working on the login; the same call a minute later goes on."""
    FAILED = "failed"
    """Nothing is lost; the same call goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """One line of the receipt."""

    id: ConnectionId
    outcome: Erasure
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was erased, and whether that is all."""

    at: datetime
    connections: tuple[Erased, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing of this reference is kept any more."""
        done = (Erasure.ERASED, Erasure.ALREADY_ERASED)
        return all(each.outcome in done for each in self.connections)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseReference:
    """Stop sharing each connection; whatever fails, the same call goes on where this one ended."""

    find: FindConnections
    stop: StopSharing

    def __call__(self, reference: str) -> Receipt:
        """Return the receipt. Twice is once: what is erased already is told as such."""
        clock = self.find.advance.clock
        until = clock() + TIME_LIMIT
        found = list(self._all_of(reference))
        done = self.find.together(lambda known: self._erased(known, until), found)
        return Receipt(at=clock(), connections=tuple(done))

    def _all_of(self, reference: str) -> Iterator[Known]:
        after: ConnectionId | None = None
        while True:
            page = self.find(Sought(reference=reference), limit=_PAGE, after=after)
            yield from page.connections
            if page.next is None:
                return
            after = page.next

    def _erased(self, known: Known, until: datetime) -> Erased:
        connection_id, closed_at = known.connection.id, known.connection.closed_at
        if closed_at is not None:
            return _line(connection_id, Erasure.ALREADY_ERASED, closed_at)
        if self.find.advance.clock() >= until:
            return _line(connection_id, Erasure.FAILED)
        try:
            closed = self.stop(connection_id)
        except LoginNotProvenError:
            return _line(connection_id, Erasure.LOGIN_NOT_PROVEN)
        except StillInUseError:
            return _line(connection_id, Erasure.STILL_IN_USE)
        except Exception:  # one connection's fault must not stop the others; its outcome tells it
            return _line(connection_id, Erasure.FAILED)
        return _line(connection_id, Erasure.ERASED, closed.connection.closed_at)


def _line(
    connection_id: ConnectionId, outcome: Erasure, closed_at: datetime | None = None
) -> Erased:
    return Erased(id=connection_id, outcome=outcome, closed_at=closed_at)
