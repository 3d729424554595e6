"""Rules: Flinks is asked whether it is done, and for the accounts."""

import zlib
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.answering import ask_person_again
from flinks_reconnect.domain.answers import (
    Authorized,
    NothingAllowed,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.asking import shows_success
from flinks_reconnect.domain.calls import OF_AUTHORIZE_WORKER, Call, next_call, patience
from flinks_reconnect.domain.case import NO_DELAY, Case, Command, Step, Worker
from flinks_reconnect.domain.ending import attempt_over, completed, expired, failed, not_late
from flinks_reconnect.domain.errors import (
    CONCERNS,
    REMEDIES,
    Concern,
    Owner,
    Reaction,
    Trouble,
)
from flinks_reconnect.domain.proof import proves_by_session
from flinks_reconnect.domain.refresh import Kind, Status
from flinks_reconnect.domain.signals import DataAnswered, Delivered, Probed, WorkerCame

_PASSING: Final = frozenset({Reaction.BACK_OFF, Reaction.WAIT_OUT, Reaction.SEND_ANEW})
_NO_SESSION: Final = frozenset({Trouble.SESSION_GONE, Trouble.ALREADY_AUTHORIZED})
_MOST_OPENINGS: Final = 3
_MOST_DELAY: Final = timedelta(hours=6)
_BACK_TO_SIGN_IN: Final = 3
"""After so many looks (70 s) the person may sign in again while we go on looking."""
_OTHER_LOGIN: Final = 5
"""After so many looks (310 s) a sign-in that names another login is taken at its word."""
_A_MOMENT: Final = timedelta(seconds=1)
"""By the queue, so that the worker that is at it now need not go round in circles."""


def worker_came(case: Case, signal: WorkerCame) -> Step:
    """Whoever comes when a call is due takes it; stored first, so that nobody else makes it."""
    call = next_call(case.connection, case.now, case.clocks)
    theirs = Worker.AUTHORIZE if call in OF_AUTHORIZE_WORKER else Worker.ACCOUNTS
    if call is None or signal.worker is not theirs:
        return _wake_in_time(case, signal.worker)
    if call is Call.SEND_AUTHORIZE:
        return Step(case.connection, call=call)
    taken = case.asking(
        patience(call, case.clocks), called_at=case.now, calls=case.attempt.calls + 1
    )
    if call is Call.CALL_DATA:
        taken = taken.with_attempt(data_claimed=True, selection=signal.selection)
    elif call is Call.OPEN_CACHED and case.refresh.status in _READING:
        taken = taken.with_attempt(request_gone=True)
    elif call is Call.POLL_DATA and case.attempt.data_accepted:
        taken = taken.alive()
    return taken.taking(call)


def _wake_in_time(case: Case, worker: Worker) -> Step:
    """A wait may be longer than a queue can delay a message: then it goes on to wait there."""
    left = case.refresh.due_at - case.now
    waits = case.refresh.status is Status.RETRY_SCHEDULED and worker is Worker.AUTHORIZE
    return case.ignore(Command(worker, left)) if waits and left > NO_DELAY else case.ignore()


def call_due(case: Case) -> Step:
    """A message that asked for a call was lost: ask for it again."""
    of_authorize = case.refresh.status is Status.STARTING
    return case.ignore(Command(Worker.AUTHORIZE if of_authorize else Worker.ACCOUNTS))


def data_answered(case: Case, signal: DataAnswered) -> Step:
    """What Flinks says to the data call or to a poll of it."""
    if not _is_about_this(case, signal):
        return case.ignore()
    match signal.answer:
        case Delivered() | NothingAllowed() as data:
            return _delivered(case, data)
        case StillCollecting():
            return _collecting(case)
        case OutcomeUnknown() | NotSent() as unheard:
            sure = isinstance(unheard, NotSent) and not signal.polled
            return _ask_again(_unclaimed(case) if sure else case, Trouble.FLINKS_UNAVAILABLE)
        case Refused(trouble=trouble):
            return _refused(case, signal, trouble)


def cached_answered(case: Case, signal: Probed) -> Step:
    """What a cached call by LoginId says, after the RequestId died or was never ours."""
    answer = signal.answer
    if isinstance(answer, Authorized) and shows_success(case, answer):
        return _opened_by_login(case, answer)
    trouble = _only_of_our_asking(answer)
    return _not_proven(case) if trouble is None else _ask_again(case, trouble)


def looked(case: Case, signal: Probed) -> Step:
    """What a look in the background says, while the person may act at any time."""
    answer, misses = signal.answer, case.attempt.misses + 1
    if isinstance(answer, Authorized) and shows_success(case, answer):
        return _opened_by_login(case, answer)
    trouble = _only_of_our_asking(answer)
    if trouble is not None:
        return case.asking(_patient(case, trouble), misses=misses).stay()
    if case.refresh.status is not Status.CREDENTIALS_REQUIRED:
        return case.with_attempt(call_at=None).stay()
    wait = case.clocks.look_delay(misses)
    return case.asking(wait, misses=misses).stay(Command(Worker.ACCOUNTS, wait))


def collecting_due(case: Case) -> Step:
    """The clock of what is being asked has run out."""
    return _given_up(case) or case.ignore()


def late_due(case: Case) -> Step:
    """A late question may have been lost: ask again, or stop asking."""
    asks = case.refresh.asks_late
    return not_late(case) if asks and case.now >= _late_until(case) else case.ignore()


_READING: Final = frozenset({Status.VERIFYING, Status.FETCHING, Status.EXPIRED})


def _is_about_this(case: Case, signal: DataAnswered) -> bool:
    """Whether an answer is about the RequestId that is asked now, and about the last call.

    Data, and that Flinks collects them, is so whoever hears it; what is not so may have become
    so since.
    """
    if signal.request_id != case.attempt.request_id or case.attempt.request_gone:
        return False
    tells_what_is = isinstance(signal.answer, Delivered | StillCollecting)
    return tells_what_is or signal.call == case.attempt.calls


def _delivered(case: Case, delivered: Delivered | NothingAllowed) -> Step:
    if case.connection.login_id not in {None, delivered.login_id}:
        return failed(case, Trouble.IDENTITY_MISMATCH)
    if isinstance(delivered, NothingAllowed):
        return _ask_anew(case, delivered)
    of_session = case.attempt.openings == 0
    newer = proves_by_session(case.attempt, delivered.last_refresh, case.now, case.clocks)
    if newer or (delivered.last_refresh is None and of_session):
        return completed(case, delivered)
    return _ask_again(case.with_attempt(request_gone=True), Trouble.DATA_STALE)


def _ask_anew(case: Case, answer: NothingAllowed) -> Step:
    """Other accounts are chosen than were asked for: ask in a session of its own, by the login."""
    known = case.where(login_id=answer.login_id)
    return _given_up(known) or _by_login(known)


def _collecting(case: Case) -> Step:
    given_up = _given_up(case)
    if given_up is not None:
        return given_up
    again = Command(Worker.ACCOUNTS, _until_call(case))
    if case.attempt.data_accepted and case.refresh.error is None:
        return case.ignore(again)
    since = case.attempt.collecting_since or case.now
    accepted = case.alive().asking(
        case.clocks.poll,
        data_accepted=True,
        activity_at=case.now,
        collecting_since=since,
        misses=0,
    )
    again = Command(Worker.ACCOUNTS, case.clocks.poll)
    if case.refresh.status is Status.EXPIRED:
        return accepted.stay(again)
    until = since + case.clocks.collection + case.clocks.verify_again
    return accepted.to(Status.FETCHING, again, due=until, error=None)


def _until_call(case: Case) -> timedelta:
    call_at = case.attempt.call_at
    return max((call_at or case.now) - case.now, NO_DELAY)


def _not_yet(case: Case) -> Step:
    """Flinks: not authorized yet. Back to the question, or over if the clock had run out."""
    if case.refresh.status is Status.EXPIRED:
        return _look_late(case)
    if case.attempt.asked and case.refresh.status is Status.VERIFYING:
        wait = case.clocks.poll
        return case.asking(wait, asked=False).stay(Command(Worker.ACCOUNTS, wait))
    if case.attempt.last_ask or case.refresh.status is not Status.VERIFYING:
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    return ask_person_again(case)


def _gone(case: Case, signal: DataAnswered) -> Step:
    """The RequestId is dead, unless a poll only says that our call never reached Flinks.

    Where the LoginId is known, it tells; the claim stays as long as there is that doubt.
    """
    if not signal.polled:
        return _ask_by_login(_unclaimed(case))
    if case.connection.login_id is None and not case.attempt.data_accepted:
        return _ask_again(_unclaimed(case), Trouble.FLINKS_UNAVAILABLE)
    return _ask_by_login(case)


def _ask_by_login(case: Case) -> Step:
    """A cached call by LoginId tells, where we know the LoginId."""
    if case.connection.login_id is None:
        return attempt_over(case, Trouble.SESSION_GONE)
    if case.attempt.openings >= _MOST_OPENINGS:
        return _given_up(case) or attempt_over(case, Trouble.SESSION_GONE)
    return _by_login(case)


def _by_login(case: Case) -> Step:
    wait = min(_A_MOMENT, case.clocks.poll)
    return case.asking(wait, request_gone=True).stay(Command(Worker.ACCOUNTS, wait))


def _opened_by_login(case: Case, answer: Authorized) -> Step:
    since = case.attempt.collecting_since or case.now
    opened = case.alive().asking(
        NO_DELAY,
        request_id=answer.request_id,
        activity_at=case.now,
        openings=case.attempt.openings + 1,
        misses=0,
        request_gone=False,
        data_claimed=False,
        data_accepted=False,
        collecting_since=since,
    )
    if case.refresh.status is Status.EXPIRED:
        return opened.stay(Command(Worker.ACCOUNTS))
    until = since + case.clocks.collection + case.clocks.verify_again
    return opened.to(
        Status.FETCHING, Command(Worker.ACCOUNTS), due=until, error=None, retry_at=None
    )


def _not_proven(case: Case) -> Step:
    """No newer data under the stored login, although the browser said that it is done."""
    misses = case.attempt.misses + 1
    missed = case.with_attempt(misses=misses)
    if case.refresh.status is Status.EXPIRED:
        return _look_late(missed)
    if case.refresh.status is Status.VERIFYING:
        over = _not_signed_in(missed) if case.attempt.kind is Kind.SIGN_IN else _unproven(missed)
        if over is not None:
            return over
    wait = case.clocks.look_delay(case.attempt.misses)
    looks = missed.asking(wait)
    return _given_up(case) or looks.stay(Command(Worker.ACCOUNTS, wait))


def _unproven(case: Case) -> Step | None:
    if case.attempt.last_ask:
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    never_taken = case.attempt.data_claimed and not case.attempt.data_accepted
    active_at = case.attempt.activity_at
    lives = active_at is not None and case.now < active_at + case.clocks.request_id_idle
    if never_taken and lives and case.attempt.request_id is not None:
        return ask_person_again(case.with_attempt(request_gone=False, data_claimed=False))
    return None


def _not_signed_in(case: Case) -> Step | None:
    """A full sign-in may show late; the person need not wait for that, nor may they be fooled."""
    if case.now >= case.refresh.expires_at:
        return expired(case)
    if case.attempt.other_login:
        if case.attempt.misses >= _OTHER_LOGIN:
            return failed(case, Trouble.IDENTITY_MISMATCH)
        wait = case.clocks.look_delay(case.attempt.misses - 1)
        shown = case.asking(wait).with_refresh(error=Trouble.IDENTITY_MISMATCH)
        return shown.stay(Command(Worker.ACCOUNTS, wait))
    if case.attempt.misses < _BACK_TO_SIGN_IN:
        return None
    wait = case.clocks.look_delay(case.attempt.misses)
    later = Command(Worker.ACCOUNTS, wait)
    return case.asking(wait).to(Status.CREDENTIALS_REQUIRED, later, due=case.refresh.expires_at)


def _look_late(case: Case) -> Step:
    """Success may still show after the refresh expired: look again, or stop looking."""
    wait = case.clocks.look_delay(case.attempt.misses)
    if case.now + wait >= _late_until(case):
        return not_late(case)
    return case.asking(wait).stay(Command(Worker.ACCOUNTS, wait))


def _refused(case: Case, signal: DataAnswered, trouble: Trouble) -> Step:
    """A definite no to a data call; what is only about our asking is asked again."""
    remedy = REMEDIES[trouble]
    if trouble is Trouble.NOT_YET_AUTHORIZED:
        return _not_yet(_unclaimed(case))
    if trouble in _NO_SESSION:
        return _gone(case, signal)
    if trouble is Trouble.NO_ACCOUNTS_YET:
        return _without_accounts(case)
    if CONCERNS[trouble] is Concern.ASKING or remedy.reaction in _PASSING:
        # Only the call's own answer can say that the call was not taken.
        return _ask_again(case if signal.polled else _unclaimed(case), trouble)
    if remedy.reaction is Reaction.FAIL:
        return failed(case, trouble)
    return attempt_over(case, trouble)


def _without_accounts(case: Case) -> Step:
    """Flinks took the call, and its answer is empty: that proves nothing, and may pass (R14)."""
    given_up = _given_up(case)
    if given_up is not None:
        return given_up
    wait = _patient(case, Trouble.NO_ACCOUNTS_YET)
    since = case.attempt.collecting_since or case.now
    taken = case.alive().asking(
        wait, data_accepted=True, collecting_since=since, misses=case.attempt.misses + 1
    )
    again = Command(Worker.ACCOUNTS, wait)
    if case.refresh.status is Status.EXPIRED:
        return taken.stay(again)
    until = since + case.clocks.collection + case.clocks.verify_again
    return taken.to(Status.FETCHING, again, due=until, error=Trouble.NO_ACCOUNTS_YET)


def _ask_again(case: Case, trouble: Trouble) -> Step:
    """A read may be repeated: after the remedy's delay, growing, and not past its clock."""
    wait = _patient(case, trouble)
    call_at = min(case.now + wait, max(_ends_at(case), case.now))
    waiting = case.with_attempt(call_at=call_at, misses=case.attempt.misses + 1)
    late = case.refresh.status is Status.EXPIRED
    error = case.refresh.error if late else trouble
    return _given_up(case) or waiting.stay(Command(Worker.ACCOUNTS, wait), error=error)


def _patient(case: Case, trouble: Trouble) -> timedelta:
    """The remedy's delay at least; longer each time, and not for all at the same instant."""
    least = max(REMEDIES[trouble].delay, case.clocks.poll)
    factor: int = 2 ** min(case.attempt.misses, 10)
    wait = min(least * factor, max(least, _MOST_DELAY))
    jitter = zlib.crc32(f"{case.refresh.id}{case.attempt.misses}".encode()) / 2**34
    return wait * (1 + jitter)


def _unclaimed(case: Case) -> Case:
    """The data call was not accepted, so this RequestId may be asked again."""
    return case if case.attempt.data_accepted else case.with_attempt(data_claimed=False)


def _only_of_our_asking(answer: object) -> Trouble | None:
    """Return what kept the answer from telling anything of the login; None: it tells something."""
    match answer:
        case StillRunning() | OutcomeUnknown() | NotSent():
            return Trouble.FLINKS_UNAVAILABLE
        case Refused(trouble=trouble) if (
            CONCERNS[trouble] is Concern.ASKING or REMEDIES[trouble].reaction in _PASSING
        ):
            return trouble
    return None


def _given_up(case: Case) -> Step | None:
    """Every way of asking again ends here, at an instant that was stored before (rule R6)."""
    if case.now < _ends_at(case):
        return None
    if case.refresh.status is Status.EXPIRED:
        return not_late(case)
    ours = case.refresh.error
    if ours is not None and REMEDIES[ours].owner is Owner.OPERATOR:
        return failed(case, ours)
    if case.refresh.status is Status.FETCHING or case.attempt.collecting_since is not None:
        return failed(case, Trouble.DATA_TIMEOUT)
    if case.attempt.kind is Kind.SIGN_IN and case.now < case.refresh.expires_at:
        return ask_person_again(case.asking(case.clocks.look_delay(case.attempt.misses)))
    return attempt_over(case, Trouble.ATTEMPT_EXPIRED)


def _ends_at(case: Case) -> datetime:
    """Until when Flinks is asked in this status."""
    if case.refresh.status is Status.EXPIRED:
        return _late_until(case)
    since = case.attempt.collecting_since
    if since is not None:
        return since + case.clocks.collection
    return case.refresh.due_at - case.clocks.verify_again


def _late_until(case: Case) -> datetime:
    """Until when a success may still be proven of a refresh that has expired."""
    attempt = case.attempt
    until = (attempt.ended_at or case.now) + case.clocks.late_grace
    if attempt.sent_at is not None and attempt.activity_at is None:
        until = max(until, attempt.sent_at + case.clocks.fence)
    if attempt.collecting_since is not None:
        until = max(until, attempt.collecting_since + case.clocks.collection)
    return until
