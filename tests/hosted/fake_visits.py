"""A visits API of the imagination, with the real page: answers as it is told, remembers calls."""

from dataclasses import dataclass, field
from typing import Any, Final

from flinks_reconnect.api.hosted.brand import Brand
from flinks_reconnect.api.hosted.page import page_answer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

SECRET: Final = f"rf_{'abcdefg234567' * 3}xyz.1.1795350600.{'Example-_' * 4}Example"
"""Shaped like a link; it opens the fake, and nothing else."""
CODE: Final = "7GH2-K9XM"
NONCE: Final = "an-example-of-a-nonce"
CALLBACK: Final = """<!doctype html><title>Thank you</title><h1>Thank you</h1><script>
const message = {type: "flinks-reconnect.callback", refreshId: "rf_1"};
parent.postMessage(message, location.origin);
</script>"""
BANK: Final = "<!doctype html><title>bank</title><h1>A question</h1><input aria-label='Code'>"
MOUNTED: Final = "<script>parent.postMessage({step: 'APP_MOUNTED'}, '*')</script>"
ACTIONS: Final = {
    "invited": "start_again",
    "mfa_required": "open_iframe",
    "credentials_required": "open_iframe",
    "completed": "none",
    "cancelled": "none",
    "expired": "start_new_session",
    "failed": "contact_support",
}


def a_view(status: str = "invited", **more: Any) -> dict[str, Any]:
    """One refresh, as the API would tell it to the page."""
    is_new = status == "invited" and "error" not in more
    return {
        "status": status,
        "nextAction": ACTIONS.get(status, "wait"),
        "retryAt": None,
        "attempt": None if is_new else {"number": 1, "expiresAt": None},
        "error": None,
        "language": "en",
        "returnUrl": None,
        "supportCode": CODE,
        "completedAt": None,
        **more,
    }


def a_problem(status: int, code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """One refusal, as the API would tell it."""
    body = {"status": status, "code": code, "owner": "user", "nextAction": "none", **more}
    return status, {"type": "about:blank", "title": code, **body}


@dataclass
class FakeVisits:
    """Serve `.app` at one origin; `connect_origin` is another."""

    origin: str = ""
    connect_origin: str = ""
    brand: Brand = Brand(name="Maple Budget")
    ancestors: tuple[str, ...] = ()
    view: dict[str, Any] = field(default_factory=a_view)
    started: dict[str, Any] = field(default_factory=lambda: a_view("starting"))
    after_decline: dict[str, Any] | None = None
    refusals: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """By the last word of the path; the page's calls are refused while one stands here."""
    url_expires_at: str = "2099-11-22T12:07:00.000Z"
    date: str | None = None
    is_bank_silent: bool = False
    forgets: bool = False
    """Whether every visit is over as soon as it is opened."""
    visits: int = 0
    good: set[str] = field(default_factory=set)
    """The visits that are not over: each device has its own."""
    calls: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/reconnect", self._page),
                Route("/v1/reconnect/visits", self._open, methods=["POST"]),
                Route("/v1/reconnect/visits/current", self._current),
                Route("/v1/reconnect/visits/start", self._start, methods=["POST"]),
                Route("/v1/reconnect/visits/declined", self._declined, methods=["POST"]),
                Route("/v1/reconnect/visits/iframe-url", self._url, methods=["POST"]),
                Route("/v1/callback/{state}", self._callback),
                Route("/v1/reconnect{added:path}", self._page),
            ]
        )

    @property
    def bank(self) -> Starlette:
        """Serve a stand-in for Connect, which says what a test lets it say."""
        return Starlette(routes=[Route("/{path:path}", self._bank)])

    async def _bank(self, _: Request) -> Response:
        return HTMLResponse(BANK if self.is_bank_silent else BANK + MOUNTED)

    @property
    def around(self) -> Starlette:
        """Serve a page that frames whatever stands at `connect_origin`."""

        async def framing(_: Request) -> Response:
            return HTMLResponse(f'<!doctype html><iframe src="{self.connect_origin}"></iframe>')

        return Starlette(routes=[Route("/", framing)])

    @staticmethod
    def saying(html: str) -> Starlette:
        """Serve one page, whatever is asked for."""

        async def told(_: Request) -> Response:
            return HTMLResponse(html)

        return Starlette(routes=[Route("/{path:path}", told)])

    def count(self, name: str) -> int:
        return sum(called == name for called, _ in self.calls)

    def over(self) -> None:
        """Let the visits of this moment be over."""
        self.good.clear()

    async def _page(self, request: Request) -> Response:
        self.calls.append(("page", str(request.url)))
        answer = page_answer(
            brand=self.brand,
            connect_origin=self.connect_origin,
            ancestors=self.ancestors,
            nonce=NONCE,
        )
        return HTMLResponse(answer["body"], answer["statusCode"], answer["headers"])

    async def _open(self, request: Request) -> Response:
        body = await request.json()
        self.calls.append(("open", body))
        if "visits" in self.refusals:
            return self._refusal("visits")
        if body != {"link": SECRET}:
            return JSONResponse(*reversed(a_problem(410, "link_gone")))
        self.visits += 1
        self.good.add(f"Bearer visit-{self.visits}")
        opened = {"visit": f"visit-{self.visits}", "expiresAt": "2099-11-22T12:30:00.000Z"}
        return self._answer({**opened, "refresh": self.view}, 201)

    async def _current(self, request: Request) -> Response:
        return self._refused(request, "current") or self._answer({"refresh": self.view})

    async def _start(self, request: Request) -> Response:
        refused = self._refused(request, "start")
        if refused is None:
            self.view = self.started
        return refused or self._answer({"refresh": self.view}, 202)

    async def _declined(self, request: Request) -> Response:
        refused = self._refused(request, "declined")
        if refused is None:
            self.view = self.after_decline or self.view
        return refused or self._answer({"refresh": self.view})

    async def _url(self, request: Request) -> Response:
        url = f"{self.connect_origin}/?requestId=r&authorizeToken=t{self.count('iframe-url')}"
        told = {
            "url": url,
            "origin": self.connect_origin,
            "expiresAt": self.url_expires_at,
            "requestIdExpiresAt": "2099-11-22T12:08:00.000Z",
            "authorizeTokenExpiresAt": "2099-11-22T12:13:00.000Z",
        }
        return self._refused(request, "iframe-url") or self._answer(told)

    async def _callback(self, _: Request) -> Response:
        self.calls.append(("callback", None))
        return HTMLResponse(CALLBACK)

    def _refused(self, request: Request, name: str) -> Response | None:
        self.calls.append((name, request.headers.get("authorization")))
        if name in self.refusals:
            return self._refusal(name)
        is_known = request.headers.get("authorization") in self.good
        if self.forgets or not is_known:
            return JSONResponse(*reversed(a_problem(401, "visit_over")))
        return None

    def _refusal(self, name: str) -> Response:
        status, body = self.refusals[name]
        return JSONResponse(body, status)

    def _answer(self, body: dict[str, Any], status: int = 200) -> Response:
        return JSONResponse(body, status, {"Date": self.date} if self.date else None)
