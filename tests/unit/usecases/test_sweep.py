"""The sweep: whatever is overdue is driven, and no row stands in another's way."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import IndexUnreadableError, StaleWriteError
from flinks_reconnect.usecases.ports import Due, Known
from flinks_reconnect.usecases.sweep import BATCH, BUSY_PAUSE, POISON_PAUSE, Sweep

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.faults import refused, throttled, timed_out, unavailable
from tests.fakes.service import Parts, Service


class PoisonedStore(MemoryConnectionStore):
    """One row cannot be read, such as one of a newer version."""

    poison: ConnectionId | None = None
    failure: type[Exception] | Exception = ValueError

    def load(self, connection_id: ConnectionId) -> Known | None:
        if connection_id == self.poison:
            raise self.failure
        return super().load(connection_id)


@pytest.fixture
def poisoned() -> Service:
    return Service(parts=Parts(store=PoisonedStore))


def lose_everything(service: Service) -> None:
    service.queue.messages.clear()


def test_a_start_whose_message_was_lost_is_driven_again(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id).found.refresh.id
    lose_everything(service)
    service.pass_time(120)

    assert service.look_over().looked == 1
    service.work()

    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED


def test_nothing_is_looked_at_before_its_time(service: Service, login_id: LoginId) -> None:
    service.begin(login_id)
    service.pass_time(119)

    assert service.look_over().looked == 0


def test_an_invited_refresh_expires_on_time_and_says_so(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id, present=False).found.refresh.id
    service.pass_time(7 * 86400)
    service.look_over()
    service.publish_all()

    assert service.refresh(refresh_id).status is Status.EXPIRED
    assert service.bus.types() == ["refresh.expired"]


@pytest.mark.parametrize("stop", ["mfa", "fetching"])
def test_every_wait_survives_the_loss_of_all_its_messages(service: Service, stop: str) -> None:
    """Liveness depends on no single message."""
    login_id = service.login(3, asks=stop == "mfa")
    refresh_id = service.begin(login_id).found.refresh.id
    for _ in range(60):
        if service.refresh(refresh_id).is_open:
            lose_everything(service)
        service.pass_time(60)
        service.look_over()
        if service.queue.messages:
            service.deliver(service.queue.messages[0])

    assert not service.refresh(refresh_id).is_open


def test_each_look_moves_the_row_to_the_end_of_the_line(
    service: Service, login_id: LoginId
) -> None:
    """D104: no row is taken twice in one sweep, whatever it waits for."""
    service.begin(login_id, present=False)
    service.pass_time(7 * 86400 + 1)

    assert service.look_over().looked == 1
    assert service.look_over().looked == 0


def test_events_that_nobody_published_are_looked_at_every_minute_until_they_are(
    service: Service, login_id: LoginId
) -> None:
    """D80: the stream was away for a day; a touched row is a new record."""
    refresh_id = service.begin(login_id, present=False).found.refresh.id
    service.read.cancel(refresh_id)
    for _ in range(25):
        service.pass_time(3600)
        written = len(service.store.written)
        assert service.look_over().looked == 1
        assert len(service.store.written) == written + 1
    service.publish_all()
    service.pass_time(3600)

    assert service.bus.types() == ["refresh.cancelled"]
    assert service.look_over().looked == 0


def test_events_of_an_open_refresh_do_not_wait_for_its_end(
    service: Service, login_id: LoginId
) -> None:
    """L2: the question was told to nobody; the refresh may be invited for days."""
    refresh_id = service.begin(login_id).found.refresh.id
    service.run(600)
    assert service.refresh(refresh_id).status is Status.INVITED
    service.bus.told.clear()
    service.next_attempt(refresh_id)
    service.work()
    service.pass_time(500)
    service.look_over()
    service.work()
    assert service.row(login_id).outbox
    wake_at = service.row(login_id).wake_at

    assert wake_at is not None
    assert wake_at <= service.now + timedelta(seconds=120)


def test_a_settled_and_published_row_is_never_looked_at_again(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id).found.refresh.id
    service.work()
    service.read.cancel(refresh_id)
    service.come_to_rest()
    service.pass_time(86400 * 30)

    assert service.look_over().looked == 0


class TestPoison:
    @pytest.mark.parametrize("failure", [ValueError, LookupError, KeyError, RuntimeError])
    def test_a_row_that_cannot_be_looked_at_stops_no_other(
        self, poisoned: Service, failure: type[Exception]
    ) -> None:
        """L6: it is the oldest of its shard, and all of one shard."""
        poisoned.store.shards = poisoned.sweep.shards
        refreshes = self._start_many(poisoned)
        self._poison_first(poisoned, failure)
        poisoned.pass_time(120)

        report = poisoned.look_over()
        poisoned.work()

        assert (report.looked, report.postponed) == (len(refreshes), 1)
        healthy = list(refreshes.values())[1:]
        assert {poisoned.refresh(each).status for each in healthy} == {Status.MFA_REQUIRED}

    def test_it_is_looked_at_again_after_a_pause(self, poisoned: Service) -> None:
        refreshes = self._start_many(poisoned)
        home = self._poison_first(poisoned, ValueError)
        poisoned.pass_time(120)
        poisoned.look_over()
        row = poisoned.store.live[home]
        assert row.refresh is not None
        assert row.wake_at == row.refresh.expires_at < poisoned.now + POISON_PAUSE

        poisoned.store.poison = None  # type: ignore[attr-defined] # the store of this class
        poisoned.pass_time(3600)
        poisoned.look_over()
        poisoned.work()

        first = next(iter(refreshes.values()))
        assert poisoned.refresh(first).status in {Status.INVITED, Status.EXPIRED}

    def test_a_row_that_somebody_else_is_busy_with_is_put_off_for_a_minute(
        self, poisoned: Service
    ) -> None:
        """D105: no row stands at the head of its shard for longer than one look."""
        self._start_many(poisoned)
        home = self._poison_first(poisoned, StaleWriteError)
        poisoned.pass_time(120)
        report = poisoned.look_over()

        assert (report.postponed, report.busy) == (0, 1)
        assert poisoned.store.live[home].wake_at == poisoned.now + BUSY_PAUSE

    def test_a_row_that_loses_every_write_is_poison_too(self, poisoned: Service) -> None:
        self._start_many(poisoned)
        self._poison_first(poisoned, StaleWriteError)
        poisoned.pass_time(60)
        reports = []
        for _ in range(4):
            poisoned.pass_time(61)
            reports.append(poisoned.look_over())

        assert [report.busy for report in reports] == [1, 1, 0, 0]
        assert [report.postponed for report in reports] == [0, 0, 1, 0]

    def test_a_row_that_was_only_busy_for_a_while_starts_from_the_beginning(
        self, poisoned: Service
    ) -> None:
        self._start_many(poisoned)
        home = self._poison_first(poisoned, StaleWriteError)
        poisoned.pass_time(121)
        poisoned.look_over()
        poisoned.store.poison = None  # type: ignore[attr-defined] # the store of this class
        poisoned.pass_time(61)
        poisoned.look_over()

        assert home not in poisoned.store.off

    def test_half_a_connection_is_poison(self, poisoned: Service) -> None:
        self._start_many(poisoned)
        home = poisoned.home_of(LoginId(_FIRST))
        del poisoned.store.settings[home]
        poisoned.pass_time(121)

        assert poisoned.look_over().postponed == 1
        poisoned.pass_time(2)
        assert poisoned.look_over().postponed == 0

    def _start_many(self, service: Service) -> dict[LoginId, RefreshId]:
        logins = [service.login(number, asks=True) for number in range(1, 7)]
        begun = {login_id: service.begin(login_id).found.refresh.id for login_id in logins}
        lose_everything(service)
        return begun

    def _poison_first(self, service: Service, failure: type[Exception]) -> ConnectionId:
        store = service.store
        assert isinstance(store, PoisonedStore)
        store.poison, store.failure = service.home_of(LoginId(_FIRST)), failure
        return store.poison


_FIRST = "10000000-0000-4000-8000-000000000001"


class TestTheRealSweep:
    """With its threads, and its clock."""

    def test_it_stops_when_its_time_is_over(self, service: Service) -> None:
        for number in range(1, 5):
            service.begin(service.login(number))
        lose_everything(service)
        service.pass_time(120)
        real = Sweep(advance=service.advance, shards=service.store.shards)

        assert real(lambda: False).looked == 0
        assert real(lambda: True).looked == 4

    def test_it_goes_on_until_a_shard_is_empty(self) -> None:
        service = Service()
        service.store.shards = 1
        for number in range(1, 221):
            service.begin(service.login(number))
        lose_everything(service)
        service.pass_time(120)
        real = Sweep(advance=service.advance, shards=1)

        assert real(lambda: True).looked == 220
        assert real(lambda: True).looked == 0

    def test_it_tells_how_long_the_slowest_attempt_has_been_at_work(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh_id = service.begin(login_id).found.refresh.id
        service.look(Worker.AUTHORIZE, refresh_id)
        lose_everything(service)
        other = service.begin(service.login(2)).found.refresh.id
        service.look(Worker.AUTHORIZE, other)
        lose_everything(service)
        service.pass_time(130)
        real = Sweep(advance=service.advance, shards=service.store.shards)

        assert real(lambda: True).oldest >= timedelta(seconds=130)


class TestPassingFaults:
    """What concerns every row of this moment is no row's fault."""

    @pytest.mark.parametrize(
        "fault", [throttled("Query"), unavailable("Query"), timed_out(), TimeoutError()], ids=str
    )
    def test_a_row_that_met_one_stays_due(self, poisoned: Service, fault: Exception) -> None:
        refresh_id = poisoned.begin(poisoned.login(1, asks=True)).found.refresh.id
        lose_everything(poisoned)
        home = poisoned.home_of(LoginId(_FIRST))
        poisoned.store.poison, poisoned.store.failure = home, fault  # type: ignore[attr-defined] # as above
        poisoned.pass_time(121)
        report = poisoned.look_over()
        assert (report.looked, report.faults, report.postponed) == (1, 1, 0)

        poisoned.store.poison = None  # type: ignore[attr-defined] # as above
        poisoned.pass_time(60)
        poisoned.look_over()
        poisoned.work()
        assert poisoned.refresh(refresh_id).status is Status.MFA_REQUIRED

    def test_what_dynamodb_will_never_take_is_poison(self, poisoned: Service) -> None:
        poisoned.begin(poisoned.login(1))
        home = poisoned.home_of(LoginId(_FIRST))
        poisoned.store.poison, poisoned.store.failure = home, refused("PutItem")  # type: ignore[attr-defined] # as above
        poisoned.pass_time(121)

        assert poisoned.look_over().postponed == 1

    def test_a_queue_that_answers_503_once_costs_a_start_minutes_and_not_an_hour(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh_id = service.begin(login_id).found.refresh.id
        lose_everything(service)
        service.queue.failures_left = 1
        began = service.now
        while service.refresh(refresh_id).status is Status.STARTING:
            service.pass_time(60)
            service.look_over()
            service.work()

        assert service.refresh(refresh_id).status is Status.MFA_REQUIRED
        assert service.now - began < service.clocks.human_act_window

    def test_a_row_that_cannot_even_be_put_off_stops_no_other(self) -> None:
        class Stuck(PoisonedStore):
            def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
                raise throttled("UpdateItem")

        service = Service(parts=Parts(store=Stuck))
        begun = [service.begin(service.login(number)).found.refresh.id for number in (1, 2, 3)]
        lose_everything(service)
        service.store.poison = service.home_of(LoginId(_FIRST))  # type: ignore[attr-defined] # as above
        service.pass_time(121)

        assert service.look_over().looked == 3
        service.work()
        assert {service.refresh(each).status for each in begun[1:]} == {Status.FETCHING}

    def test_a_throttled_shard_does_not_stop_the_others(self, service: Service) -> None:
        """D62."""
        many = [service.begin(service.login(number)) for number in range(1, 21)]
        lose_everything(service)
        service.store.throttled = {2}
        service.pass_time(121)
        report = service.look_over()
        assert 0 < report.looked < len(many)
        assert report.unread == 1

        service.store.throttled = set()
        assert service.look_over().looked == len(many) - report.looked

    def test_an_index_that_nobody_can_read_is_a_failed_sweep(self, service: Service) -> None:
        service.store.throttled = set(range(service.store.shards))

        with pytest.raises(IndexUnreadableError):
            service.look_over()


class TestBusyHead:
    """Rows that cannot be moved stand at the head of their shard, more than one page of them."""

    STUCK = BATCH + 10

    class Immovable(PoisonedStore):
        """Each write and each pause of these rows is refused, such as of rows without a version."""

        stuck: frozenset[ConnectionId] = frozenset()

        def save(self, after: Connection, before: Connection) -> None:
            if after.id in self.stuck:
                raise StaleWriteError
            super().save(after, before)

        def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
            return 0 if connection_id in self.stuck else super().postpone(connection_id, until)

    @pytest.fixture
    def crowded(self) -> Service:
        service = Service(parts=Parts(store=self.Immovable))
        service.store.shards = service.sweep.shards
        logins = [service.login(number) for number in range(1, 4 * self.STUCK)]
        for login_id in logins:
            service.begin(login_id, present=False)
        stuck = frozenset(row.id for row in service.store.live.values())
        service.store.stuck = stuck  # type: ignore[attr-defined] # the store of this class
        lose_everything(service)
        service.pass_time(7 * 86400 - 60)
        return service

    def test_a_lost_start_behind_them_is_found_in_the_first_sweep(self, crowded: Service) -> None:
        refresh_id = crowded.begin(crowded.login(900, asks=True)).found.refresh.id
        lose_everything(crowded)
        crowded.pass_time(181)
        report = crowded.look_over()
        crowded.work()

        assert crowded.refresh(refresh_id).status is Status.MFA_REQUIRED
        assert report.looked == 4 * self.STUCK

    def test_nobody_is_looked_at_twice_in_a_sweep(self, crowded: Service) -> None:
        crowded.pass_time(181)

        assert crowded.look_over().looked == len(crowded.store.live)


def test_a_sweep_that_an_index_misleads_does_no_work_twice(
    service: Service, login_id: LoginId
) -> None:
    """The second tick of a minute sees the row where it was before the first."""
    service.store.lag = timedelta(minutes=2)
    service.begin(login_id)
    lose_everything(service)
    service.pass_time(121)
    service.look_over()
    sent, written = service.queue.sent, len(service.store.written)
    service.pass_time(10)
    report = service.look_over()

    assert (report.looked, report.early) == (0, 1)
    assert (service.queue.sent, len(service.store.written)) == (sent, written)


def test_an_index_that_lags_shows_rows_that_are_not_due(service: Service) -> None:
    """D63: the row, read consistently, decides."""

    class Lagging(MemoryConnectionStore):
        def due(
            self, shard: int, now: datetime, limit: int, after: Due | None = None
        ) -> Iterable[Due]:
            return [Due(each, now) for each in self.live] if shard == 0 else []

    lagging = Service(parts=Parts(store=Lagging))
    login_id = lagging.login(asks=True)
    refresh_id = lagging.begin(login_id).found.refresh.id
    lagging.work()
    before = lagging.refresh(refresh_id)
    lagging.look_over()

    assert lagging.refresh(refresh_id) == before
    assert lagging.flinks.calls["authorize_live"] == 1
