"""What `reconnect_page` is built from, besides the visits: how the page looks."""

import secrets
from typing import Any

from flinks_reconnect.api.hosted_page import page_answer
from flinks_reconnect.api.pages import origin_of
from flinks_reconnect.bootstrap.allow_lists import embed_origins
from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.parts import advance
from flinks_reconnect.config import settings


def hosted_page() -> dict[str, Any]:
    """Return the page as this stack's parameters have it."""
    return page_answer(
        app_name=settings().optional("APP_NAME"),
        connect_origin=origin_of(settings()["FLINKS_CONNECT_URL"]),
        ancestors=embed_origins().entries,
        nonce=secrets.token_urlsafe(16),
    )


at_init(advance)
