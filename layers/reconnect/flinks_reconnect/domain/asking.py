"""Rules: asking the bank. From a human act to an answer of the live `/Authorize`."""

import zlib
from dataclasses import replace
from datetime import datetime, time, timedelta

from flinks_reconnect.domain.answers import (
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillRunning,
)
from flinks_reconnect.domain.case import NO_DELAY, Case, Command, Step, Worker
from flinks_reconnect.domain.ending import attempt_over, failed
from flinks_reconnect.domain.errors import REMEDIES, Reaction, Remedy, Trouble
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import RequestId
from flinks_reconnect.domain.refresh import Attempt, Kind, Refresh, Status
from flinks_reconnect.domain.signals import (
    Adopted,
    Answered,
    Asked,
    NotStarted,
    PersonActed,
    Probed,
    Sent,
)

_MOST_DELAY = timedelta(hours=6)


def begin(case: Case, signal: Asked) -> Step:
    """A new refresh: ask the bank if a person or the policy allows, else invite."""
    fresh = _fresh(case, signal.draft)
    if signal.person_present:
        return launch(fresh.with_refresh(person_seen_at=case.now))
    if signal.draft.unattended:
        return launch(fresh)
    return fresh.to(Status.INVITED, due=signal.draft.expires_at)


def adopt(case: Case, signal: Adopted) -> Step:
    """An interrupted session that may be alive: straight to the prompt, no bank call."""
    attempt = Attempt(
        number=1,
        kind=Kind.ADOPTED,
        since=signal.last_activity_at,
        request_id=signal.request_id,
        activity_at=signal.last_activity_at,
    )
    fresh = _fresh(case, replace(signal.draft, attempt=attempt, attempts=1))
    seen = fresh.with_refresh(person_seen_at=case.now)
    alive_until = signal.last_activity_at + case.clocks.session
    # A session that came before this one may outlive it.
    until = max(alive_until, case.connection.lease.live_until or alive_until)
    return _challenge(seen.live_until(until), signal.last_activity_at)


def act_again(case: Case, signal: PersonActed) -> Step:
    """A person is here: start the next attempt, unless a wait is due."""
    seen = case.with_refresh(person_seen_at=case.now)
    waits = case.refresh.status is Status.RETRY_SCHEDULED and _before(case, case.refresh.retry_at)
    return seen.stay() if waits else launch(seen)


def launch(case: Case, *, token_refused: bool = False) -> Step:
    """Queue the next attempt, unless the lease or the day's count forbids it."""
    if case.now >= case.refresh.expires_at:
        return attempt_over(case, Trouble.REFRESH_EXPIRED)
    lease = case.connection.lease
    if lease.attempts_on(case.now.date()) >= case.clocks.attempts_per_day:
        tomorrow = datetime.combine(
            case.now.date() + timedelta(days=1), time(), tzinfo=case.now.tzinfo
        )
        return invite(case, Trouble.ATTEMPTS_EXHAUSTED, tomorrow)
    if lease.live_until is not None and case.now < lease.live_until:
        return _retry_at(case, Trouble.SESSION_CONCURRENT, lease.live_until)
    number = case.refresh.attempts + 1
    attempt = Attempt(number=number, kind=Kind.LIVE, since=case.now, token_refused=token_refused)
    return case.to(
        Status.STARTING,
        Command(Worker.AUTHORIZE),
        due=case.now + case.clocks.first_wake,
        attempt=attempt,
        attempts=number,
        retry_at=None,
        error=None,
    )


def sent(case: Case, signal: Sent) -> Step:
    """The fence: after this is stored the call is made once, and never again."""
    if case.attempt.sent_at is not None:
        return case.ignore()
    if not may_start_by_timer(case):
        return invite(case, Trouble.ASKED_TOO_LONG_AGO, None)
    guarded = case.live_until(case.now + case.clocks.fence).counted(+1)
    return guarded.with_attempt(sent_at=case.now, since=case.now).stay(
        due_at=case.now + case.clocks.first_probe
    )


def answered(case: Case, signal: Answered) -> Step:
    """What the bank said to the live login."""
    if case.attempt.sent_at is None:
        return case.ignore()
    match signal.answer:
        case Authorized() as answer:
            return _authorized(case, answer, fresh_call=True)
        case ChallengeAsked(request_id=request_id):
            asked = case.with_attempt(request_id=request_id)
            return _challenge(asked.live_until(case.now + case.clocks.session), case.now)
        case StillRunning(request_id=request_id) if request_id is not None:
            return _still_running(case, request_id)
        case Refused(trouble=trouble):
            return _react(case, trouble)
        case NotSent():
            return _react(case, Trouble.FLINKS_UNAVAILABLE)
        case StillRunning() | OutcomeUnknown():
            return _probe_later(case)


def not_started(case: Case, signal: NotStarted) -> Step:
    """The call could not be made, so nothing was sent that could count."""
    if case.attempt.sent_at is not None:
        return case.ignore()
    return _react(case, signal.trouble)


def _still_running(case: Case, request_id: RequestId) -> Step:
    """The bank login went to the background: poll it under its RequestId, until the fence."""
    since = case.attempt.sent_at or case.attempt.since
    if case.now >= since + case.clocks.fence:
        return attempt_over(case, Trouble.OUTCOME_UNKNOWN)
    if case.attempt.request_id == request_id:
        return case.polling(Worker.AUTHORIZE)
    return case.with_attempt(request_id=request_id).stay(
        Command(Worker.AUTHORIZE, case.clocks.poll),
        due_at=case.now + 3 * case.clocks.verify_again,
    )


def probed(case: Case, signal: Probed) -> Step:
    """What a cached call says became of a live login whose answer was lost."""
    if case.attempt.sent_at is None:
        return case.ignore()
    if is_newer(case, signal.answer):
        return _authorized(case, signal.answer, fresh_call=False)
    match signal.answer:
        case Refused(trouble=Trouble.QUESTION_UNANSWERED):
            return attempt_over(case, Trouble.MFA_SESSION_LOST)
        case _:
            return _probe_later(case)


def start_due(case: Case) -> Step:
    """A start whose message or answer was lost."""
    sent_at = case.attempt.sent_at
    if sent_at is None and not may_start_by_timer(case):
        return invite(case, Trouble.ASKED_TOO_LONG_AGO, None)
    if sent_at is None:
        return case.stay(Command(Worker.AUTHORIZE), due_at=case.now + case.clocks.first_wake)
    if case.now >= sent_at + case.clocks.fence:
        return attempt_over(case, Trouble.OUTCOME_UNKNOWN)
    return case.ignore(Command(Worker.AUTHORIZE))


def retry_due(case: Case) -> Step:
    """The wait is over: a timer may start a bank login only shortly after a human act."""
    if may_start_by_timer(case):
        return launch(case)
    return invite(case, case.refresh.error or Trouble.ASKED_TOO_LONG_AGO, None)


def may_start_by_timer(case: Case) -> bool:
    """Rule R1: only under the policy, or within the window after the last human act."""
    return _timer_may_start_at(case, case.now)


def invite(case: Case, trouble: Trouble, retry_at: datetime | None) -> Step:
    """Nothing is live any more: a human act starts the next attempt."""
    if case.now >= case.refresh.expires_at:
        return attempt_over(case, trouble)
    return case.to(Status.INVITED, due=case.refresh.expires_at, error=trouble, retry_at=retry_at)


def is_newer(case: Case, answer: object) -> bool:
    """Whether a cached answer proves success: data of this login, newer than the attempt."""
    return (
        isinstance(answer, Authorized)
        and answer.login_id == case.connection.login_id
        and answer.last_refresh is not None
        and answer.last_refresh > case.attempt.since
    )


def _fresh(case: Case, draft: Refresh) -> Case:
    return case.where(refresh=draft, wake_at=None)


def _challenge(case: Case, activity_at: datetime) -> Step:
    """The bank waits for the person's answer; the idle clock runs."""
    idle_out = activity_at + case.clocks.request_id_idle
    asked = case.with_attempt(activity_at=activity_at).told(EventType.REFRESH_MFA_REQUIRED)
    return asked.to(
        Status.MFA_REQUIRED,
        Command(Worker.ACCOUNTS, max(idle_out - case.now, NO_DELAY)),
        due=idle_out,
        error=None,
    )


def _authorized(case: Case, answer: AuthorizeAnswer, *, fresh_call: bool) -> Step:
    if not isinstance(answer, Authorized):
        return case.ignore()
    if answer.login_id != case.connection.login_id:
        return failed(case, Trouble.IDENTITY_MISMATCH)
    if fresh_call:
        live = case.live_until(case.now + case.clocks.session)
    else:
        live = case.with_attempt(answer_lost=True)
    return live.with_attempt(
        request_id=answer.request_id, activity_at=case.now, collecting_since=case.now
    ).to(
        Status.FETCHING,
        Command(Worker.ACCOUNTS),
        due=case.now + case.clocks.verify_again,
        error=None,
    )


def _react(case: Case, trouble: Trouble) -> Step:
    """Do what the table of remedies says about a definite no."""
    remedy = REMEDIES[trouble]
    over = _over(case, remedy) if case.attempt.sent_at is not None else case
    match remedy.reaction:
        case Reaction.SIGN_IN:
            return _sign_in(over, trouble)
        case Reaction.BACK_OFF:
            return _back_off(over, trouble, remedy)
        case Reaction.WAIT_OUT:
            until = case.now + case.clocks.session
            return _retry_at(over.live_until(until), trouble, until)
        case Reaction.START_OVER:
            return attempt_over(over, trouble)
        case Reaction.SEND_ANEW if not case.attempt.token_refused:
            return launch(over, token_refused=True)
        case Reaction.PROBE:
            return _probe_later(case)
        case Reaction.SEND_ANEW | Reaction.FAIL:
            return failed(over, trouble)


def _over(case: Case, remedy: Remedy) -> Case:
    """A definite no ends the session, and counts only if the bank bothered the person."""
    counted = case if remedy.counts else case.counted(-1)
    return counted if remedy.leaves_session else counted.live_until(case.now)


def _sign_in(case: Case, trouble: Trouble) -> Step:
    """The stored credentials are of no use: the next attempt is a full sign-in."""
    number = case.refresh.attempts + 1
    attempt = Attempt(number=number, kind=Kind.SIGN_IN, since=case.now)
    return case.broken(trouble).to(
        Status.CREDENTIALS_REQUIRED,
        due=case.refresh.expires_at,
        attempt=attempt,
        attempts=number,
        error=trouble,
    )


def _back_off(case: Case, trouble: Trouble, remedy: Remedy) -> Step:
    delay = min(remedy.delay * 2**case.refresh.tries, _MOST_DELAY)
    jitter = 0.5 + zlib.crc32(f"{case.refresh.id}{case.refresh.tries}".encode()) / 2**32
    instant = case.now + delay * jitter
    tried = case.with_refresh(tries=case.refresh.tries + 1)
    if not _timer_may_start_at(case, instant):
        return invite(tried, trouble, instant)
    return _retry_at(tried, trouble, instant)


def _retry_at(case: Case, trouble: Trouble, instant: datetime) -> Step:
    """Wait with a date; the person's act or, where it may, a timer goes on then."""
    if case.now >= case.refresh.expires_at or instant >= case.refresh.expires_at:
        return invite(case, trouble, instant)
    return case.to(
        Status.RETRY_SCHEDULED,
        Command(Worker.AUTHORIZE, instant - case.now),
        due=instant,
        error=trouble,
        retry_at=instant,
    )


def _timer_may_start_at(case: Case, instant: datetime) -> bool:
    seen = case.refresh.person_seen_at
    window = case.clocks.human_act_window
    return case.refresh.unattended or (seen is not None and instant <= seen + window)


def _probe_later(case: Case) -> Step:
    """Look again when the next probe is due, and at the fence at the latest."""
    since = case.now - case.attempt.since
    waits = (case.clocks.first_probe, case.clocks.second_probe, case.clocks.fence)
    due = next((case.attempt.since + wait for wait in waits if since < wait), case.now)
    command = Command(Worker.AUTHORIZE, max(due - case.now, NO_DELAY))
    return case.stay(command, due_at=due, error=Trouble.OUTCOME_UNKNOWN)


def _before(case: Case, instant: datetime | None) -> bool:
    return instant is not None and case.now < instant
