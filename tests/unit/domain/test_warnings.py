"""What ends soon is said in time, by the clocks that run since the last fresh data."""

from datetime import datetime, timedelta

import pytest
from flinks_reconnect.domain.events import WarningCode
from flinks_reconnect.domain.warnings import Warned, warnings

from tests.unit.domain.cases import CLOCKS, NOW, a_connection

MOMENT = timedelta(milliseconds=1)
NIGHTLY = (WarningCode.NIGHTLY_ENDS_SOON, 7)
CREDENTIALS = (WarningCode.CREDENTIALS_END_SOON, 30)
DATA = (WarningCode.DATA_ENDS_SOON, 90)
DATA_AGAIN = (WarningCode.DATA_ENDS_VERY_SOON, 90)


def said(
    since: datetime | None, closed_at: datetime | None = None
) -> list[tuple[WarningCode, float]]:
    """What is said, and how many days after the last fresh data each ends."""
    told = warnings(a_connection(data_as_of=since, closed_at=closed_at), NOW, CLOCKS)
    return [(each.code, (each.ends_at - (since or NOW)) / timedelta(days=1)) for each in told]


@pytest.mark.parametrize(
    ("days", "before", "after"),
    [
        (5, [], [NIGHTLY]),
        (25, [NIGHTLY], [NIGHTLY, CREDENTIALS]),
        (75, [NIGHTLY, CREDENTIALS], [NIGHTLY, CREDENTIALS, DATA]),
        (85, [NIGHTLY, CREDENTIALS, DATA], [NIGHTLY, CREDENTIALS, DATA_AGAIN]),
    ],
)
def test_it_is_said_from_its_day_on(
    days: int, before: list[tuple[WarningCode, int]], after: list[tuple[WarningCode, int]]
) -> None:
    since = NOW - timedelta(days=days)
    assert said(since + MOMENT) == before
    assert said(since) == after


def test_what_has_ended_is_still_said_with_its_instant() -> None:
    since = NOW - timedelta(days=8)
    assert warnings(a_connection(data_as_of=since), NOW, CLOCKS) == (
        Warned(code=WarningCode.NIGHTLY_ENDS_SOON, ends_at=NOW - timedelta(days=1)),
    )


def test_without_any_data_yet_nothing_runs() -> None:
    assert said(None) == []


def test_a_closed_connection_warns_of_nothing() -> None:
    assert said(NOW - timedelta(days=80), closed_at=NOW) == []
