"""Rules: asking the bank. From a human act to an answer of the live `/Authorize`."""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.answers import (
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    NotSent,
    Refused,
    StillRunning,
)
from flinks_reconnect.domain.case import NO_DELAY, Case, Command, Step, Worker
from flinks_reconnect.domain.ending import attempt_over, failed
from flinks_reconnect.domain.errors import (
    CONCERNS,
    REMEDIES,
    Concern,
    Reaction,
    Remedy,
    Trouble,
)
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import RequestId
from flinks_reconnect.domain.proof import proves
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

_MOST_DELAY: Final = timedelta(hours=6)
_SAME_ACT: Final = timedelta(seconds=10)
"""A second press so soon after the first one tells nothing new."""


def begin(case: Case, signal: Asked) -> Step:
    """A new refresh: ask the bank if a person or the policy allows, else invite."""
    fresh = _fresh(case, signal.draft)
    if signal.person_present:
        seen = fresh.with_refresh(person_seen_at=case.now)
        return _taken_over(seen, case.connection.refresh) or launch(seen)
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
    retry_at = case.refresh.retry_at
    waits = case.refresh.status is Status.RETRY_SCHEDULED and retry_at and case.now < retry_at
    return seen.stay() if waits else _resumed(seen) or launch(seen)


def acted_meanwhile(case: Case, signal: PersonActed) -> Step:
    """A person is here while something goes on: a timer may act for them for longer."""
    seen_at = case.refresh.person_seen_at
    if seen_at is not None and case.now < seen_at + _SAME_ACT:
        return case.ignore()
    return case.stay(person_seen_at=case.now)


def launch(case: Case, *, token_refused: bool = False) -> Step:
    """Queue the next attempt, unless the lease or the day's count forbids it."""
    if case.now >= case.refresh.expires_at:
        return attempt_over(case, Trouble.REFRESH_EXPIRED)
    if case.is_exhausted(case.now):
        return invite(case, Trouble.ATTEMPTS_EXHAUSTED, case.clocks.next_day(case.now))
    if case.lease_ahead is not None:
        others = case.connection.lease.others
        trouble = Trouble.SESSION_CONCURRENT if others else Trouble.EARLIER_SESSION_OPEN
        return _retry_at(case, trouble, case.lease_ahead)
    number = case.refresh.attempts + 1
    attempt = Attempt(
        number=number,
        kind=Kind.LIVE,
        since=case.now,
        call_at=case.now,
        token_refused=token_refused,
    )
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
    noted = guarded.asking(
        case.clocks.first_probe,
        sent_at=case.now,
        since=case.now,
        baseline=case.connection.known_refresh,
    )
    return noted.stay(due_at=_unknown_until(case, case.now))


def answered(case: Case, signal: Answered) -> Step:
    """What the bank said to the live login, or to a poll of one in the background."""
    if case.attempt.sent_at is None:
        return case.ignore()
    match signal.answer:
        case Authorized() as answer:
            return _authorized(case, answer, fresh_call=True)
        case ChallengeAsked(request_id=request_id):
            asked = case.with_attempt(request_id=request_id, call_at=None, misses=0)
            return _challenge(asked.live_until(case.now + case.clocks.session), case.now)
        case StillRunning(request_id=named) if running := named or case.attempt.request_id:
            return _still_running(case.alive(), running)
        case Refused(trouble=trouble) if signal.call is None or _is_definite(trouble):
            return _react(case, trouble)
        case NotSent() if signal.call is None:
            return _react(case, Trouble.FLINKS_UNAVAILABLE)
        case _ if signal.call is not None and (polled := case.attempt.request_id):
            return _still_running(case, polled)
        case _:
            return _probe_later(case)


def not_started(case: Case, signal: NotStarted) -> Step:
    """The call could not be made, so nothing was sent that could count."""
    if case.attempt.sent_at is not None:
        return case.ignore()
    return _react(case, signal.trouble)


def probed(case: Case, signal: Probed) -> Step:
    """What a cached call says became of a live login whose answer was lost.

    A question without an answer may be last night's: it concludes nothing until the last look.
    """
    answer = signal.answer
    if case.attempt.sent_at is None:
        return case.ignore()
    if shows_success(case, answer):
        return _authorized(case, answer, fresh_call=False)
    if case.now < case.attempt.since + case.clocks.fence:
        return _probe_later(case)
    match answer:
        case Refused(trouble=Trouble.QUESTION_UNANSWERED):
            return attempt_over(case, Trouble.MFA_SESSION_LOST)
        case _:
            return attempt_over(case, Trouble.OUTCOME_UNKNOWN)


def start_due(case: Case) -> Step:
    """A start whose message or answer was lost."""
    sent_at = case.attempt.sent_at
    if sent_at is None:
        may_start = may_start_by_timer(case)
        again = Command(Worker.AUTHORIZE)
        return case.ignore(again) if may_start else invite(case, Trouble.ASKED_TOO_LONG_AGO, None)
    if case.now >= _unknown_until(case, sent_at):
        return attempt_over(case, Trouble.OUTCOME_UNKNOWN)
    return case.ignore()


def retry_due(case: Case) -> Step:
    """The wait is over: a timer may start a bank login only shortly after a human act."""
    if may_start_by_timer(case):
        return launch(case)
    return invite(case, case.refresh.error or Trouble.ASKED_TOO_LONG_AGO, None)


def may_start_by_timer(case: Case) -> bool:
    """Rule R1: only under the policy, or within the window after the last human act."""
    return _timer_may_start_at(case, case.now)


def invite(case: Case, trouble: Trouble, retry_at: datetime | None) -> Step:
    """No timer goes on: a human act starts the next attempt, from `retry_at` on."""
    if case.now >= case.refresh.expires_at:
        return attempt_over(case, trouble)
    possible = max(retry_at or case.now, case.lease_ahead or case.now)
    from_when = possible if possible > case.now else None
    return case.to(Status.INVITED, due=case.refresh.expires_at, error=trouble, retry_at=from_when)


def shows_success(case: Case, answer: object) -> bool:
    """Whether a cached answer proves success: data of this login, newer than the attempt."""
    return (
        isinstance(answer, Authorized)
        and answer.login_id == case.connection.login_id
        and proves(case.attempt, answer.last_refresh, case.now, case.clocks)
    )


def _fresh(case: Case, draft: Refresh) -> Case:
    return case.where(refresh=draft, wake_at=None)


def _taken_over(case: Case, last: Refresh | None) -> Step | None:
    """The last refresh was cancelled while our own session waits for its answer: go on there."""
    if last is None or last.status is not Status.CANCELLED or last.attempt is None:
        return None
    if case.connection.has_forgotten(last) or not _waits_for_answer(case, last.attempt):
        return None
    session = replace(last.attempt, number=1, last_ask=False, asked=False, misses=0)
    return _back_to_question(case.with_refresh(attempt=session, attempts=1))


def _resumed(case: Case) -> Step | None:
    """The person declined and is here again: their session, or their sign-in, is still there."""
    attempt = case.refresh.attempt
    over = case.now >= case.refresh.expires_at
    if attempt is None or case.refresh.error is not Trouble.DECLINED or over:
        return None
    if attempt.kind is Kind.SIGN_IN:
        due = case.refresh.expires_at
        return case.to(Status.CREDENTIALS_REQUIRED, due=due, error=None, retry_at=None)
    return _back_to_question(case) if _waits_for_answer(case, attempt) else None


def _waits_for_answer(case: Case, attempt: Attempt) -> bool:
    """Whether the bank still waits for the person in this very session, and long enough."""
    is_spent = attempt.request_gone or attempt.data_claimed or attempt.ended_at is not None
    if attempt.request_id is None or attempt.activity_at is None or is_spent:
        return False
    if attempt.kind is Kind.SIGN_IN or attempt.collecting_since is not None:
        return False
    usable = case.clocks.request_id_idle - case.clocks.url_margin
    return case.now < attempt.activity_at + usable


def _back_to_question(case: Case) -> Step:
    return _challenge(case.with_refresh(retry_at=None), case.attempt.activity_at or case.now)


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
        live = case.alive().with_attempt(answer_lost=True)
    opened = live.asking(
        NO_DELAY,
        request_id=answer.request_id,
        activity_at=case.now,
        collecting_since=case.now,
        misses=0,
    )
    until = case.now + case.clocks.collection + case.clocks.verify_again
    return opened.to(Status.FETCHING, Command(Worker.ACCOUNTS), due=until, error=None)


def _still_running(case: Case, request_id: RequestId) -> Step:
    """The bank login went to the background: poll it under its RequestId, until the fence."""
    since = case.attempt.sent_at or case.attempt.since
    if case.now >= since + case.clocks.fence:
        return attempt_over(case, Trouble.OUTCOME_UNKNOWN)
    again = Command(Worker.AUTHORIZE, case.clocks.poll)
    return case.asking(case.clocks.poll, request_id=request_id).stay(again)


def _is_definite(trouble: Trouble) -> bool:
    """Whether a refused poll tells anything of the login that runs in the background."""
    return CONCERNS[trouble] is not Concern.ASKING


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
            return _wait_out(over, trouble)
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
    baseline = case.connection.known_refresh
    attempt = Attempt(number=number, kind=Kind.SIGN_IN, since=case.now, baseline=baseline)
    return case.broken(trouble).to(
        Status.CREDENTIALS_REQUIRED,
        due=case.refresh.expires_at,
        attempt=attempt,
        attempts=number,
        error=trouble,
        retry_at=None,
    )


def _wait_out(case: Case, trouble: Trouble) -> Step:
    """Somebody else's session is open: wait until it cannot be; longer each time it still is."""
    until = case.now + case.clocks.session
    waited = case.with_refresh(tries=case.refresh.tries + 1).live_until(until, others=True)
    if not case.refresh.unattended:
        return _retry_at(waited, trouble, until)
    longer = min(case.clocks.session * 2**case.refresh.tries, _MOST_DELAY)
    return _retry_at(waited, trouble, case.now + longer)


def _back_off(case: Case, trouble: Trouble, remedy: Remedy) -> Step:
    delay = min(remedy.delay * 2**case.refresh.tries, _MOST_DELAY)
    jitter = 0.5 + zlib.crc32(f"{case.refresh.id}{case.refresh.tries}".encode()) / 2**32
    tried = case.with_refresh(tries=case.refresh.tries + 1)
    return _retry_at(tried, trouble, case.now + delay * jitter)


def _retry_at(case: Case, trouble: Trouble, instant: datetime) -> Step:
    """Wait with a date where a timer goes on then; else invite from that date on (R15)."""
    possible = max(instant, case.lease_ahead or instant)
    goes_on = (
        possible < case.refresh.expires_at
        # It may come late: by the sweep, where its message is lost.
        and _timer_may_start_at(case, possible + case.clocks.verify_again)
        and not case.is_exhausted(possible)
    )
    if not goes_on:
        return invite(case, trouble, possible)
    return case.to(
        Status.RETRY_SCHEDULED,
        Command(Worker.AUTHORIZE, possible - case.now),
        due=possible,
        error=trouble,
        retry_at=possible,
    )


def _timer_may_start_at(case: Case, instant: datetime) -> bool:
    seen = case.refresh.person_seen_at
    window = case.clocks.human_act_window
    return case.refresh.unattended or (seen is not None and instant <= seen + window)


def _probe_later(case: Case) -> Step:
    """Look again when the next probe is due, and at the fence at the latest."""
    since = case.now - case.attempt.since
    waits = (case.clocks.first_probe, case.clocks.second_probe, case.clocks.fence)
    wait = next((wait for wait in waits if since < wait), since)
    due = case.attempt.since + wait
    command = Command(Worker.AUTHORIZE, max(due - case.now, NO_DELAY))
    return case.with_attempt(call_at=due).stay(
        command,
        due_at=_unknown_until(case, case.attempt.since),
        error=Trouble.OUTCOME_UNKNOWN,
    )


def _unknown_until(case: Case, sent_at: datetime) -> datetime:
    """Until when a start whose answer is not known stays one: nobody waits past the expiry.

    The last look is at the fence, and has its time to be answered; an answer that is on its way
    has its own, whatever expires.
    """
    last_look = sent_at + case.clocks.fence + case.clocks.verify_again
    answer_lost = sent_at + case.clocks.first_probe + case.clocks.verify_again
    return min(last_look, max(case.refresh.expires_at, answer_lost))
