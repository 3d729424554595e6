"""Rules: Flinks is asked whether it is done, and for the accounts."""

from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.answering import ask_person_again
from flinks_reconnect.domain.answers import (
    Authorized,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.asking import is_newer
from flinks_reconnect.domain.case import Case, Command, Step, Worker
from flinks_reconnect.domain.ending import attempt_over, completed, failed, not_late
from flinks_reconnect.domain.errors import REMEDIES, Reaction, Trouble
from flinks_reconnect.domain.refresh import Kind, Status
from flinks_reconnect.domain.signals import DataAnswered, DataClaimed, Delivered, Probed


def claimed(case: Case, signal: DataClaimed) -> Step:
    """The one data call of this RequestId is about to be sent; stored first, so only once."""
    if case.attempt.data_claimed or case.attempt.request_id != signal.request_id:
        return case.ignore()
    if _is_known_dead(case):
        return _ask_by_login(case)
    return case.with_attempt(data_claimed=True).stay(due_at=case.now + case.clocks.verify_again)


def data_answered(case: Case, signal: DataAnswered) -> Step:
    """What Flinks says to the data call or to a poll of it."""
    # Only the call's own answer can say that the call was not taken.
    again = case if signal.polled else _unclaimed(case)
    match signal.answer:
        case Delivered() as delivered:
            return completed(case, delivered, session_over=not case.attempt.answer_lost)
        case StillCollecting():
            return _collecting(case)
        case OutcomeUnknown():
            return _given_up(case) or case.polling(Worker.ACCOUNTS)
        case NotSent():
            return _ask_again(again)
        case Refused(trouble=Trouble.NOT_YET_AUTHORIZED):
            return _not_yet(_unclaimed(case))
        case Refused(trouble=Trouble.SESSION_GONE | Trouble.ALREADY_AUTHORIZED):
            return _ask_by_login(case)
        case Refused(trouble=trouble):
            return _refused(again, trouble)


def cached_answered(case: Case, signal: Probed) -> Step:
    """What a cached call by LoginId says, after the RequestId died or was never ours."""
    answer = signal.answer
    if isinstance(answer, Authorized) and is_newer(case, answer):
        return _opened_by_login(case, answer)
    match answer:
        case StillRunning() | OutcomeUnknown() | NotSent():
            return _given_up(case) or case.polling(Worker.ACCOUNTS)
        case Refused(trouble=trouble) if REMEDIES[trouble].reaction in _PASSING:
            return _given_up(case) or case.polling(Worker.ACCOUNTS)
        case _:
            return _not_proven(case)


def late_data_answered(case: Case, signal: DataAnswered) -> Step:
    """As above, after the refresh had expired: success may still be proven, for a while."""
    return not_late(case) if _too_late(case) else data_answered(case, signal)


def late_cached_answered(case: Case, signal: Probed) -> Step:
    """As above, after the refresh had expired."""
    return not_late(case) if _too_late(case) else cached_answered(case, signal)


def asking_due(case: Case) -> Step:
    """A question or a poll was lost: ask again, while an answer may still be believed."""
    again = case.now + case.clocks.verify_again
    return _given_up(case) or case.stay(Command(Worker.ACCOUNTS), due_at=again)


def late_due(case: Case) -> Step:
    """A late question may have been lost: ask again, or stop asking."""
    if not case.refresh.asks_late:
        return case.ignore()
    return _given_up(case) or case.ignore(Command(Worker.ACCOUNTS))


_PASSING: Final = frozenset({Reaction.BACK_OFF, Reaction.WAIT_OUT, Reaction.SEND_ANEW})
_MOST_OPENINGS: Final = 3
_AT_ONCE: Final = timedelta(seconds=1)
"""By the queue, so that the worker that is at it now need not go round in circles."""


def _collecting(case: Case) -> Step:
    given_up = _given_up(case)
    if given_up is not None:
        return given_up
    if case.refresh.status is Status.EXPIRED:
        return case.ignore(Command(Worker.ACCOUNTS, case.clocks.poll))
    if case.attempt.data_accepted:
        return case.polling(Worker.ACCOUNTS)
    accepted = case.live_until(case.now + case.clocks.session).with_attempt(
        data_accepted=True,
        activity_at=case.now,
        collecting_since=case.attempt.collecting_since or case.now,
    )
    return accepted.to(
        Status.FETCHING,
        Command(Worker.ACCOUNTS, case.clocks.poll),
        due=case.now + 3 * case.clocks.verify_again,
    )


def _not_yet(case: Case) -> Step:
    """Flinks: not authorized yet. Back to the question, or over if the clock had run out."""
    if case.attempt.asked and case.refresh.status is Status.VERIFYING:
        return _ask_again(case.with_attempt(asked=False))
    if case.attempt.last_ask or case.refresh.status is not Status.VERIFYING:
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    return ask_person_again(case)


def _not_proven(case: Case) -> Step:
    """No newer data under the stored login, although the browser said that it is done."""
    if _came_back_just_now(case):
        return _given_up(case) or case.polling(Worker.ACCOUNTS)
    if case.attempt.kind is not Kind.SIGN_IN:
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    if case.attempt.other_login:
        return failed(case, Trouble.IDENTITY_MISMATCH)
    if case.now >= case.refresh.expires_at:
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    return ask_person_again(case)


def _is_known_dead(case: Case) -> bool:
    """An open session must be used within 8 minutes; a message that came too late finds it dead."""
    opened_at = case.attempt.activity_at
    usable = case.clocks.request_id_idle - case.clocks.url_margin
    fetching = case.refresh.status is Status.FETCHING
    return fetching and opened_at is not None and case.now >= opened_at + usable


def _ask_by_login(case: Case) -> Step:
    """The RequestId is dead: a cached call by LoginId tells, where we know the LoginId."""
    if case.connection.login_id is None:
        return attempt_over(case, Trouble.SESSION_GONE)
    if case.attempt.request_gone or case.attempt.openings >= _MOST_OPENINGS:
        return _given_up(case) or attempt_over(case, Trouble.SESSION_GONE)
    return case.with_attempt(request_gone=True).stay(
        Command(Worker.ACCOUNTS, _AT_ONCE), due_at=case.now + case.clocks.verify_again
    )


def _opened_by_login(case: Case, answer: Authorized) -> Step:
    opened = case.with_attempt(
        request_id=answer.request_id,
        activity_at=case.now,
        openings=case.attempt.openings + 1,
        request_gone=False,
        data_claimed=False,
        data_accepted=False,
        collecting_since=case.attempt.collecting_since or case.now,
    )
    if case.refresh.status is Status.EXPIRED:
        return opened.stay(Command(Worker.ACCOUNTS))
    return opened.to(
        Status.FETCHING, Command(Worker.ACCOUNTS), due=case.now + case.clocks.verify_again
    )


def _refused(case: Case, trouble: Trouble) -> Step:
    """A definite no to a data call. A read may be repeated where the trouble passes."""
    if REMEDIES[trouble].reaction in _PASSING:
        return _ask_again(case)
    if REMEDIES[trouble].reaction is Reaction.FAIL:
        return failed(case, trouble)
    return attempt_over(case, trouble)


def _ask_again(case: Case) -> Step:
    again = Command(Worker.ACCOUNTS, case.clocks.poll)
    due_at = case.now + case.clocks.verify_again
    return _given_up(case) or case.stay(again, due_at=due_at)


def _unclaimed(case: Case) -> Case:
    """The data call was not accepted, so this RequestId may be asked again."""
    return case if case.attempt.data_accepted else case.with_attempt(data_claimed=False)


def _given_up(case: Case) -> Step | None:
    """Every way of asking again ends here, at an instant that was stored before (rule R6)."""
    since = case.attempt.collecting_since
    if case.refresh.status is Status.EXPIRED:
        return not_late(case) if _too_late(case) else None
    if since is not None and case.now >= since + case.clocks.collection:
        return failed(case, Trouble.DATA_TIMEOUT)
    if case.refresh.status is Status.VERIFYING and case.now >= _proof_ends_at(case):
        return attempt_over(case, Trouble.ATTEMPT_EXPIRED)
    return None


def _proof_ends_at(case: Case) -> datetime:
    known = case.attempt.activity_at or case.attempt.since
    return known + case.clocks.request_id_idle + case.clocks.late_grace


def _came_back_just_now(case: Case) -> bool:
    """Flinks may need a moment until a cached call shows what its widget has just finished."""
    back_at, attempt = case.attempt.activity_at, case.attempt
    verifying = case.refresh.status is Status.VERIFYING and not attempt.last_ask
    return verifying and back_at is not None and case.now < back_at + case.clocks.verify_again


def _too_late(case: Case) -> bool:
    ended_at = case.attempt.ended_at or case.now
    return case.now >= ended_at + case.clocks.late_grace + case.clocks.collection
