"""POST /refreshes/{id}/iframe-url: a Connect URL for the attempt that waits for the person."""

from typing import Any

from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Answer, json_answer, serve
from flinks_reconnect.api.views import url_view
from flinks_reconnect.bootstrap.iframe_url import issue_connect_url


def issue(request: Request) -> Answer:
    """Answer 200 with a URL that was minted for this very call, whatever Idempotency-Key says."""
    request.empty()
    return json_answer(200, url_view(issue_connect_url()(request.refresh_id, request.base_url)))


ROUTES = {"POST /refreshes/{id}/iframe-url": issue}


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
