"""An adopted session proved its login: what it brings home, and what stays as it was."""

from datetime import timedelta

from flinks_reconnect.domain.arriving import arrive
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import Trouble
from flinks_reconnect.domain.events import Event, EventType
from flinks_reconnect.domain.ids import ConnectionId, RefreshId
from flinks_reconnect.domain.refresh import Status

from tests.unit.domain.cases import LOGIN, NOW, REFRESH_ID, a_connection, a_refresh, ago

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

    arrived = arrive(home, GUEST, NOW)

    assert arrived.refresh == GUEST.refresh
    assert arrived.outbox == (TOLD,)
    assert (arrived.health, arrived.data_as_of) == (Health.HEALTHY, NOW)
    assert arrived.version == home.version + 1
    assert arrived.wake_at == GUEST.wake_at


def test_a_home_that_is_at_something_keeps_it_and_its_events() -> None:
    own = Event(type=EventType.REFRESH_MFA_REQUIRED, version=7, at=ago(9), refresh_id=REFRESH_ID)
    home = a_connection(a_refresh(), outbox=(own,))

    arrived = arrive(home, GUEST, NOW)

    assert arrived.refresh == home.refresh
    assert arrived.outbox == (own, TOLD)
    assert arrived.wake_at == home.wake_at


def test_a_home_that_needed_the_person_is_repaired_and_says_so_once() -> None:
    """R4: health clears on proof of data, whoever repaired it."""
    home = a_connection(
        None, health=Health.RECONNECT_REQUIRED, health_cause=Trouble.QUESTION_UNANSWERED
    )

    arrived = arrive(home, GUEST, NOW)

    assert (arrived.health, arrived.health_cause) == (Health.HEALTHY, None)
    assert [event.type for event in arrived.outbox] == [
        EventType.REFRESH_COMPLETED,
        EventType.CONNECTION_REPAIRED,
    ]
    assert arrived.outbox[-1].version == arrived.version


def test_the_lease_of_the_home_stays_since_its_own_session_may_be_alive() -> None:
    home = a_connection(a_refresh())

    assert arrive(home, GUEST, NOW).lease == home.lease


def test_the_home_learns_the_proven_login() -> None:
    assert arrive(a_connection(None, login_id=LOGIN), GUEST, NOW).login_id == LOGIN
