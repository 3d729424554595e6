"""What `redirect_callback` is built from: no Flinks, no HTTP client, no models."""

from functools import cache

from flinks_reconnect.bootstrap.parts import advance, signing_keys
from flinks_reconnect.config import settings
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.usecases.take_callback import TakeCallback


@cache
def take_callback() -> TakeCallback:
    """Return the use case."""
    return TakeCallback(advance=advance(), signing_keys=signing_keys)


@cache
def return_urls() -> AllowList:
    """Return where a person may be sent back to."""
    return settings().listed("RETURN_URLS")


@cache
def embed_origins() -> AllowList:
    """Return the pages that may hold Flinks Connect in a frame."""
    return settings().listed("EMBED_ORIGINS")
