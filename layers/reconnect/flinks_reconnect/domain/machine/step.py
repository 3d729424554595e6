"""The step function: which signal leads where. A table one can print and read.

`step` is pure: the same connection, signal, instant and clocks give the same step. A signal that
has no row for the current status changes nothing; so does one of another attempt, and so does
every signal to a closed connection.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flinks_reconnect.domain.calls import next_call
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.machine import fetching, invited, mfa_required, starting, terminal
from flinks_reconnect.domain.machine.context import Context, Step
from flinks_reconnect.domain.machine.signals import (
    Adopted,
    Answered,
    Asked,
    CallbackSeen,
    Cancelled,
    Closed,
    DataAnswered,
    Due,
    LinkIssued,
    LinkOpened,
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
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.domain.wake_up import next_look_at

_S = Status
_OVER: Final = (_S.INVITED, _S.EXPIRED)
_NEXT: Final = (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED, _S.EXPIRED)
_DONE: Final = (_S.COMPLETED, _S.FAILED)


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do, and every status that it may lead to besides staying."""

    act: Callable[..., Step]
    to: tuple[Status, ...] = ()

    def __call__(self, context: Context, signal: Signal) -> Step:
        """Apply the rule; what the clock alone decides takes no signal."""
        return self.act(context) if isinstance(signal, Due | Swept) else self.act(context, signal)


_BEGIN: Final = {
    Asked: Rule(starting.begin, (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED)),
    Adopted: Rule(starting.adopt, (_S.MFA_REQUIRED,)),
    ProvenElsewhere: Rule(terminal.proven_elsewhere),
    NightlyFailed: Rule(terminal.nightly_failed),
    Closed: Rule(terminal.closed),
}
_OPEN: Final = {
    LinkIssued: Rule(invited.link_issued),
    LinkOpened: Rule(invited.link_opened),
    Cancelled: Rule(terminal.cancelled, (_S.CANCELLED,)),
    WebhookMatched: Rule(terminal.brought, (_S.COMPLETED,)),
    ProvenElsewhere: Rule(terminal.proven_elsewhere),
    NightlyFailed: Rule(terminal.nightly_failed),
    Closed: Rule(terminal.closed, (_S.CANCELLED,)),
}
_AGAIN: Final = {
    PersonActed: Rule(starting.act_again, (*_NEXT, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED)),
    CallbackSeen: Rule(terminal.back_in_time, (_S.VERIFYING,)),
    WorkerCame: Rule(fetching.worker_came),
    Probed: Rule(fetching.looked, (_S.FETCHING,)),
}
TABLE: Final[dict[Status | None, dict[type[Any], Rule]]] = {
    None: _BEGIN,
    _S.INVITED: _OPEN | _AGAIN | {Due: Rule(terminal.expired, (_S.EXPIRED,))},
    _S.STARTING: _OPEN
    | {
        PersonActed: Rule(starting.acted_meanwhile),
        WorkerCame: Rule(fetching.worker_came),
        Sent: Rule(starting.sent, _OVER),
        NotStarted: Rule(starting.not_started, (_S.CREDENTIALS_REQUIRED, *_NEXT, _S.FAILED)),
        Answered: Rule(
            starting.answered,
            (_S.FETCHING, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, *_NEXT, _S.FAILED),
        ),
        Probed: Rule(starting.probed, (_S.FETCHING, *_OVER)),
        Due: Rule(starting.start_due, _OVER),
    },
    _S.MFA_REQUIRED: _OPEN
    | {
        PersonDeclined: Rule(terminal.declined, (_S.INVITED,)),
        CallbackSeen: Rule(mfa_required.came_back, (_S.VERIFYING,)),
        Due: Rule(mfa_required.answer_due, (_S.VERIFYING,)),
    },
    _S.CREDENTIALS_REQUIRED: _OPEN
    | {
        SignInOpened: Rule(mfa_required.sign_in_opened),
        PersonDeclined: Rule(terminal.declined, (_S.INVITED,)),
        CallbackSeen: Rule(mfa_required.came_back, (_S.VERIFYING,)),
        WorkerCame: Rule(fetching.worker_came),
        Probed: Rule(fetching.looked, (_S.FETCHING,)),
        Due: Rule(terminal.expired, (_S.EXPIRED,)),
    },
    _S.VERIFYING: _OPEN
    | {
        PersonActed: Rule(starting.acted_meanwhile),
        PersonDeclined: Rule(terminal.declined, (_S.INVITED,)),
        WorkerCame: Rule(fetching.worker_came),
        DataAnswered: Rule(
            fetching.data_answered,
            (_S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, _S.FETCHING, *_OVER, *_DONE),
        ),
        Probed: Rule(
            fetching.cached_answered,
            (_S.FETCHING, _S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED),
        ),
        CallbackSeen: Rule(mfa_required.came_back_again),
        Due: Rule(fetching.collecting_due, (_S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED)),
    },
    _S.FETCHING: _OPEN
    | {
        PersonActed: Rule(starting.acted_meanwhile),
        WorkerCame: Rule(fetching.worker_came),
        DataAnswered: Rule(fetching.data_answered, (*_OVER, *_DONE)),
        Probed: Rule(fetching.cached_answered, (_S.FAILED,)),
        Due: Rule(fetching.collecting_due, (_S.FAILED,)),
    },
    _S.RETRY_SCHEDULED: _OPEN | _AGAIN | {Due: Rule(starting.retry_due, _NEXT)},
    _S.COMPLETED: _BEGIN,
    _S.FAILED: _BEGIN,
    _S.CANCELLED: _BEGIN
    | {Asked: Rule(starting.begin, (_S.STARTING, _S.INVITED, _S.RETRY_SCHEDULED, _S.MFA_REQUIRED))},
    _S.EXPIRED: _BEGIN
    | {
        CallbackSeen: Rule(terminal.back_late),
        WebhookMatched: Rule(terminal.brought_late, (_S.COMPLETED,)),
        WorkerCame: Rule(fetching.worker_came),
        DataAnswered: Rule(fetching.data_answered, (_S.COMPLETED,)),
        Probed: Rule(fetching.cached_answered),
        Due: Rule(fetching.late_due),
    },
}


def step(connection: Connection, signal: Signal, now: datetime, clocks: Clocks) -> Step:
    """Return what this signal makes of the connection's refresh."""
    context = Context(connection, _not_before(connection, now), clocks)
    if isinstance(signal, Swept):
        return _sweep(context)
    return _apply(context, signal)


def steps(connection: Connection, signals: Iterable[Signal], now: datetime, clocks: Clocks) -> Step:
    """Return what these signals make of it, one after the other, as one step to be stored."""
    total = Step(connection)
    for signal in signals:
        result = step(total.connection, signal, now, clocks)
        total = Step(
            result.connection,
            total.commands + result.commands,
            changed=total.changed or result.changed,
            settled=total.settled or result.settled,
            call=result.call,
        )
    return total


def _apply(context: Context, signal: Signal) -> Step:
    if context.connection.closed_at is not None:
        return context.ignore()
    refresh = context.connection.refresh
    row = TABLE[refresh.status if refresh else None]
    rule = row.get(type(signal))
    if rule is None or not _concerns_attempt(context, signal):
        return context.ignore()
    result = _due(context, rule) if isinstance(signal, Due) else rule(context, signal)
    return result if result.changed else replace(result, connection=context.connection)


def _due(context: Context, rule: Rule) -> Step:
    """Let the deadline decide, if it has come; a call to Flinks may be due in any case."""
    result = rule(context, Due()) if context.now >= context.refresh.due_at else context.ignore()
    waits = not result.changed and not result.commands
    # A call that has just come due has its own message on the way.
    overdue = next_call(
        context.connection, context.now - context.clocks.verify_again, context.clocks
    )
    return fetching.call_due(context) if waits and overdue is not None else result


def _sweep(context: Context) -> Step:
    """As `Due`, and warnings are told.

    Whatever came of it, the next look is later, so no row blocks the others.
    """
    looked = _apply(context.warned(), Due())
    later = looked.connection
    if not looked.changed:
        later = replace(later, version=later.version + 1)
    wake_at = next_look_at(later, context.now, context.clocks)
    return replace(looked, connection=replace(later, wake_at=wake_at), changed=True)


def _concerns_attempt(context: Context, signal: Signal) -> bool:
    """Whether the signal is of the current attempt, and not of a call that another one followed."""
    number = getattr(signal, "attempt", None)
    if number is None:
        return True
    attempt = context.refresh.attempt
    if attempt is None or attempt.number != number:
        return False
    call = None if isinstance(signal, DataAnswered) else getattr(signal, "call", None)
    return call is None or call == attempt.calls


def _not_before(connection: Connection, now: datetime) -> datetime:
    """Time never runs backwards on one row, whatever the machines' clocks say."""
    refresh = connection.refresh
    return max(now, refresh.updated_at) if refresh else now
