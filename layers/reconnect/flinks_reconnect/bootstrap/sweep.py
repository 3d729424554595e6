"""What `sweep` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.config import settings
from flinks_reconnect.faults import is_passing
from flinks_reconnect.usecases.sweep import Sweep


@cache
def sweep() -> Sweep:
    """Return the use case."""
    shards = int(settings()["DUE_SHARDS"])
    return Sweep(advance=advance(), shards=shards, is_passing=is_passing)


at_init(sweep)
