"""What happened, in the past tense. Events are thin: ids, status, time; never account data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import RefreshId


class EventType(StrEnum):
    """The events that an integrator can subscribe to."""

    REFRESH_MFA_REQUIRED = "refresh.mfa_required"
    REFRESH_DECLINED = "refresh.declined"
    REFRESH_COMPLETED = "refresh.completed"
    REFRESH_FAILED = "refresh.failed"
    REFRESH_EXPIRED = "refresh.expired"
    REFRESH_CANCELLED = "refresh.cancelled"
    CONNECTION_RECONNECT_REQUIRED = "connection.reconnect_required"
    CONNECTION_REPAIRED = "connection.repaired"
    CONNECTION_TROUBLE = "connection.trouble"
    ACCOUNTS_REFRESHED = "accounts.refreshed"


OF_CONNECTION: Final = frozenset(
    {
        EventType.CONNECTION_RECONNECT_REQUIRED,
        EventType.CONNECTION_REPAIRED,
        EventType.CONNECTION_TROUBLE,
    }
)
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
