"""Stacks of their own and a real browser for the e2e tests; `make up` may run beside them.

`RECONNECT_STACK=<path of a stack.json>` (and `RECONNECT_HASTY_STACK`) lets the stories run on a
stack that is up already; its allow-lists must then name the site of `RECONNECT_SITE_PORT`.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local import browser as chromium
from local.ports import HOST, Ports
from local.stack import FOLDER, Stack
from tests.e2e.cloud import Cloud
from tests.e2e.integrator import Integrator
from tests.e2e.sandbox_control import Sandbox
from tests.e2e.site import serve_site
from tests.e2e.traces import Traces

BROWSER_MILLISECONDS = 15_000
POLL = {"Clocks": "poll=1"}
HASTY = {
    "Clocks": (
        "poll=1 request_id_idle=10 url_margin=3 late_grace=60 present_expiry=30 away_expiry=5 "
        "link_in_app=10 first_wake=2 verify_again=2 collection=15 first_probe=2 second_probe=4 "
        "dispatch=1 skew=0"
    )
}
"""Clocks in seconds, for stories in which time passes."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One stack, and everybody who acts on it."""

    api: Integrator
    sandbox: Sandbox
    cloud: Cloud
    traces: Traces
    site: str
    """The origin of the integrator's web site."""

    @property
    def return_url(self) -> str:
        return f"{self.site}/back?from=bank"


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with serve_site(int(os.environ.get("RECONNECT_SITE_PORT", "0"))) as origin:
        yield origin


@pytest.fixture(scope="session")
def stranger() -> Iterator[str]:
    """A web site that the deployer did not allow."""
    with serve_site() as origin:
        yield origin


@pytest.fixture(scope="session")
def stack(site: str) -> Iterator[dict[str, Any]]:
    """What stack.json says of a stack that was deployed for this run alone."""
    if running := os.environ.get("RECONNECT_STACK"):
        yield json.loads(Path(running).read_text())
        return
    yield from _deployed("e2e", site, POLL)


@pytest.fixture(scope="session")
def hasty_stack(site: str) -> Iterator[dict[str, Any]]:
    """The same, with clocks in seconds."""
    if running := os.environ.get("RECONNECT_HASTY_STACK"):
        yield json.loads(Path(running).read_text())
        return
    yield from _deployed("e2e-hasty", site, HASTY, with_demo=False)


def _deployed(
    name: str, site: str, parameters: dict[str, str], *, with_demo: bool = True
) -> Iterator[dict[str, Any]]:
    ports = Ports.free()
    allowed = {
        "ReturnUrls": f"{site}/back?from=bank,http://{HOST}:{ports.demo}/",
        "EmbedOrigins": f"{site},http://{HOST}:{ports.demo}",
    }
    stack = Stack(
        ports=ports, folder=FOLDER / name, parameters=parameters | allowed, with_demo=with_demo
    )
    stack.down()  # what a killed run may have left
    try:
        yield stack.up()
    finally:
        stack.down()


@pytest.fixture(scope="session")
def traces() -> Traces:
    return Traces()


@pytest.fixture(scope="session")
def _scene(stack: dict[str, Any], site: str, traces: Traces) -> Scene:
    return _set(stack, site, traces)


@pytest.fixture(scope="session")
def _hasty(hasty_stack: dict[str, Any], site: str, traces: Traces) -> Scene:
    return _set(hasty_stack, site, traces)


def _set(facts: dict[str, Any], site: str, traces: Traces) -> Scene:
    cloud = Cloud(facts, traces)
    cloud.listen()
    api = Integrator(facts, traces)
    api.warm_up()
    return Scene(
        api=api,
        sandbox=Sandbox(facts, traces),
        cloud=cloud,
        traces=traces,
        site=site,
    )


@pytest.fixture
def scene(_scene: Scene) -> Scene:
    """A stack with the template's own clocks; only the pause between two polls is shorter."""
    _scene.sandbox.calm()
    return _scene


@pytest.fixture
def hasty(_hasty: Scene) -> Scene:
    """A stack with clocks in seconds."""
    _hasty.sandbox.calm()
    return _hasty


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_or_install(), args=list(chromium.ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a person whom no test has met before."""
    context = browser.new_context()
    context.set_default_timeout(BROWSER_MILLISECONDS)
    yield context.new_page()
    context.close()
