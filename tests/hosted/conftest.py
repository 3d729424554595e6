"""Three origins: the page with its API, the bank's window, and somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from local import browser as chromium
from local.ports import HOST, Ports
from tests.demo.window import Stage, served
from tests.hosted.fake_visits import FakeVisits
from tests.hosted.guest import Guest

WATCH = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`violated ${event.effectiveDirective} ${event.blockedURI}`))"""


@dataclass
class Stages:
    """What stands at each origin; a test may exchange it."""

    ports: Ports
    page: Stage = field(default_factory=Stage)
    bank: Stage = field(default_factory=Stage)
    foreign: Stage = field(default_factory=Stage)

    def origin(self, port: int) -> str:
        return f"http://{HOST}:{port}"


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    stages = Stages(Ports.free())
    ports = stages.ports
    with (
        served(stages.page, ports.demo, date_header=False),
        served(stages.bank, ports.connect),
        served(stages.foreign, ports.emulator),
    ):
        yield stages


@pytest.fixture
def api(stages: Stages) -> FakeVisits:
    api = FakeVisits(
        origin=stages.origin(stages.ports.demo), connect_origin=stages.origin(stages.ports.connect)
    )
    stages.page.app, stages.bank.app = api.app, api.bank
    return api


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    found = chromium.find()
    if found is None:
        pytest.skip("there is no Chromium; `make browser` finds or installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    context = chrome.new_context(
        locale="en-CA",
        timezone_id="America/Toronto",
        reduced_motion="reduce",
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may go wrong behind the person's back."""
    page = context.new_page()
    faults: list[str] = []
    page.add_init_script(WATCH)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.text.startswith("violated") else None,
    )
    yield page
    assert faults == []


@pytest.fixture
def guest(page: Page, api: FakeVisits) -> Guest:
    """Somebody with a link, on a phone."""
    return Guest(page, api)
