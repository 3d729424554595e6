"""The clocks, and what they decide at their edges."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flinks_reconnect.domain.calls import Call, next_call
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, Lease
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import Authorized, ChallengeAsked, NotSent, Refused
from flinks_reconnect.domain.machine.context import Command, Step, Worker
from flinks_reconnect.domain.machine.signals import (
    Answered,
    CallbackSeen,
    DataAnswer,
    DataAnswered,
    Delivered,
    Due,
    PersonActed,
    Probed,
    Sent,
    Signal,
    SignInOpened,
    WorkerCame,
)
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import Kind, Refresh, Status

from tests.unit.domain.cases import (
    CLOCKS,
    LOGIN,
    NOW,
    REQUEST,
    SNAPSHOT,
    a_connection,
    a_refresh,
    ago,
    an_attempt,
)

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def take(connection: Connection, signal: Signal, after: float = 0) -> Step:
    return step(connection, signal, NOW + after * SECOND, CLOCKS)


def status_of(taken: Step) -> Status:
    assert taken.connection.refresh is not None
    return taken.connection.refresh.status


def starting(*, sent: bool) -> Connection:
    attempt = an_attempt(since=NOW, sent_at=None, request_id=None, activity_at=None, call_at=NOW)
    refresh = a_refresh(Status.STARTING, attempt=attempt, person_seen_at=NOW, expires_at=NOW + HOUR)
    queued = a_connection(refresh)
    return take(queued, Sent(1)).connection if sent else queued


def data(answer: DataAnswer, call: int = 0, *, polled: bool = False) -> DataAnswered:
    """Return the answer to a data call on the session of these tests."""
    return DataAnswered(attempt=1, call=call, request_id=REQUEST, answer=answer, polled=polled)


def test_the_fence_is_1050_seconds_and_a_session_540() -> None:
    assert Clocks().fence == 1050 * SECOND
    assert Clocks().session == 540 * SECOND


def test_a_send_closes_the_bank_until_the_fence() -> None:
    taken = take(starting(sent=False), Sent(1))

    assert taken.connection.lease.live_until == NOW + 1050 * SECOND
    assert taken.connection.lease.attempts_on(NOW.date()) == 2


def test_what_was_sent_is_not_sent_again_by_anybody() -> None:
    """D06, D73: not after a crash, not by a second message."""
    sent = starting(sent=True)

    assert take(sent, Sent(1)) == Step(sent)
    assert next_call(sent, NOW, CLOCKS) is None


def test_an_unanswered_send_is_asked_about_and_never_repeated() -> None:
    """At 240 s, at 460 s and at the fence; last night's question tells nothing before that."""
    row = starting(sent=True)
    lost = Refused(code=ErrorCode.QUESTION_UNANSWERED)
    for seconds in (240, 460, 1050):
        assert take(row, WorkerCame(Worker.AUTHORIZE), seconds - 1).call is None
        taken = take(row, WorkerCame(Worker.AUTHORIZE), seconds)
        assert taken.call is Call.PROBE
        row = take(taken.connection, Probed(1, lost, _calls(taken)), seconds).connection
    assert row.refresh is not None
    assert (row.refresh.status, row.refresh.error) == (Status.INVITED, ErrorCode.MFA_SESSION_LOST)


def test_a_login_that_succeeds_after_five_minutes_is_noticed_whatever_the_cache_said_before() -> (
    None
):
    first = take(starting(sent=True), WorkerCame(Worker.AUTHORIZE), 240)
    question = Probed(1, Refused(code=ErrorCode.QUESTION_UNANSWERED), _calls(first))
    row = take(first.connection, question, 241).connection
    again = take(row, WorkerCame(Worker.AUTHORIZE), 460)
    done = Authorized(request_id=REQUEST, login_id=LOGIN, last_refresh=NOW + 320 * SECOND)

    assert status_of(take(again.connection, Probed(1, done, _calls(again)), 461)) is Status.FETCHING


def test_after_the_fence_an_unanswered_send_is_over() -> None:
    taken = take(starting(sent=True), Due(), 1110)

    assert status_of(taken) is Status.INVITED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is ErrorCode.OUTCOME_UNKNOWN


@pytest.mark.parametrize(
    ("seconds", "status"), [(200, Status.RETRY_SCHEDULED), (301, Status.INVITED)]
)
@pytest.mark.parametrize(
    ("others", "trouble"),
    [(True, ErrorCode.SESSION_CONCURRENT), (False, ErrorCode.EARLIER_SESSION_OPEN)],
)
def test_a_live_session_keeps_the_next_one_waiting_and_says_whose_it_is_and_until_when(
    seconds: float, status: Status, others: bool, trouble: ErrorCode
) -> None:
    """R7, R15: it waits where a timer may go on then, and else invites from that date on."""
    until = NOW + seconds * SECOND
    lease = Lease(live_until=until, others=others)
    taken = take(a_connection(a_refresh(Status.INVITED), lease=lease), PersonActed())

    refresh = taken.connection.refresh
    assert refresh is not None
    assert (refresh.status, refresh.retry_at, refresh.error) == (status, until, trouble)


def test_a_challenge_lives_for_eight_minutes_from_its_arrival() -> None:
    taken = take(starting(sent=True), Answered(1, ChallengeAsked(request_id=REQUEST)), 35)
    refresh = taken.connection.refresh

    assert refresh is not None
    assert refresh.due_at == NOW + 515 * SECOND
    assert taken.connection.lease.live_until == NOW + 575 * SECOND
    assert taken.commands == (Command(Worker.ACCOUNTS, CLOCKS.request_id_idle),)


def test_who_answered_at_7_59_and_came_back_at_8_03_keeps_their_work() -> None:
    """D37: the clock had run out and the refresh was invited again; Flinks proves the success."""
    asked = a_connection(a_refresh(attempt=an_attempt(activity_at=NOW, since=NOW)))
    ran_out = take(replace(asked, refresh=_due(asked, 480)), Due(), 480).connection
    came = take(ran_out, WorkerCame(Worker.ACCOUNTS), 480).connection
    invited = take(came, data(Refused(code=ErrorCode.NOT_YET_AUTHORIZED), 1), 481)
    assert status_of(invited) is Status.INVITED

    back = take(invited.connection, CallbackSeen(1), 483)
    assert status_of(back) is Status.VERIFYING
    done = take(back.connection, data(_delivered()), 484)
    assert status_of(done) is Status.COMPLETED


@pytest.mark.parametrize(("seconds", "believed"), [(599, True), (600, False)])
def test_an_attempt_that_ended_is_believed_for_ten_minutes(seconds: float, believed: bool) -> None:
    invited = a_connection(a_refresh(Status.INVITED, attempt=an_attempt(ended_at=NOW)))

    taken = take(invited, CallbackSeen(1), seconds)

    assert (status_of(taken) is Status.VERIFYING) == believed


def test_a_success_that_is_proven_after_the_expiry_is_told_as_late() -> None:
    attempt = an_attempt(ended_at=ago(60))
    expired = a_connection(a_refresh(Status.EXPIRED, attempt=attempt, expires_at=ago(60)))
    asked = take(expired, CallbackSeen(1))
    assert next_call(asked.connection, NOW, CLOCKS) is Call.CALL_DATA

    done = take(asked.connection, data(_delivered()), 5)

    assert status_of(done) is Status.COMPLETED
    assert [event.late for event in done.connection.outbox] == [True, False]


def test_a_callback_in_time_moves_the_idle_clock_and_one_too_late_does_not() -> None:
    asked = a_connection(a_refresh(attempt=an_attempt(activity_at=NOW)))

    in_time = take(asked, CallbackSeen(1), 479).connection.refresh
    too_late = take(asked, CallbackSeen(1), 480).connection.refresh

    assert in_time is not None
    assert in_time.attempt is not None
    assert in_time.attempt.activity_at == NOW + 479 * SECOND
    assert too_late is not None
    assert too_late.attempt is not None
    assert (too_late.attempt.activity_at, too_late.attempt.last_ask) == (NOW, True)


@pytest.mark.parametrize(("seconds", "starts"), [(300, True), (301, False)])
def test_a_timer_starts_a_bank_login_only_within_five_minutes_of_a_human_act(
    seconds: float, starts: bool
) -> None:
    """R1."""
    waiting = a_connection(
        a_refresh(Status.RETRY_SCHEDULED, person_seen_at=NOW, due_at=NOW, retry_at=NOW)
    )

    taken = take(waiting, Due(), seconds)

    assert status_of(taken) is (Status.STARTING if starts else Status.INVITED)


def test_a_queued_start_that_comes_too_late_for_a_timer_goes_back_to_the_person() -> None:
    taken = take(starting(sent=False), Sent(1), 301)

    assert status_of(taken) is Status.INVITED
    assert taken.connection.lease.live_until is None


def test_the_policy_may_start_without_a_person_at_any_time() -> None:
    waiting = a_connection(
        a_refresh(Status.RETRY_SCHEDULED, person_seen_at=None, unattended=True, due_at=NOW)
    )

    assert status_of(take(waiting, Due(), 900)) is Status.STARTING


def test_three_bank_logins_a_day_are_enough() -> None:
    """Settled point 2: the refresh stays invited, until tomorrow."""
    used_up = Lease(day=NOW.date(), used=3)
    taken = take(a_connection(a_refresh(Status.INVITED), lease=used_up), PersonActed())
    refresh = taken.connection.refresh

    assert refresh is not None
    assert refresh.status is Status.INVITED
    assert refresh.error is ErrorCode.ATTEMPTS_EXHAUSTED
    assert refresh.retry_at == NOW.replace(hour=0) + timedelta(days=1)
    assert status_of(take(taken.connection, PersonActed(), 12 * 3600)) is not Status.STARTING


def test_yesterdays_bank_logins_do_not_count_today() -> None:
    used_up = Lease(day=NOW.date() - timedelta(days=1), used=3)
    day_long = a_refresh(Status.INVITED)

    assert status_of(take(a_connection(day_long, lease=used_up), PersonActed())) is Status.STARTING


def test_a_call_that_never_left_us_does_not_count() -> None:
    sent = take(starting(sent=False), Sent(1)).connection
    taken = take(sent, Answered(1, NotSent(why="refused")), 1)

    assert taken.connection.lease.attempts_on(NOW.date()) == 1
    assert taken.connection.lease.live_until == NOW + SECOND


def test_concurrent_sessions_are_waited_out_without_consuming_an_attempt() -> None:
    sent = take(starting(sent=False), Sent(1)).connection
    refused = Refused(code=ErrorCode.SESSION_CONCURRENT)
    taken = take(sent, Answered(1, refused), 1)

    assert status_of(taken) is Status.INVITED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.retry_at == NOW + 541 * SECOND
    assert taken.connection.lease.attempts_on(NOW.date()) == 1
    assert taken.connection.lease.live_until == NOW + 541 * SECOND


@pytest.mark.parametrize("status", [Status.VERIFYING, Status.FETCHING])
def test_collecting_ends_after_half_an_hour_whatever_flinks_says(status: Status) -> None:
    """D27."""
    attempt = an_attempt(collecting_since=NOW, data_claimed=True, data_accepted=True)
    due_at = NOW + CLOCKS.collection + CLOCKS.verify_again
    fetching = a_connection(a_refresh(status, attempt=attempt, due_at=due_at))
    assert status_of(take(fetching, Due(), 1859)) is status

    taken = take(fetching, Due(), 1860)

    assert status_of(taken) is Status.FAILED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is ErrorCode.DATA_TIMEOUT


def test_a_live_success_of_another_login_is_never_taken() -> None:
    """D18, S6."""
    other = Authorized(request_id=REQUEST, login_id=type(LOGIN)("x"), last_refresh=NOW)
    taken = take(starting(sent=True), Answered(1, other))

    assert status_of(taken) is Status.FAILED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is ErrorCode.IDENTITY_MISMATCH


def test_a_sign_in_is_looked_at_when_its_session_must_be_over() -> None:
    """And again and again: a sign-in of nine minutes whose callback was lost is found."""
    attempt = an_attempt(kind=Kind.SIGN_IN, request_id=None, activity_at=None, since=NOW)
    waits = NOW + 7 * 24 * HOUR
    refresh = a_refresh(
        Status.CREDENTIALS_REQUIRED, attempt=attempt, due_at=waits, expires_at=waits
    )
    row = take(a_connection(refresh), SignInOpened(1)).connection
    looks = []
    while row.refresh is not None and row.refresh.next_call_at is not None:
        at = (row.refresh.next_call_at - NOW) / SECOND
        taken = take(row, WorkerCame(Worker.ACCOUNTS), at)
        assert taken.call is Call.OPEN_CACHED
        assert status_of(taken) is Status.CREDENTIALS_REQUIRED
        looks.append(at)
        nothing = Authorized(request_id=REQUEST, login_id=LOGIN, last_refresh=ago(86400))
        row = take(taken.connection, Probed(1, nothing, _calls(taken)), at).connection
        if (
            row.refresh is not None
            and row.refresh.next_call_at
            and row.refresh.next_call_at > waits
        ):
            break

    assert looks[0] == 540
    assert 6 < len(looks) < 20
    assert status_of(take(row, Due(), 7 * 86400)) is Status.EXPIRED
    assert take(row, Due(), 7 * 86400).commands == (Command(Worker.ACCOUNTS),), "asked once more"


def _call_at(row: Connection) -> datetime:
    assert row.refresh is not None
    assert row.refresh.next_call_at is not None
    return row.refresh.next_call_at


def _calls(taken: Step) -> int:
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.attempt is not None
    return taken.connection.refresh.attempt.calls


def _due(connection: Connection, seconds: float) -> Refresh:
    assert connection.refresh is not None
    return replace(connection.refresh, due_at=NOW + seconds * SECOND)


def _delivered() -> Delivered:
    return Delivered(login_id=LOGIN, last_refresh=NOW, snapshot=SNAPSHOT)
