"""An integrator's page at an origin of its own, with the component in it."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local import ROOT
from tests.hosted import conftest as hosted
from tests.hosted.conftest import Stages
from tests.hosted.fake_visits import FakeVisits

stages, api, chrome = hosted.stages, hosted.api, hosted.chrome
context, page = hosted.context, hosted.page
SOURCE: Final = "/clients/web/src/flinks-reconnect.js"
PAGE: Final = """<!doctype html><html lang="LANGUAGE">
<meta charset="utf-8"><title>Maple Budget</title>
<script type="module" src="SOURCE"></script>
<script type="module" src="/listen.js"></script>
<main><h1>Maple Budget</h1><button id="go">Refresh</button>
<flinks-reconnect id="bank" ATTRIBUTES></flinks-reconnect></main></html>"""
LISTEN: Final = """globalThis.heard = [];
const bank = document.getElementById("bank");
for (const name of ["ready", "waiting", "question", "completed", "declined", "failed", "closed"]) {
  document.addEventListener(name, (event) => heard.push([name, event.detail]));
}
document.getElementById("go").addEventListener("click", () => bank.open());"""


@dataclass
class Integrator:
    """Their page, with a Content-Security-Policy as strict as one can be, and their server."""

    origin: str
    api: FakeVisits
    attributes: str = 'source="/my/reconnect"'
    language: str = "en"
    script: str = SOURCE
    html: str = PAGE
    bundle: str = ""
    """What stands at /app.js, for a page that is built."""
    refusal: tuple[int, dict[str, Any]] | None = None
    asked: int = 0

    @property
    def app(self) -> Starlette:
        files = ("clients/web/src", "clients/web/dist")
        shared = "layers/reconnect/flinks_reconnect/api/hosted/shared"
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/listen.js", self._listen),
                Route("/app.js", self._bundle),
                Route("/my/reconnect", self._address, methods=["POST"]),
                *(
                    Mount(f"/{each}", StaticFiles(directory=ROOT / each, check_dir=False))
                    for each in (*files, shared)
                ),
            ]
        )

    async def _page(self, _: Request) -> Response:
        html = self.html.replace("ATTRIBUTES", self.attributes).replace("SOURCE", self.script)
        policy = (
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; "
            f"frame-src {self.api.connect_origin} {self.api.origin}; "
            "require-trusted-types-for 'script'"
        )
        headers = {"Content-Security-Policy": policy}
        return HTMLResponse(html.replace("LANGUAGE", self.language), headers=headers)

    async def _listen(self, _: Request) -> Response:
        return Response(LISTEN, media_type="text/javascript")

    async def _bundle(self, _: Request) -> Response:
        return Response(self.bundle, media_type="text/javascript")

    async def _address(self, _: Request) -> Response:
        self.asked += 1
        if self.refusal is not None:
            status, body = self.refusal
            return JSONResponse(body, status)
        back = f"{self.api.origin}/v1/callback/sealed"
        query = urlencode({"requestId": "r", "authorizeToken": "t", "redirectUrl": back})
        address = f"{self.api.connect_origin}/?{query}"
        return JSONResponse({"url": address, "origin": self.api.connect_origin})


class Person:
    """Who uses that page."""

    def __init__(self, page: Page, site: Integrator) -> None:
        self.page = page
        self.site = site

    @property
    def frame(self) -> Locator:
        return self.page.locator("flinks-reconnect iframe")

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator("flinks-reconnect iframe")

    @property
    def component(self) -> Locator:
        return self.page.locator("flinks-reconnect")

    def comes(self) -> None:
        self.page.goto(self.site.origin)
        self.page.wait_for_function(
            "Boolean(globalThis.heard && customElements.get('flinks-reconnect'))"
        )

    def presses_refresh(self) -> None:
        self.comes()
        self.page.get_by_role("button", name="Refresh").click()

    def sees_the_question(self) -> None:
        expect(self.inside.get_by_role("heading", name="A question")).to_be_visible()
        expect(self.component.locator(".cover")).to_be_hidden()

    def hears(self, message: Any) -> None:
        """Let the bank's window, as it stands, speak to the page around it."""
        self.page.frames[-1].evaluate("message => parent.postMessage(message, '*')", message)

    def told(self, count: int) -> list[Any]:
        """What the integrator's page has heard, once it is so much."""
        self.page.wait_for_function("count => heard.length >= count", arg=count)
        heard: list[Any] = self.page.evaluate("heard")
        return heard

    def names(self, count: int) -> list[str]:
        return [name for name, _ in self.told(count)]


@pytest.fixture
def site(stages: Stages, api: FakeVisits) -> Integrator:
    origin = stages.origin(stages.ports.emulator)
    site = Integrator(origin=origin, api=api)
    stages.foreign.app = site.app
    api.ancestors = (origin,)
    return site


@pytest.fixture
def person(page: Page, site: Integrator) -> Person:
    return Person(page, site)
