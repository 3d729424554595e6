"""The step function: which signal leads where. A table one can print and read.

`step` is pure: the same connection, signal, instant and clocks give the same step. A signal that
has no row for the current status changes nothing; so does one of another attempt, and so does
every signal to a closed connection.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flinks_reconnect.domain import answering, asking, collecting, ending, inviting
from flinks_reconnect.domain.calls import next_call
from flinks_reconnect.domain.case import Case, Step
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.owed import next_look_at
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.domain.signals import (
    Adopted,
    Answered,
    Asked,
    CallbackSeen,
    Cancelled,
    Closed,
    DataAnswered,
    Due,
    LinkIssued,
    NightlyFailed,
    NotStarted,
    PersonActed,
    PersonDeclined,
    Probed,
    ProvenElsewhere,
    Sent,
    Signal,
    SignInOpened,
    Swept,
    WebhookMatched,
    WorkerCame,
)

_S = Status
_OVER: Final = (_S.INVITED, _S.EXPIRED)
_NEXT: Final = (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED, _S.EXPIRED)
_DONE: Final = (_S.COMPLETED, _S.FAILED)


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do, and every status that it may lead to besides staying."""

    act: Callable[..., Step]
    to: tuple[Status, ...] = ()

    def __call__(self, case: Case, signal: Signal) -> Step:
        """Apply the rule; what the clock alone decides takes no signal."""
        return self.act(case) if isinstance(signal, Due | Swept) else self.act(case, signal)


_BEGIN: Final = {
    Asked: Rule(asking.begin, (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED)),
    Adopted: Rule(asking.adopt, (_S.MFA_REQUIRED,)),
    ProvenElsewhere: Rule(ending.proven_elsewhere),
    NightlyFailed: Rule(ending.nightly_failed),
    Closed: Rule(ending.closed),
}
_OPEN: Final = {
    LinkIssued: Rule(inviting.link_issued),
    Cancelled: Rule(ending.cancelled, (_S.CANCELLED,)),
    WebhookMatched: Rule(ending.brought, (_S.COMPLETED,)),
    ProvenElsewhere: Rule(ending.proven_elsewhere),
    NightlyFailed: Rule(ending.nightly_failed),
    Closed: Rule(ending.closed, (_S.CANCELLED,)),
}
_AGAIN: Final = {
    PersonActed: Rule(asking.act_again, (*_NEXT, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED)),
    CallbackSeen: Rule(ending.back_in_time, (_S.VERIFYING,)),
    WorkerCame: Rule(collecting.worker_came),
    Probed: Rule(collecting.looked, (_S.FETCHING,)),
}
TABLE: Final[dict[Status | None, dict[type[Any], Rule]]] = {
    None: _BEGIN,
    _S.INVITED: _OPEN | _AGAIN | {Due: Rule(ending.expired, (_S.EXPIRED,))},
    _S.STARTING: _OPEN
    | {
        PersonActed: Rule(asking.acted_meanwhile),
        WorkerCame: Rule(collecting.worker_came),
        Sent: Rule(asking.sent, _OVER),
        NotStarted: Rule(asking.not_started, (_S.CREDENTIALS_REQUIRED, *_NEXT, _S.FAILED)),
        Answered: Rule(
            asking.answered,
            (_S.FETCHING, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, *_NEXT, _S.FAILED),
        ),
        Probed: Rule(asking.probed, (_S.FETCHING, *_OVER)),
        Due: Rule(asking.start_due, _OVER),
    },
    _S.MFA_REQUIRED: _OPEN
    | {
        PersonDeclined: Rule(ending.declined, (_S.INVITED,)),
        CallbackSeen: Rule(answering.came_back, (_S.VERIFYING,)),
        Due: Rule(answering.answer_due, (_S.VERIFYING,)),
    },
    _S.CREDENTIALS_REQUIRED: _OPEN
    | {
        SignInOpened: Rule(answering.sign_in_opened),
        PersonDeclined: Rule(ending.declined, (_S.INVITED,)),
        CallbackSeen: Rule(answering.came_back, (_S.VERIFYING,)),
        WorkerCame: Rule(collecting.worker_came),
        Probed: Rule(collecting.looked, (_S.FETCHING,)),
        Due: Rule(ending.expired, (_S.EXPIRED,)),
    },
    _S.VERIFYING: _OPEN
    | {
        PersonActed: Rule(asking.acted_meanwhile),
        PersonDeclined: Rule(ending.declined, (_S.INVITED,)),
        WorkerCame: Rule(collecting.worker_came),
        DataAnswered: Rule(
            collecting.data_answered,
            (_S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, _S.FETCHING, *_OVER, *_DONE),
        ),
        Probed: Rule(
            collecting.cached_answered,
            (_S.FETCHING, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED),
        ),
        CallbackSeen: Rule(answering.came_back_again),
        Due: Rule(collecting.collecting_due, (_S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED)),
    },
    _S.FETCHING: _OPEN
    | {
        PersonActed: Rule(asking.acted_meanwhile),
        WorkerCame: Rule(collecting.worker_came),
        DataAnswered: Rule(collecting.data_answered, (*_OVER, *_DONE)),
        Probed: Rule(collecting.cached_answered, (_S.FAILED,)),
        Due: Rule(collecting.collecting_due, (_S.FAILED,)),
    },
    _S.RETRY_SCHEDULED: _OPEN | _AGAIN | {Due: Rule(asking.retry_due, _NEXT)},
    _S.COMPLETED: _BEGIN,
    _S.FAILED: _BEGIN,
    _S.CANCELLED: _BEGIN
    | {Asked: Rule(asking.begin, (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED, _S.MFA_REQUIRED))},
    _S.EXPIRED: _BEGIN
    | {
        CallbackSeen: Rule(ending.back_late),
        WebhookMatched: Rule(ending.brought_late, (_S.COMPLETED,)),
        WorkerCame: Rule(collecting.worker_came),
        DataAnswered: Rule(collecting.data_answered, (_S.COMPLETED,)),
        Probed: Rule(collecting.cached_answered),
        Due: Rule(collecting.late_due),
    },
}


def step(connection: Connection, signal: Signal, now: datetime, clocks: Clocks) -> Step:
    """Return what this signal makes of the connection's refresh."""
    case = Case(connection, _not_before(connection, now), clocks)
    if isinstance(signal, Swept):
        return _sweep(case)
    return _apply(case, signal)


def steps(connection: Connection, signals: Iterable[Signal], now: datetime, clocks: Clocks) -> Step:
    """Return what these signals make of it, one after the other, as one step to be stored."""
    total = Step(connection)
    for signal in signals:
        taken = step(total.connection, signal, now, clocks)
        total = Step(
            taken.connection,
            total.commands + taken.commands,
            changed=total.changed or taken.changed,
            settled=total.settled or taken.settled,
            call=taken.call,
        )
    return total


def _apply(case: Case, signal: Signal) -> Step:
    if case.connection.closed_at is not None:
        return case.ignore()
    refresh = case.connection.refresh
    row = TABLE[refresh.status if refresh else None]
    rule = row.get(type(signal))
    if rule is None or not _concerns_attempt(case, signal):
        return case.ignore()
    taken = _due(case, rule) if isinstance(signal, Due) else rule(case, signal)
    return taken if taken.changed else replace(taken, connection=case.connection)


def _due(case: Case, rule: Rule) -> Step:
    """Let the deadline decide, if it has come; a call to Flinks may be due in any case."""
    taken = rule(case, Due()) if case.now >= case.refresh.due_at else case.ignore()
    waits = not taken.changed and not taken.commands
    # A call that has just come due has its own message on the way.
    overdue = next_call(case.connection, case.now - case.clocks.verify_again, case.clocks)
    return collecting.call_due(case) if waits and overdue is not None else taken


def _sweep(case: Case) -> Step:
    """As `Due`; whatever came of it, the next look is later, so no row blocks the others."""
    looked = _apply(case, Due())
    later = looked.connection
    if not looked.changed:
        later = replace(later, version=later.version + 1)
    wake_at = next_look_at(later, case.now, case.clocks)
    return replace(looked, connection=replace(later, wake_at=wake_at), changed=True)


def _concerns_attempt(case: Case, signal: Signal) -> bool:
    """Whether the signal is of the current attempt, and not of a call that another one followed."""
    number = getattr(signal, "attempt", None)
    if number is None:
        return True
    attempt = case.refresh.attempt
    if attempt is None or attempt.number != number:
        return False
    call = None if isinstance(signal, DataAnswered) else getattr(signal, "call", None)
    return call is None or call == attempt.calls


def _not_before(connection: Connection, now: datetime) -> datetime:
    """Time never runs backwards on one row, whatever the machines' clocks say."""
    refresh = connection.refresh
    return max(now, refresh.updated_at) if refresh else now
