"""The redirect callback: a hint that is recorded, never believed."""

import pytest
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import UnknownCallbackError

from tests.fakes.service import Service, request_id_of


@pytest.fixture
def asked(service: Service, login_id: LoginId) -> Refresh:
    """A refresh that waits for the person's answer, with a URL issued."""
    refresh = service.begin(login_id).found.refresh
    service.work()
    service.issue_url(refresh.id)
    return service.refresh(refresh.id)


def test_it_makes_flinks_be_asked_and_proves_nothing(service: Service, asked: Refresh) -> None:
    """R2, S5: the person did not answer at all; the browser only says so."""
    service.come_back(service.state_of_url())
    assert service.refresh(asked.id).status is Status.VERIFYING

    service.work()

    assert service.refresh(asked.id).status is Status.MFA_REQUIRED
    assert service.snapshots.put_accounts == []


def test_the_right_answer_is_found_by_asking(service: Service, asked: Refresh) -> None:
    service.flinks.answer(request_id_of(asked))
    service.come_back(service.state_of_url())
    service.run(30)

    assert service.refresh(asked.id).status is Status.COMPLETED


@pytest.mark.parametrize(
    "forge",
    [
        lambda state: state[:-2] + "xx",
        lambda state: state.replace(".1.", ".2."),
        lambda _: "",
        lambda _: "rf_x.1.9999999999.AAAA",
        lambda state: state * 9,
        lambda state: state + "\u0000",
    ],
)
def test_a_forged_state_is_unknown_and_changes_nothing(
    service: Service, asked: Refresh, forge: object
) -> None:
    """D41."""
    assert callable(forge)
    written = len(service.store.written)

    with pytest.raises(UnknownCallbackError):
        service.come_back(forge(service.state_of_url()))
    assert len(service.store.written) == written
    assert service.refresh(asked.id) == asked


def test_twice_and_ten_times_have_one_effect(service: Service, asked: Refresh) -> None:
    """D43."""
    service.flinks.answer(request_id_of(asked))
    for _ in range(10):
        service.come_back(service.state_of_url())
    service.run(60)

    assert service.refresh(asked.id).status is Status.COMPLETED
    assert service.flinks.calls["call_accounts"] == 1
    assert service.bus.types().count("refresh.completed") == 1


@pytest.mark.parametrize("end", ["cancel", "complete"])
def test_after_the_end_it_answers_alike_and_changes_nothing(
    service: Service, asked: Refresh, end: str
) -> None:
    """D46, D40."""
    if end == "cancel":
        service.read.cancel(asked.id)
    else:
        service.flinks.answer(request_id_of(asked))
        service.come_back(service.state_of_url())
        service.run(30)
    before = service.refresh(asked.id)

    assert service.come_back(service.state_of_url()).id == asked.id
    service.work()

    assert service.refresh(asked.id) == before


def test_when_a_newer_refresh_is_there_the_old_one_is_answered_for(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    service.read.cancel(asked.id)
    newer = service.begin(login_id, present=False).found.refresh

    assert service.come_back(service.state_of_url()).status is Status.CANCELLED
    assert service.refresh(newer.id) == newer


def test_it_is_known_for_a_day_after_the_refreshs_time(service: Service, asked: Refresh) -> None:
    service.come_to_rest()
    service.now = asked.expires_at
    service.pass_time(86399)
    assert service.come_back(service.state_of_url()).id == asked.id

    service.pass_time(1)
    with pytest.raises(UnknownCallbackError):
        service.come_back(service.state_of_url())


@pytest.mark.parametrize("claims_ours", [True, False])
def test_a_named_login_is_compared_and_never_believed(
    service: Service, asked: Refresh, login_id: LoginId, claims_ours: bool
) -> None:
    """D42."""
    other = service.login(2)
    claimed = LoginId(login_id.upper()) if claims_ours else other
    service.come_back(service.state_of_url(), claimed)

    row = service.row(login_id)
    assert row.login_id == login_id
    assert row.refresh is not None
    assert row.refresh.attempt is not None
    assert row.refresh.attempt.other_login is not claims_ours


def test_one_that_comes_while_flinks_is_asked_is_not_forgotten(
    service: Service, asked: Refresh
) -> None:
    """The first was premature; the answer and its callback come while our question is away."""
    state, request_id = service.state_of_url(), request_id_of(asked)

    def finish() -> None:
        service.flinks.answer(request_id)
        service.come_back(state)

    service.come_back(state)
    calls_until_flinks_is_asked = 5
    service.gate.arm(finish, after=calls_until_flinks_is_asked)
    service.work()
    assert service.flinks.calls["call_accounts"] == 1
    service.run(60)

    assert service.refresh(asked.id).status is Status.COMPLETED


def test_one_that_is_lost_is_made_up_for_when_the_clock_runs_out(
    service: Service, asked: Refresh
) -> None:
    """D45."""
    service.pass_time(200)
    service.flinks.answer(request_id_of(asked))
    service.run(320)

    assert service.refresh(asked.id).status is Status.COMPLETED


def test_answered_at_7_59_and_back_at_8_03_keeps_the_work(service: Service, asked: Refresh) -> None:
    """D37: in between the clock ran out, and Flinks was asked a moment too early."""
    request_id = request_id_of(asked)
    service.pass_time(478)
    service.flinks.answer_wrong(request_id)
    service.pass_time(2)
    service.work()
    assert service.refresh(asked.id).status is Status.INVITED

    service.flinks.answer(request_id)
    service.pass_time(3)
    service.come_back(service.state_of_url())
    service.run(30)

    assert service.refresh(asked.id).status is Status.COMPLETED


def test_a_person_who_pressed_again_meanwhile_keeps_the_work_too(
    service: Service, asked: Refresh
) -> None:
    """The next attempt waits for the lease; until it is sent the first may still be proven."""
    request_id = request_id_of(asked)
    service.pass_time(478)
    service.flinks.answer_wrong(request_id)
    service.pass_time(2)
    service.work()
    assert service.next_attempt(asked.id).status is Status.RETRY_SCHEDULED

    service.flinks.answer(request_id)
    service.come_back(service.state_of_url())
    service.run(30)

    assert service.refresh(asked.id).status is Status.COMPLETED
    assert service.flinks.calls["authorize_live"] == 1


@pytest.mark.parametrize("message_is_lost", [True, False])
def test_a_late_one_is_asked_about_even_if_its_message_is_lost(
    service: Service, asked: Refresh, message_is_lost: bool
) -> None:
    """The refresh has expired, its last attempt only now: who answered still keeps their work."""
    request_id = _let_it_expire_at_the_second_attempt(service, asked)
    service.flinks.answer(request_id)
    service.come_back(service.state_of_url())
    if message_is_lost:
        service.queue.messages.clear()
    service.run(300)

    done = service.refresh(asked.id)
    assert (done.status, done.late) == (Status.COMPLETED, True)
    ends = [
        kind for kind in service.bus.types() if kind in {"refresh.expired", "refresh.completed"}
    ]
    assert ends == ["refresh.expired", "refresh.completed"]


def test_a_late_one_that_flinks_does_not_confirm_leaves_it_expired(
    service: Service, asked: Refresh
) -> None:
    _let_it_expire_at_the_second_attempt(service, asked)
    service.come_back(service.state_of_url())
    service.come_to_rest()

    assert service.refresh(asked.id).status is Status.EXPIRED
    assert service.row(service.flinks.sessions[request_id_of(asked)].login.login_id).wake_at is None


def _let_it_expire_at_the_second_attempt(service: Service, asked: Refresh) -> RequestId:
    """Wrong answers that our server does not see keep the session alive at Flinks."""
    service.run(1600)
    service.next_attempt(asked.id)
    service.work()
    service.issue_url(asked.id)
    request_id = request_id_of(service.refresh(asked.id))
    service.pass_time(478)
    service.flinks.answer_wrong(request_id)
    service.run(10)
    assert service.refresh(asked.id).status is Status.EXPIRED
    return request_id


def test_a_refresh_past_its_time_that_nobody_has_swept_expires_first(
    service: Service, asked: Refresh
) -> None:
    """R3, R6: what reads as expired is told as expired; a proven success is a late one."""
    service.run(1250)
    service.next_attempt(asked.id)
    service.work()
    service.issue_url(asked.id)
    request_id = request_id_of(service.refresh(asked.id))
    service.pass_time(470)
    service.flinks.answer_wrong(request_id)
    service.pass_time(10)
    service.run(20)
    assert service.refresh(asked.id).status is Status.INVITED
    service.flinks.answer(request_id)
    service.now = asked.expires_at
    service.pass_time(1)

    service.come_back(service.state_of_url())
    assert service.refresh(asked.id).status is Status.EXPIRED
    service.run(30)

    done = service.refresh(asked.id)
    assert (done.status, done.late) == (Status.COMPLETED, True)
