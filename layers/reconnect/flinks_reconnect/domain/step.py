"""The step function: which signal leads where. A table one can print and read.

`step` is pure: the same connection, signal, instant and clocks give the same step. A signal that
has no row for the current status changes nothing; so does one of another attempt, and so does
every signal to a closed connection.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flinks_reconnect.domain import answering, asking, collecting, ending, inviting
from flinks_reconnect.domain.case import Case, Step
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.domain.signals import (
    Adopted,
    Answered,
    Asked,
    CallbackSeen,
    Cancelled,
    Closed,
    DataAnswered,
    DataClaimed,
    Due,
    LinkIssued,
    NightlyFailed,
    NotStarted,
    PersonActed,
    Probed,
    ProvenElsewhere,
    Sent,
    Signal,
    SignInOpened,
    Swept,
    WebhookMatched,
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
    WebhookMatched: Rule(ending.brought, _DONE),
    NightlyFailed: Rule(ending.nightly_failed),
    Closed: Rule(ending.closed, (_S.CANCELLED,)),
}
TABLE: Final[dict[Status | None, dict[type[Any], Rule]]] = {
    None: _BEGIN,
    _S.INVITED: _OPEN
    | {
        PersonActed: Rule(asking.act_again, _NEXT),
        CallbackSeen: Rule(ending.back_in_time, (_S.VERIFYING,)),
        Due: Rule(ending.expired, (_S.EXPIRED,)),
    },
    _S.STARTING: _OPEN
    | {
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
        CallbackSeen: Rule(answering.came_back, (_S.VERIFYING,)),
        Due: Rule(answering.answer_due, (_S.VERIFYING,)),
    },
    _S.CREDENTIALS_REQUIRED: _OPEN
    | {
        SignInOpened: Rule(answering.sign_in_opened),
        CallbackSeen: Rule(answering.came_back, (_S.VERIFYING,)),
        Due: Rule(answering.sign_in_due, (_S.VERIFYING, _S.EXPIRED)),
    },
    _S.VERIFYING: _OPEN
    | {
        DataClaimed: Rule(collecting.claimed),
        DataAnswered: Rule(
            collecting.data_answered,
            (_S.MFA_REQUIRED, _S.CREDENTIALS_REQUIRED, _S.FETCHING, *_OVER, *_DONE),
        ),
        Probed: Rule(
            collecting.cached_answered,
            (_S.FETCHING, _S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED),
        ),
        CallbackSeen: Rule(answering.came_back_again),
        Due: Rule(collecting.asking_due, (*_OVER, _S.FAILED)),
    },
    _S.FETCHING: _OPEN
    | {
        DataClaimed: Rule(collecting.claimed, (*_OVER, _S.FAILED)),
        DataAnswered: Rule(collecting.data_answered, (*_OVER, *_DONE)),
        Probed: Rule(collecting.cached_answered, (_S.CREDENTIALS_REQUIRED, *_OVER, _S.FAILED)),
        Due: Rule(collecting.asking_due, (_S.FAILED,)),
    },
    _S.RETRY_SCHEDULED: _OPEN
    | {
        PersonActed: Rule(asking.act_again, _NEXT),
        CallbackSeen: Rule(ending.back_in_time, (_S.VERIFYING,)),
        Due: Rule(asking.retry_due, _NEXT),
    },
    _S.COMPLETED: _BEGIN,
    _S.FAILED: _BEGIN,
    _S.CANCELLED: _BEGIN,
    _S.EXPIRED: _BEGIN
    | {
        DataClaimed: Rule(collecting.claimed),
        CallbackSeen: Rule(ending.back_late),
        WebhookMatched: Rule(ending.brought_late, (_S.COMPLETED,)),
        DataAnswered: Rule(collecting.late_data_answered, (_S.COMPLETED,)),
        Probed: Rule(collecting.late_cached_answered),
        Due: Rule(collecting.late_due),
    },
}


def step(connection: Connection, signal: Signal, now: datetime, clocks: Clocks) -> Step:
    """Return what this signal makes of the connection's refresh."""
    case = Case(connection, _not_before(connection, now), clocks)
    if isinstance(signal, Swept):
        return _sweep(case)
    return _apply(case, signal)


def _apply(case: Case, signal: Signal) -> Step:
    if case.connection.closed_at is not None:
        return case.ignore()
    refresh = case.connection.refresh
    row = TABLE[refresh.status if refresh else None]
    rule = row.get(type(signal))
    if rule is None or not _concerns_attempt(case, signal) or not _is_due(case, signal):
        return case.ignore()
    taken = rule(case, signal)
    return taken if taken.changed else replace(taken, connection=case.connection)


def _sweep(case: Case) -> Step:
    """As `Due`; whatever came of it, the next look is later, so no row blocks the others."""
    looked = _apply(case, Due())
    later = looked.connection
    if not looked.changed:
        later = replace(later, version=later.version + 1)
    return replace(looked, connection=replace(later, wake_at=_next_look(case, later)), changed=True)


def _next_look(case: Case, connection: Connection) -> datetime | None:
    """Return when the sweep must look again; None if nothing of this row waits any more."""
    refresh, soon = connection.refresh, case.now + case.clocks.verify_again
    if connection.outbox or (refresh is not None and refresh.asks_late):
        return soon
    return max(refresh.due_at, soon) if refresh and refresh.is_open else None


def _concerns_attempt(case: Case, signal: Signal) -> bool:
    number = getattr(signal, "attempt", None)
    if number is None:
        return True
    attempt = case.refresh.attempt
    return attempt is not None and attempt.number == number


def _is_due(case: Case, signal: Signal) -> bool:
    return not isinstance(signal, Due) or case.now >= case.refresh.due_at


def _not_before(connection: Connection, now: datetime) -> datetime:
    """Time never runs backwards on one row, whatever the machines' clocks say."""
    refresh = connection.refresh
    return max(now, refresh.updated_at) if refresh else now
