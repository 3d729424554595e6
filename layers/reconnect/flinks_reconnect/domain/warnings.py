"""What ends soon if nobody refreshes: clocks of Flinks' that run since the last fresh data."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.events import WarningCode

NIGHTLY_LIFE: Final = timedelta(days=7)
"""A card stays in the nightly refresh for 7 days after a success (Flinks, Nightly refresh)."""
CREDENTIALS_LIFE: Final = timedelta(days=30)
"""Flinks keeps stored credentials up to 30 days (help article on data retention, 2025)."""
DATA_LIFE: Final = timedelta(days=90)
"""Flinks' pages name several; 90 days after the last live success is the shortest (2024)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that ends, and when; an instant that has passed says that it is over."""

    code: WarningCode
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Rung:
    code: WarningCode
    after: timedelta
    life: timedelta


def warnings(connection: Connection, now: datetime, clocks: Clocks) -> tuple[Warned, ...]:
    """Return what ends soon, or has ended, unless the data is refreshed; the next end first."""
    since = connection.data_as_of
    if since is None or connection.closed_at is not None:
        return ()
    reached = {rung.life: rung for rung in _ladder(clocks) if now - since >= rung.after}
    return tuple(Warned(code=each.code, ends_at=since + life) for life, each in reached.items())


def rungs_reached(connection: Connection, now: datetime, clocks: Clocks) -> int:
    """Return how many warnings have come up since the last fresh data."""
    since = connection.data_as_of
    if since is None or connection.closed_at is not None:
        return 0
    return sum(now - since >= rung.after for rung in _ladder(clocks))


def next_warning_at(connection: Connection, clocks: Clocks) -> datetime | None:
    """Return when the next warning that was not told yet comes up; None: none does."""
    since, untold = connection.data_as_of, _ladder(clocks)[connection.warned :]
    if since is None or connection.closed_at is not None or not untold:
        return None
    return since + untold[0].after


def _ladder(clocks: Clocks) -> tuple[_Rung, ...]:
    return (
        _Rung(WarningCode.NIGHTLY_ENDS_SOON, clocks.warn_nightly, NIGHTLY_LIFE),
        _Rung(WarningCode.CREDENTIALS_END_SOON, clocks.warn_credentials, CREDENTIALS_LIFE),
        _Rung(WarningCode.DATA_ENDS_SOON, clocks.warn_data, DATA_LIFE),
        _Rung(WarningCode.DATA_ENDS_VERY_SOON, clocks.warn_data_again, DATA_LIFE),
    )
