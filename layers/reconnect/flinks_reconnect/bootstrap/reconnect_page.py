"""What `reconnect_page` is built from, besides the visits: how page and answers look."""

import secrets

from flinks_reconnect.api.edge.cors import origin_of
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response
from flinks_reconnect.api.hosted.brand import Brand
from flinks_reconnect.api.hosted.page import page_answer
from flinks_reconnect.api.visits import opened_view, visit_view
from flinks_reconnect.bootstrap.allow_lists import embed_origins, return_urls
from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.clock import clocks
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.ports import FoundRefresh
from flinks_reconnect.usecases.visits import OpenedVisit


def hosted_page(_: Request) -> Response:
    """Answer with the page as this stack's parameters have it."""
    return page_answer(
        brand=_brand(),
        connect_origin=origin_of(settings()["FLINKS_CONNECT_URL"]),
        ancestors=embed_origins().entries,
        nonce=secrets.token_urlsafe(16),
    )


def _brand() -> Brand:
    configured = settings()
    names = {
        each: f"APP_{each.upper()}" for each in ("name", "logo", "accent", "support", "privacy")
    }
    return Brand(**{each: configured.optional(name) or "" for each, name in names.items()})


def first_seen(visit: OpenedVisit) -> Response:
    """Answer 201 with a visit that was just opened."""
    return json_response(201, opened_view(visit, clocks(), return_urls()))


def seen(status: int, found: FoundRefresh) -> Response:
    """Answer with the refresh as the person sees it."""
    return json_response(status, visit_view(found, clocks(), return_urls()))


at_init(advance)
