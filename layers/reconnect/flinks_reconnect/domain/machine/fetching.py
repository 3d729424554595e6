"""Rules: Flinks is asked whether it is done, and for the accounts."""

import zlib
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.calls import OF_AUTHORIZE_WORKER, Call, lost_after, next_call
from flinks_reconnect.domain.errors import (
    CONCERNS,
    REMEDIES,
    Concern,
    ErrorCode,
    Owner,
    Reaction,
)
from flinks_reconnect.domain.flinks_answers import (
    Authorized,
    NothingAllowed,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.machine.context import NO_DELAY, Command, Context, Step, Worker
from flinks_reconnect.domain.machine.mfa_required import ask_person_again
from flinks_reconnect.domain.machine.signals import DataAnswered, Delivered, Probed, WorkerCame
from flinks_reconnect.domain.machine.starting import shows_success
from flinks_reconnect.domain.machine.terminal import (
    attempt_over,
    completed,
    expired,
    failed,
    not_late,
)
from flinks_reconnect.domain.proof import proves_by_session
from flinks_reconnect.domain.refresh import Kind, Status

_PASSING: Final = frozenset({Reaction.BACK_OFF, Reaction.WAIT_OUT, Reaction.SEND_ANEW})
_NO_SESSION: Final = frozenset({ErrorCode.SESSION_GONE, ErrorCode.ALREADY_AUTHORIZED})
_MOST_OPENINGS: Final = 3
_MOST_DELAY: Final = timedelta(hours=6)
_BACK_TO_SIGN_IN: Final = 3
"""After so many looks (70 s) the person may sign in again while we go on looking."""
_OTHER_LOGIN: Final = 5
"""After so many looks (310 s) a sign-in that names another login is taken at its word."""
_A_MOMENT: Final = timedelta(seconds=1)
"""By the queue, so that the worker that is at it now need not go round in circles."""


def worker_came(context: Context, signal: WorkerCame) -> Step:
    """Whoever comes when a call is due takes it; stored first, so that nobody else makes it."""
    call = next_call(context.connection, context.now, context.clocks)
    theirs = Worker.AUTHORIZE if call in OF_AUTHORIZE_WORKER else Worker.ACCOUNTS
    if call is None or signal.worker is not theirs:
        return _wake_in_time(context, signal.worker)
    if call is Call.SEND_AUTHORIZE:
        return Step(context.connection, call=call)
    asked = context.asking(
        lost_after(call, context.clocks), called_at=context.now, calls=context.attempt.calls + 1
    )
    if call is Call.CALL_DATA:
        asked = asked.with_attempt(data_claimed=True, selection=signal.selection)
    elif call is Call.OPEN_CACHED and context.refresh.status in _READING:
        asked = asked.with_attempt(request_gone=True)
    elif call is Call.POLL_DATA and context.attempt.data_accepted:
        asked = asked.alive()
    return asked.taking(call)


def _wake_in_time(context: Context, worker: Worker) -> Step:
    """A wait may be longer than a queue can delay a message: then it goes on to wait there."""
    left = context.refresh.due_at - context.now
    waits = context.refresh.status is Status.RETRY_SCHEDULED and worker is Worker.AUTHORIZE
    return context.ignore(Command(worker, left)) if waits and left > NO_DELAY else context.ignore()


def call_due(context: Context) -> Step:
    """A message that asked for a call was lost: ask for it again."""
    of_authorize = context.refresh.status is Status.STARTING
    return context.ignore(Command(Worker.AUTHORIZE if of_authorize else Worker.ACCOUNTS))


def data_answered(context: Context, signal: DataAnswered) -> Step:
    """What Flinks says to the data call or to a poll of it."""
    if not _is_about_this(context, signal):
        return context.ignore()
    match signal.answer:
        case Delivered() | NothingAllowed() as data:
            return _delivered(context, data)
        case StillCollecting():
            return _collecting(context)
        case OutcomeUnknown() | NotSent() as unheard:
            sure = isinstance(unheard, NotSent) and not signal.polled
            return _ask_again(
                _unclaimed(context) if sure else context, ErrorCode.FLINKS_UNAVAILABLE
            )
        case Refused(code=code):
            return _refused(context, signal, code)


def cached_answered(context: Context, signal: Probed) -> Step:
    """What a cached call by LoginId says, after the RequestId died or was never ours."""
    answer = signal.answer
    if isinstance(answer, Authorized) and shows_success(context, answer):
        return _opened_by_login(context, answer)
    code = _only_of_our_asking(answer)
    return _not_proven(context) if code is None else _ask_again(context, code)


def looked(context: Context, signal: Probed) -> Step:
    """What a look in the background says, while the person may act at any time."""
    answer, misses = signal.answer, context.attempt.misses + 1
    if isinstance(answer, Authorized) and shows_success(context, answer):
        return _opened_by_login(context, answer)
    code = _only_of_our_asking(answer)
    if code is not None:
        return context.asking(_patient(context, code), misses=misses).stay()
    if context.refresh.status is not Status.CREDENTIALS_REQUIRED:
        return context.with_attempt(call_at=None).stay()
    wait = context.clocks.look_delay(misses)
    return context.asking(wait, misses=misses).stay(Command(Worker.ACCOUNTS, wait))


def collecting_due(context: Context) -> Step:
    """The clock of what is being asked has run out."""
    return _given_up(context) or context.ignore()


def late_due(context: Context) -> Step:
    """A late question may have been lost: ask again, or stop asking."""
    asks = context.refresh.asks_late
    return not_late(context) if asks and context.now >= _late_until(context) else context.ignore()


_READING: Final = frozenset({Status.VERIFYING, Status.FETCHING, Status.EXPIRED})


def _is_about_this(context: Context, signal: DataAnswered) -> bool:
    """Whether an answer is about the RequestId that is asked now, and about the last call.

    Data, that Flinks collects them, and that it asks for fewer requests, is so whoever hears it;
    what is not so may have become so since.
    """
    if signal.request_id != context.attempt.request_id or context.attempt.request_gone:
        return False
    answer = signal.answer
    asks_for_patience = isinstance(answer, Refused) and answer.code is ErrorCode.THROTTLED
    tells_what_is = isinstance(answer, Delivered | StillCollecting) or asks_for_patience
    return tells_what_is or signal.call == context.attempt.calls


def _delivered(context: Context, delivered: Delivered | NothingAllowed) -> Step:
    if context.connection.login_id not in {None, delivered.login_id}:
        return failed(context, ErrorCode.IDENTITY_MISMATCH)
    if isinstance(delivered, NothingAllowed):
        return _ask_anew(context, delivered)
    of_session = context.attempt.openings == 0
    newer = proves_by_session(context.attempt, delivered.last_refresh, context.now, context.clocks)
    if newer or (delivered.last_refresh is None and of_session):
        return completed(context, delivered)
    return _ask_again(context.with_attempt(request_gone=True), ErrorCode.DATA_STALE)


def _ask_anew(context: Context, answer: NothingAllowed) -> Step:
    """Other accounts are chosen than were asked for: ask in a session of its own, by the login."""
    # The RequestId has given its data, so nobody may be sent back to its question.
    known = context.where(login_id=answer.login_id).with_attempt(data_accepted=True)
    return _given_up(known) or _by_login(known)


def _collecting(context: Context) -> Step:
    given_up = _given_up(context)
    if given_up is not None:
        return given_up
    again = Command(Worker.ACCOUNTS, _until_call(context))
    if context.attempt.data_accepted and context.refresh.error is None:
        return context.ignore(again)
    since = context.attempt.collecting_since or context.now
    accepted = context.alive().asking(
        context.clocks.poll,
        data_accepted=True,
        activity_at=context.now,
        collecting_since=since,
        misses=0,
    )
    again = Command(Worker.ACCOUNTS, context.clocks.poll)
    if context.refresh.status is Status.EXPIRED:
        return accepted.stay(again)
    until = since + context.clocks.collection + context.clocks.verify_again
    return accepted.to(Status.FETCHING, again, due=until, error=None)


def _until_call(context: Context) -> timedelta:
    call_at = context.attempt.call_at
    return max((call_at or context.now) - context.now, NO_DELAY)


def _not_yet(context: Context) -> Step:
    """Flinks: not authorized yet. Back to the question, or over if the clock had run out."""
    if context.refresh.status is Status.EXPIRED:
        return _look_late(context)
    if context.attempt.asked and context.refresh.status is Status.VERIFYING:
        wait = context.clocks.poll
        return context.asking(wait, asked=False).stay(Command(Worker.ACCOUNTS, wait))
    if context.attempt.last_ask or context.refresh.status is not Status.VERIFYING:
        return attempt_over(context, ErrorCode.ATTEMPT_EXPIRED)
    return ask_person_again(context)


def _gone(context: Context, signal: DataAnswered) -> Step:
    """The RequestId is dead, unless a poll only says that our call never reached Flinks.

    Where the LoginId is known, it tells; the claim stays as long as there is that doubt.
    """
    if not signal.polled:
        return _ask_by_login(_unclaimed(context))
    if context.connection.login_id is None and not context.attempt.data_accepted:
        return _ask_again(_unclaimed(context), ErrorCode.FLINKS_UNAVAILABLE)
    if not context.attempt.data_accepted:
        return _ask_by_login(context.with_attempt(session_unread=True))
    return _ask_by_login(context)


def _ask_by_login(context: Context) -> Step:
    """A cached call by LoginId tells, where we know the LoginId."""
    if context.connection.login_id is None:
        return attempt_over(context, ErrorCode.SESSION_GONE)
    if context.attempt.openings >= _MOST_OPENINGS:
        return _given_up(context) or attempt_over(context, ErrorCode.SESSION_GONE)
    return _by_login(context)


def _by_login(context: Context) -> Step:
    wait = min(_A_MOMENT, context.clocks.poll)
    return context.asking(wait, request_gone=True).stay(Command(Worker.ACCOUNTS, wait))


def _opened_by_login(context: Context, answer: Authorized) -> Step:
    since = context.attempt.collecting_since or context.now
    opened = context.alive().asking(
        NO_DELAY,
        request_id=answer.request_id,
        activity_at=context.now,
        openings=context.attempt.openings + 1,
        misses=0,
        request_gone=False,
        data_claimed=False,
        data_accepted=False,
        collecting_since=since,
    )
    if context.refresh.status is Status.EXPIRED:
        return opened.stay(Command(Worker.ACCOUNTS))
    until = since + context.clocks.collection + context.clocks.verify_again
    return opened.to(
        Status.FETCHING, Command(Worker.ACCOUNTS), due=until, error=None, retry_at=None
    )


def _not_proven(context: Context) -> Step:
    """No newer data under the stored login, although the browser said that it is done."""
    misses = context.attempt.misses + 1
    missed = context.with_attempt(misses=misses)
    if context.refresh.status is Status.EXPIRED:
        return _look_late(missed)
    if context.refresh.status is Status.VERIFYING:
        over = _not_signed_in(missed) if context.attempt.kind is Kind.SIGN_IN else _unproven(missed)
        if over is not None:
            return over
    wait = context.clocks.look_delay(context.attempt.misses)
    looks = missed.asking(wait)
    return _given_up(context) or looks.stay(Command(Worker.ACCOUNTS, wait))


def _unproven(context: Context) -> Step | None:
    if context.attempt.last_ask:
        return attempt_over(context, ErrorCode.ATTEMPT_EXPIRED)
    never_taken = context.attempt.data_claimed and not context.attempt.data_accepted
    active_at = context.attempt.activity_at
    lives = active_at is not None and context.now < active_at + context.clocks.request_id_idle
    if never_taken and lives and context.attempt.request_id is not None:
        return ask_person_again(context.with_attempt(request_gone=False, data_claimed=False))
    return None


def _not_signed_in(context: Context) -> Step | None:
    """A full sign-in may show late; the person need not wait for that, nor may they be fooled."""
    if context.now >= context.refresh.expires_at:
        return expired(context)
    if context.attempt.other_login:
        if context.attempt.misses >= _OTHER_LOGIN:
            return failed(context, ErrorCode.IDENTITY_MISMATCH)
        wait = context.clocks.look_delay(context.attempt.misses - 1)
        shown = context.asking(wait).with_refresh(error=ErrorCode.IDENTITY_MISMATCH)
        return shown.stay(Command(Worker.ACCOUNTS, wait))
    if context.attempt.misses < _BACK_TO_SIGN_IN:
        return None
    wait = context.clocks.look_delay(context.attempt.misses)
    later = Command(Worker.ACCOUNTS, wait)
    return context.asking(wait).to(
        Status.CREDENTIALS_REQUIRED, later, due=context.refresh.expires_at
    )


def _look_late(context: Context) -> Step:
    """Success may still show after the refresh expired: look again, or stop looking."""
    wait = context.clocks.look_delay(context.attempt.misses)
    if context.now + wait >= _late_until(context):
        return not_late(context)
    return context.asking(wait).stay(Command(Worker.ACCOUNTS, wait))


def _refused(context: Context, signal: DataAnswered, code: ErrorCode) -> Step:
    """A definite no to a data call; what is only about our asking is asked again."""
    remedy = REMEDIES[code]
    if code is ErrorCode.NOT_YET_AUTHORIZED:
        return _not_yet(_unclaimed(context))
    if code in _NO_SESSION:
        return _gone(context, signal)
    if code is ErrorCode.NO_ACCOUNTS_YET:
        return _without_accounts(context)
    if CONCERNS[code] is Concern.ASKING or remedy.reaction in _PASSING:
        # Only the call's own answer can say that the call was not taken.
        return _ask_again(context if signal.polled else _unclaimed(context), code)
    if remedy.reaction is Reaction.FAIL:
        return failed(context, code)
    return attempt_over(context, code)


def _without_accounts(context: Context) -> Step:
    """Flinks took the call, and its answer is empty: that proves nothing, and may pass (R14)."""
    given_up = _given_up(context)
    if given_up is not None:
        return given_up
    wait = _patient(context, ErrorCode.NO_ACCOUNTS_YET)
    since = context.attempt.collecting_since or context.now
    asked = context.alive().asking(
        wait, data_accepted=True, collecting_since=since, misses=context.attempt.misses + 1
    )
    again = Command(Worker.ACCOUNTS, wait)
    if context.refresh.status is Status.EXPIRED:
        return asked.stay(again)
    until = since + context.clocks.collection + context.clocks.verify_again
    return asked.to(Status.FETCHING, again, due=until, error=ErrorCode.NO_ACCOUNTS_YET)


def _ask_again(context: Context, code: ErrorCode) -> Step:
    """A read may be repeated: after the remedy's delay, growing, and not past its clock."""
    wait = _patient(context, code)
    call_at = min(context.now + wait, max(_ends_at(context), context.now))
    waiting = context.with_attempt(call_at=call_at, misses=context.attempt.misses + 1)
    late = context.refresh.status is Status.EXPIRED
    error = context.refresh.error if late else code
    return _given_up(context) or waiting.stay(Command(Worker.ACCOUNTS, wait), error=error)


def _patient(context: Context, code: ErrorCode) -> timedelta:
    """The remedy's delay at least; longer each time, and not for all at the same instant."""
    least = max(REMEDIES[code].delay, context.clocks.poll)
    # A poll keeps the session alive, so the next one comes before its eight idle minutes are over.
    idle = context.clocks.request_id_idle - context.clocks.url_margin
    most = idle if least < idle else max(least, _MOST_DELAY)
    factor: int = 2 ** min(context.attempt.misses, 10)
    jitter = zlib.crc32(f"{context.refresh.id}{context.attempt.misses}".encode()) / 2**34
    return min(least * factor * (1 + jitter), most * (1 + jitter) if most > idle else most)


def _unclaimed(context: Context) -> Context:
    """The data call was not accepted, so this RequestId may be asked again."""
    return context if context.attempt.data_accepted else context.with_attempt(data_claimed=False)


def _only_of_our_asking(answer: object) -> ErrorCode | None:
    """Return what kept the answer from telling anything of the login; None: it tells something."""
    match answer:
        case StillRunning() | OutcomeUnknown() | NotSent():
            return ErrorCode.FLINKS_UNAVAILABLE
        case Refused(code=code) if (
            CONCERNS[code] is Concern.ASKING or REMEDIES[code].reaction in _PASSING
        ):
            return code
    return None


def _given_up(context: Context) -> Step | None:
    """Every way of asking again ends here, at an instant that was stored before (rule R6)."""
    if context.now < _ends_at(context):
        return None
    if context.refresh.status is Status.EXPIRED:
        return not_late(context)
    ours = context.refresh.error
    if ours is not None and REMEDIES[ours].owner is Owner.OPERATOR:
        return failed(context, ours)
    if context.refresh.status is Status.FETCHING or context.attempt.collecting_since is not None:
        return failed(context, ErrorCode.DATA_TIMEOUT)
    if context.attempt.kind is Kind.SIGN_IN and context.now < context.refresh.expires_at:
        return ask_person_again(context.asking(context.clocks.look_delay(context.attempt.misses)))
    return attempt_over(context, ErrorCode.ATTEMPT_EXPIRED)


def _ends_at(context: Context) -> datetime:
    """Until when Flinks is asked in this status."""
    if context.refresh.status is Status.EXPIRED:
        return _late_until(context)
    since = context.attempt.collecting_since
    if since is not None:
        return since + context.clocks.collection
    return context.refresh.due_at - context.clocks.verify_again


def _late_until(context: Context) -> datetime:
    """Until when a success may still be proven of a refresh that has expired."""
    attempt = context.attempt
    until = (attempt.ended_at or context.now) + context.clocks.late_grace
    if attempt.sent_at is not None and attempt.activity_at is None:
        until = max(until, attempt.sent_at + context.clocks.fence)
    if attempt.collecting_since is not None:
        until = max(until, attempt.collecting_since + context.clocks.collection)
    return until
