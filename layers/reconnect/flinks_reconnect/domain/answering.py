"""Rules: the person is at the bank's question. The browser only hints; Flinks decides."""

from flinks_reconnect.domain.case import Case, Command, Step, Worker
from flinks_reconnect.domain.ending import expired
from flinks_reconnect.domain.refresh import Kind, Status
from flinks_reconnect.domain.signals import CallbackSeen, SignInOpened


def came_back(case: Case, signal: CallbackSeen) -> Step:
    """The browser says it is done: ask Flinks. The session was just used, so its clock moves.

    A clock that has run out does not start again: then this is the last time that is asked.
    """
    if _ran_out(case):
        return answer_due(case.with_attempt(other_login=signal.other_login))
    back = case.live_until(case.now + case.clocks.session).with_attempt(
        activity_at=case.now, other_login=signal.other_login, last_ask=False, asked=False
    )
    return back.to(
        Status.VERIFYING, Command(Worker.ACCOUNTS), due=case.now + case.clocks.verify_again
    )


def came_back_again(case: Case, signal: CallbackSeen) -> Step:
    """The browser says so while Flinks is being asked; asked once more if that brings nothing."""
    if case.attempt.asked:
        return case.ignore()
    return case.with_attempt(asked=True, other_login=signal.other_login).stay()


def answer_due(case: Case) -> Step:
    """The RequestId's idle clock ran out: Flinks is asked once more."""
    return case.with_attempt(last_ask=True, asked=False).to(
        Status.VERIFYING, Command(Worker.ACCOUNTS), due=case.now + case.clocks.verify_again
    )


def sign_in_opened(case: Case, _: SignInOpened) -> Step:
    """A full sign-in may be under way; look what became of it when its session must be over."""
    due = case.now + case.clocks.request_id_idle
    opened = case.live_until(case.now + case.clocks.session).with_attempt(last_ask=False)
    return opened.stay(
        Command(Worker.ACCOUNTS, case.clocks.request_id_idle),
        due_at=min(due, case.refresh.expires_at),
    )


def sign_in_due(case: Case) -> Step:
    """Nothing came back from the sign-in: ask, or give up when there is no time left."""
    if case.now >= case.refresh.expires_at and not _was_opened(case):
        return expired(case)
    return answer_due(case)


def ask_person_again(case: Case) -> Step:
    """Flinks says that the bank still waits: back to the question, on the same clock."""
    status, due = Status.MFA_REQUIRED, case.refresh.expires_at
    if case.attempt.kind is Kind.SIGN_IN:
        return case.to(Status.CREDENTIALS_REQUIRED, due=due)
    if case.attempt.activity_at is not None:
        due = case.attempt.activity_at + case.clocks.request_id_idle
    return case.to(status, Command(Worker.ACCOUNTS, due - case.now), due=due)


def _ran_out(case: Case) -> bool:
    active = case.attempt.activity_at
    return active is not None and case.now >= active + case.clocks.request_id_idle


def _was_opened(case: Case) -> bool:
    lease = case.connection.lease.live_until
    return lease is not None and lease > case.attempt.since and not case.attempt.last_ask
