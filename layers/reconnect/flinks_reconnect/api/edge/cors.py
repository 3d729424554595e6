"""What a page may call from a browser: our own, and listed ones (CORS). No cookie is involved."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from flinks_reconnect.api.edge.problems import ORIGIN_NOT_ALLOWED
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Act, Response, problem_response, serve
from flinks_reconnect.domain.allow_list import AllowList

_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


def serve_page(
    event: Mapping[str, Any], routes: Mapping[str, Act], *, own: str | None, listed: AllowList
) -> Response:
    """As `serve`; for a page's calls, an origin that is neither our own nor listed is refused.

    `own`: the configured base URL; without one it is where API Gateway says that we are. A caller
    that names no origin is no page of a browser: the visit's token alone decides.
    """
    request = Request(event)
    origin = request.origin
    if origin is None or not request.is_of_page:
        return serve(event, routes)
    if origin not in {origin_of(own or request.base_url or ""), *listed.entries}:
        return problem_response(ORIGIN_NOT_ALLOWED)
    answer = serve(event, routes)
    return answer | {"headers": {**answer["headers"], **_allowing(origin)}}


def preflight(_: Request) -> Response:
    """Answer the question that a browser asks before a listed page's call."""
    return {"statusCode": 204, "headers": dict(_PREFLIGHT), "body": ""}


def origin_of(url: str) -> str:
    """Return the origin of an address, as a browser writes it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _allowing(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
