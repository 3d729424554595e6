"""POST /refreshes and POST /refreshes/{id}/attempts: start, adopt, or start the next attempt."""

from typing import Any

from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response, serve
from flinks_reconnect.api.refreshes import refresh_view
from flinks_reconnect.api.request_bodies import start_request
from flinks_reconnect.bootstrap.allow_lists import embed_origins, return_urls
from flinks_reconnect.bootstrap.clock import clocks, now
from flinks_reconnect.bootstrap.start_refresh import start_refresh


def start(request: Request) -> Response:
    """Answer 202 for a new refresh, 200 for the one that is already open."""
    asked = start_request(
        request.json(),
        return_urls=return_urls(),
        embed_origins=embed_origins(),
        replay=request.replay("POST /refreshes"),
    )
    started = start_refresh()(asked)
    view = refresh_view(started.found, clocks(), now())
    return json_response(202 if started.is_new else 200, view, Location=f"/refreshes/{view['id']}")


def next_attempt(request: Request) -> Response:
    """Answer 202: the person is here, and the next attempt starts if one is due."""
    request.empty()
    route = f"POST /refreshes/{request.refresh_id}/attempts"
    found = start_refresh().next_attempt(request.refresh_id, request.replay(route))
    return json_response(202, refresh_view(found, clocks(), now()))


ROUTES = {"POST /refreshes": start, "POST /refreshes/{id}/attempts": next_attempt}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
