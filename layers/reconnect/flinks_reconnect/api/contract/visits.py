"""Visits: what a link opens for the person."""

from typing import Annotated, Final, TypedDict

from pydantic import Field, with_config

from flinks_reconnect.api.contract.operation import (
    MINTING,
    NO_BODY,
    VISIT_OVER,
    VISITING,
    Operation,
    together,
)
from flinks_reconnect.api.contract.refreshes import AttemptAnswer, ErrorAnswer
from flinks_reconnect.api.contract.values import CLOSED, SupportCodeText, Timestamp
from flinks_reconnect.domain.errors import NextAction
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.refresh import Status


@with_config(CLOSED)
class VisitBody(TypedDict):
    """A link's secret: what follows the `#`."""

    link: str


@with_config(CLOSED)
class SeenRefreshAnswer(TypedDict):
    """A refresh as the person sees it who opened its link."""

    status: Status
    nextAction: NextAction
    retryAt: Timestamp | None
    attempt: AttemptAnswer | None
    error: ErrorAnswer | None
    language: Language | None
    returnUrl: Annotated[
        str | None,
        Field(description="Where the person goes back to, once it is over or in trouble."),
    ]
    supportCode: SupportCodeText
    completedAt: Timestamp | None


@with_config(CLOSED)
class VisitAnswer(TypedDict):
    """How the refresh stands."""

    refresh: SeenRefreshAnswer


@with_config(CLOSED)
class OpenedVisitAnswer(VisitAnswer):
    """A visit; its token is the bearer token of the other calls."""

    visit: str
    expiresAt: Timestamp


_PREFLIGHTS: Final = {
    "/reconnect/visits": "OpenVisit",
    "/reconnect/visits/current": "ReadVisit",
    "/reconnect/visits/start": "StartVisit",
    "/reconnect/visits/declined": "DeclineVisit",
    "/reconnect/visits/iframe-url": "IssueVisitIframeUrl",
}


OPERATIONS: Final[dict[str, Operation]] = {
    "POST /reconnect/visits": Operation(
        id="openVisit",
        summary="Open a visit with a link",
        text=(
            "Public. As often as one likes: it uses nothing up and starts nothing. A link that is "
            "unknown, forged or expired gets one same answer; one that a newer link replaced says "
            "so (`reason`)."
        ),
        successes={201: "The visit's token, and the refresh as the person sees it."},
        answer="OpenedVisitAnswer",
        takes="VisitBody",
        problems=together(
            VISITING,
            {
                400: ("invalid_json", "invalid_link"),
                410: ("link_gone",),
                415: ("unsupported_media_type",),
            },
        ),
    ),
    "GET /reconnect/visits/current": Operation(
        id="readVisit",
        summary="How the refresh of a visit stands",
        text="Public, with the visit's token. Nothing of the integrator's is shown.",
        successes={200: "The refresh as the person sees it."},
        answer="VisitAnswer",
        takes_visit=True,
        problems=together(VISITING, VISIT_OVER),
    ),
    "POST /reconnect/visits/start": Operation(
        id="startVisit",
        summary="The person's click",
        text=(
            "Public, with the visit's token. A human act: starts the bank login that is due, if "
            "one is. Twice is once."
        ),
        successes={202: "The refresh as the person sees it."},
        answer="VisitAnswer",
        takes_visit=True,
        problems=together(VISITING, NO_BODY, VISIT_OVER, {409: ("busy",)}),
    ),
    "POST /reconnect/visits/declined": Operation(
        id="declineVisit",
        summary="The person declined in the bank's window",
        text=(
            "Public, with the visit's token. Told by the page when Flinks Connect says that "
            "consent or terms were denied. It ends nothing: the person may begin again."
        ),
        successes={200: "The refresh as the person sees it."},
        answer="VisitAnswer",
        takes_visit=True,
        problems=together(VISITING, NO_BODY, VISIT_OVER, {409: ("busy",)}),
    ),
    "POST /reconnect/visits/iframe-url": Operation(
        id="issueVisitIframeUrl",
        summary="Get a Flinks Connect address for the hosted page's frame",
        text=(
            "Public, with the visit's token. As for the integrator; Connect comes back inside the "
            "frame, to a page that tells the one around it."
        ),
        successes={200: "The address and its clocks."},
        answer="IframeUrlAnswer",
        takes_visit=True,
        problems=together(
            VISITING,
            NO_BODY,
            VISIT_OVER,
            {409: ("no_iframe_url", "busy", "already_settled"), 503: MINTING},
        ),
    ),
    **{
        f"OPTIONS {path}": Operation(
            id=f"mayCall{name}",
            summary="What a browser asks before a listed page's call (CORS)",
            text="Public. Listed are the origins of the parameter EmbedOrigins, and our own.",
            successes={204: "It may."},
            answer="nothing",
            problems=VISITING,
        )
        for path, name in _PREFLIGHTS.items()
    },
}
