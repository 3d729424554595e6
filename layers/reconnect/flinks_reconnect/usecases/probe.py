"""Ask Flinks by LoginId how things stand; no bank is called."""

from flinks_reconnect.domain.flinks_answers import AuthorizeAnswer, Refused
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.usecases.errors import MintError
from flinks_reconnect.usecases.ports import FlinksGateway


def ask_by_login(flinks: FlinksGateway, login_id: LoginId) -> AuthorizeAnswer:
    """Return what a cached `/Authorize` answers, or why no token could be had for it."""
    try:
        return flinks.authorize_cached(flinks.mint_token(), login_id)
    except MintError as error:
        return Refused(code=error.code)
