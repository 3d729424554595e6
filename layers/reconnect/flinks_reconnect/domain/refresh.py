"""A refresh: one request for fresh data of a connection, from asked to settled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.accounts import AccountsOptions, Snapshot
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import RefreshId, RequestId
from flinks_reconnect.domain.link import Link, LinkState


class Status(StrEnum):
    """Where a refresh stands."""

    INVITED = "invited"
    STARTING = "starting"
    MFA_REQUIRED = "mfa_required"
    CREDENTIALS_REQUIRED = "credentials_required"
    VERIFYING = "verifying"
    FETCHING = "fetching"
    RETRY_SCHEDULED = "retry_scheduled"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


TERMINAL: Final = frozenset({Status.COMPLETED, Status.FAILED, Status.EXPIRED, Status.CANCELLED})
_ASKING: Final = frozenset(Status) - {
    Status.MFA_REQUIRED,
    Status.COMPLETED,
    Status.FAILED,
    Status.CANCELLED,
}
"""Where Flinks may be asked about an attempt; an answer in the widget is awaited in silence."""


TRAIL_LETTERS: Final = {
    Status.INVITED: "i",
    Status.STARTING: "s",
    Status.MFA_REQUIRED: "m",
    Status.CREDENTIALS_REQUIRED: "p",
    Status.VERIFYING: "v",
    Status.FETCHING: "f",
    Status.RETRY_SCHEDULED: "r",
    Status.COMPLETED: "C",
    Status.FAILED: "F",
    Status.EXPIRED: "E",
    Status.CANCELLED: "X",
}
_ENTERED: Final = {letter: status for status, letter in TRAIL_LETTERS.items()}
LONGEST_TRAIL: Final = 100


class Reason(StrEnum):
    """Why fresh data was asked for."""

    USER_REQUESTED = "user_requested"
    NIGHTLY_FAILED = "nightly_failed"
    MFA_ANSWERS_CHANGED = "mfa_answers_changed"
    STALE = "stale"
    POLICY = "policy"
    RESUME = "resume"


class Mode(StrEnum):
    """How Flinks Connect hands the person back: it moves the page, or it stays in its frame."""

    REDIRECT = "redirect"
    EMBEDDED = "embedded"


class Kind(StrEnum):
    """How an attempt came to be."""

    LIVE = "live"
    """A live `/Authorize` of ours."""
    ADOPTED = "adopted"
    """A session that the integrator opened; we were given its RequestId."""
    SIGN_IN = "sign_in"
    """A full sign-in in Flinks Connect; its RequestId is never ours to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One live Flinks session inside a refresh; minutes."""

    number: int
    kind: Kind
    since: datetime
    """When it began; only data newer than this proves success."""
    baseline: datetime | None = None
    """The newest `LastRefresh` that Flinks had told before it began, by Flinks' own clock."""
    sent_at: datetime | None = None
    request_id: RequestId | None = None
    activity_at: datetime | None = None
    """The last activity that our server saw; the RequestId's idle clock counts from here."""
    call_at: datetime | None = None
    """When the next call to Flinks is due; None: none is. Whoever comes earlier makes none."""
    called_at: datetime | None = None
    """When a worker last took a call upon itself."""
    calls: int = 0
    """How many calls were taken; only the answer to the last one says what is not so."""
    misses: int = 0
    """Calls in a row that brought nothing; the wait before the next one grows with them."""
    request_gone: bool = False
    """Flinks no longer knows the RequestId; cached calls by LoginId take its place."""
    data_claimed: bool = False
    """The one data call of this RequestId was about to be sent."""
    selection: int = 0
    """The version of the settings whose chosen accounts the data call asked for."""
    data_accepted: bool = False
    """Flinks took the data call: poll, never call again."""
    collecting_since: datetime | None = None
    last_ask: bool = False
    """The clock ran out and Flinks is asked once more."""
    asked: bool = False
    """A callback was seen that no question to Flinks has followed yet."""
    openings: int = 0
    """How often a cached call has opened a session to read; a few times are enough."""
    other_login: bool = False
    """The callback named another login than the stored one; a hint, never believed."""
    token_refused: bool = False
    session_unread: bool = False
    """A session of it was never read, as far as we know, and may be alive after the data came:
    the live call's answer was lost, or a poll called it gone that no data call had gone before."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """One refresh and its one current attempt."""

    id: RefreshId
    status: Status
    reason: Reason
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    due_at: datetime
    """The deadline of the current status; when it passes, a step decides what follows."""
    retry_at: datetime | None = None
    attempt: Attempt | None = None
    attempts: int = 0
    """How many attempts this refresh has had."""
    tries: int = 0
    """How often trouble was backed off from; the delay grows with it."""
    person_seen_at: datetime | None = None
    """The last human act; a timer may start a bank login only shortly after it."""
    unattended: bool = False
    error: ErrorCode | None = None
    completed_at: datetime | None = None
    data_as_of: datetime | None = None
    """When Flinks had refreshed the data that completed it; never in the future."""
    snapshot: Snapshot | None = None
    options: AccountsOptions = AccountsOptions()
    mode: Mode = Mode.REDIRECT
    return_url: str | None = None
    """A short hash that names an entry of the allow-list of return URLs."""
    embed_origin: str | None = None
    """A short hash that names an entry of the allow-list of embedding origins."""
    merged_into: RefreshId | None = None
    """The refresh of the same session that goes on in its place."""
    link: Link | None = None
    """The link that was handed out last; those before it open nothing any more."""
    late: bool = False
    """Success was proven only after the refresh had expired."""
    trail: str = ""
    """How it went: each status entered as `letter+seconds since created`, the newest last."""

    @property
    def entered(self) -> tuple[tuple[Status, datetime], ...]:
        """Return the trail in words: each status entered and when, to the second, oldest first."""
        parts = (entry.split("+") for entry in self.trail.split())
        return tuple(
            (_ENTERED[letter], self.created_at + timedelta(seconds=int(seconds)))
            for letter, seconds in parts
        )

    @property
    def asks_late(self) -> bool:
        """Whether Flinks is being asked although the refresh has expired."""
        return self.status is Status.EXPIRED and self.next_call_at is not None

    @property
    def next_call_at(self) -> datetime | None:
        """Return when a worker must call Flinks; None while nothing is to be asked."""
        return self.attempt.call_at if self.attempt and self.status in _ASKING else None

    def link_state(self, now: datetime) -> LinkState | None:
        """Return what its link is still good for; None where none was handed out."""
        if self.link is None:
            return None
        if not self.is_open:
            return LinkState.USED if self.status is Status.COMPLETED else LinkState.CLOSED
        return LinkState.ACTIVE if now < self.link.expires_at else LinkState.EXPIRED

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an end."""
        return self.status not in TERMINAL
