"""The JSON that the API answers with, as models: the OpenAPI document's schemas come from here.

The code builds its answers as plain dicts (`api/refresh_view.py`); tests hold the two together.
"""

from datetime import datetime
from typing import Annotated, Literal

from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode, NextAction, Owner
from flinks_reconnect.domain.link import Channel, LinkState
from flinks_reconnect.domain.refresh import Reason, Status
from flinks_reconnect.domain.warnings import WarningCode
from flinks_reconnect.usecases.import_connections import Outcome
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

_CONNECTION = r"^cn_[a-z2-7]{24}$"
_REFRESH = r"^rf_[a-z2-7]{24}[0-9a-hjkmnp-tv-z]{18}$"
type ConnectionIdText = Annotated[str, Field(pattern=_CONNECTION)]
type RefreshIdText = Annotated[str, Field(pattern=_REFRESH)]


class Answer(BaseModel):
    """An object with these fields and no others."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, json_schema_serialization_defaults_required=False
    )


class AttemptAnswer(Answer):
    """The current bank login. `expiresAt` is set while the bank waits for an answer."""

    number: int = Field(ge=1)
    expires_at: datetime | None


class ErrorAnswer(Answer):
    """What went wrong, and who must act."""

    code: ErrorCode
    owner: Owner
    message: str


class LinkStateAnswer(Answer):
    """A link, without its secret. Only success uses it up."""

    expires_at: datetime
    channel: Channel
    state: LinkState


class RefreshAnswer(Answer):
    """A refresh. Neither a LoginId nor a RequestId is among its fields."""

    id: RefreshIdText
    connection_id: ConnectionIdText
    reference: str | None = Field(description="Your own id of the connection.")
    status: Status
    reason: Reason
    next_action: NextAction = Field(description="What you do next.")
    retry_at: datetime | None = Field(description="Not before this instant.")
    attempt: AttemptAnswer | None
    link: LinkStateAnswer | None = Field(description="The link that was handed out last.")
    merged_into: RefreshIdText | None = Field(
        description="A cancelled refresh of the same session goes on as this one."
    )
    error: ErrorAnswer | None
    late: bool = Field(description="Success was proven only after the refresh had expired.")
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    data_as_of: datetime | None = Field(
        description="When Flinks had refreshed the data that completed it."
    )


class IframeUrlAnswer(Answer):
    """Where the person answers the bank. Show it once, in an iframe; never keep or log it."""

    url: str = Field(json_schema_extra={"format": "uri"})
    origin: str = Field(description="The exact origin of the iframe's messages.")
    expires_at: datetime = Field(description="The earlier of the two clocks below.")
    request_id_expires_at: datetime | None
    authorize_token_expires_at: datetime


class SnapshotAnswer(Answer):
    """Where the filtered accounts can be read. The address works for a minute at most."""

    url: str = Field(json_schema_extra={"format": "uri"})
    expires_at: datetime
    bytes: int = Field(description="Size of the JSON once decompressed.", ge=0)
    sha256: str = Field(description="Of the JSON once decompressed.", pattern="^[0-9a-f]{64}$")
    accounts: int = Field(ge=0)
    missing_accounts: int = Field(description="Chosen accounts that the bank shows no more.", ge=0)
    vanished_accounts: int = Field(
        description="The name of `missingAccounts` before 0.2.",
        ge=0,
        deprecated=True,
    )


class AccountsAnswer(Answer):
    """The fresh accounts of a completed refresh."""

    snapshot: SnapshotAnswer


class LinkAnswer(Answer):
    """A new link. Its secret is in the fragment; keep it nowhere but in the message you send."""

    url: str = Field(json_schema_extra={"format": "uri"})
    channel: Channel
    expires_at: datetime


class SeenRefreshAnswer(Answer):
    """A refresh as the person sees it who opened its link."""

    status: Status
    next_action: NextAction
    retry_at: datetime | None
    attempt: AttemptAnswer | None
    error: ErrorAnswer | None
    language: Literal["en", "fr"] | None
    return_url: str | None = Field(
        description="Where the person goes back to, once it is over or in trouble."
    )
    support_code: str = Field(description="What the person reads out to support.")
    completed_at: datetime | None


class VisitAnswer(Answer):
    """How the refresh stands."""

    refresh: SeenRefreshAnswer


class OpenedVisitAnswer(VisitAnswer):
    """A visit; its token is the bearer token of the other calls."""

    visit: str
    expires_at: datetime


class LinkBody(Answer):
    """How the link goes to the person. The shortest life is a minute."""

    channel: Channel = Channel.EMAIL
    expires_in_seconds: int | None = Field(
        default=None, ge=60, description="At most, and by default, the life of the channel."
    )


class VisitBody(Answer):
    """A link's secret: what follows the `#`."""

    link: str


class HealthAnswer(Answer):
    """Whether data of this connection can be refreshed as it stands."""

    status: Health
    cause: ErrorAnswer | None
    trouble: ErrorAnswer | None
    """What keeps bank or Flinks from refreshing it, where no person can help; passes by itself."""


class WarningAnswer(Answer):
    """Something that ends unless the data is refreshed; an instant that has passed: it is over."""

    code: WarningCode
    ends_at: datetime


class ConnectionAnswer(Answer):
    """A stored login. Neither a LoginId nor a RequestId is among its fields."""

    id: ConnectionIdText
    reference: str | None = Field(description="Your own id of the connection.")
    institution_id: str | None
    language: Literal["en", "fr"] | None
    selected_accounts: Literal["all"] | list[str] | None
    unattended: bool = Field(description="Whether a refresh may start without a person.")
    health: HealthAnswer
    data_as_of: datetime | None = Field(description="When Flinks last proved fresh data.")
    warnings: list[WarningAnswer] = Field(description="What ends soon without fresh data.")
    attempts_today: int = Field(description="Bank logins that count, since midnight UTC.", ge=0)
    live_until: datetime | None = Field(description="A session may be alive until then.")
    refresh: RefreshAnswer | None = Field(description="The open refresh, or else the last one.")
    closed_at: datetime | None = Field(description="When the person stopped sharing.")


class EnteredAnswer(Answer):
    """A status that the refresh entered."""

    status: Status
    at: datetime


class TimelineItemAnswer(Answer):
    """One refresh, and how it went; of a long one, the latest statuses."""

    id: RefreshIdText
    status: Status
    reason: Reason
    attempts: int = Field(ge=0)
    error: ErrorAnswer | None
    late: bool
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    trail: list[EnteredAnswer]


class TimelineAnswer(Answer):
    """Refreshes of a connection, the newest first."""

    items: list[TimelineItemAnswer]
    next: RefreshIdText | None = Field(description="Give it as `before` for the older ones.")


class FieldErrorAnswer(Answer):
    """What is wrong with one field; never its value, and no name that the caller made up."""

    field: str = Field(description="As in `accountsOptions.withKyc` or `selectedAccounts[2]`.")
    message: str
    nearest: str | None = Field(default=None, description="The known name that is most like it.")


class ImportItemAnswer(Answer):
    """What became of one item."""

    index: int = Field(ge=0)
    outcome: Outcome
    id: ConnectionIdText | None = None
    fields: list[str] | None = Field(default=None, description="With `invalid`.")
    errors: list[FieldErrorAnswer] | None = Field(default=None, description="With `invalid`.")


class ImportAnswer(Answer):
    """What became of an import: of each item, and how many met each outcome."""

    dry_run: bool
    created: int = Field(ge=0)
    updated: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    invalid: int = Field(ge=0)
    closed: int = Field(ge=0)
    failed: int = Field(ge=0)
    items: list[ImportItemAnswer]


class ReceivedAnswer(Answer):
    """A webhook was kept."""

    received: Literal[True]


class ProblemAnswer(Answer):
    """Why a call was refused (RFC 9457). Branch on `code`; it never changes its meaning."""

    type: str = Field(
        pattern=r"^docs/errors\.md#[a-z_]+$", description="Where the code is explained."
    )
    title: str
    status: int = Field(
        ge=400,
        le=599,
        description="The answer's own. A rare refusal by API Gateway itself may leave it out.",
    )
    code: str
    owner: Owner
    next_action: NextAction
    retry_at: datetime | None = None
    fields: list[str] | None = Field(default=None, description="With a 422.")
    errors: list[FieldErrorAnswer] | None = Field(
        default=None, description="With a 422: the first ten."
    )
    refresh_id: str | None = Field(default=None, description="With `other_session_open`.")
    refresh_status: Status | None = Field(default=None, description="With `no_iframe_url`.")


ANSWERS: tuple[type[Answer], ...] = (
    RefreshAnswer,
    IframeUrlAnswer,
    AccountsAnswer,
    LinkAnswer,
    VisitAnswer,
    OpenedVisitAnswer,
    LinkBody,
    VisitBody,
    ConnectionAnswer,
    TimelineAnswer,
    ImportAnswer,
    ReceivedAnswer,
    ProblemAnswer,
)
