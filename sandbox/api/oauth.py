"""`/v3/oauth/authorize`: sends a browser back with a loginId, or with what went wrong.

Only where it sends people is known: `?loginId=&state=`, or `?state=&error=&error_description=`.
What it takes is our reading, after OAuth's own names; the bank's page in between is left out, and
`login_hint` says who the person is.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..codes import FlinksError
from ..connect.parameters import Parameters, may_navigate_to, with_query
from ..institutions import FLINKS_CAPITAL, find_institution
from ..world import World

PERSON: Final = "oauth_person_nomfa"


def routes(world: World) -> list[Route]:
    """Return the route."""

    async def authorize(request: Request) -> Response:
        return _sent_back(world, Parameters(request.query_params))

    return [Route("/v3/oauth/authorize", authorize)]


def _sent_back(world: World, asked: Parameters) -> Response:
    address = asked.text("redirect_uri") or asked.redirect_url
    if address is None or not may_navigate_to(address):
        return JSONResponse(FlinksError("INVALID_REQUEST", status=400).body(), 400)
    state = asked.text("state")
    told = {"state": state} if state else {}
    try:
        added = {"loginId": _login_id(world, asked), **told}
    except FlinksError as error:
        denied = "access_denied" if error.status == 401 else "server_error"
        added = {**told, "error": denied, "error_description": f"{error.code}: {error.message}"}
    return RedirectResponse(with_query(address, added), 302)


def _login_id(world: World, asked: Parameters) -> str:
    """Sign the person in at the bank, as if they had approved there."""
    institution = find_institution(asked.text("institution") or str(FLINKS_CAPITAL.id))
    if institution is None:
        raise FlinksError("INVALID_REQUEST")
    username = asked.text("login_hint") or PERSON
    login = world.bank.identify(institution, username, asked.language)
    session = world.bank.open(login, live=True, origin="widget", language=asked.language)
    session.password = login.bank_password
    world.bank.sign_in(session)
    session.finished_in_widget = True
    return login.login_id
