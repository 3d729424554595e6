"""What happened, in the past tense. Events are thin: ids, status, time; never account data.

A new type is a member of `EventType`, its row in `MEANINGS`, and the rule that tells it; the
schemas and documents follow by `make docs`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, NextAction, Owner
from flinks_reconnect.domain.ids import ConnectionId, RefreshId

SCHEMA_VERSION: Final = 1
"""Rises when a consumer of the one before could misread an event; a new field is no such change."""


class EventType(StrEnum):
    """The events that an integrator can subscribe to."""

    REFRESH_STARTED = "refresh.started"
    REFRESH_MFA_REQUIRED = "refresh.mfa_required"
    REFRESH_DECLINED = "refresh.declined"
    REFRESH_COMPLETED = "refresh.completed"
    REFRESH_FAILED = "refresh.failed"
    REFRESH_EXPIRED = "refresh.expired"
    REFRESH_CANCELLED = "refresh.cancelled"
    ATTEMPT_EXPIRED = "attempt.expired"
    LINK_OPENED = "link.opened"
    CONNECTION_RECONNECT_REQUIRED = "connection.reconnect_required"
    CONNECTION_REPAIRED = "connection.repaired"
    CONNECTION_TROUBLE = "connection.trouble"
    CONNECTION_AT_RISK = "connection.at_risk"
    ACCOUNTS_REFRESHED = "accounts.refreshed"


class WarningCode(StrEnum):
    """What ends unless the data is refreshed."""

    NIGHTLY_ENDS_SOON = "nightly_ends_soon"
    CREDENTIALS_END_SOON = "credentials_end_soon"
    DATA_ENDS_SOON = "data_ends_soon"
    DATA_ENDS_VERY_SOON = "data_ends_very_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a type of event says, and who acts on it where it carries no error of its own."""

    when: str
    you: str
    owner: Owner | None = None
    """None: nobody has to act."""
    next_action: NextAction = NextAction.NONE
    of_connection: bool = False
    """Of the connection as such; all others belong to a refresh."""
    always: tuple[str, ...] = ()
    """Fields of `detail` that every event of this type carries beside the common ones."""
    sometimes: tuple[str, ...] = ()


MEANINGS: Final = {
    EventType.REFRESH_STARTED: Meaning(
        when="the person who was away came, and the bank is being asked. A start with the person "
        "present tells it by its answer",
        you="stop reminding them",
        owner=Owner.BANK,
        next_action=NextAction.WAIT,
    ),
    EventType.REFRESH_MFA_REQUIRED: Meaning(
        when="the bank waits for the person's answer, for minutes",
        you="show the iframe, if the person is there",
        owner=Owner.USER,
        next_action=NextAction.OPEN_IFRAME,
    ),
    EventType.REFRESH_DECLINED: Meaning(
        when="the person said no in Flinks' window, to its consent or to its terms; the refresh "
        "stays open",
        you="leave it to them",
        owner=Owner.USER,
        next_action=NextAction.START_AGAIN,
    ),
    EventType.REFRESH_COMPLETED: Meaning(
        when="fresh accounts are stored", you="", always=("dataAsOf",), sometimes=("late",)
    ),
    EventType.ACCOUNTS_REFRESHED: Meaning(
        when="with `refresh.completed`",
        you="read `GET /refreshes/{id}/accounts` within 24 h",
        always=("dataAsOf",),
        sometimes=("missingAccounts", "vanishedAccounts"),
    ),
    EventType.REFRESH_FAILED: Meaning(
        when="over without data; `error` says why", you="act by `owner`", always=("error",)
    ),
    EventType.REFRESH_EXPIRED: Meaning(
        when="nobody came in time",
        you="start again when the person is there",
        owner=Owner.USER,
        next_action=NextAction.START_NEW_SESSION,
    ),
    EventType.REFRESH_CANCELLED: Meaning(when="you gave it up, or stopped sharing", you=""),
    EventType.ATTEMPT_EXPIRED: Meaning(
        when="the session at the bank ended before anything came of it; the refresh stays open",
        you="bring the person back: one act of theirs starts the next attempt",
        always=("error",),
    ),
    EventType.LINK_OPENED: Meaning(
        when="a link was opened for the first time; nothing has started at the bank. A mail "
        "scanner that runs scripts can be the opener",
        you="nothing; send no reminder for a while",
        owner=Owner.USER,
        next_action=NextAction.OPEN_LINK,
    ),
    EventType.CONNECTION_RECONNECT_REQUIRED: Meaning(
        when="stored credentials no longer work, or the nightly refresh failed for a cause that "
        "needs the person; told once until repaired",
        you="invite the person",
        of_connection=True,
        always=("error",),
    ),
    EventType.CONNECTION_TROUBLE: Meaning(
        when="the nightly refresh failed for a reason of the bank's or of Flinks'; told once per "
        "cause, and it passes by itself",
        you="nothing; no person can help",
        of_connection=True,
        always=("error",),
    ),
    EventType.CONNECTION_REPAIRED: Meaning(
        when="fresh data proved it healthy again",
        you="stop inviting",
        of_connection=True,
        always=("dataAsOf",),
    ),
    EventType.CONNECTION_AT_RISK: Meaning(
        when="without fresh data `risk` comes true at `endsAt`; told once for each of the days 5, "
        "25, 75 and 85 since the last fresh data",
        you="refresh it: by policy, or invite the person",
        owner=Owner.USER,
        next_action=NextAction.START_AGAIN,
        of_connection=True,
        always=("dataAsOf", "risk", "endsAt"),
    ),
}
"""One row for each type; what is written about an event anywhere is made from these."""

OF_CONNECTION: Final = frozenset(kind for kind, each in MEANINGS.items() if each.of_connection)
"""Events of a connection as such; all others belong to a refresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, kept with the row until it is known to be published.

    `version` is the row's version at which it happened; with the subject and the type it makes
    the stable id by which consumers tell a repetition.
    """

    type: EventType
    version: int
    at: datetime
    refresh_id: RefreshId | None = None
    error: ErrorCode | None = None
    vanished: int = 0
    late: bool = False
    age: int = 0
    """How many milliseconds before the event its data was fresh; smaller than an instant."""
    risk: WarningCode | None = None
    ends_at: datetime | None = None
    """When the risk comes true."""

    @property
    def data_as_of(self) -> datetime | None:
        """Return when Flinks had last proved fresh data; None for a type that tells of none."""
        tells = "dataAsOf" in MEANINGS[self.type].always
        return self.at - timedelta(milliseconds=self.age) if tells else None


def event_id(connection_id: ConnectionId, event: Event) -> str:
    """Return the id by which consumers tell a repetition."""
    subject = connection_id if event.type in OF_CONNECTION else event.refresh_id
    return f"{subject}.{event.version}.{event.type.value}"


def detail(connection_id: ConnectionId, reference: str | None, event: Event) -> dict[str, Any]:
    """Return what the integrator is told: ids, time, and who must act; `docs/events` holds it."""
    fields: dict[str, Any] = {
        "id": event_id(connection_id, event),
        "type": event.type.value,
        "schemaVersion": SCHEMA_VERSION,
        "occurredAt": _instant(event.at),
        "connectionId": connection_id,
    }
    if reference is not None:
        fields["reference"] = reference
    if event.type not in OF_CONNECTION:
        fields["refreshId"] = event.refresh_id
    return fields | _who_acts(event) | _facts(event)


def _who_acts(event: Event) -> dict[str, Any]:
    meaning = MEANINGS[event.type]
    owner, action = meaning.owner, meaning.next_action
    if event.error is not None:
        owner, action = REMEDIES[event.error].owner, REMEDIES[event.error].next_action
    return {"owner": owner.value if owner else "none", "nextAction": action.value}


def _facts(event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if event.data_as_of is not None:
        facts["dataAsOf"] = _instant(event.data_as_of)
    if event.error is not None:
        facts["error"] = {"code": event.error.value, "owner": REMEDIES[event.error].owner.value}
    if event.vanished:
        facts["missingAccounts"] = event.vanished
        facts["vanishedAccounts"] = event.vanished  # deprecated: the name before 0.2
    if event.late:
        facts["late"] = True
    if event.risk is not None and event.ends_at is not None:
        facts |= {"risk": event.risk.value, "endsAt": _instant(event.ends_at)}
    return facts


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
