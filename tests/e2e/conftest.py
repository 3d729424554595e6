"""A stack of its own and a real browser for the e2e tests; `make up` may run beside them."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local import browser as chromium
from local.ports import Ports
from local.stack import FOLDER, Stack

PARAMETERS: dict[str, str] = {}


@pytest.fixture(scope="session")
def stack() -> Iterator[dict[str, Any]]:
    """What stack.json says of a stack that was deployed for this run alone."""
    stack = Stack(ports=Ports.free(), folder=FOLDER / "e2e", parameters=PARAMETERS)
    stack.down()  # what a killed run may have left
    try:
        yield stack.up()
    finally:
        stack.down()


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
    yield context.new_page()
    context.close()
