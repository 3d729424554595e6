"""Rules: the person is at the bank's question. The browser only hints; Flinks decides."""

from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.machine.context import NO_DELAY, Command, Context, Step, Worker
from flinks_reconnect.domain.machine.signals import CallbackSeen, SignInOpened
from flinks_reconnect.domain.refresh import Kind, Status

_OPENED: Final = 6
"""A widget that was just opened is looked after less often than one that somebody came from."""


def came_back(context: Context, signal: CallbackSeen) -> Step:
    """The browser says it is done: ask Flinks. The session was just used, so its clock moves.

    A clock that has run out does not start again: then this is the last time that is asked.
    """
    if _ran_out(context):
        return answer_due(context.with_attempt(other_login=signal.other_login))
    wait = _since_last_call(context)
    back = context.alive().asking(
        wait,
        activity_at=context.now,
        other_login=signal.other_login,
        last_ask=False,
        asked=False,
        misses=0,
    )
    return _verify(back, wait)


def came_back_again(context: Context, signal: CallbackSeen) -> Step:
    """The browser says so while Flinks is being asked; asked once more if that brings nothing."""
    if context.attempt.asked:
        return context.ignore()
    return context.with_attempt(asked=True, other_login=signal.other_login).stay()


def answer_due(context: Context) -> Step:
    """The RequestId's idle clock ran out: Flinks is asked once more."""
    over = _ran_out(context) or context.attempt.kind is Kind.SIGN_IN
    wait = _since_last_call(context)
    return _verify(context.asking(wait, last_ask=over, asked=False, misses=0), wait)


def sign_in_opened(context: Context, _: SignInOpened) -> Step:
    """A full sign-in may be under way; look what became of it when its session must be over."""
    wait = context.clocks.session
    opened = context.alive().asking(wait, activity_at=context.now, last_ask=False, misses=_OPENED)
    return opened.stay(Command(Worker.ACCOUNTS, wait))


def ask_person_again(context: Context) -> Step:
    """Flinks says that the bank still waits: back to the question, on the same clock."""
    if context.attempt.kind is Kind.SIGN_IN:
        return context.to(Status.CREDENTIALS_REQUIRED, due=context.refresh.expires_at)
    due = (context.attempt.activity_at or context.now) + context.clocks.request_id_idle
    waiting = context.with_attempt(call_at=None, misses=0)
    wait = max(due - context.now, NO_DELAY)
    return waiting.to(Status.MFA_REQUIRED, Command(Worker.ACCOUNTS, wait), due=due, error=None)


def _verify(context: Context, wait: timedelta) -> Step:
    known = context.attempt.activity_at or context.attempt.since
    proven_by = known + context.clocks.request_id_idle + context.clocks.late_grace
    until = max(proven_by, context.now) + context.clocks.verify_again
    return context.to(Status.VERIFYING, Command(Worker.ACCOUNTS, wait), due=until)


def _since_last_call(context: Context) -> timedelta:
    """Whoever wants to know, Flinks is asked at most once in a poll's time."""
    called_at = context.attempt.called_at
    if called_at is None:
        return NO_DELAY
    return max(called_at + context.clocks.poll - context.now, NO_DELAY)


def _ran_out(context: Context) -> bool:
    active = context.attempt.activity_at
    return (
        context.attempt.kind is not Kind.SIGN_IN
        and active is not None
        and context.now >= active + context.clocks.request_id_idle
    )
