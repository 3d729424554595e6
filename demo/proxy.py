"""What the page can ask: the proxy between it and our API. Copy its rules, if not its framework."""

import json
from collections.abc import Awaitable, Callable

from flinks_reconnect_client import Mode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.answers import json_answer, own_problem, problem_answer
from demo.bank_desk import BankDesk
from demo.connections import BankConnection
from demo.views import connect_view, connection_view, list_view, sent_view


class Proxy:
    """One route for each thing that the page can ask."""

    def __init__(self, desk: BankDesk, *, api_origin: str, own_origin: str) -> None:
        """Serve the person of this desk, on the page of this origin."""
        self._desk = desk
        self._api_origin = api_origin
        self._own_origin = own_origin

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = "/api/connections/{reference}"
        return [
            Route("/api/connections", self.list),
            Route(one, self.status),
            Route(f"{one}/accounts", self.accounts),
            Route(f"{one}/refresh", self.refresh, methods=["POST"]),
            Route(f"{one}/attempts", self.start_again, methods=["POST"]),
            Route(f"{one}/iframe-url", self.iframe_url, methods=["POST"]),
            Route(f"{one}/link", self.send_link, methods=["POST"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
        ]

    async def list(self, _: Request) -> Response:
        """Tell all connections, with what became of those that were being refreshed."""
        views = [connection_view(each) for each in await self._desk.look()]
        return json_answer(list_view(views, api_origin=self._api_origin))

    async def status(self, request: Request) -> Response:
        """Tell how one connection stands now."""
        return await self._after(request, self._desk.follow)

    async def refresh(self, request: Request) -> Response:
        """Start, because the person pressed Refresh."""
        self._require_own_page(request)
        mode = _mode(await request.body())
        connection = self._connection(request)
        await self._desk.refresh(connection, mode)
        return json_answer(connection_view(connection), 202)

    async def start_again(self, request: Request) -> Response:
        """Start the next attempt, because the person pressed Start again."""
        self._require_own_page(request)
        return await self._after(request, self._desk.start_again)

    async def send_link(self, request: Request) -> Response:
        """Send a link to the person; here the page plays the inbox, so that it can be tried.

        In a real app the link goes to the mailer, and the page is told only that it was sent.
        """
        self._require_own_page(request)
        mode = _mode(await request.body())
        connection = self._connection(request)
        link = await self._desk.send_link(connection, mode)
        return json_answer(sent_view(connection, link), 201)

    async def cancel(self, request: Request) -> Response:
        """Give up."""
        self._require_own_page(request)
        return await self._after(request, self._desk.cancel)

    async def iframe_url(self, request: Request) -> Response:
        """Tell where the iframe goes."""
        self._require_own_page(request)
        issued = await self._desk.connect_url(self._connection(request))
        if issued is None:
            return problem_answer(own_problem(409, "nothing_to_answer"))
        return json_answer(connect_view(issued))

    async def accounts(self, request: Request) -> Response:
        """Tell what arrived."""
        shown = await self._desk.accounts(self._connection(request))
        if shown is None:
            return problem_answer(own_problem(404, "no_accounts_yet"))
        return json_answer(shown)

    async def _after(
        self, request: Request, act: Callable[[BankConnection], Awaitable[None]]
    ) -> Response:
        connection = self._connection(request)
        await act(connection)
        return json_answer(connection_view(connection))

    def _connection(self, request: Request) -> BankConnection:
        return self._desk.connections.get(request.path_params["reference"])

    def _require_own_page(self, request: Request) -> None:
        """Refuse a POST that another site's page sends in the person's name."""
        if request.headers.get("origin") != self._own_origin:
            raise HTTPException(403)


def _mode(body: bytes) -> Mode:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        raise HTTPException(400) from None
    wanted = asked.get("mode", "embedded") if isinstance(asked, dict) else None
    if wanted == "embedded":
        return "embedded"
    if wanted == "redirect":
        return "redirect"
    raise HTTPException(400)
