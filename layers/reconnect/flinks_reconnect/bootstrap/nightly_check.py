"""What `nightly_check` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.parts import advance, home_of
from flinks_reconnect.usecases.check_nightly import CheckNightly


@cache
def check_nightly() -> CheckNightly:
    """Return the use case."""
    return CheckNightly(advance=advance(), flinks=flinks(), home_of=home_of)
