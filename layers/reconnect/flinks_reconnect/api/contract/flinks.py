"""What Flinks calls: the redirect callback and the webhooks."""

from typing import Final, Literal, TypedDict

from pydantic import with_config

from flinks_reconnect.api.contract.operation import PUBLIC, Operation, together
from flinks_reconnect.api.contract.values import CLOSED


@with_config(CLOSED)
class ReceivedAnswer(TypedDict):
    """A webhook was kept."""

    received: Literal[True]


OPERATIONS: Final[dict[str, Operation]] = {
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
        problems=PUBLIC,
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
        problems=together(PUBLIC, {401: ("invalid_signature",), 503: ("unavailable",)}),
    ),
}
