"""Reading: deadlines count on every read, and reading changes nothing."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import LoginId, RefreshId
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import (
    NoAccountsError,
    NotCancellableError,
    RefreshNotFoundError,
)
from flinks_reconnect.usecases.ports import NightlyFailure

from tests.fakes.service import Service

NOBODY = RefreshId("rf_" + "a" * 24 + "0" * 18)


@pytest.fixture
def asked(service: Service, login_id: LoginId) -> Refresh:
    refresh_id = service.begin(login_id).found.refresh.id
    service.work()
    return service.refresh(refresh_id)


@pytest.fixture
def done(service: Service) -> Refresh:
    """A refresh that was completed just now."""
    refresh_id = service.begin(service.login(2)).found.refresh.id
    while service.refresh(refresh_id).is_open:
        service.run(10)
    return service.refresh(refresh_id)


@pytest.mark.parametrize(
    ("passed", "status"),
    [(479, Status.MFA_REQUIRED), (480, Status.VERIFYING)],
)
def test_a_read_shows_what_the_clock_makes_of_it_and_stores_nothing(
    service: Service, asked: Refresh, passed: int, status: Status
) -> None:
    """R6."""
    service.pass_time(passed)
    written = len(service.store.written)

    assert service.read(asked.id).refresh.status in {status, Status.MFA_REQUIRED}
    assert service.read(asked.id).refresh.status is (
        status if service.now >= asked.due_at else Status.MFA_REQUIRED
    )
    assert len(service.store.written) == written
    assert service.refresh(asked.id) == asked


def test_an_attempt_that_is_due_has_not_begun_before_a_worker_comes(
    service: Service, login_id: LoginId
) -> None:
    """A worker may come too late to be allowed to (R1), so a read must not speak of it yet."""
    service.flinks.logins[login_id].trouble = ErrorCode.BANK_UNAVAILABLE
    refresh_id = service.begin(login_id).found.refresh.id
    service.work()
    waiting = service.refresh(refresh_id)
    assert waiting.retry_at is not None
    service.now = waiting.retry_at + timedelta(seconds=1)

    seen = service.read(refresh_id).refresh

    assert (seen.status, seen.attempts) == (Status.RETRY_SCHEDULED, waiting.attempts)


def test_an_expired_one_is_seen_at_once(service: Service, login_id: LoginId) -> None:
    """L4, D64."""
    refresh = service.begin(login_id, present=False).found.refresh
    service.now = refresh.expires_at - timedelta(microseconds=1)
    assert service.read(refresh.id).refresh.status is Status.INVITED

    service.now = refresh.expires_at
    assert service.read(refresh.id).refresh.status is Status.EXPIRED


def test_one_that_expired_without_any_attempt_can_be_read_for_ever(
    service: Service, login_id: LoginId
) -> None:
    refresh = service.begin(login_id, present=False).found.refresh
    service.pass_time(8 * 86400)
    service.come_to_rest()

    assert service.read(refresh.id).refresh.status is Status.EXPIRED
    service.pass_time(86400)
    assert service.read(refresh.id).refresh.status is Status.EXPIRED


def test_history_is_read_when_the_row_has_moved_on(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    service.read.cancel(asked.id)
    service.begin(login_id, present=False)

    found = service.read(asked.id)
    assert found.refresh.status is Status.CANCELLED
    assert found.connection is None


def test_an_unknown_one_is_not_found(service: Service) -> None:
    for act in (service.read, service.read.cancel, service.read_accounts):
        with pytest.raises(RefreshNotFoundError):
            act(NOBODY)


class TestCancel:
    def test_twice_is_once(self, service: Service, asked: Refresh) -> None:
        service.read.cancel(asked.id)
        service.read.cancel(asked.id)
        service.publish_all()

        assert service.bus.types() == ["refresh.mfa_required", "refresh.cancelled"]

    def test_it_never_makes_a_connection_worse(
        self, service: Service, asked: Refresh, login_id: LoginId
    ) -> None:
        """R10."""
        before = service.row(login_id)
        service.read.cancel(asked.id)
        after = service.row(login_id)

        assert (after.health, after.data_as_of) == (before.health, before.data_as_of)
        assert after.health is not Health.RECONNECT_REQUIRED

    def test_it_keeps_the_lease_of_a_session_that_may_be_alive(
        self, service: Service, asked: Refresh, login_id: LoginId
    ) -> None:
        """R7."""
        lease = service.row(login_id).lease
        service.read.cancel(asked.id)

        assert service.row(login_id).lease == lease

    def test_what_has_ended_otherwise_is_refused(self, service: Service, done: Refresh) -> None:
        with pytest.raises(NotCancellableError):
            service.read.cancel(done.id)
        assert service.refresh(done.id) == done

    def test_one_of_the_past_that_was_cancelled_still_is(
        self, service: Service, asked: Refresh, login_id: LoginId
    ) -> None:
        service.read.cancel(asked.id)
        service.begin(login_id, present=False)

        assert service.read.cancel(asked.id).refresh.status is Status.CANCELLED

    def test_a_marked_connection_stays_marked(
        self, service: Service, asked: Refresh, login_id: LoginId
    ) -> None:
        night = NightlyFailure(
            login_id=login_id, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
        )
        service.flinks.nightly = [night]
        service.nightly()
        service.read.cancel(asked.id)

        assert service.row(login_id).health is Health.RECONNECT_REQUIRED


class TestAccounts:
    def test_they_can_be_read_for_a_minute_by_whoever_holds_the_link(
        self, service: Service, done: Refresh
    ) -> None:
        link = service.read_accounts(done.id)

        assert link.snapshot == done.snapshot
        assert link.url.endswith("seconds=60")
        assert link.expires_at == service.now + timedelta(seconds=60)

    def test_a_link_never_outlives_the_snapshot(self, service: Service, done: Refresh) -> None:
        assert done.snapshot is not None
        service.now = done.snapshot.expires_at - timedelta(seconds=20)

        link = service.read_accounts(done.id)

        assert link.url.endswith("seconds=20")
        assert link.expires_at == done.snapshot.expires_at

    def test_after_their_time_they_are_gone(self, service: Service, done: Refresh) -> None:
        """S21: read-time expiry, whatever the bucket still holds."""
        assert done.snapshot is not None
        service.now = done.snapshot.expires_at

        with pytest.raises(NoAccountsError) as refused:
            service.read_accounts(done.id)
        assert refused.value.gone

    def test_while_the_refresh_is_open_there_are_none_yet(
        self, service: Service, asked: Refresh
    ) -> None:
        with pytest.raises(NoAccountsError) as refused:
            service.read_accounts(asked.id)
        assert not refused.value.gone

    def test_after_another_end_there_will_be_none(self, service: Service, asked: Refresh) -> None:
        service.read.cancel(asked.id)

        with pytest.raises(NoAccountsError) as refused:
            service.read_accounts(asked.id)
        assert refused.value.gone

    def test_those_of_a_past_refresh_can_still_be_read(
        self, service: Service, done: Refresh
    ) -> None:
        login_id = service.login_of(done.id)
        service.begin(login_id, present=False, selection=None)

        assert service.read_accounts(done.id).snapshot == done.snapshot
