"""What visits of the hosted page are built from: no Flinks, no HTTP client, no models."""

from functools import cache

from flinks_reconnect.bootstrap.secrets import signing_keys
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.usecases.visits import Visits


@cache
def visits() -> Visits:
    """Return the use case."""
    return Visits(advance=advance(), signing_keys=signing_keys)
