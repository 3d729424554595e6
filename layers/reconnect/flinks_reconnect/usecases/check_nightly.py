"""Notice failed nightly refreshes: mark each connection once per change, however long the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import batched, chain
from typing import Final

from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.domain.machine.context import Step
from flinks_reconnect.domain.machine.signals import NightlyFailed
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import StaleWriteError, UnfinishedNightError
from flinks_reconnect.usecases.in_parallel import Together, side_by_side
from flinks_reconnect.usecases.ports import FlinksGateway, Known, NightlyFailure, NightlySlices

SLICE: Final = 500
"""How many entries of the list are looked at in one go; they take a second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyReport:
    """What one check found, as counts; nothing here names a login."""

    listed: int = 0
    marked: int = 0
    unknown: int = 0
    skipped: int = 0
    """Rows that somebody was busy with; they are looked at the next night."""
    unreadable: int = 0
    """Entries that are no card, or name no login."""
    failed: int = 0
    """Entries whose row cannot be read or written; a person should have a look."""
    faults: int = 0
    """Entries that met a passing fault of the table."""
    slices: int = 0
    """Parts that the queue was given, since the list is longer than one."""

    def __add__(self, other: "NightlyReport") -> "NightlyReport":
        """Return both reports as one."""
        theirs = other.counts()
        return NightlyReport(**{name: ours + theirs[name] for name, ours in self.counts().items()})

    def counts(self) -> dict[str, int]:
        """Return every count by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _is_of_the_network(error: Exception) -> bool:
    return isinstance(error, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNightly:
    """Mark what a part of the list names. Once or five times: a mark that is there is not news."""

    advance: Advance
    home_of: Callable[[LoginId], ConnectionId]
    is_passing: Callable[[Exception], bool] = _is_of_the_network
    together: Together = side_by_side

    def __call__(self, failures: Sequence[NightlyFailure | None]) -> NightlyReport:
        """Look at each connection once; raises UnfinishedNightError when all were looked at.

        One consistent read for each, a write only for a change; no entry stops another one.
        """
        named = {each.login_id: each for each in failures if each is not None}
        marks = self.together(self._guarded, list(named.values()))
        unreadable = sum(each is None for each in failures)
        report = sum(marks, start=NightlyReport(listed=len(failures), unreadable=unreadable))
        if report.faults:
            raise UnfinishedNightError(report)
        return report

    def _guarded(self, failure: NightlyFailure) -> NightlyReport:
        try:
            return self._mark(failure)
        except StaleWriteError:
            return NightlyReport(skipped=1)
        except Exception as error:  # one entry must not stop the others; it is counted
            passing = self.is_passing(error)
            return NightlyReport(faults=1) if passing else NightlyReport(failed=1)

    def _mark(self, failure: NightlyFailure) -> NightlyReport:
        signal = NightlyFailed(cause=failure.cause, last_refresh=failure.last_refresh)
        home = self.home_of(failure.login_id)
        result = self.advance.connection(home, signal)
        if result is not None:
            return NightlyReport(marked=result.changed)
        try:
            first = self._first_contact(home, failure.login_id, signal)
        except StaleWriteError:
            return NightlyReport(unknown=1, skipped=1)
        return NightlyReport(marked=first.changed, unknown=1)

    def _first_contact(self, home: ConnectionId, login_id: LoginId, signal: NightlyFailed) -> Step:
        """Flinks knows a login that nobody started here: it gets its rows, and its event."""
        fresh = Connection(id=home, login_id=login_id)
        result = step(fresh, signal, self.advance.clock(), self.advance.clocks)
        settings = ConnectionSettings(id=home)
        known = Known(connection=result.connection, settings=settings)
        self.advance.connections.begin(known, None, None)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSlice:
    """Mark one part of a long list."""

    mark: MarkNightly
    slices: NightlySlices

    def __call__(self, name: str) -> NightlyReport:
        """Mark it unless that is done; raises UnfinishedNightError, and then it is not."""
        failures = self.slices.take(name)
        if not failures:
            return NightlyReport()
        report = self.mark(failures)
        self.slices.done(name)
        return report


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckNightly:
    """Flinks tells of failures only by this list (GetNightlyRefreshStatus)."""

    mark: MarkNightly
    flinks: FlinksGateway
    slices: NightlySlices

    def __call__(self) -> NightlyReport:
        """Mark what Flinks lists; raises NightlyStatusError and UnfinishedNightError.

        A short list at once. A longer one is cut while it comes in, so that neither memory nor
        time sets it an end, and each part is marked for itself.
        """
        parts = batched(self.flinks.nightly_failures(), SLICE, strict=False)
        first, second = next(parts, ()), next(parts, None)
        if second is None:
            return self.mark(first)
        report = NightlyReport()
        for part in chain((first, second), parts):
            self.slices.hand_over(part)
            report += NightlyReport(listed=len(part), slices=1)
        return report
