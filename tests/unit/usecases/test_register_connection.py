"""Registering: only what is given changes, and the same twice is the same connection."""

from dataclasses import replace

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.connection import ConnectionSettings, Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    NoAccountsError,
    SelectionDiffersError,
    SelectionRequiredError,
    StaleWriteError,
)
from flinks_reconnect.usecases.ports import Known, NightlyFailure
from flinks_reconnect.usecases.register_connection import Change, Registration

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts, Service, request_id_of


def settings_of(service: Service, login_id: LoginId) -> ConnectionSettings:
    return service.store.settings[service.home_of(login_id)]


def test_a_new_login_becomes_a_connection_without_a_call_to_anybody(
    service: Service, login_id: LoginId
) -> None:
    told = Registration(login_id=login_id, reference="their-7", language="fr")
    registered = service.register(told)

    home = service.home_of(login_id)
    assert (registered.change, registered.is_new) == (Change.CREATED, True)
    assert registered.known == service.store.load(home)
    assert settings_of(service, login_id) == ConnectionSettings(
        id=home, reference="their-7", language="fr"
    )
    assert service.row(login_id).login_id == login_id
    assert service.row(login_id).health is Health.UNKNOWN
    assert service.flinks.calls.total() == 0
    assert service.queue.commands() == []


def test_only_what_is_given_changes(service: Service, login_id: LoginId) -> None:
    first = Registration(
        login_id=login_id,
        reference="one",
        institution_id="14",
        language="en",
        selection=EVERYTHING,
        unattended=True,
    )
    service.register(first)
    before = settings_of(service, login_id)

    registered = service.register(Registration(login_id=login_id, reference="two"))

    assert registered.change is Change.UPDATED
    after = settings_of(service, login_id)
    assert after == replace(before, reference="two", version=before.version + 1)


@pytest.mark.parametrize("said", [{}, {"reference": "one"}, {"unattended": False}], ids=str)
def test_what_changes_nothing_writes_nothing(
    service: Service, login_id: LoginId, said: dict[str, object]
) -> None:
    service.register(Registration(login_id=login_id, reference="one"))
    before, written = settings_of(service, login_id), len(service.store.written)

    again = service.register(replace(Registration(login_id=login_id), **said))  # type: ignore[arg-type] # names its fields

    assert again.change is Change.UNCHANGED
    assert settings_of(service, login_id) == before
    assert len(service.store.written) == written


def test_the_policy_is_withdrawn_by_saying_so(service: Service, login_id: LoginId) -> None:
    service.register(Registration(login_id=login_id, unattended=True))
    service.register(Registration(login_id=login_id, reference="x"))
    assert settings_of(service, login_id).unattended

    service.register(Registration(login_id=login_id, unattended=False))
    assert not settings_of(service, login_id).unattended


def test_a_registration_may_widen_the_selection_which_a_start_may_not(
    service: Service, login_id: LoginId
) -> None:
    """R5."""
    first, *_ = service.account_ids(login_id)
    service.register(Registration(login_id=login_id, selection=Selection(ids=(first,))))
    with pytest.raises(SelectionDiffersError):
        service.begin(login_id, selection=EVERYTHING)

    service.register(Registration(login_id=login_id, selection=EVERYTHING))
    assert service.begin(login_id, selection=None).is_new


def test_without_a_selection_a_start_still_has_to_name_the_accounts(
    service: Service, login_id: LoginId
) -> None:
    service.register(Registration(login_id=login_id, reference="kept", unattended=True))
    with pytest.raises(SelectionRequiredError):
        service.begin(login_id, selection=None)

    started = service.begin(login_id, selection=EVERYTHING, reference="other", language="fr")

    known = settings_of(service, login_id)
    assert (known.reference, known.language) == ("kept", "fr")
    assert (known.selection, known.unattended) == (EVERYTHING, True)
    assert started.found.refresh.unattended


def test_under_the_policy_a_start_without_a_person_calls_the_bank(service: Service) -> None:
    """R1."""
    login_id = service.login(2)
    service.flinks.unattended.add(login_id)
    service.register(Registration(login_id=login_id, selection=EVERYTHING, unattended=True))

    started = service.begin(login_id, present=False, selection=None)

    assert started.found.refresh.status is Status.STARTING
    assert service.queue.commands()[0][0] is Worker.AUTHORIZE
    service.run(120)
    assert service.refresh(started.found.refresh.id).status is Status.COMPLETED
    assert service.flinks.faults == []


def test_a_login_that_the_night_made_known_is_registered_as_known(
    service: Service, login_id: LoginId
) -> None:
    cause = ErrorCode.QUESTION_UNANSWERED
    service.flinks.nightly = [NightlyFailure(login_id=login_id, cause=cause, last_refresh=None)]
    service.nightly()

    registered = service.register(Registration(login_id=login_id, selection=EVERYTHING))

    assert registered.change is Change.UPDATED
    assert registered.known.connection.health is Health.RECONNECT_REQUIRED


def test_what_was_registered_stays_when_an_adopted_session_comes_home(
    service: Service, login_id: LoginId
) -> None:
    service.register(Registration(login_id=login_id, reference="kept", unattended=True))
    request_id = service.flinks.interrupt(login_id)
    refresh = service.begin(None, request_id=request_id, reference="other").found.refresh
    service.issue_url(refresh.id)
    service.flinks.answer(request_id_of(service.refresh(refresh.id)))
    service.come_back(service.state_of_url())
    service.run(120)

    assert service.refresh(refresh.id).status is Status.COMPLETED
    known = settings_of(service, login_id)
    assert (known.reference, known.unattended, known.selection) == ("kept", True, EVERYTHING)


def test_a_closed_connection_is_shared_anew_by_registration_alone(service: Service) -> None:
    """Flinks may give the same LoginId to a person who connects the same account again."""
    login_id = service.login(2, asks=False)
    told = Registration(login_id=login_id, reference="kept", selection=EVERYTHING)
    service.register(replace(told, unattended=True))
    refresh = service.begin(login_id).found.refresh
    service.run(120)
    home = service.home_of(login_id)
    service.stop_sharing(home)
    lease = service.row(login_id).lease
    with pytest.raises(ConnectionClosedError):
        service.register(told, reopens=False)
    with pytest.raises(ConnectionClosedError):
        service.begin(login_id)

    service.pass_time(60)
    service.login(2, asks=False)
    assert service.register(told, dry_run=True).change is Change.CREATED
    assert service.row(login_id).closed_at is not None
    again = service.register(Registration(login_id=login_id)).known

    row = service.row(login_id)
    assert again.connection == row
    assert (row.login_id, row.health, row.data_as_of) == (login_id, Health.UNKNOWN, None)
    assert (row.closed_at, row.reopened_at, row.lease) == (None, service.now, lease)
    known = settings_of(service, login_id)
    assert (known.reference, known.unattended, known.selection) == ("kept", False, None)
    with pytest.raises(NoAccountsError):
        service.read_accounts(refresh.id)
    assert service.begin(login_id).is_new
    service.run(120)
    assert service.row(login_id).health is Health.HEALTHY


def test_a_dry_run_tells_and_writes_nothing(service: Service, login_id: LoginId) -> None:
    told = Registration(login_id=login_id, reference="x")
    assert service.register(told, dry_run=True).change is Change.CREATED
    assert service.store.live == {}

    service.register(told)
    other = replace(told, reference="y")
    assert service.register(other, dry_run=True).change is Change.UPDATED
    assert settings_of(service, login_id).reference == "x"


def test_two_first_contacts_at_once_make_one_connection(
    service: Service, login_id: LoginId
) -> None:
    service.gate.arm(lambda: service.begin(login_id), after=1)

    registered = service.register(Registration(login_id=login_id, unattended=True))

    assert registered.change is Change.UPDATED
    assert service.row(login_id).refresh is not None
    assert settings_of(service, login_id).unattended


class BusyStore(MemoryConnectionStore):
    """Somebody else always comes first."""

    def begin(self, known: Known, before: Known | None, replay: object) -> None:
        raise StaleWriteError


def test_after_five_lost_races_the_caller_is_told(login_id: LoginId) -> None:
    service = Service(parts=Parts(store=BusyStore))
    with pytest.raises(StaleWriteError):
        service.register(Registration(login_id=login_id))
    assert service.gate.calls == 10


def test_a_start_that_read_older_settings_notices(service: Service, login_id: LoginId) -> None:
    service.register(Registration(login_id=login_id))
    told = Registration(login_id=login_id, reference="said meanwhile")
    service.gate.arm(lambda: service.register(told), after=1)

    service.begin(login_id, selection=EVERYTHING)

    known = settings_of(service, login_id)
    assert (known.reference, known.selection) == ("said meanwhile", EVERYTHING)
