"""A person in a browser: at the bank's question, in a frame of the integrator's page or alone."""

from typing import Any, Final

from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.sandbox_control import Login

type Widget = Page | FrameLocator
"""Flinks Connect, as a page of its own or in a frame."""

FRAME: Final = "iframe"


def open_embedded(page: Page, site: str, url: str, callback_origin: str) -> FrameLocator:
    """Open the integrator's page with Flinks Connect in a frame; return the frame."""
    page.goto(site)
    page.evaluate("([url, origin]) => embed(url, origin)", [url, callback_origin])
    return page.frame_locator(FRAME)


def open_alone(page: Page, url: str) -> Page:
    """Open Flinks Connect as the whole page."""
    page.goto(url)
    return page


def question(widget: Widget) -> str:
    """Read what the bank asks."""
    return widget.locator("label[for^=mfa-]").inner_text()


def answer(widget: Widget, login: Login) -> None:
    """Give the right answer to the bank's question."""
    send_answer(widget, login.answers[question(widget)])


def send_answer(widget: Widget, text: str) -> None:
    """Give this answer, right or wrong."""
    widget.get_by_test_id("mfa-answer").fill(text)
    widget.get_by_test_id("mfa-submit").click()


def try_again(widget: Widget) -> None:
    """Leave the page that says what was refused."""
    widget.get_by_test_id("retry").click()


def sign_in(widget: Widget, login: Login) -> None:
    """Sign in with username and password, as if for the first time."""
    widget.get_by_test_id("consent-accept").click()
    widget.get_by_test_id("username").fill(login.username)
    widget.get_by_test_id("password").fill(login.password)
    widget.get_by_test_id("credentials-submit").click()


def callbacks_heard(page: Page) -> list[dict[str, Any]]:
    """Return what the integrator's page took as a message of the callback."""
    page.wait_for_function("heard.length > 0")
    heard: list[dict[str, Any]] = page.evaluate("heard")
    return heard


def expect_thanks(widget: Widget) -> None:
    """See the neutral page of the callback."""
    expect(widget.get_by_role("heading", name="Thank you")).to_be_visible()
