"""What `redirect_callback` is built from: no Flinks, no HTTP client, no models."""

from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.secrets import signing_keys
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.usecases.take_callback import TakeCallback


@cache
def take_callback() -> TakeCallback:
    """Return the use case."""
    return TakeCallback(advance=advance(), signing_keys=signing_keys)


at_init(take_callback)
