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
    problems: Problems


_OPEN: Problems = {404: ("not_found",)}
_SHUT_BODY: Problems = {400: ("body_not_allowed",)}
_SIGNED: Problems = {
    400: ("invalid_request",),
    403: ("forbidden",),
    413: ("body_too_large",),
    429: ("throttled",),
    500: ("internal_error",),
    502: ("unavailable",),
    503: ("unavailable",),
    504: ("unavailable",),
}
_PUBLIC: Problems = {status: codes for status, codes in _SIGNED.items() if status not in {403, 503}}
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
