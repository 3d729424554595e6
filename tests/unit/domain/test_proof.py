"""What is believed, and what is promised: R13, R14, R15 and R16 at their edges."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flinks_reconnect.domain.calls import Call
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, Health, Lease
from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, Owner, Reaction
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.flinks_answers import (
    Authorized,
    NothingAllowed,
    Refused,
    StillCollecting,
)
from flinks_reconnect.domain.machine.context import Step, Worker
from flinks_reconnect.domain.machine.signals import (
    Answered,
    CallbackSeen,
    DataAnswer,
    DataAnswered,
    Delivered,
    Due,
    NightlyFailed,
    PersonActed,
    Probed,
    ProvenElsewhere,
    Signal,
    WebhookMatched,
    WorkerCame,
)
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.proof import is_newer
from flinks_reconnect.domain.refresh import Kind, Status
from flinks_reconnect.domain.wake_up import wake_up_at

from tests.unit.domain.cases import (
    CLOCKS,
    LOGIN,
    NOW,
    OTHER_LOGIN,
    OTHER_REQUEST,
    REQUEST,
    SNAPSHOT,
    a_connection,
    a_refresh,
    ago,
    an_attempt,
)

SECOND = timedelta(seconds=1)
A_DAY = 86400


def take(row: Connection, signal: Signal, after: float = 0) -> Step:
    return step(row, signal, NOW + after * SECOND, CLOCKS)


def data(answer: DataAnswer, *, call: int = 0, polled: bool = False) -> DataAnswered:
    return DataAnswered(attempt=1, call=call, request_id=REQUEST, answer=answer, polled=polled)


def delivered(last_refresh: datetime | None) -> Delivered:
    return Delivered(login_id=LOGIN, last_refresh=last_refresh, snapshot=SNAPSHOT)


def webhook(last_refresh: datetime | None) -> WebhookMatched:
    return WebhookMatched(request_id=REQUEST, delivered=delivered(last_refresh))


def status_of(taken: Step) -> Status:
    assert taken.connection.refresh is not None
    return taken.connection.refresh.status


def verifying(**attempt: object) -> Connection:
    refresh = a_refresh(
        Status.VERIFYING, attempt=an_attempt(**attempt), due_at=NOW + timedelta(minutes=18)
    )
    return a_connection(refresh)


def fetching(**attempt: object) -> Connection:
    taken = {"data_claimed": True, "data_accepted": True, "collecting_since": ago(30)}
    refresh = a_refresh(
        Status.FETCHING,
        attempt=an_attempt(**(taken | attempt)),
        due_at=NOW + timedelta(minutes=30),
        expires_at=NOW + timedelta(minutes=29),
    )
    return a_connection(refresh)


# R13: success is what is proven newer


@pytest.mark.parametrize(
    ("last_refresh", "newer"),
    [
        (None, False),
        (ago(43 * A_DAY), False),
        (ago(60 + 61), False),
        (ago(60 + 30), True),  # Flinks' clock is half a minute behind ours
        (NOW, True),
        (NOW + 59 * SECOND, True),
        (NOW + 61 * SECOND, False),
        (NOW + timedelta(days=365), False),
    ],
)
def test_newer_is_told_within_the_skew_and_never_by_the_future(
    last_refresh: datetime | None, newer: bool
) -> None:
    assert is_newer(last_refresh, ago(60), None, NOW, CLOCKS) is newer


def test_what_flinks_had_told_before_is_no_news_however_the_clocks_differ() -> None:
    assert not is_newer(ago(70), ago(60), ago(70), NOW, CLOCKS)
    assert is_newer(ago(70) + SECOND, ago(60), ago(70), NOW, CLOCKS)


@pytest.mark.parametrize("age", [43 * A_DAY, 3600, 121])
def test_old_data_complete_nothing_and_move_nothing(age: int) -> None:
    waiting = a_connection(a_refresh(), health=Health.RECONNECT_REQUIRED, broken_at=ago(3600 * 2))

    assert not take(waiting, webhook(ago(age))).changed
    polled = take(fetching(), data(delivered(ago(age)), polled=True))

    assert status_of(polled) is Status.FETCHING
    assert polled.connection.data_as_of == fetching().data_as_of
    assert polled.connection.refresh is not None
    assert polled.connection.refresh.error is ErrorCode.DATA_STALE


def test_the_age_of_data_never_falls_and_never_lies_in_the_future() -> None:
    row = a_connection(None, data_as_of=ago(A_DAY))
    older = ProvenElsewhere(login_id=LOGIN, last_refresh=ago(2 * A_DAY))
    ahead = ProvenElsewhere(login_id=LOGIN, last_refresh=NOW + 30 * SECOND)

    assert not take(row, older).changed
    moved = take(row, ahead).connection
    assert moved.data_as_of == NOW
    assert not take(moved, ProvenElsewhere(login_id=LOGIN, last_refresh=NOW), 0).changed


def test_health_clears_on_data_newer_than_the_break_alone() -> None:
    """A late webhook of this morning repairs nothing that broke at noon."""
    broken = a_connection(
        None, health=Health.RECONNECT_REQUIRED, broken_at=ago(600), data_as_of=ago(2 * A_DAY)
    )
    this_morning = take(broken, ProvenElsewhere(login_id=LOGIN, last_refresh=ago(3 * 3600)))
    since = take(broken, ProvenElsewhere(login_id=LOGIN, last_refresh=ago(60)))

    assert this_morning.connection.health is Health.RECONNECT_REQUIRED
    assert this_morning.connection.data_as_of == ago(3 * 3600), "its age moves all the same"
    assert since.connection.health is Health.HEALTHY
    assert [event.type for event in since.connection.outbox] == [EventType.CONNECTION_REPAIRED]


def test_a_refresh_tells_the_age_of_its_own_data() -> None:
    done = take(fetching(), data(delivered(ago(20)), polled=True))

    assert status_of(done) is Status.COMPLETED
    assert done.connection.refresh is not None
    assert done.connection.refresh.data_as_of == ago(20)


@pytest.mark.parametrize(
    "trouble", [ErrorCode.ACCESS_REFUSED, ErrorCode.NOT_ENABLED, ErrorCode.UNRECOGNISED]
)
def test_what_is_our_trouble_concludes_nothing_of_the_login(trouble: ErrorCode) -> None:
    """Not even where the callback named another login."""
    row = verifying(kind=Kind.SIGN_IN, request_id=None, other_login=True, calls=1, misses=9)

    taken = take(row, Probed(1, Refused(code=trouble), 1))

    assert status_of(taken) is Status.VERIFYING
    assert taken.connection.refresh is not None
    assert taken.connection.refresh.error is trouble


# R14: absence proves nothing, and an answer belongs to its question


def test_a_webhook_without_the_chosen_accounts_is_no_match() -> None:
    nothing = WebhookMatched(
        request_id=REQUEST, delivered=Delivered(login_id=LOGIN, last_refresh=NOW, snapshot=None)
    )

    assert not take(a_connection(a_refresh()), nothing).changed


def test_a_late_answer_about_another_session_is_not_booked_on_this_one() -> None:
    row = fetching(calls=2)
    gone = Refused(code=ErrorCode.SESSION_GONE)

    other = replace(data(gone, call=2), request_id=OTHER_REQUEST)
    earlier = data(gone, call=1, polled=True)

    assert not take(row, other).changed
    assert not take(row, earlier).changed


def test_an_answer_of_another_login_is_never_taken() -> None:
    other = Delivered(login_id=OTHER_LOGIN, last_refresh=NOW, snapshot=SNAPSHOT)

    assert status_of(take(fetching(), data(other, polled=True))) is Status.FAILED
    assert not take(
        a_connection(a_refresh()), WebhookMatched(request_id=REQUEST, delivered=other)
    ).changed


def test_gone_before_an_accepted_call_says_nothing_of_an_adopted_session() -> None:
    row = replace(
        verifying(kind=Kind.ADOPTED, data_claimed=True, calls=1, call_at=NOW), login_id=None
    )

    taken = take(row, data(Refused(code=ErrorCode.SESSION_GONE), call=1, polled=True))

    assert status_of(taken) is Status.VERIFYING
    later = take(taken.connection, WorkerCame(Worker.ACCOUNTS), 60)
    assert later.call is Call.CALL_DATA


def test_a_session_that_a_poll_calls_gone_and_nobody_has_read_keeps_its_lease() -> None:
    """It may be open at the bank still, though its data came through another one (R7)."""
    row = verifying(data_claimed=True, calls=1, call_at=NOW)
    gone = take(row, data(Refused(code=ErrorCode.SESSION_GONE), call=1, polled=True)).connection
    asked = take(gone, WorkerCame(Worker.ACCOUNTS), 2).connection
    fresh = NOW + SECOND
    opened = Authorized(request_id=OTHER_REQUEST, login_id=LOGIN, last_refresh=fresh)
    reading = take(asked, Probed(1, opened, 2), 2).connection
    claimed = take(reading, WorkerCame(Worker.ACCOUNTS), 2).connection

    done = take(
        claimed,
        DataAnswered(
            attempt=1, call=3, request_id=OTHER_REQUEST, answer=delivered(fresh), polled=False
        ),
        3,
    )

    assert status_of(done) is Status.COMPLETED
    assert done.connection.lease.live_until == NOW + 2 * SECOND + CLOCKS.session


def test_who_has_answered_is_not_asked_again_where_other_accounts_are_chosen_now() -> None:
    """The RequestId has given its data: its question is over, whatever cached calls say (S23)."""
    row = verifying(data_claimed=True, calls=1, call_at=NOW)
    nothing = take(row, data(NothingAllowed(login_id=LOGIN), call=1)).connection
    asked = take(nothing, WorkerCame(Worker.ACCOUNTS), 2).connection

    denied = take(asked, Probed(1, Refused(code=ErrorCode.CREDENTIALS_REJECTED), 2), 2)

    assert status_of(denied) is Status.VERIFYING
    assert take(denied.connection, WorkerCame(Worker.ACCOUNTS), 90).call is Call.OPEN_CACHED


@pytest.mark.parametrize("misses", [0, 3, 9])
def test_a_session_is_asked_again_before_its_eight_idle_minutes_are_over(misses: int) -> None:
    row = fetching(calls=1, misses=misses)

    empty = take(row, data(Refused(code=ErrorCode.NO_ACCOUNTS_YET), call=1, polled=True))

    (command,) = empty.commands
    assert command.delay <= CLOCKS.request_id_idle - CLOCKS.url_margin


# R16: who comes early does nothing, and two make one call


def test_s23_d111_two_copies_of_a_message_make_one_call() -> None:
    row = fetching(call_at=NOW, calls=3)

    first = take(row, WorkerCame(Worker.ACCOUNTS))
    second = take(first.connection, WorkerCame(Worker.ACCOUNTS))

    assert (first.call, second.call) == (Call.POLL_DATA, None)
    assert not second.changed


def test_collecting_is_a_sign_of_life_that_moves_the_lease() -> None:
    """R7: nine minutes of polls later the session is still known to be alive."""
    row = replace(fetching(call_at=NOW), lease=Lease(live_until=NOW + SECOND))

    taken = take(row, WorkerCame(Worker.ACCOUNTS))

    assert taken.connection.lease.live_until == NOW + CLOCKS.session


def test_callbacks_make_flinks_be_asked_at_most_once_in_a_polls_time() -> None:
    row = a_connection(a_refresh(attempt=an_attempt(called_at=ago(4))))

    back = take(row, CallbackSeen(1)).connection

    assert back.refresh is not None
    assert back.refresh.next_call_at == NOW + 6 * SECOND


# F: the table of remedies holds for reads, too


@pytest.mark.parametrize(
    "trouble", [ErrorCode.THROTTLED, ErrorCode.BANK_DISABLED, ErrorCode.BANK_UNAVAILABLE]
)
def test_a_refused_read_waits_as_its_remedy_says_and_longer_each_time(trouble: ErrorCode) -> None:
    waits = []
    row = fetching(calls=1)
    for _ in range(2):
        taken = take(row, data(Refused(code=trouble), call=1, polled=True))
        (command,) = taken.commands
        waits.append(command.delay)
        row = taken.connection
        assert row.refresh is not None
        assert row.refresh.error is trouble

    assert REMEDIES[trouble].delay <= waits[0] < waits[1]
    cleared = take(row, data(StillCollecting(), call=1, polled=True)).connection.refresh
    assert cleared is not None
    assert cleared.error is None


@pytest.mark.parametrize(
    "trouble", [trouble for trouble in ErrorCode if REMEDIES[trouble].owner is not Owner.USER]
)
def test_a_night_that_no_person_can_cure_is_told_as_trouble_and_passes(trouble: ErrorCode) -> None:
    healthy = a_connection(None)
    failed = NightlyFailed(cause=trouble, last_refresh=None)

    taken = take(healthy, failed).connection

    assert (taken.health, taken.trouble_at(NOW)) == (Health.HEALTHY, trouble)
    assert [event.type for event in taken.outbox] == [EventType.CONNECTION_TROUBLE]
    assert not take(taken, failed, 60).changed, "the same night's list tells nothing twice"
    assert taken.trouble_at(NOW + CLOCKS.trouble_life) is None


# R15: a wait with a date is kept


@pytest.mark.parametrize(
    "trouble",
    [
        trouble
        for trouble in ErrorCode
        if REMEDIES[trouble].reaction in {Reaction.BACK_OFF, Reaction.WAIT_OUT}
    ],
)
@pytest.mark.parametrize("seen", [0, 120, 280])
@pytest.mark.parametrize("unattended", [True, False])
@pytest.mark.parametrize("used", [1, 3])
def test_wait_is_said_only_where_an_attempt_follows_at_that_instant(
    trouble: ErrorCode, seen: int, unattended: bool, used: int
) -> None:
    attempt = an_attempt(since=ago(5), sent_at=ago(5), request_id=None, activity_at=None)
    refresh = a_refresh(
        Status.STARTING,
        attempt=attempt,
        person_seen_at=ago(seen),
        unattended=unattended,
        expires_at=NOW + timedelta(days=7),
    )
    row = a_connection(refresh, lease=Lease(day=NOW.date(), used=used))

    said = take(row, Answered(1, Refused(code=trouble))).connection.refresh

    assert said is not None
    if said.status is Status.INVITED:
        assert said.retry_at is not None, "an error that invites says from when"
        return
    assert said.status is Status.RETRY_SCHEDULED
    assert said.retry_at is not None
    waiting = take(row, Answered(1, Refused(code=trouble))).connection
    assert status_of(step(waiting, Due(), said.retry_at, CLOCKS)) is Status.STARTING


def test_an_unattended_refresh_waits_longer_each_time_that_somebody_else_is_there() -> None:
    attempt = an_attempt(since=ago(5), sent_at=ago(5), request_id=None, activity_at=None)
    week = {"unattended": True, "expires_at": NOW + timedelta(days=7), "person_seen_at": None}
    concurrent = Answered(1, Refused(code=ErrorCode.SESSION_CONCURRENT))
    waits = []
    for tries in range(6):
        refresh = a_refresh(Status.STARTING, attempt=attempt, tries=tries, **week)
        said = take(a_connection(refresh), concurrent).connection.refresh
        assert said is not None
        assert said.retry_at is not None
        waits.append(said.retry_at - NOW)

    assert waits[0] == CLOCKS.session
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * waits[0]


def test_a_human_act_that_comes_while_the_bank_is_asked_is_recorded_once() -> None:
    starting = a_connection(a_refresh(Status.STARTING, person_seen_at=ago(60)))

    acted = take(starting, PersonActed())

    assert acted.connection.refresh is not None
    assert acted.connection.refresh.person_seen_at == NOW
    assert not take(acted.connection, PersonActed(), 2).changed


def test_whatever_is_owed_after_an_end_keeps_the_row_awake() -> None:
    """G: an expiry that is published must not take away the wake-up of a late question."""
    attempt = an_attempt(call_at=NOW + 5 * SECOND)
    row = a_connection(a_refresh(Status.EXPIRED, attempt=attempt), outbox=())

    assert wake_up_at(row, NOW, CLOCKS) == NOW + 5 * SECOND + CLOCKS.first_wake
    warned = a_connection(a_refresh(Status.COMPLETED), outbox=(), warned=4)
    assert wake_up_at(warned, NOW, CLOCKS) is None


def test_a_day_is_the_peoples_day() -> None:
    """Three a day: the night of Toronto lies between, not that of UTC."""
    clocks = Clocks(day_zone=ZoneInfo("America/Toronto"))
    evening = NOW.replace(hour=2)

    assert clocks.day(evening) == evening.date() - timedelta(days=1)
    assert clocks.next_day(evening) == evening.replace(hour=5)


def test_a_cached_answer_that_shows_late_is_waited_for_while_data_are_collected() -> None:
    row = fetching(request_gone=True, calls=1)
    old = Authorized(request_id=OTHER_REQUEST, login_id=LOGIN, last_refresh=ago(A_DAY))

    taken = take(row, Probed(1, old, 1))

    assert status_of(taken) is Status.FETCHING
    assert taken.commands
