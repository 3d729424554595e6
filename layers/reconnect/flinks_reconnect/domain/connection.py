"""A connection: one stored bank login, what is configured of it and what changes."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import Event
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.refresh import Refresh, Status


class Health(StrEnum):
    """Whether data of this connection can be refreshed as it stands."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    RECONNECT_REQUIRED = "reconnect_required"
    CLOSED = "closed"
    """The person has stopped sharing; nothing can be refreshed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """What is configured of a connection: written at first contact, then rarely."""

    id: ConnectionId
    reference: str | None = None
    """The integrator's own id for it, echoed in every answer and event."""
    institution_id: str | None = None
    language: Language | None = None
    """The language of the first connection; another one can make another LoginId (Flinks)."""
    selection: Selection | None = None
    """None while nobody has named the accounts: then a start has to."""
    unattended: bool = False
    """Policy: this bank works without a person (a few OAuth banks do)."""
    version: int = 0
    """Counts the changes by registration, so that a start that read an older one notices."""

    def completed_by(self, other: "ConnectionSettings") -> "ConnectionSettings":
        """Return these settings with what they lack taken from others; nothing is replaced."""
        return replace(
            self,
            reference=self.reference or other.reference,
            institution_id=self.institution_id or other.institution_id,
            language=self.language or other.language,
            selection=self.selection or other.selection,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Guards the bank: one session at a time, a few bank logins a day."""

    live_until: datetime | None = None
    """The latest instant at which a Flinks session of this login may still be alive."""
    day: date | None = None
    used: int = 0
    others: bool = False
    """Flinks says that somebody else's session of this login is open."""

    def attempts_on(self, today: date) -> int:
        """Return how many of today's attempts are used."""
        return self.used if self.day == today else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What changes of a connection: the login, its health, its open or last refresh.

    `version` counts the changes; a write is refused unless it follows the version it saw.
    """

    id: ConnectionId
    login_id: LoginId | None
    health: Health = Health.UNKNOWN
    health_cause: ErrorCode | None = None
    broken_at: datetime | None = None
    """When it broke; only data that is newer clears its health."""
    trouble: ErrorCode | None = None
    """What keeps Flinks or the bank from refreshing it, where the person can do nothing."""
    trouble_until: datetime | None = None
    """A trouble that nobody has told again by then has passed."""
    data_as_of: datetime | None = None
    """When Flinks last proved fresh data of this login; never falls, never in the future."""
    last_refresh: datetime | None = None
    """The newest `LastRefresh` by Flinks' own clock, where that is ahead of ours."""
    warned: int = 0
    """How many warnings were told since the last fresh data."""
    lease: Lease = field(default_factory=Lease)
    refresh: Refresh | None = None
    outbox: tuple[Event, ...] = ()
    wake_at: datetime | None = None
    """A lower bound of when somebody must look at this row again; the sweep's index."""
    version: int = 0
    closed_at: datetime | None = None
    """When the person stopped sharing; from then on nothing happens to this connection."""
    reopened_at: datetime | None = None
    """When it was shared anew; what was refreshed before stays forgotten."""

    @property
    def at_question(self) -> tuple[RefreshId, RequestId] | None:
        """Return the refresh and the RequestId that a person may be answering under."""
        refresh = self.refresh
        if refresh is None or refresh.attempt is None or refresh.attempt.request_id is None:
            return None
        asks = refresh.status in {Status.MFA_REQUIRED, Status.VERIFYING}
        return (refresh.id, refresh.attempt.request_id) if asks else None

    @property
    def known_refresh(self) -> datetime | None:
        """Return the newest `LastRefresh` that Flinks has told, as it told it."""
        return self.last_refresh or self.data_as_of

    def trouble_at(self, now: datetime) -> ErrorCode | None:
        """Return the trouble of bank or Flinks that still stands."""
        stands = self.trouble_until is not None and now < self.trouble_until
        return self.trouble if stands else None

    def reopened(self, login_id: LoginId, now: datetime) -> "Connection":
        """Return the closed connection as one that is shared anew. Its lease stays."""
        return replace(
            self,
            login_id=login_id,
            health=Health.UNKNOWN,
            broken_at=None,
            trouble=None,
            trouble_until=None,
            data_as_of=None,
            last_refresh=None,
            warned=0,
            closed_at=None,
            reopened_at=now,
            version=self.version + 1,
        )

    def has_forgotten(self, refresh: Refresh) -> bool:
        """Whether sharing was stopped since; nothing of its accounts is handed out any more."""
        shared_anew = self.reopened_at is not None and refresh.created_at < self.reopened_at
        return self.closed_at is not None or shared_anew
