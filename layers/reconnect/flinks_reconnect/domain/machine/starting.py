"""Rules: asking the bank. From a human act to an answer of the live `/Authorize`."""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.errors import (
    CONCERNS,
    REMEDIES,
    Concern,
    ErrorCode,
    Reaction,
    Remedy,
)
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.flinks_answers import (
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    NotSent,
    Refused,
    StillRunning,
)
from flinks_reconnect.domain.ids import RequestId
from flinks_reconnect.domain.machine.context import NO_DELAY, Command, Context, Step, Worker
from flinks_reconnect.domain.machine.signals import (
    Adopted,
    Answered,
    Asked,
    NotStarted,
    PersonActed,
    Probed,
    Sent,
)
from flinks_reconnect.domain.machine.terminal import attempt_over, failed
from flinks_reconnect.domain.proof import proves
from flinks_reconnect.domain.refresh import Attempt, Kind, Refresh, Status

_MOST_DELAY: Final = timedelta(hours=6)
_SAME_ACT: Final = timedelta(seconds=10)
"""A second press so soon after the first one tells nothing new."""


def begin(context: Context, signal: Asked) -> Step:
    """A new refresh: ask the bank if a person or the policy allows, else invite."""
    fresh = _fresh(context, signal.draft)
    if signal.person_present:
        seen = fresh.with_refresh(person_seen_at=context.now)
        return _taken_over(seen, context.connection.refresh) or launch(seen)
    if signal.draft.unattended:
        return launch(fresh)
    return fresh.to(Status.INVITED, due=signal.draft.expires_at)


def adopt(context: Context, signal: Adopted) -> Step:
    """An interrupted session that may be alive: straight to the prompt, no bank call."""
    attempt = Attempt(
        number=1,
        kind=Kind.ADOPTED,
        since=signal.last_activity_at,
        request_id=signal.request_id,
        activity_at=signal.last_activity_at,
    )
    fresh = _fresh(context, replace(signal.draft, attempt=attempt, attempts=1))
    seen = fresh.with_refresh(person_seen_at=context.now)
    alive_until = signal.last_activity_at + context.clocks.session
    # A session that came before this one may outlive it.
    until = max(alive_until, context.connection.lease.live_until or alive_until)
    return _challenge(seen.live_until(until), signal.last_activity_at)


def act_again(context: Context, signal: PersonActed) -> Step:
    """A person is here: start the next attempt, unless a wait is due."""
    seen = context.with_refresh(person_seen_at=context.now)
    retry_at = context.refresh.retry_at
    waits = context.refresh.status is Status.RETRY_SCHEDULED and retry_at and context.now < retry_at
    if waits:
        return seen.stay()
    return _resumed(seen) or launch(seen, was_away=context.refresh.attempts == 0)


def acted_meanwhile(context: Context, signal: PersonActed) -> Step:
    """A person is here while something goes on: a timer may act for them for longer."""
    seen_at = context.refresh.person_seen_at
    if seen_at is not None and context.now < seen_at + _SAME_ACT:
        return context.ignore()
    return context.stay(person_seen_at=context.now)


def launch(context: Context, *, token_refused: bool = False, was_away: bool = False) -> Step:
    """Queue the next attempt, unless the lease or the day's count forbids it.

    `was_away`: nobody knows yet that the person came, so it is told.
    """
    if context.now >= context.refresh.expires_at:
        return attempt_over(context, ErrorCode.REFRESH_EXPIRED)
    if context.is_exhausted(context.now):
        return invite(context, ErrorCode.ATTEMPTS_EXHAUSTED, context.clocks.next_day(context.now))
    if context.lease_ahead is not None:
        others = context.connection.lease.others
        code = ErrorCode.SESSION_CONCURRENT if others else ErrorCode.EARLIER_SESSION_OPEN
        return _retry_at(context, code, context.lease_ahead)
    number = context.refresh.attempts + 1
    attempt = Attempt(
        number=number,
        kind=Kind.LIVE,
        since=context.now,
        call_at=context.now,
        token_refused=token_refused,
    )
    told = context.with_event(EventType.REFRESH_STARTED) if was_away else context
    return told.to(
        Status.STARTING,
        Command(Worker.AUTHORIZE),
        due=context.now + context.clocks.first_wake,
        attempt=attempt,
        attempts=number,
        retry_at=None,
        error=None,
    )


def sent(context: Context, signal: Sent) -> Step:
    """The fence: after this is stored the call is made once, and never again."""
    if context.attempt.sent_at is not None:
        return context.ignore()
    if not may_start_by_timer(context):
        return invite(context, ErrorCode.ASKED_TOO_LONG_AGO, None)
    guarded = context.live_until(context.now + context.clocks.fence).counted(+1)
    noted = guarded.asking(
        context.clocks.first_probe,
        sent_at=context.now,
        since=context.now,
        baseline=context.connection.known_refresh,
    )
    return noted.stay(due_at=_unknown_until(context, context.now))


def answered(context: Context, signal: Answered) -> Step:
    """What the bank said to the live login, or to a poll of one in the background."""
    if context.attempt.sent_at is None:
        return context.ignore()
    match signal.answer:
        case Authorized() as answer:
            return _authorized(context, answer, fresh_call=True)
        case ChallengeAsked(request_id=request_id):
            asked = context.with_attempt(request_id=request_id, call_at=None, misses=0)
            return _challenge(asked.live_until(context.now + context.clocks.session), context.now)
        case StillRunning(request_id=named) if running := named or context.attempt.request_id:
            return _still_running(context.alive(), running)
        case Refused(code=code) if signal.call is None or _is_definite(code):
            return _react(context, code)
        case NotSent() if signal.call is None:
            return _react(context, ErrorCode.FLINKS_UNAVAILABLE)
        case _ if signal.call is not None and (polled := context.attempt.request_id):
            return _still_running(context, polled)
        case _:
            return _probe_later(context)


def not_started(context: Context, signal: NotStarted) -> Step:
    """The call could not be made, so nothing was sent that could count."""
    if context.attempt.sent_at is not None:
        return context.ignore()
    return _react(context, signal.code)


def probed(context: Context, signal: Probed) -> Step:
    """What a cached call says became of a live login whose answer was lost.

    A question without an answer may be last night's: it concludes nothing until the last look.
    """
    answer = signal.answer
    if context.attempt.sent_at is None:
        return context.ignore()
    if shows_success(context, answer):
        return _authorized(context, answer, fresh_call=False)
    if context.now < context.attempt.since + context.clocks.fence:
        return _probe_later(context)
    match answer:
        case Refused(code=ErrorCode.QUESTION_UNANSWERED):
            return attempt_over(context, ErrorCode.MFA_SESSION_LOST)
        case _:
            return attempt_over(context, ErrorCode.OUTCOME_UNKNOWN)


def start_due(context: Context) -> Step:
    """A start whose message or answer was lost."""
    sent_at = context.attempt.sent_at
    if sent_at is None:
        may_start = may_start_by_timer(context)
        again = Command(Worker.AUTHORIZE)
        return (
            context.ignore(again)
            if may_start
            else invite(context, ErrorCode.ASKED_TOO_LONG_AGO, None)
        )
    if context.now >= _unknown_until(context, sent_at):
        return attempt_over(context, ErrorCode.OUTCOME_UNKNOWN)
    return context.ignore()


def retry_due(context: Context) -> Step:
    """The wait is over: a timer may start a bank login only shortly after a human act."""
    if may_start_by_timer(context):
        return launch(context)
    return invite(context, context.refresh.error or ErrorCode.ASKED_TOO_LONG_AGO, None)


def may_start_by_timer(context: Context) -> bool:
    """Rule R1: only under the policy, or within the window after the last human act."""
    return _timer_may_start_at(context, context.now)


def invite(context: Context, code: ErrorCode, retry_at: datetime | None) -> Step:
    """No timer goes on: a human act starts the next attempt, from `retry_at` on."""
    if context.now >= context.refresh.expires_at:
        return attempt_over(context, code)
    possible = max(retry_at or context.now, context.lease_ahead or context.now)
    from_when = possible if possible > context.now else None
    return context.to(
        Status.INVITED, due=context.refresh.expires_at, error=code, retry_at=from_when
    )


def shows_success(context: Context, answer: object) -> bool:
    """Whether a cached answer proves success: data of this login, newer than the attempt."""
    return (
        isinstance(answer, Authorized)
        and answer.login_id == context.connection.login_id
        and proves(context.attempt, answer.last_refresh, context.now, context.clocks)
    )


def _fresh(context: Context, draft: Refresh) -> Context:
    return context.where(refresh=draft, wake_at=None)


def _taken_over(context: Context, last: Refresh | None) -> Step | None:
    """The last refresh was cancelled while our own session waits for its answer: go on there."""
    if last is None or last.status is not Status.CANCELLED or last.attempt is None:
        return None
    if context.connection.has_forgotten(last) or not _waits_for_answer(context, last.attempt):
        return None
    session = replace(last.attempt, number=1, last_ask=False, asked=False, misses=0)
    return _back_to_question(context.with_refresh(attempt=session, attempts=1))


def _resumed(context: Context) -> Step | None:
    """The person declined and is here again: their session, or their sign-in, is still there."""
    attempt = context.refresh.attempt
    over = context.now >= context.refresh.expires_at
    if attempt is None or context.refresh.error is not ErrorCode.DECLINED or over:
        return None
    if attempt.kind is Kind.SIGN_IN:
        due = context.refresh.expires_at
        return context.to(Status.CREDENTIALS_REQUIRED, due=due, error=None, retry_at=None)
    return _back_to_question(context) if _waits_for_answer(context, attempt) else None


def _waits_for_answer(context: Context, attempt: Attempt) -> bool:
    """Whether the bank still waits for the person in this very session, and long enough."""
    is_spent = attempt.request_gone or attempt.data_claimed or attempt.ended_at is not None
    if attempt.request_id is None or attempt.activity_at is None or is_spent:
        return False
    if attempt.kind is Kind.SIGN_IN or attempt.collecting_since is not None:
        return False
    usable = context.clocks.request_id_idle - context.clocks.url_margin
    return context.now < attempt.activity_at + usable


def _back_to_question(context: Context) -> Step:
    return _challenge(
        context.with_refresh(retry_at=None), context.attempt.activity_at or context.now
    )


def _challenge(context: Context, activity_at: datetime) -> Step:
    """The bank waits for the person's answer; the idle clock runs."""
    idle_out = activity_at + context.clocks.request_id_idle
    if context.connection.login_id is None:
        # Nothing but this RequestId tells of the session, so it is asked while it is alive.
        idle_out -= context.clocks.url_margin
    asked = context.with_attempt(activity_at=activity_at).with_event(EventType.REFRESH_MFA_REQUIRED)
    return asked.to(
        Status.MFA_REQUIRED,
        Command(Worker.ACCOUNTS, max(idle_out - context.now, NO_DELAY)),
        due=idle_out,
        error=None,
    )


def _authorized(context: Context, answer: AuthorizeAnswer, *, fresh_call: bool) -> Step:
    if not isinstance(answer, Authorized):
        return context.ignore()
    if answer.login_id != context.connection.login_id:
        return failed(context, ErrorCode.IDENTITY_MISMATCH)
    if fresh_call:
        live = context.live_until(context.now + context.clocks.session)
    else:
        live = context.alive().with_attempt(session_unread=True)
    opened = live.asking(
        NO_DELAY,
        request_id=answer.request_id,
        activity_at=context.now,
        collecting_since=context.now,
        misses=0,
    )
    until = context.now + context.clocks.collection + context.clocks.verify_again
    return opened.to(Status.FETCHING, Command(Worker.ACCOUNTS), due=until, error=None)


def _still_running(context: Context, request_id: RequestId) -> Step:
    """The bank login went to the background: poll it under its RequestId, until the fence."""
    since = context.attempt.sent_at or context.attempt.since
    if context.now >= since + context.clocks.fence:
        return attempt_over(context, ErrorCode.OUTCOME_UNKNOWN)
    again = Command(Worker.AUTHORIZE, context.clocks.poll)
    return context.asking(context.clocks.poll, request_id=request_id).stay(again)


def _is_definite(code: ErrorCode) -> bool:
    """Whether a refused poll tells anything of the login that runs in the background."""
    return CONCERNS[code] is not Concern.ASKING


def _react(context: Context, code: ErrorCode) -> Step:
    """Do what the table of remedies says about a definite no."""
    remedy = REMEDIES[code]
    over = _over(context, remedy) if context.attempt.sent_at is not None else context
    match remedy.reaction:
        case Reaction.SIGN_IN:
            return _sign_in(over, code)
        case Reaction.BACK_OFF:
            return _back_off(over, code, remedy)
        case Reaction.WAIT_OUT:
            return _wait_out(over, code)
        case Reaction.START_OVER:
            return attempt_over(over, code)
        case Reaction.SEND_ANEW if not context.attempt.token_refused:
            return launch(over, token_refused=True)
        case Reaction.PROBE:
            return _probe_later(context)
        case Reaction.SEND_ANEW | Reaction.FAIL:
            return failed(over, code)


def _over(context: Context, remedy: Remedy) -> Context:
    """A definite no ends the session, and counts only if the bank bothered the person."""
    counted = context if remedy.counts else context.counted(-1)
    return counted if remedy.leaves_session else counted.live_until(context.now)


def _sign_in(context: Context, code: ErrorCode) -> Step:
    """The stored credentials are of no use: the next attempt is a full sign-in."""
    number = context.refresh.attempts + 1
    baseline = context.connection.known_refresh
    attempt = Attempt(number=number, kind=Kind.SIGN_IN, since=context.now, baseline=baseline)
    return context.broken(code).to(
        Status.CREDENTIALS_REQUIRED,
        due=context.refresh.expires_at,
        attempt=attempt,
        attempts=number,
        error=code,
        retry_at=None,
    )


def _wait_out(context: Context, code: ErrorCode) -> Step:
    """Somebody else's session is open: wait until it cannot be; longer each time it still is."""
    until = context.now + context.clocks.session
    waited = context.with_refresh(tries=context.refresh.tries + 1).live_until(until, others=True)
    if not context.refresh.unattended:
        return _retry_at(waited, code, until)
    longer = min(context.clocks.session * 2**context.refresh.tries, _MOST_DELAY)
    return _retry_at(waited, code, context.now + longer)


def _back_off(context: Context, code: ErrorCode, remedy: Remedy) -> Step:
    delay = min(remedy.delay * 2**context.refresh.tries, _MOST_DELAY)
    jitter = 0.5 + zlib.crc32(f"{context.refresh.id}{context.refresh.tries}".encode()) / 2**32
    tried = context.with_refresh(tries=context.refresh.tries + 1)
    return _retry_at(tried, code, context.now + delay * jitter)


def _retry_at(context: Context, code: ErrorCode, instant: datetime) -> Step:
    """Wait with a date where a timer goes on then; else invite from that date on (R15)."""
    possible = max(instant, context.lease_ahead or instant)
    goes_on = (
        possible < context.refresh.expires_at
        # It may come late: by the sweep, where its message is lost.
        and _timer_may_start_at(context, possible + context.clocks.verify_again)
        and not context.is_exhausted(possible)
    )
    if not goes_on:
        return invite(context, code, possible)
    return context.to(
        Status.RETRY_SCHEDULED,
        Command(Worker.AUTHORIZE, possible - context.now),
        due=possible,
        error=code,
        retry_at=possible,
    )


def _timer_may_start_at(context: Context, instant: datetime) -> bool:
    seen = context.refresh.person_seen_at
    window = context.clocks.human_act_window
    return context.refresh.unattended or (seen is not None and instant <= seen + window)


def _probe_later(context: Context) -> Step:
    """Look again when the next probe is due, and at the fence at the latest."""
    since = context.now - context.attempt.since
    waits = (context.clocks.first_probe, context.clocks.second_probe, context.clocks.fence)
    wait = next((wait for wait in waits if since < wait), since)
    due = context.attempt.since + wait
    command = Command(Worker.AUTHORIZE, max(due - context.now, NO_DELAY))
    return context.with_attempt(call_at=due).stay(
        command,
        due_at=_unknown_until(context, context.attempt.since),
        error=ErrorCode.OUTCOME_UNKNOWN,
    )


def _unknown_until(context: Context, sent_at: datetime) -> datetime:
    """Until when a start whose answer is not known stays one: nobody waits past the expiry.

    The last look is at the fence, and has its time to be answered; an answer that is on its way
    has its own, whatever expires.
    """
    last_look = sent_at + context.clocks.fence + context.clocks.verify_again
    answer_lost = sent_at + context.clocks.first_probe + context.clocks.verify_again
    return min(last_look, max(context.refresh.expires_at, answer_lost))
