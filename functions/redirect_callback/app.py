"""GET /callback/{state}: the person's browser comes back from Flinks Connect."""

from typing import Any

from flinks_reconnect.api.callback.handle import Callback, answer_callback
from flinks_reconnect.bootstrap.allow_lists import embed_origins, return_urls
from flinks_reconnect.bootstrap.redirect_callback import take_callback


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take the hint; answer with a redirect or a neutral page."""
    return answer_callback(
        Callback(event),
        take=take_callback(),
        return_urls=return_urls(),
        embed_origins=embed_origins(),
    )
