"""The page in a real browser, over a fake API: whom it hears, and what a person sees."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from demo.app import create_app
from local import browser as chromium
from local.ports import HOST, Ports
from tests.demo.fake_api import FACTS, LINK_EXPIRY, FakeApi, a_refresh, an_invited, secret
from tests.demo.window import Stage, bank_window, served

CARD = "connection-one-question"
LATER = "2099-11-22T12:08:00.000Z"
CLOSED_LINK = {"state": "closed", "channel": "email", "expiresAt": LINK_EXPIRY}
QUESTION = a_refresh("mfa_required", attempt={"number": 1, "expiresAt": LATER})


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture
def api(ports: Ports) -> FakeApi:
    return FakeApi(
        connect_origin=f"http://{HOST}:{ports.connect}",
        api_origin=f"http://{HOST}:{ports.emulator}",
    )


@pytest.fixture(scope="module")
def stage(ports: Ports) -> Iterator[Stage]:
    """Three origins: the demo, the bank's window and the API's callback page."""
    stage = Stage()
    with (
        served(stage, ports.demo),
        served(bank_window(), ports.connect),
        served(bank_window(), ports.emulator),
    ):
        yield stage


@pytest.fixture
def site(stage: Stage, api: FakeApi, ports: Ports) -> str:
    """Where a fresh demo is, over an API that a test may move."""
    origin = f"http://{HOST}:{ports.demo}"
    facts = replace(
        FACTS,
        api_url=f"{api.api_origin}/api/v1",
        connect_url=api.connect_origin,
    )
    stage.app = create_app(facts, origin=origin, transport=httpx.ASGITransport(app=api.app))
    return origin


@pytest.fixture(scope="module")
def pages() -> Iterator[Any]:
    found = chromium.find()
    if found is None:
        pytest.skip("there is no Chromium; `make browser` finds or installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(pages: Any, site: str) -> Iterator[Page]:
    context = pages.new_context(locale="en-CA", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site)
    yield page
    context.close()
    assert faults == []


def status_of(page: Page, status: str) -> None:
    expect(page.get_by_test_id(CARD)).to_have_attribute("data-status", status)


def opened(page: Page, api: FakeApi) -> None:
    """Press Refresh; the bank asks; its window opens."""
    api.refresh = QUESTION
    page.get_by_test_id("refresh-one-question").click()
    frame = page.frame_locator("[data-testid=connect-frame]")
    expect(frame.get_by_role("heading")).to_be_visible()


def say(page: Page, message: dict[str, Any]) -> None:
    """Let the window, as it stands, speak to the page around it."""
    page.frames[-1].evaluate("message => parent.postMessage(message, '*')", message)


def test_messages_are_heard_only_from_the_exact_origin_and_window(page: Page) -> None:
    heard = page.evaluate(
        """async () => {
          const { readMessage } = await import("/shared/frame.js");
          const frame = {}, other = {};
          const known = { frame, connectOrigin: "https://x-iframe.private.fin.ag",
            callbackOrigin: "https://api.example", refreshId: "rf_1" };
          const back = { type: "flinks-reconnect.callback", refreshId: "rf_1" };
          const step = { step: "REDIRECT", loginId: "whatever" };
          const read = (origin, source, data) => readMessage({ origin, source, data }, known);
          return {
            step: read("https://x-iframe.private.fin.ag", frame, step),
            back: read("https://api.example", frame, back),
            nobody: [
              read("https://x-iframe.private.fin.ag", other, step),
              read("https://x-iframe.private.fin.ag", null, step),
              read("https://x-iframe.private.fin.ag.evil.example", frame, step),
              read("http://x-iframe.private.fin.ag", frame, step),
              read("https://x-iframe.private.fin.ag:8443", frame, step),
              read("https://y-iframe.private.fin.ag", frame, step),
              read("null", frame, step),
              read("https://x-iframe.private.fin.ag", frame, back),
              read("https://api.example", frame, step),
              read("https://api.example", other, back),
              read("https://api.example", frame, { ...back, refreshId: "rf_2" }),
              read("https://api.example", frame, "flinks-reconnect.callback"),
              read("https://x-iframe.private.fin.ag", frame, { step: 7 }),
              read("https://x-iframe.private.fin.ag", frame, null),
              readMessage({ origin: "null", source: null, data: step },
                { ...known, frame: null, connectOrigin: null }),
            ],
          };
        }"""
    )

    assert heard["step"] == {"kind": "step", "step": "REDIRECT"}
    assert heard["back"] == {"kind": "returned"}
    assert heard["nobody"] == [None] * 15


def test_the_words_of_the_bank_window_are_only_a_hint(page: Page, api: FakeApi) -> None:
    opened(page, api)

    say(page, {"step": "REDIRECT", "loginId": "x", "url": "https://evil.example"})

    expect(page.get_by_test_id("status-one-question")).to_contain_text("Checking with your bank")
    expect(page.get_by_test_id("account-row")).to_have_count(0)
    api.refresh = a_refresh("completed")
    expect(page.get_by_test_id("account-row")).to_have_count(1)
    expect(page.get_by_test_id("connect-dialog")).to_be_hidden()


def test_the_callback_page_closes_the_window_but_proves_nothing(page: Page, api: FakeApi) -> None:
    opened(page, api)
    page.frames[-1].goto(f"{api.api_origin}/callback/sealed")

    say(page, {"type": "flinks-reconnect.callback", "refreshId": "rf_1"})

    expect(page.get_by_test_id("connect-dialog")).to_be_hidden()
    expect(page.get_by_test_id("status-one-question")).to_contain_text("Checking with your bank")


def test_the_callback_of_another_refresh_or_origin_is_not_heard(page: Page, api: FakeApi) -> None:
    opened(page, api)

    say(page, {"type": "flinks-reconnect.callback", "refreshId": "rf_1"})  # the bank's origin
    page.frames[-1].goto(f"{api.api_origin}/callback/sealed")
    say(page, {"type": "flinks-reconnect.callback", "refreshId": "rf_2"})
    page.evaluate("postMessage({type: 'flinks-reconnect.callback', refreshId: 'rf_1'}, '*')")

    expect(page.get_by_test_id("connect-dialog")).to_be_visible()
    expect(page.get_by_test_id("status-one-question")).to_contain_text("question")


def test_a_closed_window_is_continued_on_the_next_visit(page: Page, api: FakeApi) -> None:
    opened(page, api)
    page.keyboard.press("Tab")
    page.get_by_test_id("close-dialog").click()
    expect(page.get_by_test_id("resume-one-question")).to_be_focused()

    page.reload()

    again = page.get_by_test_id("resume-one-question")
    expect(again).to_have_text("Continue where you left off")
    expect(page.get_by_test_id("connect-dialog")).to_be_hidden()  # nobody has pressed anything
    again.click()
    expect(page.get_by_test_id("connect-frame")).to_be_visible()
    assert [path for _, path, *_ in api.calls].count("refreshes") == 1


def test_a_dead_token_gets_a_new_address_three_times_and_no_more(page: Page, api: FakeApi) -> None:
    opened(page, api)

    frame = page.frame_locator("[data-testid=connect-frame]")
    for _ in range(3):
        with page.expect_response("**/iframe-url"):
            say(page, {"step": "TOKEN_INVALID"})
        expect(frame.get_by_role("heading")).to_be_visible()
    say(page, {"step": "TOKEN_INVALID"})

    expect(page.get_by_role("button", name="Open it again")).to_be_visible()
    assert sum(path.endswith("iframe-url") for _, path, *_ in api.calls) == 4


def test_when_time_runs_out_the_person_can_start_again(page: Page, api: FakeApi) -> None:
    opened(page, api)
    trouble = {"code": "attempt_expired", "owner": "user", "message": "prose"}

    api.refresh = a_refresh("invited", error=trouble)

    expect(page.get_by_test_id("connect-dialog")).to_be_hidden()
    expect(page.get_by_test_id("status-one-question")).to_contain_text("Time ran out")
    api.refresh = a_refresh("starting")
    page.get_by_test_id("start-again-one-question").click()
    status_of(page, "starting")
    assert "refreshes/rf_1/attempts" in [path for _, path, *_ in api.calls]


def test_start_again_opens_at_the_moment_that_was_named(page: Page) -> None:
    disabled = page.evaluate(
        """async (refresh) => {
          const { Card } = await import("/static/card.js");
          const { setServerTime } = await import("/shared/clock.js");
          const { situationOf } = await import("/static/situation.js");
          const connection = { reference: "x", label: "X", bank: "B", accounts: [],
            hint: { en: "" }, updatedAt: refresh.createdAt, refresh };
          const card = new Card(connection, () => {});
          return ["2026-11-22T12:08:50Z", "2026-11-22T12:09:10Z"].map((now) => {
            setServerTime(now);
            card.show(connection, situationOf(refresh), { isBusy: true, openLabel: "open" });
            return card.element.querySelector(".acts button").getAttribute("aria-disabled");
          });
        }""",
        a_refresh("invited", retryAt="2026-11-22T12:09:00.000Z"),
    )

    assert disabled == ["true", None]


def sent(page: Page, number: int = 1) -> Locator:
    """Ask for a link, or for another one; return the message that comes."""
    page.get_by_role(
        "button", name="Send me a link" if number == 1 else "Send a new link"
    ).first.click()
    button = page.get_by_test_id("open-link-one-question")
    expect(button).to_have_attribute("href", re.compile(f"#{re.escape(secret(number))}$"))
    return page.get_by_test_id("mail-one-question")


def test_a_link_comes_as_a_message_and_nothing_happens_at_the_bank(
    page: Page, api: FakeApi
) -> None:
    mail = sent(page)

    expect(mail).to_contain_text("Your bank needs to see you again")
    expect(mail).to_contain_text("Nothing happens at your bank until you press")
    expect(mail).to_contain_text("November 29")
    expect(mail.get_by_role("heading")).to_be_focused()
    expect(page.get_by_test_id("status-one-question")).to_contain_text("We sent you a link")
    expect(page.get_by_test_id("link-one-question")).to_be_hidden()
    posts = [(path, body) for method, path, body, _ in api.calls if method == "POST"]
    assert [path for path, _ in posts] == ["refreshes", "refreshes/rf_1/link"]
    assert (posts[0][1]["userPresent"], posts[1][1]) == (False, {"channel": "email"})


def test_the_link_opens_a_tab_that_knows_nothing_of_this_page(page: Page, api: FakeApi) -> None:
    button = sent(page).get_by_role("link")
    expect(button).to_have_attribute("target", "_blank")
    expect(button).to_have_attribute("rel", "noopener noreferrer")
    expect(button).to_have_accessible_name("Reconnect your bank (opens in a new tab)")

    with page.expect_popup() as opened:
        button.press("Enter")

    tab = opened.value
    tab.wait_for_load_state()
    assert tab.url == f"{api.api_origin}/api/v1/reconnect#{secret(1)}"
    assert tab.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_a_new_link_takes_the_place_of_the_one_before(page: Page) -> None:
    sent(page)

    mail = sent(page, 2)

    expect(mail.get_by_role("link")).to_have_count(1)
    expect(mail).to_contain_text("earlier message no longer works")
    expect(page.get_by_test_id("status-one-question")).to_contain_text("We sent you a new link")


def test_the_card_follows_what_happens_behind_the_link(page: Page, api: FakeApi) -> None:
    mail, status = sent(page), page.get_by_test_id("status-one-question")
    link = api.refresh["link"]

    api.refresh = a_refresh("starting", link=link)
    status_of(page, "starting")
    expect(mail).to_be_hidden()
    api.refresh = QUESTION | {"link": link}
    expect(status).to_contain_text("You are answering on the other page")
    expect(page.get_by_test_id("connect-dialog")).to_be_hidden()  # it would be in the way there
    expect(page.get_by_test_id("resume-one-question")).to_have_text("Continue here")
    api.refresh = a_refresh("completed", link=link | {"state": "used"})

    expect(page.get_by_test_id("account-row")).to_have_count(1)
    expect(status).to_contain_text("Up to date")
    expect(mail).to_be_hidden()


def test_a_question_that_nobody_answered_leaves_the_link_good(page: Page, api: FakeApi) -> None:
    mail, link = sent(page), api.refresh["link"]
    api.refresh = QUESTION | {"link": link}
    expect(mail).to_be_hidden()

    trouble = {"code": "attempt_expired", "owner": "user", "message": "prose"}
    api.refresh = an_invited("active", error=trouble) | {"link": link}

    expect(page.get_by_test_id("status-one-question")).to_contain_text("Time ran out")
    expect(mail).to_be_visible()


def test_who_has_a_link_can_start_here_all_the_same(page: Page, api: FakeApi) -> None:
    sent(page)
    link = api.refresh["link"]

    api.refresh = QUESTION | {"link": link}
    page.get_by_role("button", name="Start here now").click()

    expect(page.get_by_test_id("connect-frame")).to_be_visible()
    assert "refreshes/rf_1/attempts" in [path for _, path, *_ in api.calls]


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (an_invited("expired"), "Your link is no longer good"),
        (a_refresh("cancelled", link=CLOSED_LINK), "Cancelled"),
        (a_refresh("expired", link=CLOSED_LINK), "has ended"),
        (an_invited("active"), "We sent you a link"),
    ],
    ids=["expired link", "cancelled", "expired refresh", "replaced from elsewhere"],
)
def test_a_message_goes_away_with_the_good_of_its_link(
    page: Page, api: FakeApi, ended: dict[str, Any], words: str
) -> None:
    mail = sent(page)

    api.refresh = ended

    expect(mail).to_be_hidden()
    expect(page.get_by_test_id("status-one-question")).to_contain_text(words)


def test_a_page_that_is_opened_anew_knows_of_the_link_but_has_it_no_more(page: Page) -> None:
    sent(page)

    page.reload()

    expect(page.get_by_test_id("status-one-question")).to_contain_text("We sent you a link")
    expect(page.get_by_test_id("mail-one-question")).to_have_count(0)
    assert secret(1) not in page.content()
    sent(page, 2)


def test_after_five_links_the_last_one_still_stands(page: Page, api: FakeApi) -> None:
    for number in range(1, 6):
        sent(page, number)

    page.get_by_test_id("send-link-one-question").click()

    expect(page.get_by_role("alert").filter(has_text="as many links as we may")).to_be_visible()
    expect(page.get_by_test_id("open-link-one-question")).to_be_visible()


def test_a_link_for_what_is_over_shows_how_it_ended(page: Page, api: FakeApi) -> None:
    mail = sent(page)
    api.link_problem = (409, {"code": "already_settled"})
    api.refresh = a_refresh("completed", link=api.refresh["link"] | {"state": "used"})

    page.get_by_test_id("send-link-one-question").click()

    expect(page.get_by_role("alert").filter(has_text="come to an end")).to_be_visible()
    status_of(page, "completed")
    expect(mail).to_be_hidden()


def failing(status: str, code: str, owner: str, **more: Any) -> dict[str, Any]:
    """A refresh as the page sees it after trouble."""
    return a_refresh(status, error={"code": code, "owner": owner}, supportCode="efgh1234", **more)


INVITED = ["start-again", "send-link", "cancel"]
SITUATIONS = [
    (a_refresh("starting"), "up to three minutes", ["cancel"]),
    (failing("starting", "outcome_unknown", "flinks"), "code", ["cancel"]),
    (a_refresh("mfa_required", answerBy=None), "a question for you", ["resume", "cancel"]),
    (a_refresh("credentials_required"), "sign in to your bank", ["resume", "cancel"]),
    (a_refresh("verifying"), "Checking with your bank", ["cancel"]),
    (a_refresh("fetching"), "Updating your accounts", ["cancel"]),
    (
        failing("retry_scheduled", "bank_unavailable", "bank", retryAt="2099-01-02T12:00:00.000Z"),
        "January 2",
        ["cancel"],
    ),
    (failing("retry_scheduled", "throttled", "flinks"), "busy", ["cancel"]),
    (failing("retry_scheduled", "session_concurrent", "flinks"), "still open", ["cancel"]),
    (failing("invited", "attempt_expired", "user"), "Time ran out", INVITED),
    (failing("invited", "mfa_rejected", "user"), "not accept", INVITED),
    (
        failing("invited", "attempts_exhausted", "user", retryAt="2099-01-02T12:00:00.000Z"),
        "again from Friday, January 2",
        INVITED,
    ),
    (an_invited(), "when you", INVITED),
    (an_invited("active"), "on any device. It is good until Sunday, November 29", INVITED),
    (an_invited("expired"), "no longer good", INVITED),
    (a_refresh("expired"), "ended", ["start-again"]),
    (
        failing("failed", "bank_needs_person", "user", nextAction="contact_bank"),
        "online banking",
        ["start-again"],
    ),
    (
        failing("failed", "data_timeout", "flinks", nextAction="start_new_session"),
        "too long",
        ["start-again"],
    ),
    (failing("failed", "access_refused", "operator"), "mention efgh1234", []),
    (failing("failed", "identity_mismatch", "user"), "another account", []),
    (failing("failed", "brand_new_code", "operator", nextAction="none"), "Please contact", []),
    (a_refresh("cancelled"), "Nothing has changed", []),
    (a_refresh("completed"), "Up to date", []),
    (a_refresh("brand_new_status", nextAction="wait"), "Contacting your bank", ["cancel"]),
]


def test_every_situation_says_what_the_person_can_do(page: Page) -> None:
    cards = page.evaluate(
        """async (refreshes) => {
          const { Card } = await import("/static/card.js");
          const { situationOf } = await import("/static/situation.js");
          return refreshes.map((refresh) => {
            const connection = { reference: "x", label: "X", bank: "B", accounts: [],
              hint: { en: "" }, updatedAt: "2026-11-22T12:00:00.000Z", refresh };
            const card = new Card(connection, () => {});
            card.show(connection, situationOf(refresh), { isBusy: false, openLabel: "open" });
            const buttons = [...card.element.querySelectorAll(".acts button")];
            return { text: card.element.textContent,
              acts: buttons.map((each) => each.dataset.testid.slice(0, -2)) };
          });
        }""",
        [refresh for refresh, _, _ in SITUATIONS],
    )

    wrong = [
        (refresh["status"], words, card)
        for card, (refresh, words, acts) in zip(cards, SITUATIONS, strict=True)
        if words not in card["text"] or card["acts"] != acts
    ]
    assert wrong == []


def test_after_a_redirect_the_page_checks_and_forgets_the_address(page: Page, api: FakeApi) -> None:
    page.get_by_text("Leave and come back").click()
    api.refresh = QUESTION
    page.get_by_test_id("refresh-one-question").click()
    expect(page.get_by_test_id("connect-frame")).to_be_visible()
    assert api.calls[0][2]["mode"] == "redirect"

    page.goto(page.url + "return?refreshId=rf_1")

    expect(page.get_by_test_id("status-one-question")).to_contain_text("Checking with your bank")
    assert "refreshId" not in page.url


def test_the_page_speaks_french_and_remembers_it(page: Page) -> None:
    page.get_by_test_id("language-toggle").click()
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vos connexions bancaires")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_nothing_overflows_a_narrow_phone(page: Page, api: FakeApi) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    api.refresh = a_refresh("completed")
    page.get_by_test_id("refresh-one-question").click()
    expect(page.get_by_test_id("account-row")).to_have_count(1)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_message_overflows_no_narrow_phone_either(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    mail = sent(page)

    expect(mail).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
