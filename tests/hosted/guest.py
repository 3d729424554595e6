"""A person with a link: what they do, and what they see."""

import re
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.hosted.fake_visits import SECRET, FakeVisits


class Guest:
    def __init__(self, page: Page, api: FakeVisits) -> None:
        self.page = page
        self.api = api

    @property
    def bank(self) -> FrameLocator:
        return self.page.frame_locator("#bank-frame")

    @property
    def frame(self) -> Locator:
        return self.page.locator("#bank-frame")

    def opens(self, fragment: str = f"#{SECRET}") -> None:
        self.page.goto(f"{self.api.origin}/v1/reconnect{fragment}")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def begins(self) -> None:
        """Press the one button; the bank asks; its window opens by itself."""
        self.opens()
        self.presses("Continue to your bank")
        self.sees("Contacting your bank")

    def reads(self, view: dict[str, Any]) -> None:
        """Let the server tell something else, and the page ask at once."""
        self.api.view = view
        self.asks()

    def has_read(self, view: dict[str, Any]) -> None:
        """Let the server tell something else, and wait until it is on the screen."""
        expect(self.page.locator("#title")).not_to_have_text(re.compile("One moment|Un instant"))
        with self.page.expect_response("**/visits/current") as told:
            self.reads(view)
        told.value.finished()
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def asks(self) -> None:
        """Let the page ask at once: the network came back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def text(self) -> Locator:
        return self.page.locator("main")

    def sees_the_question(self) -> None:
        expect(self.bank.get_by_role("heading", name="A question")).to_be_visible()
        expect(self.page.locator("#bank-cover")).to_be_hidden()

    def hears(self, message: Any) -> None:
        """Let the bank's window, as it stands, speak to the page around it."""
        self.page.frames[-1].evaluate("message => parent.postMessage(message, '*')", message)
