"""GET /refreshes/{id}, GET …/accounts, POST …/cancel: what became of a refresh."""

from typing import Any

from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Answer, json_answer, serve
from flinks_reconnect.api.views import accounts_view, refresh_view
from flinks_reconnect.bootstrap.parts import clocks
from flinks_reconnect.bootstrap.refreshes import read_accounts, read_refresh


def read(request: Request) -> Answer:
    """Answer 200 with the refresh as it stands now."""
    return json_answer(200, refresh_view(read_refresh()(request.refresh_id), clocks()))


def accounts(request: Request) -> Answer:
    """Answer 200 with an address that reads the filtered accounts for a minute."""
    return json_answer(200, accounts_view(read_accounts()(request.refresh_id)))


def cancel(request: Request) -> Answer:
    """Answer 200 with the cancelled refresh; a second time, too."""
    request.empty()
    return json_answer(200, refresh_view(read_refresh().cancel(request.refresh_id), clocks()))


ROUTES = {
    "GET /refreshes/{id}": read,
    "GET /refreshes/{id}/accounts": accounts,
    "POST /refreshes/{id}/cancel": cancel,
}


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
