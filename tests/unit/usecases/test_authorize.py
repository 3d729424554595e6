"""The authorize worker: one live call per attempt, behind the fence."""

import pytest
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    Authorized,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillRunning,
)
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import MintError, NoTimeLeftError, RefreshNotFoundError

from tests.fakes.service import CrashError, Invocation, Service, crash, request_id_of


@pytest.fixture
def refresh_id(service: Service, login_id: LoginId) -> RefreshId:
    """A refresh whose bank login is queued."""
    return service.begin(login_id).found.refresh.id


def stored(service: Service, refresh_id: RefreshId) -> Refresh:
    return service.refresh(refresh_id)


def die_after(service: Service, refresh_id: RefreshId, call: str) -> None:
    """Let the worker die right after it stored or sent something."""
    number = {"token": 1, "sent": 3, "call": 4}[call]
    service.gate.arm(crash, after=number)
    with pytest.raises(CrashError):
        service.look(Worker.AUTHORIZE, refresh_id)


def test_a_question_of_the_bank_waits_for_the_person(
    service: Service, refresh_id: RefreshId
) -> None:
    service.work()

    refresh = stored(service, refresh_id)
    assert refresh.status is Status.MFA_REQUIRED
    assert service.store.locate(request_id_of(refresh)) == refresh_id
    assert service.row(service.flinks.sessions[request_id_of(refresh)].login.login_id).outbox


def test_without_a_question_the_accounts_are_fetched(service: Service) -> None:
    refresh_id = service.begin(service.login(2)).found.refresh.id
    service.run(30)

    assert stored(service, refresh_id).status is Status.COMPLETED
    assert service.flinks.calls["authorize_live"] == 1


def test_the_send_is_stored_before_the_call(service: Service, refresh_id: RefreshId) -> None:
    die_after(service, refresh_id, "sent")

    attempt = stored(service, refresh_id).attempt
    assert attempt is not None
    assert attempt.sent_at == service.now
    assert service.flinks.calls["authorize_live"] == 0


@pytest.mark.parametrize("died_after", ["sent", "call"])
def test_who_finds_a_send_without_an_answer_never_calls(
    service: Service, refresh_id: RefreshId, died_after: str
) -> None:
    """D73: the message comes back again and again; the sweep looks too."""
    die_after(service, refresh_id, died_after)
    calls = service.flinks.calls["authorize_live"]
    for _ in range(140):
        service.pass_time(10)
        service.look_over()
        service.look(Worker.AUTHORIZE, refresh_id)
        service.work()

    assert service.flinks.calls["authorize_live"] == calls
    assert stored(service, refresh_id).status is Status.INVITED


def test_a_worker_that_dies_before_the_send_costs_nothing(
    service: Service, refresh_id: RefreshId
) -> None:
    die_after(service, refresh_id, "token")
    service.look(Worker.AUTHORIZE, refresh_id)

    assert stored(service, refresh_id).status is Status.MFA_REQUIRED
    assert service.flinks.calls["authorize_live"] == 1


def test_a_duplicated_message_calls_once(service: Service, refresh_id: RefreshId) -> None:
    """D70."""
    for _ in range(3):
        service.look(Worker.AUTHORIZE, refresh_id)

    assert service.flinks.calls["authorize_live"] == 1


def test_two_workers_at_once_call_once(service: Service, refresh_id: RefreshId) -> None:
    """D74: the second one gets in between the first one's token and its send."""
    service.gate.arm(lambda: service.look(Worker.AUTHORIZE, refresh_id), after=2)
    service.look(Worker.AUTHORIZE, refresh_id)

    assert service.flinks.calls["authorize_live"] == 1
    assert service.flinks.faults == []


def test_a_refresh_that_was_cancelled_meanwhile_is_not_called_for(
    service: Service, refresh_id: RefreshId
) -> None:
    service.gate.arm(lambda: service.read.cancel(refresh_id), after=2)
    service.look(Worker.AUTHORIZE, refresh_id)

    assert service.flinks.calls["authorize_live"] == 0


def test_what_never_left_us_is_tried_once_more_at_once(
    service: Service, refresh_id: RefreshId
) -> None:
    """D05."""
    service.flinks.will("authorize_live", NotSent(why="connection refused"))
    service.work()

    assert service.flinks.calls["authorize_live"] == 2
    assert stored(service, refresh_id).status is Status.MFA_REQUIRED


def test_what_never_left_us_twice_waits_and_counts_for_nothing(
    service: Service, refresh_id: RefreshId, login_id: LoginId
) -> None:
    """D22."""
    service.flinks.will("authorize_live", NotSent(why="refused"), NotSent(why="refused"))
    service.work()

    assert service.flinks.calls["authorize_live"] == 2
    assert stored(service, refresh_id).status is Status.RETRY_SCHEDULED
    assert service.row(login_id).lease.used == 0
    service.run(60)
    assert stored(service, refresh_id).status is Status.MFA_REQUIRED


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (ErrorCode.FLINKS_UNAVAILABLE, Status.RETRY_SCHEDULED),
        (ErrorCode.THROTTLED, Status.RETRY_SCHEDULED),
        (ErrorCode.ACCESS_REFUSED, Status.FAILED),
        (ErrorCode.NOT_ENABLED, Status.FAILED),
        (ErrorCode.UNRECOGNISED, Status.FAILED),
    ],
)
def test_without_a_token_the_bank_is_not_called(
    service: Service, refresh_id: RefreshId, login_id: LoginId, trouble: ErrorCode, status: Status
) -> None:
    """D14."""
    service.flinks.will("mint_token", MintError(trouble))
    service.work()

    assert stored(service, refresh_id).status is status
    assert service.flinks.calls["authorize_live"] == 0
    row = service.row(login_id)
    assert (row.lease.used, row.health) == (0, Health.UNKNOWN)


def test_a_token_that_aged_in_our_hands_is_not_used(
    service: Service, refresh_id: RefreshId
) -> None:
    """D20, S3: the worker slept between the mint and the call."""
    service.gate.arm(lambda: service.pass_time(14 * 60), after=3)
    service.look(Worker.AUTHORIZE, refresh_id)

    assert service.flinks.calls["authorize_live"] == 0
    assert service.flinks.faults == []


def test_a_refused_token_is_replaced_once(service: Service, refresh_id: RefreshId) -> None:
    """D19."""
    refused = Refused(code=ErrorCode.TOKEN_REFUSED)
    service.flinks.will("authorize_live", refused, refused)
    service.work()

    refresh = stored(service, refresh_id)
    assert service.flinks.calls["authorize_live"] == 2
    assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.TOKEN_REFUSED)


def test_too_little_time_left_leaves_the_message_for_another(
    service: Service, refresh_id: RefreshId
) -> None:
    with pytest.raises(NoTimeLeftError):
        service.authorize(refresh_id, lambda: 234)
    assert service.flinks.calls.total() == 0

    service.authorize(refresh_id, lambda: 235)
    assert service.flinks.calls["authorize_live"] == 1


def test_an_early_message_finds_nothing_to_do(service: Service, refresh_id: RefreshId) -> None:
    service.flinks.will("authorize_live", OutcomeUnknown(why="cut"))
    service.work()
    service.pass_time(100)
    service.look(Worker.AUTHORIZE, refresh_id)

    assert service.flinks.calls["authorize_cached"] == 0


class TestUnknownOutcome:
    """Settled point 4: the call is never repeated; cached calls tell what became of it."""

    @pytest.fixture(autouse=True)
    def lost(self, service: Service, login_id: LoginId) -> None:
        service.flinks.logins[login_id].loses_answer = True

    def test_a_success_is_found_by_the_first_probe(self, service: Service) -> None:
        """D112."""
        login_id = service.login(2, loses_answer=True)
        refresh_id = service.begin(login_id).found.refresh.id
        service.run(300)

        assert stored(service, refresh_id).status is Status.COMPLETED
        assert service.flinks.calls["authorize_live"] == 1

    def test_a_question_is_lost_to_us_and_the_person_is_told(
        self, service: Service, refresh_id: RefreshId
    ) -> None:
        """But not before the fence: the question in the cache may be last night's."""
        service.run(300)
        refresh = stored(service, refresh_id)
        assert (refresh.status, refresh.error) == (Status.STARTING, ErrorCode.OUTCOME_UNKNOWN)

        service.run(800)
        refresh = stored(service, refresh_id)
        assert (refresh.status, refresh.error) == (Status.INVITED, ErrorCode.MFA_SESSION_LOST)

    def test_it_is_asked_about_three_times_at_most(
        self, service: Service, refresh_id: RefreshId
    ) -> None:
        service.flinks.will("authorize_cached", *[OutcomeUnknown(why="502")] * 9)
        service.run(1200)

        assert service.flinks.calls["authorize_cached"] <= 3
        refresh = stored(service, refresh_id)
        assert (refresh.status, refresh.error) == (Status.INVITED, ErrorCode.OUTCOME_UNKNOWN)

    def test_it_counts(self, service: Service, refresh_id: RefreshId, login_id: LoginId) -> None:
        service.work()

        assert stored(service, refresh_id).status is Status.STARTING
        assert service.row(login_id).lease.used == 1

    def test_the_next_bank_login_waits_for_the_fence(
        self, service: Service, refresh_id: RefreshId
    ) -> None:
        """S1."""
        service.run(300)
        assert service.next_attempt(refresh_id).status is Status.STARTING
        service.run(750)
        assert service.flinks.calls["authorize_live"] == 1
        service.run(60)
        service.next_attempt(refresh_id)
        service.work()

        assert service.flinks.calls["authorize_live"] == 2
        assert service.flinks.faults == []


class TestBackground:
    """Settled point 3: Flinks goes on alone after 210 seconds."""

    REQUEST = RequestId("20000000-0000-4000-8000-000000000077")

    def test_it_is_polled_every_ten_seconds(self, service: Service, login_id: LoginId) -> None:
        service.flinks.authorize_async = True
        service.flinks.logins[login_id].background_polls = 4
        refresh_id = service.begin(login_id).found.refresh.id
        service.run(40)
        assert stored(service, refresh_id).status is Status.STARTING
        assert service.flinks.calls["authorize_poll"] == 3
        service.run(20)

        assert stored(service, refresh_id).status is Status.MFA_REQUIRED
        assert service.flinks.calls["authorize_live"] == 1

    def test_it_is_polled_until_the_fence_and_no_longer(
        self, service: Service, refresh_id: RefreshId
    ) -> None:
        """S17."""
        running = StillRunning(request_id=self.REQUEST)
        service.flinks.will("authorize_live", running)
        service.flinks.will("authorize_poll", *[running] * 500)
        service.run(3600)

        assert stored(service, refresh_id).status in {Status.INVITED, Status.EXPIRED}
        assert service.flinks.calls["authorize_poll"] <= 1050 / 10 + 1

    def test_a_poll_that_brings_the_success_ends_it(self, service: Service) -> None:
        login_id = service.login(2)
        refresh_id = service.begin(login_id).found.refresh.id
        service.flinks.will("authorize_live", StillRunning(request_id=self.REQUEST))
        answer = Authorized(request_id=self.REQUEST, login_id=login_id, last_refresh=service.now)
        service.flinks.will("authorize_poll", answer)
        service.work()
        service.pass_time(10)
        service.look(Worker.AUTHORIZE, refresh_id)

        assert stored(service, refresh_id).status is Status.FETCHING


class TestRefusals:
    """What the bank's definite no leads to."""

    @pytest.mark.parametrize(
        ("trouble", "status", "health"),
        [
            (ErrorCode.BANK_UNAVAILABLE, Status.RETRY_SCHEDULED, Health.UNKNOWN),
            (
                ErrorCode.CREDENTIALS_REJECTED,
                Status.CREDENTIALS_REQUIRED,
                Health.RECONNECT_REQUIRED,
            ),
            (ErrorCode.BANK_NEEDS_PERSON, Status.FAILED, Health.UNKNOWN),
            (ErrorCode.SESSION_CONCURRENT, Status.INVITED, Health.UNKNOWN),
            (ErrorCode.UNRECOGNISED, Status.FAILED, Health.UNKNOWN),
        ],
    )
    def test_each_has_its_end(
        self,
        service: Service,
        refresh_id: RefreshId,
        login_id: LoginId,
        trouble: ErrorCode,
        status: Status,
        health: Health,
    ) -> None:
        service.flinks.logins[login_id].trouble = trouble
        service.work()

        refresh = stored(service, refresh_id)
        assert (refresh.status, refresh.error) == (status, trouble)
        assert service.row(login_id).health is health

    def test_retries_by_timer_stop_five_minutes_after_the_human_act(
        self, service: Service, refresh_id: RefreshId, login_id: LoginId
    ) -> None:
        """R1."""
        service.flinks.logins[login_id].trouble = ErrorCode.BANK_UNAVAILABLE
        service.run(1700)

        refresh = stored(service, refresh_id)
        assert refresh.status is Status.INVITED
        assert refresh.error is ErrorCode.BANK_UNAVAILABLE
        assert 1 < service.flinks.calls["authorize_live"] <= 5
        assert service.flinks.faults == []
        assert service.row(login_id).lease.used == 0

    def test_three_questions_a_day_are_enough(
        self, service: Service, refresh_id: RefreshId, login_id: LoginId
    ) -> None:
        service.read.cancel(refresh_id)
        for _ in range(5):
            begun = service.begin(login_id).found.refresh
            service.work()
            service.read.cancel(begun.id)
            service.run(600)

        assert service.flinks.calls["authorize_live"] == 3


def test_an_unknown_refresh_is_not_found(service: Service) -> None:
    with pytest.raises(RefreshNotFoundError):
        service.authorize(RefreshId("rf_" + "a" * 24 + "0" * 18), Invocation())
