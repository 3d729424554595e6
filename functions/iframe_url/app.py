"""POST …/iframe-url: a Connect URL for the attempt that waits, for the integrator or a visit."""

from typing import Any

from flinks_reconnect.api.edge.cors import serve_page
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response
from flinks_reconnect.api.refreshes import url_view
from flinks_reconnect.bootstrap.allow_lists import embed_origins
from flinks_reconnect.bootstrap.iframe_url import issue_connect_url
from flinks_reconnect.bootstrap.shared import base_url, public_base_url
from flinks_reconnect.bootstrap.visits import visits


def issue(request: Request) -> Response:
    """Answer 200 with a URL that was minted for this very call, whatever Idempotency-Key says."""
    request.empty()
    issued = issue_connect_url()(request.refresh_id, base_url(request.base_url))
    return json_response(200, url_view(issued))


def issue_for_visit(request: Request) -> Response:
    """Answer 200 with a URL for the frame of our own page."""
    request.empty()
    refresh_id = visits().refresh_of(request.bearer)
    issued = issue_connect_url()(refresh_id, base_url(request.base_url), hosted=True)
    return json_response(200, url_view(issued))


ROUTES = {
    "POST /refreshes/{id}/iframe-url": issue,
    "POST /reconnect/visits/iframe-url": issue_for_visit,
}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve one call of the integrator or of a page."""
    return serve_page(event, ROUTES, own=public_base_url(), listed=embed_origins())
