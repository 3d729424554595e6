"""Rules: the person is at the bank's question. The browser only hints; Flinks decides."""

from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.case import NO_DELAY, Case, Command, Step, Worker
from flinks_reconnect.domain.refresh import Kind, Status
from flinks_reconnect.domain.signals import CallbackSeen, SignInOpened

_OPENED: Final = 6
"""A widget that was just opened is looked after less often than one that somebody came from."""


def came_back(case: Case, signal: CallbackSeen) -> Step:
    """The browser says it is done: ask Flinks. The session was just used, so its clock moves.

    A clock that has run out does not start again: then this is the last time that is asked.
    """
    if _ran_out(case):
        return answer_due(case.with_attempt(other_login=signal.other_login))
    wait = _since_last_call(case)
    back = case.alive().asking(
        wait,
        activity_at=case.now,
        other_login=signal.other_login,
        last_ask=False,
        asked=False,
        misses=0,
    )
    return _verify(back, wait)


def came_back_again(case: Case, signal: CallbackSeen) -> Step:
    """The browser says so while Flinks is being asked; asked once more if that brings nothing."""
    if case.attempt.asked:
        return case.ignore()
    return case.with_attempt(asked=True, other_login=signal.other_login).stay()


def answer_due(case: Case) -> Step:
    """The RequestId's idle clock ran out: Flinks is asked once more."""
    over = _ran_out(case) or case.attempt.kind is Kind.SIGN_IN
    return _verify(case.asking(NO_DELAY, last_ask=over, asked=False, misses=0), NO_DELAY)


def sign_in_opened(case: Case, _: SignInOpened) -> Step:
    """A full sign-in may be under way; look what became of it when its session must be over."""
    wait = case.clocks.session
    opened = case.alive().asking(wait, activity_at=case.now, last_ask=False, misses=_OPENED)
    return opened.stay(Command(Worker.ACCOUNTS, wait))


def ask_person_again(case: Case) -> Step:
    """Flinks says that the bank still waits: back to the question, on the same clock."""
    if case.attempt.kind is Kind.SIGN_IN:
        return case.to(Status.CREDENTIALS_REQUIRED, due=case.refresh.expires_at)
    due = (case.attempt.activity_at or case.now) + case.clocks.request_id_idle
    waiting = case.with_attempt(call_at=None, misses=0)
    wait = max(due - case.now, NO_DELAY)
    return waiting.to(Status.MFA_REQUIRED, Command(Worker.ACCOUNTS, wait), due=due, error=None)


def _verify(case: Case, wait: timedelta) -> Step:
    known = case.attempt.activity_at or case.attempt.since
    proven_by = known + case.clocks.request_id_idle + case.clocks.late_grace
    until = max(proven_by, case.now) + case.clocks.verify_again
    return case.to(Status.VERIFYING, Command(Worker.ACCOUNTS, wait), due=until)


def _since_last_call(case: Case) -> timedelta:
    """However often the browser comes back, Flinks is asked at most once in a poll's time."""
    called_at = case.attempt.called_at
    if called_at is None:
        return NO_DELAY
    return max(called_at + case.clocks.poll - case.now, NO_DELAY)


def _ran_out(case: Case) -> bool:
    active = case.attempt.activity_at
    return (
        case.attempt.kind is not Kind.SIGN_IN
        and active is not None
        and case.now >= active + case.clocks.request_id_idle
    )
