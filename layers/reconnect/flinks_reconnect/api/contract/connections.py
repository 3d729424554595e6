"""Connections: register, read, import, stop sharing."""

from typing import Annotated, Final, Literal, NotRequired, TypedDict

from pydantic import Field, with_config

from flinks_reconnect.api.contract.operation import (
    CONNECTION_UNKNOWN,
    MINTING,
    NO_BODY,
    SIGNED,
    Operation,
    together,
)
from flinks_reconnect.api.contract.problems import FieldErrorAnswer
from flinks_reconnect.api.contract.refreshes import (
    ErrorAnswer,
    RefreshAnswer,
)
from flinks_reconnect.api.contract.values import (
    CLOSED,
    ConnectionIdText,
    RefreshIdText,
    SupportCodeText,
    Timestamp,
)
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.events import WarningCode
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.refresh import Reason, Status
from flinks_reconnect.usecases.erase_reference import Erasure
from flinks_reconnect.usecases.import_connections import Outcome


@with_config(CLOSED)
class HealthAnswer(TypedDict):
    """Whether data of this connection can be refreshed as it stands."""

    status: Health
    cause: ErrorAnswer | None
    trouble: ErrorAnswer | None
    """What keeps bank or Flinks from refreshing it, where no person can help; passes by itself."""


@with_config(CLOSED)
class WarningAnswer(TypedDict):
    """Something that ends unless the data is refreshed; an instant that has passed: it is over."""

    code: WarningCode
    endsAt: Timestamp


@with_config(CLOSED)
class ConnectionAnswer(TypedDict):
    """A stored login. Neither a LoginId nor a RequestId is among its fields."""

    id: ConnectionIdText
    supportCode: SupportCodeText
    reference: Annotated[str | None, Field(description="Your own id of the connection.")]
    institutionId: str | None
    language: Language | None
    selectedAccounts: Literal["all"] | list[str] | None
    unattended: Annotated[bool, Field(description="Whether a refresh may start without a person.")]
    health: HealthAnswer
    dataAsOf: Annotated[Timestamp | None, Field(description="When Flinks last proved fresh data.")]
    warnings: Annotated[
        list[WarningAnswer], Field(description="What ends soon without fresh data.")
    ]
    attemptsToday: Annotated[
        int, Field(description="Bank logins that count, since midnight UTC.", ge=0)
    ]
    liveUntil: Annotated[Timestamp | None, Field(description="A session may be alive until then.")]
    refresh: Annotated[
        RefreshAnswer | None, Field(description="The open refresh, or else the last one.")
    ]
    closedAt: Annotated[Timestamp | None, Field(description="When the person stopped sharing.")]


@with_config(CLOSED)
class FoundConnectionsAnswer(TypedDict):
    """A page of connections, in the order of their ids."""

    items: list[ConnectionAnswer]
    next: Annotated[
        ConnectionIdText | None,
        Field(description="Give it as `after` for more; null: this was the last page."),
    ]


@with_config(CLOSED)
class ErasedAnswer(TypedDict):
    """What became of one connection: only `erased` and `already_erased` are done."""

    id: ConnectionIdText
    outcome: Erasure
    closedAt: Timestamp | None


@with_config(CLOSED)
class ReceiptAnswer(TypedDict):
    """What was erased of a reference, at Flinks and here."""

    reference: str
    at: Timestamp
    complete: Annotated[bool, Field(description="False: send the same call again.")]
    connections: list[ErasedAnswer]


@with_config(CLOSED)
class EnteredAnswer(TypedDict):
    """A status that the refresh entered."""

    status: Status
    at: Timestamp


@with_config(CLOSED)
class TimelineItemAnswer(TypedDict):
    """One refresh, and how it went; of a long one, the latest statuses."""

    id: RefreshIdText
    status: Status
    reason: Reason
    attempts: Annotated[int, Field(ge=0)]
    error: ErrorAnswer | None
    late: bool
    createdAt: Timestamp
    updatedAt: Timestamp
    completedAt: Timestamp | None
    trail: list[EnteredAnswer]


@with_config(CLOSED)
class TimelineAnswer(TypedDict):
    """Refreshes of a connection, the newest first."""

    items: list[TimelineItemAnswer]
    next: Annotated[
        RefreshIdText | None, Field(description="Give it as `before` for the older ones.")
    ]


@with_config(CLOSED)
class ImportItemAnswer(TypedDict):
    """What became of one item."""

    index: Annotated[int, Field(ge=0)]
    outcome: Outcome
    id: NotRequired[ConnectionIdText]
    fields: NotRequired[Annotated[list[str], Field(description="With `invalid`.")]]
    errors: NotRequired[Annotated[list[FieldErrorAnswer], Field(description="With `invalid`.")]]


@with_config(CLOSED)
class ImportAnswer(TypedDict):
    """What became of an import: of each item, and how many met each outcome."""

    dryRun: bool
    created: Annotated[int, Field(ge=0)]
    updated: Annotated[int, Field(ge=0)]
    unchanged: Annotated[int, Field(ge=0)]
    invalid: Annotated[int, Field(ge=0)]
    closed: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)]
    items: list[ImportItemAnswer]


REFERENCE_PATTERN: Final = r"^[\x21-\x7e]{1,64}$"
_SOUGHT: Final = {
    "reference": ("Your own id of the person or connection.", REFERENCE_PATTERN),
    "supportCode": ("What the person reads out.", "^[A-Za-z2-7]{4}-?[A-Za-z2-7]{4}$"),
    "health": ("Only those that must be reconnected.", "^reconnect_required$"),
    "institutionId": ("Only those at this bank.", "^[0-9]{1,9}$"),
    "after": ("Only what comes after this page: its `next`.", "^cn_[a-z2-7]{24}$"),
    "limit": ("How many at most; 20 if it is not given.", "^([1-9][0-9]?|100)$"),
}

OPERATIONS: Final[dict[str, Operation]] = {
    "POST /connections": Operation(
        id="registerConnection",
        summary="Register a stored login, or change what is configured of it",
        text=(
            "Only the fields that are given change; null says nothing. This is the only call that "
            "may widen or change the stored selection, and the only one that allows refreshes "
            "without a person (`unattended`). The same body twice is the same connection, so it "
            "takes no Idempotency-Key. Without `selectedAccounts` the first start has to name "
            "them. A closed connection is shared anew by it (201), as if it were new."
        ),
        successes={
            201: "The new connection, or a closed one that is shared anew.",
            200: "The known connection as it now stands.",
        },
        answer="ConnectionAnswer",
        takes="ConnectionBody",
        problems=together(
            SIGNED,
            {
                400: ("invalid_json",),
                409: ("busy",),
                415: ("unsupported_media_type",),
                422: ("invalid_request",),
            },
        ),
    ),
    "POST /connections/import": Operation(
        id="importConnections",
        summary="Register up to 100 stored logins at once",
        text=(
            "Each item is a body of `POST /connections` and stands for itself: one that is not "
            "valid does not stop the others. A login that comes twice is taken once. `dryRun` "
            "tells what would become of each and writes nothing. The same import may be sent again."
        ),
        successes={200: "What became of each item."},
        answer="ImportAnswer",
        takes="ImportBody",
        problems=together(
            SIGNED,
            {
                400: ("invalid_json",),
                415: ("unsupported_media_type",),
                422: ("invalid_request",),
            },
        ),
    ),
    "GET /connections": Operation(
        id="findConnections",
        summary="Find connections",
        text=(
            "By `reference`, by the `supportCode` that a person reads out, or those with "
            "`health=reconnect_required`; all that are given must hold, and `institutionId` "
            "narrows them. A connection that changed within the last second may be missing. A "
            "page that was narrowed may be short or empty before the last one: go on while `next` "
            "is not null."
        ),
        successes={200: "A page of connections."},
        answer="FoundConnectionsAnswer",
        takes_query=_SOUGHT,
        problems=together(SIGNED, {422: ("invalid_request",)}),
    ),
    "DELETE /connections": Operation(
        id="eraseReference",
        summary="Erase all of one person",
        text=(
            "Stops sharing every connection of this `reference`: each login and all its data is "
            "deleted at Flinks for good, its LoginId, its selection, language and bank are deleted "
            "here, and no snapshot of it can be read any more (the last bytes go within a day). "
            "What stays for 400 days is the reference itself and when which refresh ended how. "
            "The receipt says what became of each; while it is not `complete`, send it again."
        ),
        successes={200: "The receipt."},
        answer="ReceiptAnswer",
        takes_query={"reference": ("Your own id of the person. Required.", REFERENCE_PATTERN)},
        problems=together(SIGNED, NO_BODY, {422: ("invalid_request",)}),
    ),
    "GET /connections/{id}": Operation(
        id="readConnection",
        summary="Read a connection",
        text="As the clock makes it at this instant; a deadline that has passed counts already.",
        successes={200: "The connection."},
        answer="ConnectionAnswer",
        problems=together(SIGNED, CONNECTION_UNKNOWN),
    ),
    "GET /connections/{id}/timeline": Operation(
        id="readTimeline",
        summary="Read how a connection's refreshes went",
        text="The newest first, for 400 days.",
        successes={200: "A stretch of the timeline."},
        answer="TimelineAnswer",
        takes_page=True,
        problems=together(SIGNED, CONNECTION_UNKNOWN, {422: ("invalid_request",)}),
    ),
    "DELETE /connections/{id}": Operation(
        id="stopSharing",
        summary="Stop sharing",
        text=(
            "Cancels an open refresh, deletes the login and all its data at Flinks for good, and "
            "forgets the login here. A second time answers the same. Whatever fails, nothing is "
            "lost, and the same call may be sent again. The connection stays `closed`, and nothing "
            "starts for this login, unless `POST /connections` shares it anew."
        ),
        successes={200: "The closed connection."},
        answer="ConnectionAnswer",
        problems=together(
            SIGNED,
            NO_BODY,
            CONNECTION_UNKNOWN,
            {409: ("busy", "login_not_proven", "still_in_use"), 503: MINTING},
        ),
    ),
}
