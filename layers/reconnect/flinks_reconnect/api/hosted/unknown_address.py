"""Addresses that nobody is served at: a person with a broken link gets words, never JSON."""

from flinks_reconnect.api.callback.page import unknown_response
from flinks_reconnect.api.edge.problems import NO_SUCH_ROUTE
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Act, Response, problem_response


def unknown_address_response(request: Request, hosted_page: Act) -> Response:
    """Answer a GET or HEAD that no other route takes (API Gateway's greedy path).

    Mail programs write `%23` for `#`, and add slashes and words: whatever begins like our page's
    address gets the page, which finds the link by itself, or says that it is not complete.
    """
    asked = request.stray_path.lower()
    if asked.startswith("reconnect"):
        return hosted_page(request)
    if asked.startswith("callback"):
        return unknown_response(request.language)
    return problem_response(NO_SUCH_ROUTE)
