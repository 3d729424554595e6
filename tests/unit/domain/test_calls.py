"""The next call to Flinks: the row alone decides which it is, and from when."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.calls import EARLY, Call, next_call
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.refresh import Kind, Refresh, Status

from tests.unit.domain.cases import CLOCKS, NOW, a_connection, a_refresh, ago, an_attempt

UNSENT = {"sent_at": None, "request_id": None, "activity_at": None}
SENT = {"request_id": None, "activity_at": None}
LOOKING = (Status.CREDENTIALS_REQUIRED, Status.INVITED, Status.RETRY_SCHEDULED)
SILENT = (Status.MFA_REQUIRED, Status.COMPLETED, Status.FAILED, Status.CANCELLED)


def a_row(status: Status, **attempt: object) -> Connection:
    return a_connection(a_refresh(status, attempt=an_attempt(**({"call_at": NOW} | attempt))))


def due(connection: Connection) -> Call | None:
    return next_call(connection, NOW, CLOCKS)


@pytest.mark.parametrize(
    ("attempt", "call"),
    [(UNSENT, Call.SEND_AUTHORIZE), (SENT, Call.PROBE), ({}, Call.POLL_AUTHORIZE)],
)
def test_a_start_is_sent_once_and_then_asked_about(attempt: dict[str, object], call: Call) -> None:
    assert due(a_row(Status.STARTING, **attempt)) is call


@pytest.mark.parametrize("status", [Status.VERIFYING, Status.FETCHING, Status.EXPIRED])
@pytest.mark.parametrize(
    ("attempt", "call"),
    [
        ({}, Call.CALL_DATA),
        ({"data_claimed": True}, Call.POLL_DATA),
        ({"request_gone": True}, Call.OPEN_CACHED),
        ({"request_gone": True, "data_claimed": True}, Call.OPEN_CACHED),
        ({"request_id": None}, Call.OPEN_CACHED),
    ],
)
def test_data_are_called_for_once_then_polled_or_asked_for_by_login(
    status: Status, attempt: dict[str, object], call: Call
) -> None:
    assert due(a_row(status, **attempt)) is call


@pytest.mark.parametrize("status", LOOKING)
def test_while_the_person_may_act_the_login_is_asked_about(status: Status) -> None:
    assert due(a_row(status)) is Call.OPEN_CACHED


@pytest.mark.parametrize("status", SILENT)
def test_elsewhere_flinks_is_not_asked(status: Status) -> None:
    assert due(a_row(status)) is None


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("call_at", [None, NOW + 2 * EARLY])
def test_whoever_comes_early_makes_no_call(status: Status, call_at: object) -> None:
    assert due(a_row(status, call_at=call_at)) is None


def test_a_session_that_must_be_dead_is_not_asked_but_its_login_is() -> None:
    """S23: an open session must be used within eight minutes."""
    usable = CLOCKS.request_id_idle - CLOCKS.url_margin

    assert due(a_row(Status.FETCHING, activity_at=NOW - usable)) is Call.OPEN_CACHED
    assert due(a_row(Status.FETCHING, activity_at=NOW - usable + timedelta(seconds=1))) is (
        Call.CALL_DATA
    )


def test_an_adopted_session_that_is_gone_leaves_nothing_to_ask_by() -> None:
    gone = an_attempt(kind=Kind.ADOPTED, request_gone=True, call_at=ago(1))

    assert due(a_connection(a_refresh(Status.VERIFYING, attempt=gone), login_id=None)) is None


@pytest.mark.parametrize("refresh", [None, a_refresh(Status.INVITED, attempt=None)])
def test_without_refresh_or_attempt_there_is_nothing_to_ask(refresh: Refresh | None) -> None:
    assert due(a_connection(refresh)) is None
