"""What `start_refresh` is built from."""

import os
from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.secrets import id_key
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.usecases.start_refresh import StartRefresh


@cache
def start_refresh() -> StartRefresh:
    """Return the use case."""
    return StartRefresh(advance=advance(), id_key=id_key, random_bytes=os.urandom)


at_init(start_refresh)
