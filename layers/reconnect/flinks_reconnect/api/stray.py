"""Addresses that nobody is served at: a person with a broken link gets words, never JSON."""

from flinks_reconnect.api.callback_page import unknown_answer
from flinks_reconnect.api.problems import NO_SUCH_ROUTE
from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Act, Answer, problem_answer


def stray_answer(request: Request, hosted_page: Act) -> Answer:
    """Answer a GET or HEAD that no other route takes (API Gateway's greedy path).

    Mail programs write `%23` for `#`, and add slashes and words: whatever begins like our page's
    address gets the page, which finds the link by itself, or says that it is not complete.
    """
    asked = request.stray_path.lower()
    if asked.startswith("reconnect"):
        return hosted_page(request)
    if asked.startswith("callback"):
        return unknown_answer(request.language)
    return problem_answer(NO_SUCH_ROUTE)
