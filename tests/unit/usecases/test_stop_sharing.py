"""Stopping to share: whatever fails, the same call goes on; what is closed stays closed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING
from flinks_reconnect.domain.connection import ConnectionSettings, Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    ConnectionUnknownError,
    DeletionError,
    LoginNotProvenError,
    NoAccountsError,
    NoUrlError,
    SecretUnavailableError,
    StillInUseError,
)
from flinks_reconnect.usecases.ports import NightlyFailure
from flinks_reconnect.usecases.register_connection import Registration
from flinks_reconnect.usecases.take_webhook import WebhookOutcome

from tests.fakes.service import CrashError, Service, crash, request_id_of


def opened(service: Service, login_id: LoginId) -> Refresh:
    refresh_id = service.begin(login_id, reference="their-7", language="fr").found.refresh.id
    service.work()
    return service.refresh(refresh_id)


def completed(service: Service, login_id: LoginId) -> Refresh:
    refresh_id = service.begin(login_id).found.refresh.id
    while service.refresh(refresh_id).is_open:
        service.run(10)
    return service.refresh(refresh_id)


def close(service: Service, login_id: LoginId) -> None:
    service.stop_sharing(service.home_of(login_id))


def test_what_is_open_ends_flinks_forgets_and_so_do_we(service: Service, login_id: LoginId) -> None:
    refresh = opened(service, login_id)

    known = service.stop_sharing(service.home_of(login_id))

    assert login_id in service.flinks.deleted
    assert service.refresh(refresh.id).status is Status.CANCELLED
    row = service.row(login_id)
    assert (row.login_id, row.health, row.closed_at) == (None, Health.CLOSED, service.now)
    assert known.connection == row
    assert known.settings == ConnectionSettings(id=row.id, reference="their-7")
    assert EventType.REFRESH_CANCELLED in [event.type for event in row.outbox]


def test_the_end_is_told_and_then_the_row_rests(service: Service, login_id: LoginId) -> None:
    refresh = opened(service, login_id)
    close(service, login_id)
    service.come_to_rest()

    told = [events[0].type for events in service.bus.told.values() if events]
    assert told.count(EventType.REFRESH_CANCELLED) == 1
    assert service.row(login_id).wake_at is None
    assert service.refresh(refresh.id).status is Status.CANCELLED


def test_twice_is_once_without_a_second_call_to_flinks(service: Service, login_id: LoginId) -> None:
    service.register(Registration(login_id=login_id))
    first = service.stop_sharing(service.home_of(login_id))
    written, calls = len(service.store.written), service.flinks.calls.total()
    service.pass_time(3600)

    assert service.stop_sharing(service.home_of(login_id)) == first
    assert len(service.store.written) == written
    assert service.flinks.calls.total() == calls


def test_a_login_that_flinks_does_not_know_is_gone_already(service: Service) -> None:
    nobody = LoginId("99999999-0000-4000-8000-000000000000")
    service.register(Registration(login_id=nobody))
    close(service, nobody)
    assert service.row(nobody).health is Health.CLOSED


def test_an_unknown_connection_is_not_closed(service: Service) -> None:
    with pytest.raises(ConnectionUnknownError):
        service.stop_sharing(ConnectionId("cn_" + "a" * 24))
    assert service.flinks.calls.total() == 0


def test_a_login_in_use_is_tried_again_in_a_minute(service: Service, login_id: LoginId) -> None:
    refresh = opened(service, login_id)
    service.flinks.will("delete_login", DeletionError(ErrorCode.STILL_IN_USE))

    with pytest.raises(StillInUseError) as told:
        close(service, login_id)

    assert told.value.retry_at == service.now + timedelta(minutes=1)
    assert service.row(login_id).login_id == login_id
    assert service.row(login_id).closed_at is None
    assert service.refresh(refresh.id).status is Status.CANCELLED
    close(service, login_id)
    assert service.row(login_id).health is Health.CLOSED


@pytest.mark.parametrize(
    "failure",
    [
        DeletionError(ErrorCode.FLINKS_UNAVAILABLE),
        DeletionError(ErrorCode.ACCESS_REFUSED),
        DeletionError(ErrorCode.UNRECOGNISED),
        SecretUnavailableError(),
    ],
    ids=str,
)
def test_while_flinks_does_not_say_that_it_is_gone_it_is_not_closed(
    service: Service, login_id: LoginId, failure: Exception
) -> None:
    service.register(Registration(login_id=login_id, selection=EVERYTHING))
    service.flinks.will("delete_login", failure)

    with pytest.raises(type(failure)):
        close(service, login_id)

    row, settings = service.row(login_id), service.store.settings[service.home_of(login_id)]
    assert (row.login_id, row.closed_at) == (login_id, None)
    assert settings.selection == EVERYTHING


@pytest.mark.parametrize("calls", range(1, 8))
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_crash_anywhere_loses_nothing_and_the_same_call_goes_on(
    service: Service, login_id: LoginId, calls: int, first: bool
) -> None:
    opened(service, login_id)
    service.gate.arm(crash, before=calls * first, after=calls * (not first))
    try:
        close(service, login_id)
    except CrashError:
        assert service.gate.deeds == 1
    service.gate.disarm()

    close(service, login_id)

    assert service.row(login_id).health is Health.CLOSED
    assert login_id in service.flinks.deleted
    service.come_to_rest()


def test_a_start_that_cuts_in_ends_with_the_closing(service: Service, login_id: LoginId) -> None:
    service.register(Registration(login_id=login_id, selection=EVERYTHING))
    service.gate.arm(lambda: service.begin(login_id), after=2)  # after Flinks deleted it

    close(service, login_id)

    row = service.row(login_id)
    assert service.gate.deeds == 1
    assert row.refresh is not None
    assert (row.refresh.status, row.health) == (Status.CANCELLED, Health.CLOSED)
    service.come_to_rest()
    assert service.flinks.calls["authorize_live"] == 0


def test_an_adopted_session_of_an_unknown_login_cannot_be_stopped(
    service: Service, login_id: LoginId
) -> None:
    request_id = service.flinks.interrupt(login_id)
    refresh = service.begin(None, request_id=request_id).found.refresh
    provisional = ConnectionId("cn_" + refresh.id[3:27])
    written = len(service.store.written)

    with pytest.raises(LoginNotProvenError):
        service.stop_sharing(provisional)

    assert len(service.store.written) == written
    assert service.flinks.calls.total() == 0


# What is closed stays closed


def test_nothing_is_started_for_a_closed_connection(service: Service, login_id: LoginId) -> None:
    refresh = opened(service, login_id)
    request_id = request_id_of(refresh)
    close(service, login_id)
    commands = service.queue.commands()

    with pytest.raises(ConnectionClosedError):
        service.begin(login_id)
    with pytest.raises(ConnectionClosedError):
        service.begin(login_id, request_id=service.flinks.interrupt(login_id))
    with pytest.raises(ConnectionClosedError):
        service.begin(None, request_id=request_id)
    assert service.queue.commands() == commands


def test_a_closed_connection_gives_neither_a_url_nor_accounts(service: Service) -> None:
    login_id = service.login(2)
    old, last = completed(service, login_id), completed(service, login_id)
    service.read_accounts(old.id)
    close(service, login_id)

    for refresh in (old, last):
        with pytest.raises(NoAccountsError) as told:
            service.read_accounts(refresh.id)
        assert told.value.gone
        with pytest.raises(NoUrlError):
            service.issue_url(refresh.id)


@pytest.mark.parametrize("ours", [True, False], ids=["of our session", "of another"])
def test_a_webhook_about_a_closed_connection_has_no_effect_and_is_not_set_aside(
    service: Service, login_id: LoginId, ours: bool
) -> None:
    refresh = opened(service, login_id)
    request_id = request_id_of(refresh)
    service.flinks.answer(request_id)
    body = service.flinks.webhook(login_id, request_id if ours else None)
    close(service, login_id)
    written = len(service.store.written)
    service.keep_webhook(body)
    (message,) = [each for each in service.queue.messages if each.digest]

    assert message.digest is not None
    assert service.take_webhook(message.digest) is WebhookOutcome.NOTHING
    assert len(service.store.written) == written
    assert service.snapshots.put_accounts == []


def test_the_night_says_nothing_of_a_closed_connection(service: Service, login_id: LoginId) -> None:
    service.register(Registration(login_id=login_id))
    close(service, login_id)
    cause = ErrorCode.QUESTION_UNANSWERED
    service.flinks.nightly = [NightlyFailure(login_id=login_id, cause=cause, last_refresh=None)]

    report = service.nightly()

    assert (report.marked, report.unknown, report.skipped) == (0, 0, 0)
    assert service.row(login_id).health is Health.CLOSED


def adopted_of_a_closed(service: Service, login_id: LoginId) -> Refresh:
    """The person connects the same account elsewhere, and that session is handed to us."""
    service.register(Registration(login_id=login_id, selection=EVERYTHING))
    close(service, login_id)
    request_id = service.flinks.interrupt(login_id)
    refresh = service.begin(None, request_id=request_id).found.refresh
    service.issue_url(refresh.id)
    service.flinks.answer(request_id)
    service.come_back(service.state_of_url())
    return refresh


def test_an_adopted_session_does_not_bring_a_closed_connection_back(
    service: Service, login_id: LoginId
) -> None:
    refresh = adopted_of_a_closed(service, login_id)
    closed = service.row(login_id)
    service.come_to_rest()

    ended = service.refresh(refresh.id)
    assert (ended.status, ended.error) == (Status.FAILED, ErrorCode.CONNECTION_CLOSED)
    assert service.row(login_id) == closed
    assert service.snapshots.put_accounts == []
    told = [events[0] for events in service.bus.told.values()]
    assert [(each.type, each.error) for each in told if each.refresh_id == refresh.id] == [
        (EventType.REFRESH_MFA_REQUIRED, None),
        (EventType.REFRESH_FAILED, ErrorCode.CONNECTION_CLOSED),
    ]


def test_nor_does_its_webhook(service: Service, login_id: LoginId) -> None:
    refresh = adopted_of_a_closed(service, login_id)
    closed = service.row(login_id)
    request_id = request_id_of(service.refresh(refresh.id))
    service.keep_webhook(service.flinks.webhook(login_id, request_id))
    (message,) = [each for each in service.queue.messages if each.digest]

    assert message.digest is not None
    assert service.take_webhook(message.digest) is WebhookOutcome.NOTHING
    assert service.row(login_id) == closed
    assert service.snapshots.put_accounts == []


def test_a_connection_that_closes_while_its_adopted_session_arrives_stays_closed(
    service: Service, login_id: LoginId
) -> None:
    service.register(Registration(login_id=login_id, selection=EVERYTHING))
    request_id = service.flinks.interrupt(login_id)
    refresh = service.begin(None, request_id=request_id).found.refresh
    service.issue_url(refresh.id)
    service.flinks.answer(request_id)
    service.come_back(service.state_of_url())
    _after_the_snapshot(service, lambda: close(service, login_id))
    with pytest.raises(ConnectionClosedError):  # so the message comes back
        service.run(60)
    service.come_to_rest()

    row = service.row(login_id)
    assert (row.login_id, row.health) == (None, Health.CLOSED)
    assert row.refresh is None
    assert not service.refresh(refresh.id).is_open
    assert service.refresh(refresh.id).snapshot is None


def _after_the_snapshot(service: Service, deed: Callable[[], None]) -> None:
    """Do it once right after accounts were stored, before the step that says so."""
    put = service.snapshots.put
    pending = [deed]

    def put_then(*given: object) -> object:
        stored = put(*given)  # type: ignore[arg-type] # as it was given
        if pending:
            pending.pop()()
        return stored

    service.snapshots.put = put_then  # type: ignore[method-assign,assignment] # this one store
