"""The webhook's HTTP contract: raw bytes in, exactly 200 for what is signed (Flinks, Webhooks)."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flinks_reconnect.api.edge.problems import Problem
from flinks_reconnect.api.edge.response import Response, json_response, problem_response
from flinks_reconnect.domain.errors import Owner
from flinks_reconnect.observability import logger

type Verify = Callable[[Mapping[str, Sequence[str]], bytes], Mapping[str, str]]
"""Returns the headers that prove the body; nothing where they do not."""
type Keep = Callable[[bytes, Mapping[str, str]], None]

_NOT_SIGNED: Final = Problem(
    status=401,
    code="invalid_signature",
    title="The signature does not fit the body.",
    owner=Owner.FLINKS,
)
_NOT_KEPT: Final = Problem(
    status=503, code="unavailable", title="The webhook could not be kept; send it again."
)


def answer_webhook(event: Mapping[str, Any], *, verify: Verify, keep: Keep) -> Response:
    """Verify first, then keep, then answer; nothing is parsed. Not kept means send again."""
    try:
        body = _raw(event)
        signature = {} if body is None else verify(_headers(event), body)
        if body is None or not signature:
            return problem_response(_NOT_SIGNED)
        keep(body, signature)
    except Exception as error:  # the one edge: fail closed, and let Flinks try again
        logger.error("webhook not kept", error=type(error).__name__)
        return problem_response(_NOT_KEPT)
    return json_response(200, {"received": True})


def _raw(event: Mapping[str, Any]) -> bytes | None:
    """Return the bytes as they were sent: UTF-8, or decoded where the gateway encoded them."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:  # binascii.Error is one, and so is what is no ASCII
        return None


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    several: Mapping[str, list[str]] | None = event.get("multiValueHeaders")
    if several:
        return dict(several)
    return {name: [value] for name, value in (event.get("headers") or {}).items()}
