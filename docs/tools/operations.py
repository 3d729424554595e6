"""What each route takes and answers, beyond what the template and the models say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

type Problems = Mapping[int, tuple[str, ...]]
"""Stable codes by status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: its successes by status, and the codes of its problems by status."""

    id: str
    summary: str
    text: str
    successes: dict[int, str]
    answer: str = "RefreshAnswer"
    takes: str | None = None
    takes_key: bool = False
    takes_visit: bool = False
    takes_page: bool = False
    problems: Problems


_OPEN: Problems = {404: ("not_found",)}
_KNOWN: Problems = {404: ("connection_not_found",)}
_SHUT_BODY: Problems = {400: ("body_not_allowed",)}
_SIGNED: Problems = {
    400: ("invalid_request",),
    403: ("forbidden",),
    413: ("body_too_large",),
    429: ("throttled",),
    500: ("internal_error",),
    503: ("unavailable",),
    504: ("unavailable",),
}
_PUBLIC: Problems = {
    **{status: codes for status, codes in _SIGNED.items() if status != 503},
    403: ("blocked",),
}
_VISITING: Problems = {**_PUBLIC, 403: ("blocked", "origin_not_allowed"), 503: ("unavailable",)}
_VISIT_OVER: Problems = {401: ("visit_over",)}
_PREFLIGHTS: Final = {
    "/reconnect/visits": "OpenVisit",
    "/reconnect/visits/current": "ReadVisit",
    "/reconnect/visits/start": "StartVisit",
    "/reconnect/visits/declined": "DeclineVisit",
    "/reconnect/visits/iframe-url": "IssueVisitIframeUrl",
}
_MINTING = (
    "access_refused",
    "flinks_unavailable",
    "not_enabled",
    "request_refused",
    "throttled",
    "unrecognised_answer",
)


def _with(base: Problems, *more: Problems) -> Problems:
    merged = dict(base)
    for each in more:
        for status, codes in each.items():
            merged[status] = (*merged.get(status, ()), *codes)
    return dict(sorted(merged.items()))


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
        problems=_with(
            _SIGNED,
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
        problems=_with(
            _SIGNED,
            _SHUT_BODY,
            _OPEN,
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
        problems=_with(
            _SIGNED,
            _SHUT_BODY,
            _OPEN,
            {409: ("no_iframe_url", "busy", "already_settled"), 503: _MINTING},
        ),
    ),
    "GET /refreshes/{id}": Operation(
        id="readRefresh",
        summary="Read a refresh",
        text="As the clock makes it at this instant; a deadline that has passed counts already.",
        successes={200: "The refresh."},
        problems=_with(_SIGNED, _OPEN),
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
        problems=_with(_SIGNED, _OPEN, {409: ("accounts_not_ready",), 410: ("accounts_gone",)}),
    ),
    "POST /refreshes/{id}/cancel": Operation(
        id="cancelRefresh",
        summary="Give a refresh up",
        text="A second time answers the same. A healthy connection stays healthy.",
        successes={200: "The cancelled refresh."},
        problems=_with(_SIGNED, _SHUT_BODY, _OPEN, {409: ("busy", "already_settled")}),
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
        problems=_with(
            _SIGNED,
            _OPEN,
            {
                400: ("invalid_json",),
                409: ("busy", "already_settled"),
                415: ("unsupported_media_type",),
                422: ("invalid_request",),
                429: ("too_many_links",),
            },
        ),
    ),
    "GET /reconnect": Operation(
        id="showPage",
        summary="The hosted page",
        text="Public. It reads the link's secret from its own fragment, which no server sees.",
        successes={200: "The page."},
        answer="page",
        problems=_PUBLIC,
    ),
    **{
        f"{method} /{{page+}}": Operation(
            id=f"answerStray{method.capitalize()}",
            summary="Any other address",
            text=(
                "Public. What begins with `/reconnect` gets the hosted page, which finds a link "
                "that was written otherwise or says what to do; what begins with `/callback` gets "
                "a neutral page; all else is refused."
            ),
            successes={200: "The hosted page.", 404: "A neutral page."},
            answer="page",
            problems=_with(_PUBLIC, {403: ("forbidden",)}),
        )
        for method in ("GET", "HEAD")
    },
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
        problems=_with(
            _VISITING,
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
        problems=_with(_VISITING, _VISIT_OVER),
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
        problems=_with(_VISITING, _SHUT_BODY, _VISIT_OVER, {409: ("busy",)}),
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
        problems=_with(_VISITING, _SHUT_BODY, _VISIT_OVER, {409: ("busy",)}),
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
        problems=_with(
            _VISITING,
            _SHUT_BODY,
            _VISIT_OVER,
            {409: ("no_iframe_url", "busy", "already_settled"), 503: _MINTING},
        ),
    ),
    **{
        f"OPTIONS {path}": Operation(
            id=f"mayCall{name}",
            summary="What a browser asks before a listed page's call (CORS)",
            text="Public. Listed are the origins of the parameter EmbedOrigins, and our own.",
            successes={204: "It may."},
            answer="nothing",
            problems=_VISITING,
        )
        for path, name in _PREFLIGHTS.items()
    },
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
        problems=_with(
            _SIGNED,
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
        problems=_with(
            _SIGNED,
            {
                400: ("invalid_json",),
                415: ("unsupported_media_type",),
                422: ("invalid_request",),
            },
        ),
    ),
    "GET /connections/{id}": Operation(
        id="readConnection",
        summary="Read a connection",
        text="As the clock makes it at this instant; a deadline that has passed counts already.",
        successes={200: "The connection."},
        answer="ConnectionAnswer",
        problems=_with(_SIGNED, _KNOWN),
    ),
    "GET /connections/{id}/timeline": Operation(
        id="readTimeline",
        summary="Read how a connection's refreshes went",
        text="The newest first, for 400 days.",
        successes={200: "A stretch of the timeline."},
        answer="TimelineAnswer",
        takes_page=True,
        problems=_with(_SIGNED, _KNOWN, {422: ("invalid_request",)}),
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
        problems=_with(
            _SIGNED,
            _SHUT_BODY,
            _KNOWN,
            {409: ("busy", "login_not_proven", "still_in_use"), 503: _MINTING},
        ),
    ),
    "GET /callback/{state}": Operation(
        id="takeCallback",
        summary="Where Flinks Connect sends the browser back to",
        text=(
            "Public. A hint that is never believed: Flinks is asked. First, second and late hits "
            "answer alike. What the query says is compared with what is stored."
        ),
        successes={
            200: "A neutral page; in a frame it tells the embedding page the refresh id.",
            303: "Back to the allow-listed return URL, with `refreshId` added.",
            404: "A neutral page: the state is unknown, forged or expired.",
            503: "A neutral page: reload in a few seconds.",
        },
        answer="page",
        problems=_PUBLIC,
    ),
    "POST /webhooks/flinks": Operation(
        id="takeWebhook",
        summary="Where Flinks sends its webhooks",
        text=(
            "Public. Nothing happens unless the signature over the raw bytes is valid; then the "
            "body is kept and looked at later."
        ),
        successes={200: "Kept."},
        answer="ReceivedAnswer",
        takes="webhook",
        problems=_with(_PUBLIC, {401: ("invalid_signature",), 503: ("unavailable",)}),
    ),
}
