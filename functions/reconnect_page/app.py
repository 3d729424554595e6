"""GET /reconnect and its visits: the page for a person with a link, and what it may ask."""

from typing import Any

from flinks_reconnect.api.links import link_secret
from flinks_reconnect.api.pages import preflight, serve_page
from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Answer, json_answer
from flinks_reconnect.api.views import opened_view, visit_answer
from flinks_reconnect.bootstrap.allow_lists import embed_origins, return_urls
from flinks_reconnect.bootstrap.parts import clocks, public_base_url
from flinks_reconnect.bootstrap.reconnect_page import hosted_page
from flinks_reconnect.bootstrap.visits import visits


def page(_: Request) -> Answer:
    """Answer 200 with the page; it reads the link's secret from its own fragment."""
    return hosted_page()


def opened(request: Request) -> Answer:
    """Answer 201 with a visit; the link stays good, and nothing starts."""
    visit = visits().open(link_secret(request.json()))
    return json_answer(201, opened_view(visit, clocks(), return_urls()))


def current(request: Request) -> Answer:
    """Answer 200 with the refresh as it stands now."""
    return json_answer(200, visit_answer(visits().current(request.bearer), clocks(), return_urls()))


def start(request: Request) -> Answer:
    """Answer 202: the person clicked, and what is due starts."""
    request.empty()
    return json_answer(202, visit_answer(visits().start(request.bearer), clocks(), return_urls()))


def declined(request: Request) -> Answer:
    """Answer 200: the person declined in the bank's window, and may begin again."""
    request.empty()
    found = visits().declined(request.bearer)
    return json_answer(200, visit_answer(found, clocks(), return_urls()))


ROUTES = {
    "GET /reconnect": page,
    "POST /reconnect/visits": opened,
    "GET /reconnect/visits/current": current,
    "POST /reconnect/visits/start": start,
    "POST /reconnect/visits/declined": declined,
    "OPTIONS /reconnect/visits": preflight,
    "OPTIONS /reconnect/visits/current": preflight,
    "OPTIONS /reconnect/visits/start": preflight,
    "OPTIONS /reconnect/visits/declined": preflight,
    "OPTIONS /reconnect/visits/iframe-url": preflight,
}


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Serve one call of a person's browser."""
    return serve_page(event, ROUTES, own=public_base_url(), listed=embed_origins())
