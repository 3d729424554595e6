"""GET /refreshes/{id}, GET …/accounts, POST …/cancel, POST …/link: what became of a refresh."""

from typing import Any

from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response, serve
from flinks_reconnect.api.links import link_view, wanted_link
from flinks_reconnect.api.refreshes import accounts_view, refresh_view
from flinks_reconnect.bootstrap.clock import clocks, now
from flinks_reconnect.bootstrap.refreshes import issue_link, read_accounts, read_refresh
from flinks_reconnect.bootstrap.shared import base_url


def read(request: Request) -> Response:
    """Answer 200 with the refresh as it stands now."""
    return json_response(200, refresh_view(read_refresh()(request.refresh_id), clocks(), now()))


def accounts(request: Request) -> Response:
    """Answer 200 with an address that reads the filtered accounts for a minute."""
    return json_response(200, accounts_view(read_accounts()(request.refresh_id)))


def cancel(request: Request) -> Response:
    """Answer 200 with the cancelled refresh; a second time, too."""
    request.empty()
    found = read_refresh().cancel(request.refresh_id)
    return json_response(200, refresh_view(found, clocks(), now()))


def link(request: Request) -> Response:
    """Answer 201 with a new link, which takes the place of the one before, key or no key."""
    wanted = wanted_link(request.json(), clocks())
    issued = issue_link()(request.refresh_id, wanted, base_url(request.base_url))
    return json_response(201, link_view(issued))


ROUTES = {
    "GET /refreshes/{id}": read,
    "GET /refreshes/{id}/accounts": accounts,
    "POST /refreshes/{id}/cancel": cancel,
    "POST /refreshes/{id}/link": link,
}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
