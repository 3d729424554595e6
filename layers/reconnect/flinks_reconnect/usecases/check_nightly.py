"""Notice failed nightly refreshes: mark each connection once per change."""

from collections.abc import Callable
from dataclasses import dataclass

from flinks_reconnect.domain.case import Step
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.domain.signals import NightlyFailed
from flinks_reconnect.domain.step import step
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.ports import FlinksGateway, Known, StaleWriteError


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyReport:
    """What one check found, as counts; nothing here names a login."""

    listed: int
    marked: int
    unknown: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckNightly:
    """Flinks tells of failures only by this list (GetNightlyRefreshStatus)."""

    advance: Advance
    flinks: FlinksGateway
    home_of: Callable[[LoginId], ConnectionId]

    def __call__(self) -> NightlyReport:
        """Mark what Flinks lists; raises NightlyStatusError."""
        failures = self.flinks.nightly_failures()
        marked = unknown = skipped = 0
        for failure in failures:
            signal = NightlyFailed(cause=failure.cause, last_refresh=failure.last_refresh)
            home = self.home_of(failure.login_id)
            try:
                taken = self.advance.connection(home, signal)
                if taken is None:
                    unknown += 1
                    taken = self._first_contact(home, failure.login_id, signal)
            except StaleWriteError:
                # Somebody is busy with this very connection; the others still want a look.
                skipped += 1
                continue
            marked += taken.changed
        return NightlyReport(listed=len(failures), marked=marked, unknown=unknown, skipped=skipped)

    def _first_contact(self, home: ConnectionId, login_id: LoginId, signal: NightlyFailed) -> Step:
        """Flinks knows a login that nobody started here: it gets its rows, and its event."""
        fresh = Connection(id=home, login_id=login_id)
        taken = step(fresh, signal, self.advance.clock(), self.advance.clocks)
        settings = ConnectionSettings(id=home)
        known = Known(connection=taken.connection, settings=settings)
        self.advance.connections.begin(known, None, None)
        return taken
