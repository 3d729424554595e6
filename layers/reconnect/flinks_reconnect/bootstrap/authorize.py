"""What `authorize` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.parts import advance
from flinks_reconnect.usecases.authorize import AuthorizeConnection


@cache
def authorize_connection() -> AuthorizeConnection:
    """Return the use case."""
    return AuthorizeConnection(advance=advance(), flinks=flinks())
