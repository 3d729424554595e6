"""What `reconnect_page` is built from, besides the visits: how page and answers look."""

import secrets

from flinks_reconnect.api.brand import Brand
from flinks_reconnect.api.hosted_page import page_answer
from flinks_reconnect.api.pages import origin_of
from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Answer, json_answer
from flinks_reconnect.api.views import opened_view, visit_answer
from flinks_reconnect.bootstrap.allow_lists import embed_origins, return_urls
from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.parts import advance, clocks
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.ports import FoundRefresh
from flinks_reconnect.usecases.visits import OpenedVisit


def hosted_page(_: Request) -> Answer:
    """Answer with the page as this stack's parameters have it."""
    return page_answer(
        brand=_brand(),
        connect_origin=origin_of(settings()["FLINKS_CONNECT_URL"]),
        ancestors=embed_origins().entries,
        nonce=secrets.token_urlsafe(16),
    )


def _brand() -> Brand:
    stated = settings()
    names = {
        each: f"APP_{each.upper()}" for each in ("name", "logo", "accent", "support", "privacy")
    }
    return Brand(**{each: stated.optional(name) or "" for each, name in names.items()})


def first_seen(visit: OpenedVisit) -> Answer:
    """Answer 201 with a visit that was just opened."""
    return json_answer(201, opened_view(visit, clocks(), return_urls()))


def seen(status: int, found: FoundRefresh) -> Answer:
    """Answer with the refresh as the person sees it."""
    return json_answer(status, visit_answer(found, clocks(), return_urls()))


at_init(advance)
