"""What `start_refresh` is built from."""

import os
from functools import cache

from flinks_reconnect.bootstrap.parts import advance, id_key
from flinks_reconnect.config import settings
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.usecases.start_refresh import StartRefresh


@cache
def start_refresh() -> StartRefresh:
    """Return the use case."""
    return StartRefresh(advance=advance(), id_key=id_key, random_bytes=os.urandom)


@cache
def return_urls() -> AllowList:
    """Return where a person may be sent back to."""
    return settings().listed("RETURN_URLS")


@cache
def embed_origins() -> AllowList:
    """Return the pages that may hold Flinks Connect in a frame."""
    return settings().listed("EMBED_ORIGINS")
