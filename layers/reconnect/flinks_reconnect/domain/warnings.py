"""What ends soon if nobody refreshes: clocks of Flinks' that run since the last fresh data."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection


class WarningCode(StrEnum):
    """What ends."""

    NIGHTLY_ENDS_SOON = "nightly_ends_soon"
    CREDENTIALS_END_SOON = "credentials_end_soon"
    DATA_ENDS_SOON = "data_ends_soon"
    DATA_ENDS_VERY_SOON = "data_ends_very_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that ends, and when; an instant that has passed says that it is over."""

    code: WarningCode
    ends_at: datetime


NIGHTLY_LIFE: Final = timedelta(days=7)
"""A card stays in the nightly refresh for 7 days after a success (Flinks, Nightly refresh)."""
CREDENTIALS_LIFE: Final = timedelta(days=30)
"""Flinks keeps stored credentials up to 30 days (help article on data retention, 2025)."""
DATA_LIFE: Final = timedelta(days=90)
"""Flinks' pages name several; 90 days after the last live success is the shortest (2024)."""


def warnings(connection: Connection, now: datetime, clocks: Clocks) -> tuple[Warned, ...]:
    """Return what ends soon, or has ended, unless the data is refreshed; the next end first."""
    since = connection.data_as_of
    if since is None or connection.closed_at is not None:
        return ()
    last = now - since >= clocks.warn_data_again
    data = WarningCode.DATA_ENDS_VERY_SOON if last else WarningCode.DATA_ENDS_SOON
    ladder = (
        (WarningCode.NIGHTLY_ENDS_SOON, clocks.warn_nightly, NIGHTLY_LIFE),
        (WarningCode.CREDENTIALS_END_SOON, clocks.warn_credentials, CREDENTIALS_LIFE),
        (data, clocks.warn_data, DATA_LIFE),
    )
    return tuple(
        Warned(code=code, ends_at=since + life)
        for code, after, life in ladder
        if now - since >= after
    )
