"""The nightly check: each connection is marked once per change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.usecases.check_nightly import SLICE, NightlyReport
from flinks_reconnect.usecases.errors import (
    NightlyStatusError,
    StaleWriteError,
    UnfinishedNightError,
)
from flinks_reconnect.usecases.ports import Known, NightlyFailure

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.faults import throttled
from tests.fakes.service import Parts, Service


def failed(login_id: LoginId, last_refresh: datetime | None = None) -> NightlyFailure:
    return NightlyFailure(
        login_id=login_id, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=last_refresh
    )


def refreshed(service: Service, login_id: LoginId) -> datetime:
    """Bring fresh data of this login, and tell when Flinks got them."""
    service.begin(login_id)
    service.run(60)
    as_of = service.row(login_id).data_as_of
    assert as_of is not None
    return as_of


def test_a_login_that_nobody_started_here_gets_its_rows_and_its_event(
    service: Service, login_id: LoginId
) -> None:
    """Settled point 12."""
    service.flinks.nightly = [failed(login_id)]

    assert service.nightly() == NightlyReport(listed=1, marked=1, unknown=1, skipped=0)
    row = service.row(login_id)
    assert (row.health, row.health_cause) == (
        Health.RECONNECT_REQUIRED,
        ErrorCode.QUESTION_UNANSWERED,
    )
    assert row.refresh is None
    service.come_to_rest()
    assert service.bus.types() == ["connection.reconnect_required"]


def test_it_is_told_once_however_many_nights_it_lasts(service: Service, login_id: LoginId) -> None:
    service.flinks.nightly = [failed(login_id)]
    for _ in range(3):
        service.nightly()
        service.pass_time(86400)
    service.publish_all()

    assert service.bus.types() == ["connection.reconnect_required"]


def test_after_a_repair_a_new_failure_is_news(service: Service) -> None:
    login_id = service.login(2)
    service.flinks.nightly = [failed(login_id)]
    service.nightly()
    as_of = refreshed(service, login_id)
    service.pass_time(86400)
    service.flinks.nightly = [failed(login_id, as_of)]
    service.nightly()
    service.publish_all()

    assert service.bus.types().count("connection.reconnect_required") == 2


def test_a_list_older_than_our_own_data_is_no_news(service: Service) -> None:
    login_id = service.login(2)
    as_of = refreshed(service, login_id)
    service.flinks.nightly = [failed(login_id, as_of - timedelta(hours=1))]

    assert service.nightly().marked == 0
    assert service.row(login_id).health is Health.HEALTHY


def test_a_failure_without_a_date_counts_unless_the_data_are_of_this_day(service: Service) -> None:
    login_id = service.login(2)
    refreshed(service, login_id)
    service.flinks.nightly = [failed(login_id)]
    assert service.nightly().marked == 0

    service.pass_time(86400 * 2)
    assert service.nightly().marked == 1


def test_an_open_refresh_goes_on(service: Service, login_id: LoginId) -> None:
    refresh = service.begin(login_id, present=False).found.refresh
    service.flinks.nightly = [failed(login_id)]
    service.nightly()

    assert service.refresh(refresh.id) == refresh
    assert service.row(login_id).health is Health.RECONNECT_REQUIRED


def test_no_bank_is_called(service: Service, login_id: LoginId) -> None:
    """R1: no human act, no bank login."""
    service.flinks.nightly = [failed(login_id)]
    service.nightly()
    service.run(3600)

    assert service.flinks.calls["authorize_live"] == 0


def test_a_list_that_cannot_be_read_changes_nothing(service: Service, login_id: LoginId) -> None:
    service.flinks.will("nightly_failures", NightlyStatusError("502"))

    with pytest.raises(NightlyStatusError):
        service.nightly()
    assert service.store.live == {}


def test_a_row_that_somebody_is_busy_with_does_not_stop_the_others() -> None:
    class Busy(MemoryConnectionStore):
        refused = False

        def begin(self, *given: object) -> None:
            if not self.refused:
                self.refused = True
                raise StaleWriteError
            super().begin(*given)  # type: ignore[arg-type] # what it was given

    service = Service(parts=Parts(store=Busy))
    logins = [service.login(number) for number in (1, 2, 3)]
    service.flinks.nightly = [failed(login_id) for login_id in logins]

    assert service.nightly() == NightlyReport(listed=3, marked=2, unknown=3, skipped=1)


class TestLongLists:
    """However many logins a night left out: the list is cut, and each part stands for itself."""

    @pytest.fixture
    def long(self, service: Service) -> list[LoginId]:
        logins = [service.login(number) for number in range(1, 2 * SLICE + 51)]
        service.flinks.nightly = [failed(login_id) for login_id in logins]
        return logins

    def test_all_of_it_is_marked_in_parts(self, service: Service, long: list[LoginId]) -> None:
        report = service.nightly()

        assert (report.listed, report.marked, report.slices) == (len(long), len(long), 3)
        assert {service.row(each).health for each in long} == {Health.RECONNECT_REQUIRED}

    def test_the_check_itself_touches_no_row(self, service: Service, long: list[LoginId]) -> None:
        service.check_nightly()

        assert service.store.live == {}
        assert len(service.slices.messages) == 3

    def test_a_check_that_runs_again_marks_nothing_twice(
        self, service: Service, long: list[LoginId]
    ) -> None:
        service.nightly()
        written = len(service.store.written)
        again = service.nightly()

        assert (again.marked, again.slices) == (0, 3)
        assert len(service.store.written) == written

    def test_the_same_list_is_looked_at_again_the_next_night(
        self, service: Service, long: list[LoginId]
    ) -> None:
        service.nightly()
        for login_id in long:
            row = service.row(login_id)
            service.store.live[row.id] = replace(row, health=Health.HEALTHY)
        service.pass_time(86400)

        assert service.nightly().marked == len(long)

    def test_a_part_that_always_fails_keeps_no_other_from_being_marked(
        self, service: Service, long: list[LoginId]
    ) -> None:
        first = {service.home_of(each) for each in long[:SLICE]}

        class Throttled(MemoryConnectionStore):
            def load(self, connection_id: ConnectionId) -> Known | None:
                if connection_id in first:
                    raise throttled("Query")
                return super().load(connection_id)

        service = Service(parts=Parts(store=Throttled))
        service.flinks.nightly = [failed(login_id) for login_id in long]
        service.check_nightly()
        head, *tail = service.slices.asked()
        with pytest.raises(UnfinishedNightError):
            service.mark_slice(head)
        for name in tail:
            service.mark_slice(name)

        assert {service.row(each).health for each in long[SLICE:]} == {Health.RECONNECT_REQUIRED}
        first.clear()
        assert service.mark_slice(head).marked == SLICE

    def test_a_list_that_breaks_off_leaves_what_came_before(
        self, service: Service, long: list[LoginId]
    ) -> None:
        def breaks_off() -> Iterator[NightlyFailure | None]:
            yield from (failed(login_id) for login_id in long[: 2 * SLICE + 7])
            raise NightlyStatusError("no readable answer")

        service.flinks.will("nightly_failures", breaks_off())
        with pytest.raises(NightlyStatusError):
            service.check_nightly()
        for name in service.slices.asked():
            service.mark_slice(name)

        assert len(service.store.live) == 2 * SLICE


def test_an_entry_whose_row_cannot_be_read_stops_no_other(service: Service) -> None:
    spoilt = service.home_of(service.login(1))

    class Poisoned(MemoryConnectionStore):
        def load(self, connection_id: ConnectionId) -> Known | None:
            if connection_id == spoilt:
                raise ValueError
            return super().load(connection_id)

    service = Service(parts=Parts(store=Poisoned))
    service.flinks.nightly = [failed(service.login(number)) for number in (1, 2, 3)]

    report = service.nightly()
    assert (report.marked, report.failed) == (2, 1)


def test_an_entry_that_names_nobody_is_counted_and_passed_over(
    service: Service, login_id: LoginId
) -> None:
    service.flinks.nightly = [None, failed(login_id), None]

    report = service.nightly()
    assert (report.listed, report.marked, report.unreadable) == (3, 1, 2)


def test_an_entry_that_comes_twice_is_looked_at_once(service: Service, login_id: LoginId) -> None:
    service.flinks.nightly = [failed(login_id), failed(login_id)]
    service.gate.calls = 0

    assert service.nightly().marked == 1
    assert service.gate.calls == len(["the list", "one read", "one write"])


def test_what_is_marked_already_costs_one_read_and_no_write(
    service: Service, login_id: LoginId
) -> None:
    service.flinks.nightly = [failed(login_id)]
    service.nightly()
    service.gate.calls = 0
    service.nightly()

    assert service.gate.calls == len(["the list", "one read"])
