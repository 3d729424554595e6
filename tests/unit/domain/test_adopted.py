"""An adopted session proved its login: what it brings home, and what stays as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flinks_reconnect.domain.connection import Connection, Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import Event, EventType
from flinks_reconnect.domain.ids import ConnectionId, RefreshId
from flinks_reconnect.domain.machine.adopted import arrive, merged
from flinks_reconnect.domain.refresh import Status

from tests.unit.domain.cases import (
    CLOCKS,
    LOGIN,
    NOW,
    OTHER_REQUEST,
    REFRESH_ID,
    a_connection,
    a_refresh,
    ago,
    an_attempt,
)

MOVED = RefreshId("rf_" + "b" * 24 + "0" * 18)
TOLD = Event(type=EventType.REFRESH_COMPLETED, version=4, at=NOW, refresh_id=MOVED)
GUEST = a_connection(
    a_refresh(Status.COMPLETED, id=MOVED),
    id=ConnectionId("cn_" + "b" * 24),
    outbox=(TOLD,),
    data_as_of=NOW,
    wake_at=NOW + timedelta(seconds=120),
    version=4,
)


def test_an_idle_home_takes_the_refresh_its_events_and_its_health() -> None:
    home = a_connection(None, health=Health.UNKNOWN, data_as_of=None, wake_at=None)

    arrived = arrive(home, GUEST, NOW, CLOCKS)

    assert arrived.refresh == GUEST.refresh
    assert arrived.outbox == (TOLD,)
    assert (arrived.health, arrived.data_as_of) == (Health.HEALTHY, NOW)
    assert arrived.version == home.version + 1
    assert arrived.wake_at == GUEST.wake_at


def test_a_home_that_is_at_something_keeps_it_and_its_events() -> None:
    own = Event(type=EventType.REFRESH_MFA_REQUIRED, version=7, at=ago(9), refresh_id=REFRESH_ID)
    home = a_connection(a_refresh(), outbox=(own,))

    arrived = arrive(home, GUEST, NOW, CLOCKS)

    assert arrived.refresh == home.refresh
    assert arrived.outbox == (own, TOLD)
    assert arrived.wake_at == home.wake_at


def test_a_home_that_needed_the_person_is_repaired_and_says_so_once() -> None:
    """R4: health clears on proof of data, whoever repaired it."""
    home = a_connection(
        None, health=Health.RECONNECT_REQUIRED, health_cause=ErrorCode.QUESTION_UNANSWERED
    )

    arrived = arrive(home, GUEST, NOW, CLOCKS)

    assert (arrived.health, arrived.health_cause) == (Health.HEALTHY, None)
    assert [event.type for event in arrived.outbox] == [
        EventType.REFRESH_COMPLETED,
        EventType.CONNECTION_REPAIRED,
    ]
    assert arrived.outbox[-1].version == arrived.version


def test_the_lease_of_the_home_stays_since_its_own_session_may_be_alive() -> None:
    home = a_connection(a_refresh())

    assert arrive(home, GUEST, NOW, CLOCKS).lease == home.lease


def test_the_home_learns_the_proven_login() -> None:
    assert arrive(a_connection(None, login_id=LOGIN), GUEST, NOW, CLOCKS).login_id == LOGIN


def test_of_two_refreshes_of_one_session_the_homes_goes_on_and_flinks_is_asked_at_once() -> None:
    home = a_connection(a_refresh(), outbox=(), wake_at=NOW + timedelta(seconds=300))
    moved = replace(
        GUEST,
        refresh=a_refresh(Status.COMPLETED, id=MOVED, completed_at=NOW, trail="m+0 v+20 C+30"),
        outbox=(replace(TOLD, type=EventType.REFRESH_MFA_REQUIRED, version=1), TOLD),
    )

    own, ended = merged(home, moved, NOW)
    arrived = arrive(own, ended, NOW, CLOCKS)

    assert home.refresh is not None
    assert ended.refresh is not None
    assert (ended.refresh.status, ended.refresh.merged_into) == (Status.CANCELLED, REFRESH_ID)
    assert (ended.refresh.snapshot, ended.refresh.completed_at) == (None, None)
    assert ended.refresh.trail == "m+0 v+20 X+30"
    assert arrived.refresh == replace(home.refresh, due_at=NOW)
    assert arrived.wake_at == NOW
    told = [(event.type, event.refresh_id) for event in arrived.outbox]
    assert told == [(EventType.REFRESH_MFA_REQUIRED, MOVED), (EventType.REFRESH_CANCELLED, MOVED)]


@pytest.mark.parametrize(
    "home",
    [
        a_connection(None),
        a_connection(a_refresh(Status.COMPLETED)),
        a_connection(a_refresh(attempt=an_attempt(request_id=OTHER_REQUEST))),
        a_connection(a_refresh(Status.STARTING, attempt=an_attempt(request_id=None))),
        a_connection(a_refresh(Status.INVITED, attempt=None)),
    ],
)
def test_another_session_or_none_is_not_merged(home: Connection) -> None:
    assert merged(home, GUEST, NOW) == (home, GUEST)
