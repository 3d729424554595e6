"""The shell: load, step, save on the version, then send; an answer is never dropped."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.flinks_answers import ChallengeAsked
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.machine.signals import (
    Answered,
    Cancelled,
    Due,
    PersonActed,
    Sent,
    Swept,
)
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import (
    RefreshNotFoundError,
    RefreshSettledError,
    StaleWriteError,
)

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts, Service

UNKNOWN = RefreshId("rf_" + "a" * 24 + "0" * 18)
REQUEST = RequestId("20000000-0000-4000-8000-000000000001")


class Contended(MemoryConnectionStore):
    """Refuses this many writes, as if somebody else were always first."""

    refusals: int = 0

    def save(self, after: Connection, before: Connection) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StaleWriteError
        super().save(after, before)


def contended(refusals: int) -> tuple[Service, RefreshId]:
    service = Service(parts=Parts(store=Contended))
    refresh_id = service.begin(service.login(asks=True)).found.refresh.id
    store = service.store
    assert isinstance(store, Contended)
    store.refusals = refusals
    return service, refresh_id


@pytest.mark.parametrize("refusals", [0, 1, 4])
def test_a_lost_race_is_run_again_on_what_is_stored_now(refusals: int) -> None:
    """D58, D59."""
    service, refresh_id = contended(refusals)

    assert service.advance.refresh(refresh_id, Cancelled()).settled
    assert service.refresh(refresh_id).status is Status.CANCELLED
    assert len(service.row(service.flinks.logins.popitem()[0]).outbox) == 1


def test_five_lost_races_are_enough() -> None:
    service, refresh_id = contended(5)

    with pytest.raises(StaleWriteError):
        service.advance.refresh(refresh_id, Cancelled())
    assert service.refresh(refresh_id).status is Status.STARTING


def test_an_answer_of_flinks_survives_somebody_elses_write(
    service: Service, login_id: LoginId
) -> None:
    """The sweep touches the row between the load and the save."""
    refresh_id = service.begin(login_id).found.refresh.id
    service.advance.refresh(refresh_id, Sent(1))
    home = service.home_of(login_id)
    service.gate.arm(lambda: service.advance.connection(home, Swept()), after=1)

    answer = Answered(1, ChallengeAsked(request_id=REQUEST))
    assert service.advance.refresh(refresh_id, answer).changed

    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED


def test_what_changes_nothing_is_not_written(service: Service, login_id: LoginId) -> None:
    refresh_id = service.begin(login_id, present=False).found.refresh.id
    written = len(service.store.written)

    assert not service.advance.refresh(refresh_id, Due()).changed
    assert len(service.store.written) == written


def test_commands_are_sent_after_the_write_and_only_then(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id, present=False).found.refresh.id
    service.advance.refresh(refresh_id, PersonActed())

    assert service.queue.commands() == [(Worker.AUTHORIZE, timedelta(0))]


def test_a_worker_that_goes_on_by_itself_sends_itself_no_message(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id, present=False).found.refresh.id
    service.advance.refresh(refresh_id, PersonActed(), by=Worker.AUTHORIZE)

    assert service.queue.messages == []


def test_but_a_delayed_one_it_does(service: Service, login_id: LoginId) -> None:
    refresh_id = service.begin(login_id).found.refresh.id
    service.queue.messages.clear()
    service.advance.refresh(refresh_id, Sent(1))
    answer = Answered(1, ChallengeAsked(request_id=REQUEST))
    service.advance.refresh(refresh_id, answer, by=Worker.ACCOUNTS)

    assert service.queue.commands() == [(Worker.ACCOUNTS, timedelta(seconds=480))]


def test_an_unknown_refresh_is_not_found(service: Service) -> None:
    with pytest.raises(RefreshNotFoundError):
        service.advance.refresh(UNKNOWN, Due())


def test_a_refresh_of_the_past_is_settled(service: Service, login_id: LoginId) -> None:
    old = service.begin(login_id, present=False).found.refresh.id
    service.read.cancel(old)
    service.begin(login_id, present=False)

    with pytest.raises(RefreshSettledError):
        service.advance.refresh(old, Due())
    assert service.advance.find(old).refresh.status is Status.CANCELLED


def test_an_unknown_connection_is_none(service: Service) -> None:
    assert service.advance.connection(ConnectionId("cn_" + "a" * 24), Swept()) is None
