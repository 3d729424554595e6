"""GET /reconnect and its visits: the page for a person with a link, and what it may ask."""

from typing import Any

from flinks_reconnect.api.edge.cors import preflight, serve_page
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response
from flinks_reconnect.api.hosted.unknown_address import unknown_address_response
from flinks_reconnect.api.visits import link_secret
from flinks_reconnect.bootstrap.allow_lists import embed_origins
from flinks_reconnect.bootstrap.reconnect_page import first_seen, hosted_page, seen
from flinks_reconnect.bootstrap.shared import public_base_url
from flinks_reconnect.bootstrap.visits import visits


def stray(request: Request) -> Response:
    """Answer at an address that no other route takes."""
    return unknown_address_response(request, hosted_page)


def opened(request: Request) -> Response:
    """Answer 201 with a visit; the link stays good, and nothing starts."""
    return first_seen(visits().open(link_secret(request.json())))


def current(request: Request) -> Response:
    """Answer 200 with the refresh as it stands now."""
    return seen(200, visits().current(request.bearer))


def start(request: Request) -> Response:
    """Answer 202: the person clicked, and what is due starts."""
    request.empty()
    return seen(202, visits().start(request.bearer))


def declined(request: Request) -> Response:
    """Answer 200: the person declined in the bank's window, and may begin again."""
    request.empty()
    return seen(200, visits().declined(request.bearer))


VISITS = ("", "/current", "/start", "/declined", "/iframe-url")
ROUTES = {
    "GET /reconnect": hosted_page,
    "GET /{page+}": stray,
    "HEAD /{page+}": stray,
    "POST /reconnect/visits": opened,
    "GET /reconnect/visits/current": current,
    "POST /reconnect/visits/start": start,
    "POST /reconnect/visits/declined": declined,
    **{f"OPTIONS /reconnect/visits{each}": preflight for each in VISITS},
}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve one call of a person's browser."""
    return serve_page(event, ROUTES, own=public_base_url(), listed=embed_origins())
