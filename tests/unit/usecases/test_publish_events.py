"""Events: at least once, under stable ids, and none is lost."""

import pytest
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.usecases.errors import PublishError
from flinks_reconnect.usecases.ports import Known

from tests.fakes.service import CrashError, Service, crash


@pytest.fixture
def home(service: Service, login_id: LoginId) -> ConnectionId:
    """A connection whose refresh was cancelled; nobody was told yet."""
    refresh_id = service.begin(login_id, present=False, reference="their-7").found.refresh.id
    service.read.cancel(refresh_id)
    return service.home_of(login_id)


def test_what_a_row_holds_is_told_and_the_row_may_sleep(
    service: Service, home: ConnectionId
) -> None:
    assert [event.type for event in service.publish(home)] == [EventType.REFRESH_CANCELLED]

    assert service.bus.types() == ["refresh.cancelled"]
    row = service.store.live[home]
    assert (row.outbox, row.wake_at) == ((), None)


def test_a_second_record_of_the_same_row_tells_nothing(
    service: Service, home: ConnectionId
) -> None:
    service.publish(home)

    assert service.publish(home) == ()


def test_a_bus_that_refuses_leaves_everything_for_the_next_time(
    service: Service, home: ConnectionId
) -> None:
    """D81, D82."""
    service.bus.failures_left = 1
    with pytest.raises(PublishError):
        service.publish(home)
    assert service.store.live[home].outbox

    service.publish(home)
    assert service.bus.types() == ["refresh.cancelled"]


def test_who_dies_before_the_row_is_emptied_tells_again_under_the_same_id(
    service: Service, home: ConnectionId
) -> None:
    """D83."""
    service.gate.arm(crash, after=2)
    with pytest.raises(CrashError):
        service.publish(home)
    service.publish(home)

    ((event_id, told),) = service.bus.told.items()
    assert len(told) == 2
    assert event_id.endswith(".2.refresh.cancelled")


def test_a_row_that_went_on_meanwhile_keeps_its_events(
    service: Service, home: ConnectionId, login_id: LoginId
) -> None:
    """What was told is told once more with what came after it; nothing is lost."""
    service.gate.arm(lambda: service.begin(login_id, selection=None), after=2)
    service.publish(home)
    assert service.store.live[home].outbox

    service.publish(home)
    assert service.store.live[home].outbox == ()
    assert service.bus.types() == ["refresh.cancelled"]


def test_while_a_refresh_is_open_the_row_keeps_its_wake_up(
    service: Service, login_id: LoginId
) -> None:
    service.begin(login_id)
    service.work()
    service.publish_all()

    row = service.row(login_id)
    assert row.outbox == ()
    assert row.wake_at is not None


def test_an_unknown_row_is_nothing(service: Service) -> None:
    assert service.publish(ConnectionId("cn_" + "a" * 24)) == ()


def test_every_event_has_an_id_of_its_own(service: Service, login_id: LoginId) -> None:
    for _ in range(3):
        refresh_id = service.begin(login_id, present=False).found.refresh.id
        service.read.cancel(refresh_id)
    service.publish_all()

    assert len(service.bus.told) == 3


class TestManyRows:
    @pytest.fixture
    def homes(self, service: Service) -> list[ConnectionId]:
        """Rows of 23 connections; each holds one event."""
        logins = [service.login(number) for number in range(1, 24)]
        for login_id in logins:
            service.read.cancel(service.begin(login_id, present=False).found.refresh.id)
        return [service.home_of(login_id) for login_id in logins]

    def test_they_fill_calls_of_ten(self, service: Service, homes: list[ConnectionId]) -> None:
        became = service.publish.all(homes)

        assert service.bus.calls == 3
        assert len(service.bus.told) == 23
        assert all(len(each.events) == 1 for each in became.values())
        assert not any(service.store.live[each].outbox for each in homes)

    def test_one_that_is_refused_comes_back_alone(
        self, service: Service, homes: list[ConnectionId]
    ) -> None:
        service.bus.failures_left = 1
        became = service.publish.all(homes)

        failed = [each for each in homes if became[each].failure is not None]
        assert failed == homes[:1]
        assert service.store.live[homes[0]].outbox
        assert not any(service.store.live[each].outbox for each in homes[1:])

    def test_one_that_cannot_be_read_comes_back_alone(
        self, service: Service, homes: list[ConnectionId]
    ) -> None:
        load = service.store.load

        def refuse(connection_id: ConnectionId) -> Known | None:
            if connection_id == homes[4]:
                raise ValueError
            return load(connection_id)

        service.store.load = refuse  # type: ignore[method-assign] # one row is damaged
        became = service.publish.all(homes)

        assert [each for each in homes if became[each].failure is not None] == [homes[4]]

    def test_a_slow_bus_is_waited_for_once_and_the_sweep_tells_the_rest(
        self, service: Service, homes: list[ConnectionId]
    ) -> None:
        """The stream goes on; each row still holds its events and has its wake-up."""
        service.bus.slow = True
        became = service.publish.all(homes)

        assert service.bus.calls == 1
        assert all(each.left and each.failure is None for each in became.values())
        assert all(service.store.live[each].wake_at is not None for each in homes)

        service.bus.slow = False
        service.pass_time(121)
        written = len(service.store.written)
        service.look_over()
        touched = [row.id for row in service.store.written[written:]]
        service.publish.all(touched)
        assert len(service.bus.told) == 23
