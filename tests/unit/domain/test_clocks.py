"""The clocks, and what they decide at their edges."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flinks_reconnect.domain.answers import Authorized, ChallengeAsked, NotSent, Refused
from flinks_reconnect.domain.case import Command, Step, Worker
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, Lease
from flinks_reconnect.domain.duty import Duty, accounts_duty, authorize_duty
from flinks_reconnect.domain.errors import Trouble
from flinks_reconnect.domain.refresh import Kind, Refresh, Status
from flinks_reconnect.domain.signals import (
    Answered,
    CallbackSeen,
    DataAnswered,
    Delivered,
    Due,
    PersonActed,
    Sent,
    Signal,
)
from flinks_reconnect.domain.step import step

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


def take(connection: Connection, signal: Signal, after: float = 0) -> Step:
    return step(connection, signal, NOW + after * SECOND, CLOCKS)


def status_of(taken: Step) -> Status:
    assert taken.connection.refresh is not None
    return taken.connection.refresh.status


def starting(*, sent: bool) -> Connection:
    attempt = an_attempt(
        since=NOW, sent_at=NOW if sent else None, request_id=None, activity_at=None
    )
    refresh = a_refresh(Status.STARTING, attempt=attempt, person_seen_at=NOW, due_at=NOW)
    return a_connection(refresh)


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
    assert authorize_duty(sent, NOW) is not Duty.SEND_AUTHORIZE


@pytest.mark.parametrize("seconds", [240, 460, 1049])
def test_an_unanswered_send_is_asked_about_and_never_repeated(seconds: float) -> None:
    sent = starting(sent=True)
    taken = take(sent, Due(), seconds)

    assert status_of(taken) is Status.STARTING
    assert taken.commands == (Command(Worker.AUTHORIZE),)
    assert authorize_duty(taken.connection, NOW + seconds * SECOND) is Duty.PROBE


def test_at_the_fence_an_unanswered_send_is_over() -> None:
    taken = take(starting(sent=True), Due(), 1050)

    assert status_of(taken) is Status.INVITED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is Trouble.OUTCOME_UNKNOWN


def test_a_live_session_keeps_the_next_one_waiting_and_says_until_when() -> None:
    """R7, settled point 5."""
    until = NOW + 200 * SECOND
    invited = a_connection(a_refresh(Status.INVITED), lease=Lease(live_until=until))
    taken = take(invited, PersonActed())

    assert status_of(taken) is Status.RETRY_SCHEDULED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.retry_at == until


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
    not_yet = DataAnswered(1, Refused(trouble=Trouble.NOT_YET_AUTHORIZED))
    invited = take(ran_out, not_yet, 481)
    assert status_of(invited) is Status.INVITED

    back = take(invited.connection, CallbackSeen(1), 483)
    assert status_of(back) is Status.VERIFYING
    done = take(back.connection, DataAnswered(1, _delivered()), 484)
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
    assert accounts_duty(asked.connection) is Duty.CALL_DATA

    done = take(asked.connection, DataAnswered(1, _delivered()), 5)

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
    assert refresh.error is Trouble.ATTEMPTS_EXHAUSTED
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
    refused = Refused(trouble=Trouble.SESSION_CONCURRENT)
    taken = take(sent, Answered(1, refused), 1)

    assert status_of(taken) is Status.RETRY_SCHEDULED
    assert taken.connection.lease.attempts_on(NOW.date()) == 1
    assert taken.connection.lease.live_until == NOW + 541 * SECOND


@pytest.mark.parametrize("status", [Status.VERIFYING, Status.FETCHING])
def test_collecting_ends_after_half_an_hour_whatever_flinks_says(status: Status) -> None:
    """D27."""
    attempt = an_attempt(collecting_since=NOW, data_claimed=True, data_accepted=True)
    fetching = a_connection(a_refresh(status, attempt=attempt, due_at=NOW))

    taken = take(fetching, Due(), 1800)

    assert status_of(taken) is Status.FAILED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is Trouble.DATA_TIMEOUT


def test_a_live_success_of_another_login_is_never_taken() -> None:
    """D18, S6."""
    other = Authorized(request_id=REQUEST, login_id=type(LOGIN)("x"), last_refresh=NOW)
    taken = take(starting(sent=True), Answered(1, other))

    assert status_of(taken) is Status.FAILED
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is Trouble.IDENTITY_MISMATCH


def test_a_sign_in_is_looked_at_when_its_session_must_be_over() -> None:
    attempt = an_attempt(kind=Kind.SIGN_IN, request_id=None, activity_at=None, since=NOW)
    refresh = a_refresh(Status.CREDENTIALS_REQUIRED, attempt=attempt, due_at=NOW + 480 * SECOND)

    taken = take(a_connection(refresh), Due(), 480)

    assert status_of(taken) is Status.VERIFYING
    assert accounts_duty(taken.connection) is Duty.OPEN_CACHED


def _due(connection: Connection, seconds: float) -> Refresh:
    assert connection.refresh is not None
    return replace(connection.refresh, due_at=NOW + seconds * SECOND)


def _delivered() -> Delivered:
    return Delivered(login_id=LOGIN, last_refresh=NOW, snapshot=SNAPSHOT)
