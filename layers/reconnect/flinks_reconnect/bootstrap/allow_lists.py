"""Where a person may be sent, as this stack's parameters list it."""

from functools import cache

from flinks_reconnect.config import settings
from flinks_reconnect.domain.allow_list import AllowList


@cache
def return_urls() -> AllowList:
    """Return where a person may be sent back to."""
    return settings().listed("RETURN_URLS")


@cache
def embed_origins() -> AllowList:
    """Return the pages that may hold Flinks Connect in a frame."""
    return settings().listed("EMBED_ORIGINS")
