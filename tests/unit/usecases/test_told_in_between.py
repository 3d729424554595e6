"""Events of what happens between a start and its end, and of what is about to end."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import Event, EventType, WarningCode
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.domain.refresh import Status

from tests.fakes.service import Service

DAY = 86400


def told(service: Service, kind: EventType) -> list[Event]:
    """Publish what there is, and return what was told of this type, each once."""
    service.publish_all()
    return [each[0] for each in service.bus.told.values() if each[0].type is kind]


def wait_days(service: Service, days: float) -> list[WarningCode | None]:
    """Let days pass, sweep once, and return the warnings so far."""
    service.pass_time(days * DAY)
    service.look_over()
    return [each.risk for each in told(service, EventType.CONNECTION_AT_RISK)]


def refresh_now(service: Service, login_id: LoginId) -> None:
    """Fetch fresh data from a bank that asks nothing."""
    service.begin(login_id)
    for _ in range(4):
        service.work()
        service.pass_time(10)


@pytest.fixture
def refreshed(service: Service) -> LoginId:
    """A connection with fresh data, and nothing left to tell."""
    login_id = service.login()
    refresh_now(service, login_id)
    service.publish_all()
    assert service.row(login_id).data_as_of is not None
    return login_id


def test_the_click_of_a_person_who_was_away_is_told_once(
    service: Service, login_id: LoginId
) -> None:
    refresh = service.begin(login_id, present=False).found.refresh
    secret = service.link(refresh.id)
    assert told(service, EventType.REFRESH_STARTED) == []
    service.click(secret)
    service.click(secret)
    (started,) = told(service, EventType.REFRESH_STARTED)
    assert started.refresh_id == refresh.id


def test_a_start_with_the_person_present_is_told_by_its_answer(
    service: Service, refreshed: LoginId
) -> None:
    assert told(service, EventType.REFRESH_STARTED) == []


def test_a_question_that_nobody_answers_tells_that_its_session_is_over(service: Service) -> None:
    refresh = service.begin(service.login(asks=True), present=False).found.refresh
    service.click(service.link(refresh.id))
    service.work()
    assert service.refresh(refresh.id).status is Status.MFA_REQUIRED
    for _ in range(6):
        service.pass_time(300)
        service.look_over()
        service.work()
    assert service.refresh(refresh.id).status is Status.INVITED
    (over,) = told(service, EventType.ATTEMPT_EXPIRED)
    assert over.error in {ErrorCode.ATTEMPT_EXPIRED, ErrorCode.SESSION_GONE}


def test_each_warning_is_told_on_its_day_and_once(service: Service, refreshed: LoginId) -> None:
    nightly, credentials = WarningCode.NIGHTLY_ENDS_SOON, WarningCode.CREDENTIALS_END_SOON
    data, again = WarningCode.DATA_ENDS_SOON, WarningCode.DATA_ENDS_VERY_SOON
    assert wait_days(service, 4.9) == []
    assert wait_days(service, 0.2) == [nightly]
    assert wait_days(service, 19.8) == [nightly]
    assert wait_days(service, 0.2) == [nightly, credentials]
    assert wait_days(service, 50) == [nightly, credentials, data]
    assert wait_days(service, 10) == [nightly, credentials, data, again]
    assert wait_days(service, 300) == [nightly, credentials, data, again]
    assert service.row(refreshed).wake_at is None


def test_of_several_warnings_that_came_up_meanwhile_the_last_is_told(
    service: Service, refreshed: LoginId
) -> None:
    assert wait_days(service, 80) == [WarningCode.DATA_ENDS_SOON]
    (warned,) = told(service, EventType.CONNECTION_AT_RISK)
    assert warned.data_as_of == service.row(refreshed).data_as_of
    assert warned.data_as_of is not None
    assert warned.ends_at == warned.data_as_of + timedelta(days=90)


def test_fresh_data_begins_the_warnings_anew(service: Service, refreshed: LoginId) -> None:
    assert len(wait_days(service, 6)) == 1
    refresh_now(service, refreshed)
    assert len(wait_days(service, 4)) == 1
    assert len(wait_days(service, 2)) == 2


def test_nothing_is_written_between_two_warnings(service: Service, refreshed: LoginId) -> None:
    written = len(service.store.written)
    for _ in range(100):
        service.pass_time(3600)
        service.look_over()
    assert len(service.store.written) == written


def test_what_was_closed_is_warned_of_no_more(service: Service, refreshed: LoginId) -> None:
    service.stop_sharing(service.home_of(refreshed))
    assert wait_days(service, 100) == []
