"""Refreshes, their links and their accounts."""

from typing import Annotated, Final, NotRequired, TypedDict

from pydantic import Field, with_config

from flinks_reconnect.api.contract.operation import (
    MINTING,
    NO_BODY,
    REFRESH_UNKNOWN,
    SIGNED,
    Operation,
    together,
)
from flinks_reconnect.api.contract.values import (
    CLOSED,
    ConnectionIdText,
    RefreshIdText,
    SupportCodeText,
    Timestamp,
    Url,
)
from flinks_reconnect.domain.errors import ErrorCode, NextAction, Owner
from flinks_reconnect.domain.link import Channel, LinkState
from flinks_reconnect.domain.refresh import Reason, Status


@with_config(CLOSED)
class AttemptAnswer(TypedDict):
    """The current bank login. `expiresAt` is set while the bank waits for an answer."""

    number: Annotated[int, Field(ge=1)]
    expiresAt: Timestamp | None


@with_config(CLOSED)
class ErrorAnswer(TypedDict):
    """What went wrong, and who must act."""

    code: ErrorCode
    owner: Owner
    message: str


@with_config(CLOSED)
class LinkStateAnswer(TypedDict):
    """A link, without its secret. Only success uses it up."""

    expiresAt: Timestamp
    channel: Channel
    state: LinkState


@with_config(CLOSED)
class RefreshAnswer(TypedDict):
    """A refresh. Neither a LoginId nor a RequestId is among its fields."""

    id: RefreshIdText
    connectionId: ConnectionIdText
    reference: Annotated[str | None, Field(description="Your own id of the connection.")]
    supportCode: SupportCodeText
    status: Status
    reason: Reason
    nextAction: Annotated[NextAction, Field(description="What you do next.")]
    retryAt: Annotated[Timestamp | None, Field(description="Not before this instant.")]
    attempt: AttemptAnswer | None
    link: Annotated[LinkStateAnswer | None, Field(description="The link that was handed out last.")]
    mergedInto: Annotated[
        RefreshIdText | None,
        Field(description="A cancelled refresh of the same session goes on as this one."),
    ]
    error: ErrorAnswer | None
    late: Annotated[
        bool, Field(description="Success was proven only after the refresh had expired.")
    ]
    createdAt: Timestamp
    updatedAt: Timestamp
    expiresAt: Timestamp
    completedAt: Timestamp | None
    dataAsOf: Annotated[
        Timestamp | None, Field(description="When Flinks had refreshed the data that completed it.")
    ]


@with_config(CLOSED)
class IframeUrlAnswer(TypedDict):
    """Where the person answers the bank. Show it once, in an iframe; never keep or log it."""

    url: Url
    origin: Annotated[str, Field(description="The exact origin of the iframe's messages.")]
    expiresAt: Annotated[Timestamp, Field(description="The earlier of the two clocks below.")]
    requestIdExpiresAt: Timestamp | None
    authorizeTokenExpiresAt: Timestamp


@with_config(CLOSED)
class SnapshotAnswer(TypedDict):
    """Where the filtered accounts can be read. The address works for a minute at most."""

    url: Url
    expiresAt: Timestamp
    bytes: Annotated[int, Field(description="Size of the JSON once decompressed.", ge=0)]
    sha256: Annotated[
        str, Field(description="Of the JSON once decompressed.", pattern="^[0-9a-f]{64}$")
    ]
    accounts: Annotated[int, Field(ge=0)]
    missingAccounts: Annotated[
        int, Field(description="Chosen accounts that the bank shows no more.", ge=0)
    ]
    vanishedAccounts: Annotated[
        int, Field(description="The name of `missingAccounts` before 0.2.", ge=0, deprecated=True)
    ]


@with_config(CLOSED)
class AccountsAnswer(TypedDict):
    """The fresh accounts of a completed refresh."""

    snapshot: SnapshotAnswer


@with_config(CLOSED)
class LinkAnswer(TypedDict):
    """A new link. Its secret is in the fragment; keep it nowhere but in the message you send."""

    url: Url
    channel: Channel
    expiresAt: Timestamp


@with_config(CLOSED)
class LinkBody(TypedDict):
    """How the link goes to the person. The shortest life is a minute."""

    channel: NotRequired[Annotated[Channel, Field(json_schema_extra={"default": "email"})]]
    expiresInSeconds: NotRequired[
        Annotated[
            int | None,
            Field(ge=60, description="At most, and by default, the life of the channel."),
        ]
    ]


OPERATIONS: Final[dict[str, Operation]] = {
    "POST /refreshes": Operation(
        id="startRefresh",
        summary="Start a refresh, or adopt an interrupted session",
        text=(
            "With `loginId`: asks for fresh data of a stored login. `userPresent: true` says that "
            "the person is here, and starts the bank login at once; without it the refresh waits "
            "in `invited` until a person acts. With `requestId`: adopts a live session that was "
            "interrupted in the middle of MFA; no bank call is made. While a refresh of the same "
            "connection is open, a second start answers 200 with that same refresh."
        ),
        successes={202: "A new refresh.", 200: "The refresh that is already open."},
        takes="StartBody",
        takes_key=True,
        problems=together(
            SIGNED,
            {
                400: ("invalid_json", "invalid_idempotency_key"),
                409: ("busy", "other_session_open", "already_settled"),
                410: ("connection_closed",),
                415: ("unsupported_media_type",),
                422: (
                    "invalid_request",
                    "selection_required",
                    "selection_differs",
                    "idempotency_key_reused",
                ),
            },
        ),
    ),
    "POST /refreshes/{id}/attempts": Operation(
        id="startAttempt",
        summary="Start the next attempt of an open refresh",
        text=(
            "A human act: the person is here and wants to go on. Starts a bank login if the "
            "refresh is `invited`, or `retry_scheduled` and due; otherwise changes nothing."
        ),
        successes={202: "The refresh as it now stands."},
        takes_key=True,
        problems=together(
            SIGNED,
            NO_BODY,
            REFRESH_UNKNOWN,
            {
                400: ("invalid_idempotency_key",),
                409: ("busy", "already_settled"),
                422: ("idempotency_key_reused",),
            },
        ),
    ),
    "POST /refreshes/{id}/iframe-url": Operation(
        id="issueIframeUrl",
        summary="Get a Flinks Connect address for the attempt that waits for the person",
        text=(
            "Mints an authorize token for this very call, whatever Idempotency-Key says. Refused "
            "in the session's last minute, when it has expired, or where the status does not "
            "allow it; the problem then says what to do instead."
        ),
        successes={200: "The address and its clocks."},
        answer="IframeUrlAnswer",
        problems=together(
            SIGNED,
            NO_BODY,
            REFRESH_UNKNOWN,
            {409: ("no_iframe_url", "busy", "already_settled"), 503: MINTING},
        ),
    ),
    "GET /refreshes/{id}": Operation(
        id="readRefresh",
        summary="Read a refresh",
        text="As the clock makes it at this instant; a deadline that has passed counts already.",
        successes={200: "The refresh."},
        problems=together(SIGNED, REFRESH_UNKNOWN),
    ),
    "GET /refreshes/{id}/accounts": Operation(
        id="readAccounts",
        summary="Read the fresh accounts",
        text=(
            "A presigned address, good for a minute, of what was filtered when it was written. "
            "The object is gzip-compressed JSON with that Content-Encoding."
        ),
        successes={200: "Where the accounts can be read."},
        answer="AccountsAnswer",
        problems=together(
            SIGNED, REFRESH_UNKNOWN, {409: ("accounts_not_ready",), 410: ("accounts_gone",)}
        ),
    ),
    "POST /refreshes/{id}/cancel": Operation(
        id="cancelRefresh",
        summary="Give a refresh up",
        text="A second time answers the same. A healthy connection stays healthy.",
        successes={200: "The cancelled refresh."},
        problems=together(SIGNED, NO_BODY, REFRESH_UNKNOWN, {409: ("busy", "already_settled")}),
    ),
    "POST /refreshes/{id}/link": Operation(
        id="issueLink",
        summary="Get a link for a person who is away",
        text=(
            "The address of the hosted page, with a secret in its fragment: shown once and stored "
            "nowhere. Opening it starts nothing; the person's click there does. Every call makes a "
            "new link, whatever Idempotency-Key says, and the one before opens nothing any more. "
            "The refresh waits as long as its link is good. A refresh has at most five."
        ),
        successes={201: "The link."},
        answer="LinkAnswer",
        takes="LinkBody",
        problems=together(
            SIGNED,
            REFRESH_UNKNOWN,
            {
                400: ("invalid_json",),
                409: ("busy", "already_settled"),
                415: ("unsupported_media_type",),
                422: ("invalid_request",),
                429: ("too_many_links",),
            },
        ),
    ),
}
