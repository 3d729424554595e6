"""Before the authorize worker holds a call: one bank that hangs must not hold all workers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.context import Command, Worker
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.advance import Advance, TimeLeft
from flinks_reconnect.usecases.authorize import AuthorizeConnection
from flinks_reconnect.usecases.ports import FoundRefresh, Seat, Seats

PAUSE: Final = timedelta(seconds=5)
"""A start whose bank has no seat free asks again after this; its message is not held meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeInTurn:
    """Take a seat at the bank for as long as a live call lasts; without one, come back later.

    A connection whose bank nobody knows yet takes none. Where the seats cannot be counted the call
    is made all the same: they share the workers out, and guard no login.
    """

    advance: Advance
    authorize: AuthorizeConnection
    seats: Seats
    is_passing: Callable[[Exception], bool]

    def __call__(self, refresh_id: RefreshId, time_left: TimeLeft) -> None:
        """Raises what `AuthorizeConnection` raises."""
        found = self.advance.find(refresh_id)
        bank = found.settings.institution_id
        if bank is None or not _is_about_to_send(found):
            self.authorize(refresh_id, time_left, found)
            return
        try:
            seat = self.seats.take(bank)
        except Exception as error:
            if not self.is_passing(error):
                raise
            self.authorize(refresh_id, time_left, found)
            return
        if seat is None:
            self.advance.queue.send(Command(Worker.AUTHORIZE, PAUSE), refresh_id)
            return
        try:
            self.authorize(refresh_id, time_left, found)
        finally:
            self._leave(seat)

    def _leave(self, seat: Seat) -> None:
        try:
            self.seats.leave(seat)
        except Exception as error:  # the clock leaves it
            if not self.is_passing(error):
                raise


def _is_about_to_send(found: FoundRefresh) -> bool:
    refresh = found.refresh
    is_starting = found.connection is not None and refresh.status is Status.STARTING
    return is_starting and refresh.attempt is not None and refresh.attempt.sent_at is None
