"""What the API takes and answers. Made from docs/openapi.json by `make docs`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Channel: TypeAlias = Literal["email", "sms", "in_app"]
"""How the integrator hands the link out; its life depends on it."""
Erasure: TypeAlias = Literal[
    "erased",
    "already_erased",
    "login_not_proven",
    "still_in_use",
    "failed",
]
"""What became of one connection."""
ErrorCode: TypeAlias = Literal[
    "credentials_rejected",
    "login_unknown",
    "question_unanswered",
    "mfa_rejected",
    "bank_needs_person",
    "bank_unavailable",
    "bank_disabled",
    "flinks_unavailable",
    "throttled",
    "still_in_use",
    "session_concurrent",
    "earlier_session_open",
    "session_gone",
    "not_yet_authorized",
    "already_authorized",
    "token_refused",
    "access_refused",
    "request_refused",
    "not_enabled",
    "unrecognised_answer",
    "outcome_unknown",
    "attempt_expired",
    "attempts_exhausted",
    "mfa_session_lost",
    "asked_too_long_ago",
    "declined",
    "data_stale",
    "no_accounts_yet",
    "data_timeout",
    "accounts_vanished",
    "identity_mismatch",
    "refresh_expired",
    "connection_closed",
]
"""What went wrong, as a stable code of ours."""
Health: TypeAlias = Literal["unknown", "healthy", "reconnect_required", "closed"]
"""Whether data of this connection can be refreshed as it stands."""
LinkState: TypeAlias = Literal["active", "expired", "used", "closed"]
"""What a link is still good for."""
Mode: TypeAlias = Literal["redirect", "embedded"]
"""How Flinks Connect hands the person back: it moves the page, or it stays in its frame."""
NextAction: TypeAlias = Literal[
    "none",
    "wait",
    "open_iframe",
    "open_link",
    "start_again",
    "start_new_session",
    "contact_bank",
    "contact_support",
]
"""What the caller does next."""
Outcome: TypeAlias = Literal["created", "updated", "unchanged", "invalid", "closed", "failed"]
"""What became of one item; beside what a registration does."""
Owner: TypeAlias = Literal["user", "bank", "flinks", "operator"]
"""Who must act."""
Reason: TypeAlias = Literal[
    "user_requested",
    "nightly_failed",
    "mfa_answers_changed",
    "stale",
    "policy",
    "resume",
]
"""Why fresh data was asked for."""
Status: TypeAlias = Literal[
    "invited",
    "starting",
    "mfa_required",
    "credentials_required",
    "verifying",
    "fetching",
    "retry_scheduled",
    "completed",
    "failed",
    "expired",
    "cancelled",
]
"""Where a refresh stands."""
WarningCode: TypeAlias = Literal[
    "nightly_ends_soon",
    "credentials_end_soon",
    "data_ends_soon",
    "data_ends_very_soon",
]
"""What ends unless the data is refreshed."""


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The fresh accounts of a completed refresh."""

    snapshot: Snapshot


@dataclass(frozen=True, kw_only=True)
class AccountsOptions:
    """What Flinks is asked to collect."""

    days_of_transactions: Literal["Days90", "Days365"] = "Days90"
    with_transactions: bool = True
    with_balance: bool = True
    with_kyc: bool = False
    with_account_identity: bool = False


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The current bank login. `expiresAt` is set while the bank waits for an answer."""

    number: int
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A stored login. Neither a LoginId nor a RequestId is among its fields."""

    id: str
    support_code: str
    """What the person reads out to support; `GET /connections` finds it."""
    reference: str | None = None
    """Your own id of the connection."""
    institution_id: str | None = None
    language: Literal["en", "fr"] | None = None
    selected_accounts: Literal["all"] | list[str] | None = None
    unattended: bool
    """Whether a refresh may start without a person."""
    health: ConnectionHealth
    data_as_of: datetime | None = None
    """When Flinks last proved fresh data."""
    warnings: list[ConnectionWarning]
    """What ends soon without fresh data."""
    attempts_today: int
    """Bank logins that count, since midnight UTC."""
    live_until: datetime | None = None
    """A session may be alive until then."""
    refresh: Refresh | None = None
    """The open refresh, or else the last one."""
    closed_at: datetime | None = None
    """When the person stopped sharing."""


@dataclass(frozen=True, kw_only=True)
class NewConnection:
    """`POST /connections`: what is known of a stored `loginId`; only what is given changes."""

    login_id: str
    reference: str | None = None
    institution_id: str | None = None
    language: Literal["en", "fr"] | None = None
    selected_accounts: Literal["all"] | list[str] | None = None
    unattended: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A status that the refresh entered."""

    status: Status
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasedConnection:
    """What became of one connection: only `erased` and `already_erased` are done."""

    id: str
    outcome: Erasure
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What went wrong, and who must act."""

    code: ErrorCode
    owner: Owner
    message: str


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """What is wrong with one field; never its value, and no name that the caller made up."""

    field: str
    """As in `accountsOptions.withKyc` or `selectedAccounts[2]`."""
    message: str
    nearest: str | None = None
    """The known name that is most like it."""


@dataclass(frozen=True, kw_only=True)
class FoundConnections:
    """A page of connections, in the order of their ids."""

    items: list[Connection]
    next: str | None = None
    """Give it as `after` for more; null: this was the last page."""


@dataclass(frozen=True, kw_only=True)
class ConnectionHealth:
    """Whether data of this connection can be refreshed as it stands."""

    status: Health
    cause: Cause | None = None
    trouble: Cause | None = None


@dataclass(frozen=True, kw_only=True)
class IframeUrl:
    """Where the person answers the bank. Show it once, in an iframe; never keep or log it."""

    url: str
    origin: str
    """The exact origin of the iframe's messages."""
    expires_at: datetime
    """The earlier of the two clocks below."""
    request_id_expires_at: datetime | None = None
    authorize_token_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of an import: of each item, and how many met each outcome."""

    dry_run: bool
    created: int
    updated: int
    unchanged: int
    invalid: int
    closed: int
    failed: int
    items: list[ImportedItem]


@dataclass(frozen=True, kw_only=True)
class ImportedItem:
    """What became of one item."""

    index: int
    outcome: Outcome
    id: str | None = None
    fields: list[str] | None = None
    """With `invalid`."""
    errors: list[FieldError] | None = None
    """With `invalid`."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A new link. Its secret is in the fragment; keep it nowhere but in the message you send."""

    url: str
    channel: Channel
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class HandedOutLink:
    """A link, without its secret. Only success uses it up."""

    expires_at: datetime
    channel: Channel
    state: LinkState


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a call was refused (RFC 9457). Branch on `code`; it never changes its meaning."""

    type: str
    """Where the code is explained."""
    title: str
    status: int
    """The answer's own. A rare refusal by API Gateway itself may leave it out."""
    code: str
    owner: Owner
    next_action: NextAction
    retry_at: datetime | None = None
    fields: list[str] | None = None
    """With a 422."""
    errors: list[FieldError] | None = None
    """With a 422: the first ten."""
    refresh_id: str | None = None
    """With `other_session_open`."""
    refresh_status: Status | None = None
    """With `no_iframe_url`."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was erased of a reference, at Flinks and here."""

    reference: str
    at: datetime
    complete: bool
    """False: send the same call again."""
    connections: list[ErasedConnection]


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """A refresh. Neither a LoginId nor a RequestId is among its fields."""

    id: str
    connection_id: str
    reference: str | None = None
    """Your own id of the connection."""
    support_code: str
    """What the person reads out to support; `GET /connections` finds it."""
    status: Status
    reason: Reason
    next_action: NextAction
    """What you do next."""
    retry_at: datetime | None = None
    """Not before this instant."""
    attempt: Attempt | None = None
    link: HandedOutLink | None = None
    """The link that was handed out last."""
    merged_into: str | None = None
    """A cancelled refresh of the same session goes on as this one."""
    error: Cause | None = None
    late: bool
    """Success was proven only after the refresh had expired."""
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    completed_at: datetime | None = None
    data_as_of: datetime | None = None
    """When Flinks had refreshed the data that completed it."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Where the filtered accounts can be read. The address works for a minute at most."""

    url: str
    expires_at: datetime
    bytes: int
    """Size of the JSON once decompressed."""
    sha256: str
    """Of the JSON once decompressed."""
    accounts: int
    missing_accounts: int
    """Chosen accounts that the bank shows no more."""
    vanished_accounts: int
    """The name of `missingAccounts` before 0.2."""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Refreshes of a connection, the newest first."""

    items: list[TimelineItem]
    next: str | None = None
    """Give it as `before` for the older ones."""


@dataclass(frozen=True, kw_only=True)
class TimelineItem:
    """One refresh, and how it went; of a long one, the latest statuses."""

    id: str
    status: Status
    reason: Reason
    attempts: int
    error: Cause | None = None
    late: bool
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    trail: list[Entered]


@dataclass(frozen=True, kw_only=True)
class ConnectionWarning:
    """Something that ends unless the data is refreshed; an instant that has passed: it is over."""

    code: WarningCode
    ends_at: datetime
