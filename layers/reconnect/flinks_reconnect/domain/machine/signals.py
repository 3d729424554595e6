"""What happened to a refresh: the inputs of the step function.

A signal that names an attempt concerns that attempt alone; one of another attempt is refused.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flinks_reconnect.domain.accounts import Snapshot
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AuthorizeAnswer,
    Institution,
    NothingAllowed,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
)
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.domain.link import Channel
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The integrator asks for fresh data. `draft` carries what the refresh starts with."""

    draft: Refresh
    person_present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """The integrator hands over an interrupted session that may still be alive."""

    draft: Refresh
    request_id: RequestId
    last_activity_at: datetime


@dataclass(frozen=True, slots=True)
class PersonActed:
    """A human act: the person is here and wants to go on."""


@dataclass(frozen=True, slots=True)
class LinkIssued:
    """The integrator hands the person a link that is good for so long."""

    channel: Channel
    life: timedelta


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """Somebody opened the page of this link; it starts nothing."""

    generation: int


@dataclass(frozen=True, slots=True)
class PersonDeclined:
    """The person said no in Flinks' window: to its consent, or to its terms."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The integrator gives the refresh up."""


@dataclass(frozen=True, slots=True)
class WorkerCame:
    """A worker is here and takes the call to Flinks that is due, if any: it alone makes it.

    `selection`: the version of the settings whose chosen accounts it would ask for.
    """

    worker: Worker
    selection: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A worker is about to send the live `/Authorize` of this attempt; it may do so once."""

    attempt: int


@dataclass(frozen=True, slots=True)
class NotStarted:
    """No authorize token could be had, so the bank was never called."""

    attempt: int
    code: ErrorCode


@dataclass(frozen=True, slots=True)
class Answered:
    """The live `/Authorize` of this attempt was answered, or (with its number) a poll of it."""

    attempt: int
    answer: AuthorizeAnswer
    call: int | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """A cached `/Authorize` by LoginId told how things stand; `call`: which one was answered."""

    attempt: int
    answer: AuthorizeAnswer
    call: int


@dataclass(frozen=True, slots=True)
class SignInOpened:
    """A Connect URL for a full sign-in was issued."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CallbackSeen:
    """The browser came back; a hint. `other_login`: it named another login than ours."""

    attempt: int
    other_login: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Flinks returned data, and what may leave of it is stored."""

    login_id: LoginId
    last_refresh: datetime | None
    snapshot: Snapshot | None
    """None: none of the accounts that were asked for exists, so nothing was stored."""
    institution: Institution = Institution()


DataAnswer = Delivered | NothingAllowed | StillCollecting | Refused | OutcomeUnknown | NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAnswered:
    """A data call was answered, or (`polled`) a question after one.

    It is about this RequestId and this call of the attempt, and about no other.
    """

    attempt: int
    call: int
    request_id: RequestId
    answer: DataAnswer
    polled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMatched:
    """A verified webhook brought data of this login; `request_id` may name our session."""

    request_id: RequestId | None
    delivered: Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenElsewhere:
    """A verified webhook shows fresh data of this login while nothing of ours waits for it."""

    login_id: LoginId
    last_refresh: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyFailed:
    """Flinks lists this login as not refreshed tonight."""

    cause: ErrorCode
    last_refresh: datetime | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The person stops sharing, and Flinks has forgotten the login."""


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody looked again; what the clock says decides."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The sweep looked: as `Due`, and the row's wake-up moves to a later instant."""


Signal = (
    Asked
    | Adopted
    | PersonActed
    | LinkIssued
    | LinkOpened
    | PersonDeclined
    | Cancelled
    | WorkerCame
    | Sent
    | NotStarted
    | Answered
    | Probed
    | SignInOpened
    | CallbackSeen
    | DataAnswered
    | WebhookMatched
    | ProvenElsewhere
    | NightlyFailed
    | Closed
    | Due
    | Swept
)
