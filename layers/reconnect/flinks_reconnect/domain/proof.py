"""What proves that data is fresh: newer than an instant, by whichever clock can tell (R13)."""

from datetime import datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.refresh import Attempt, Kind


def is_newer(
    last_refresh: datetime | None,
    than: datetime,
    known: datetime | None,
    now: datetime,
    clocks: Clocks,
) -> bool:
    """Whether Flinks refreshed after an instant of ours.

    `known`: the newest `LastRefresh` that Flinks had told before that instant. Both are of
    Flinks' clock, so their order is certain: what is not newer by it proves nothing, however the
    clocks differ. Against our own clock the skew is allowed for, since what Flinks had refreshed
    in between may not have been told. Nothing is believed that lies in the future by more.
    """
    if last_refresh is None or last_refresh > now + clocks.skew:
        return False
    reported = as_kept(last_refresh)
    return reported > than - clocks.skew and (known is None or reported > known)


def as_kept(instant: datetime) -> datetime:
    """Return the instant as the table keeps it, so that what is told again is not newer."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def proves(attempt: Attempt, last_refresh: datetime | None, now: datetime, clocks: Clocks) -> bool:
    """Whether data of the attempt's login proves that the attempt succeeded."""
    return is_newer(last_refresh, attempt.since, attempt.baseline, now, clocks)


def proves_by_session(
    attempt: Attempt, last_refresh: datetime | None, now: datetime, clocks: Clocks
) -> bool:
    """Whether data of the attempt's own session does: of an adopted one, all data do (R2)."""
    return attempt.kind is Kind.ADOPTED or proves(attempt, last_refresh, now, clocks)
