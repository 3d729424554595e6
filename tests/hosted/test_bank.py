"""From the press to the end: the bank's window, whom the page hears, and the clocks."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from flinks_reconnect.api.hosted import page as hosted_page
from playwright.sync_api import Page, expect

from tests.hosted.fake_visits import FakeVisits, a_problem, a_view
from tests.hosted.guest import Guest

FRAME_JS = Path(hosted_page.__file__).parent / "shared" / "frame.js"
QUESTION = a_view("mfa_required")
BACK = "https://app.example/back?refreshId=rf_1"
IN_BANK = "Your bank\u2019s question"
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def in_seconds(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def asking_until(seconds: float, **more: Any) -> dict[str, Any]:
    return a_view("mfa_required", attempt={"number": 1, "expiresAt": in_seconds(seconds)}, **more)


def test_one_press_leads_to_the_question_and_on_to_the_end(guest: Guest, api: FakeVisits) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()
    expect(guest.frame).to_have_attribute("referrerpolicy", "no-referrer")
    expect(guest.frame).to_have_attribute("title", IN_BANK)

    guest.hears({"step": "REDIRECT", "loginId": "x", "url": "https://evil.example"})
    guest.sees("Checking with your bank")
    guest.page.frames[-1].evaluate(
        "address => { location.href = address; }", f"{api.origin}/v1/callback/sealed"
    )

    expect(guest.frame).to_have_count(0)
    guest.sees("Checking with your bank")
    guest.reads(a_view("fetching"))
    guest.sees("Updating your accounts")
    guest.reads(a_view("completed", returnUrl=BACK))
    guest.sees("All done")
    expect(guest.page.get_by_role("link", name="Back to Maple Budget")).to_have_attribute(
        "href", BACK
    )
    assert (api.count("start"), api.count("iframe-url"), api.count("open")) == (1, 1, 1)


def test_a_double_press_starts_once(guest: Guest, api: FakeVisits) -> None:
    guest.opens()

    guest.page.get_by_role("button", name="Continue to your bank").dblclick()

    guest.sees("Contacting your bank")
    assert api.count("start") == 1


def test_who_closed_the_tab_goes_straight_on_with_one_press(guest: Guest, api: FakeVisits) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()

    guest.page.reload()

    guest.sees("Your bank is waiting for your answer")
    expect(guest.frame).to_have_count(0)  # nobody has pressed anything
    assert api.count("iframe-url") == 1
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    assert (api.count("start"), api.count("iframe-url")) == (1, 2)


def test_who_comes_back_too_late_starts_again_with_one_press(guest: Guest, api: FakeVisits) -> None:
    trouble = {"code": "attempt_expired", "owner": "user", "message": "prose"}
    api.view = a_view("invited", error=trouble)
    guest.opens()
    guest.sees("Time ran out")

    guest.presses("Start again")

    guest.sees("Contacting your bank")
    assert api.count("start") == 1


def test_a_second_device_sees_the_same_refresh_finish(guest: Guest, api: FakeVisits) -> None:
    other = Guest(guest.page.context.new_page(), api)
    other.opens()
    guest.begins()
    other.asks()
    other.sees("Contacting your bank")

    guest.reads(QUESTION)
    guest.sees_the_question()
    other.asks()
    expect(other.text()).to_contain_text("already answering on another device")
    expect(other.frame).to_have_count(0)
    api.view = a_view("completed")
    guest.asks()
    other.asks()

    guest.sees("All done")
    other.sees("All done")
    expect(other.text()).to_contain_text("You can close this page")


def test_a_bank_that_wants_a_sign_in_gets_one_in_the_same_place(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = a_view("credentials_required")
    guest.opens()
    guest.sees("Please sign in to your bank again")

    guest.presses("Sign in to your bank")

    guest.sees_the_question()


def test_only_exact_messages_of_the_exact_window_are_heard(page: Page) -> None:
    heard = page.evaluate(
        """([source, cases]) => {
          const frame = {}, other = {}, windows = { frame, other, null: null };
          const read = new Function(`${source}; return readMessage;`)();
          const known = { frame, connectOrigin: "https://x-iframe.private.fin.ag",
            callbackOrigin: "https://api.example" };
          return cases.map(([origin, from, data]) =>
            read({ origin, source: windows[from], data }, known));
        }""",
        [hosted_page.inlined(FRAME_JS.read_text(encoding="utf-8")), [*HEARD, *NOT_HEARD]],
    )

    assert heard[: len(HEARD)] == [
        {"kind": "step", "step": "REDIRECT"},
        {"kind": "error", "code": "RETRY_LATER"},
        {"kind": "returned"},
    ]
    assert heard[len(HEARD) :] == [None] * len(NOT_HEARD)


CONNECT = "https://x-iframe.private.fin.ag"
STEP, RETURNED = {"step": "REDIRECT"}, {"type": "flinks-reconnect.callback", "refreshId": "rf_1"}
HEARD: list[tuple[str, str, Any]] = [
    (CONNECT, "frame", STEP),
    (CONNECT, "frame", {"flinksCode": "RETRY_LATER", "institution": "Bank"}),
    ("https://api.example", "frame", RETURNED),
]
NOT_HEARD: list[tuple[str, str, Any]] = [
    (CONNECT, "other", STEP),
    (CONNECT, "null", STEP),
    (f"{CONNECT}.evil.example", "frame", STEP),
    ("http://x-iframe.private.fin.ag", "frame", STEP),
    (f"{CONNECT}:8443", "frame", STEP),
    ("https://y-iframe.private.fin.ag", "frame", STEP),
    ("null", "frame", STEP),
    ("", "frame", STEP),
    (CONNECT, "frame", RETURNED),
    ("https://api.example", "frame", STEP),
    ("https://api.example", "other", RETURNED),
    ("https://api.example", "frame", {**RETURNED, "refreshId": 7}),
    ("https://api.example", "frame", "flinks-reconnect.callback"),
    (CONNECT, "frame", {"step": 7}),
    (CONNECT, "frame", {"flinksCode": 7}),
    ("https://api.example", "frame", {"flinksCode": "RETRY_LATER"}),
    (CONNECT, "frame", {"step": {"toString": "REDIRECT"}}),
    (CONNECT, "frame", "REDIRECT"),
    (CONNECT, "frame", ["REDIRECT"]),
    (CONNECT, "frame", None),
]


def test_a_sibling_frame_or_the_page_itself_cannot_end_the_visit(
    guest: Guest, api: FakeVisits
) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()
    page = guest.page

    page.evaluate(  # a sibling, at the very origin of Connect
        """(origin) => new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.addEventListener("load", done);
          frame.src = origin;
          document.body.append(frame);
        })""",
        api.connect_origin,
    )
    sibling = page.frames[-1]
    for message in (STEP, RETURNED, {"step": "COMPONENT_CLOSE_SESSION"}):
        sibling.evaluate("message => parent.postMessage(message, '*')", message)
        page.evaluate("message => postMessage(message, '*')", message)
    page.frames[1].evaluate("message => parent.postMessage(message, '*')", RETURNED)
    page.evaluate("new Promise((done) => setTimeout(done))")

    guest.sees(IN_BANK)
    expect(guest.frame).to_be_visible()


def test_messages_with_poisoned_names_change_nothing(guest: Guest) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()

    for poison in ('{"__proto__": {"isDone": true}, "step": "X"}', '{"constructor": 1}'):
        guest.page.frames[-1].evaluate(
            "poison => parent.postMessage(JSON.parse(poison), '*')", poison
        )

    guest.sees(IN_BANK)
    assert guest.page.evaluate("({}).isDone === undefined")


def test_a_hint_that_proves_wrong_gives_way_to_the_question(guest: Guest, api: FakeVisits) -> None:
    guest.page.clock.install(time=NOW)
    guest.begins()
    guest.reads(QUESTION)
    guest.page.clock.run_for(100)
    guest.sees_the_question()
    guest.hears(STEP)
    guest.sees("Checking with your bank")

    guest.page.clock.run_for(17_000)

    expect(guest.frame).to_have_count(0)
    guest.sees("Your bank has a question for you")
    assert api.count("iframe-url") == 1


def test_a_window_that_says_nothing_can_be_opened_again(guest: Guest, api: FakeVisits) -> None:
    api.is_bank_silent = True
    guest.page.clock.install(time=NOW)
    guest.begins()
    guest.reads(QUESTION)
    guest.page.clock.run_for(100)
    guest.sees_the_question()
    expect(guest.page.locator("#bank-strip")).to_be_hidden()

    guest.page.clock.run_for(15_000)
    expect(guest.page.locator("#bank-strip")).to_contain_text("slow to open")
    api.is_bank_silent = False
    guest.presses("Open it again")

    expect(guest.page.locator("#bank-strip")).to_be_hidden()
    guest.sees_the_question()
    assert api.count("iframe-url") == 2


def test_a_window_whose_address_grows_old_can_be_opened_again(
    guest: Guest, api: FakeVisits
) -> None:
    api.url_expires_at = in_seconds(60)
    guest.page.clock.install(time=NOW)
    guest.begins()
    guest.reads(QUESTION)
    guest.page.clock.run_for(100)
    guest.sees_the_question()

    guest.page.clock.run_for(35_000)
    expect(guest.page.locator("#bank-strip")).to_contain_text("stopped answering")
    api.url_expires_at = in_seconds(600)
    guest.presses("Open it again")

    expect(guest.page.locator("#bank-strip")).to_be_hidden()
    guest.sees_the_question()


def test_a_dead_token_gets_a_new_address_three_times_and_no_more(
    guest: Guest, api: FakeVisits
) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()

    for _ in range(3):
        with guest.page.expect_response("**/iframe-url"):
            guest.hears({"step": "TOKEN_INVALID"})
        guest.sees_the_question()
    guest.hears({"step": "TOKEN_INVALID"})

    expect(guest.text()).to_contain_text("could not be opened")
    expect(guest.page.get_by_role("button", name="Open it again")).to_be_visible()
    assert api.count("iframe-url") == 4


def test_a_window_that_the_person_closes_can_be_opened_again(guest: Guest) -> None:
    guest.begins()
    guest.reads(QUESTION)
    guest.sees_the_question()

    guest.hears({"step": "COMPONENT_CLOSE_SESSION"})

    guest.sees("Your bank has a question for you")
    expect(guest.page.get_by_role("heading", level=1)).to_be_focused()
    guest.presses("Answer your bank")
    guest.sees_the_question()


def test_when_no_window_can_be_had_any_more_the_page_says_what_comes_next(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = QUESTION
    api.refusals["iframe-url"] = a_problem(409, "no_iframe_url", nextAction="wait")
    guest.opens()
    guest.presses("Continue where you left off")

    guest.sees("The time to answer is almost over")
    trouble = {"code": "attempt_expired", "owner": "user", "message": "prose"}
    guest.reads(a_view("invited", error=trouble))
    guest.sees("Time ran out")


def test_when_nobody_can_make_a_window_the_button_stays(guest: Guest, api: FakeVisits) -> None:
    api.view = QUESTION
    api.refusals["iframe-url"] = a_problem(503, "flinks_unavailable")
    guest.opens()
    guest.presses("Continue where you left off")
    expect(guest.page.locator("#notice")).to_contain_text("be opened right now")

    api.refusals.clear()
    guest.presses("Continue where you left off")

    guest.sees_the_question()
    expect(guest.page.locator("#notice")).to_be_hidden()


def test_an_address_of_another_origin_is_not_framed(guest: Guest, api: FakeVisits) -> None:
    api.view = QUESTION
    guest.opens()
    guest.sees("Your bank is waiting for your answer")
    told = {"url": "https://evil.example/", "origin": api.connect_origin, "expiresAt": None}
    guest.page.route("**/iframe-url", lambda route: route.fulfill(json=told))

    guest.presses("Continue where you left off")

    expect(guest.page.locator("#notice")).to_contain_text("be opened right now")
    expect(guest.frame).to_have_count(0)


def test_the_last_two_minutes_are_counted_down(guest: Guest, api: FakeVisits) -> None:
    guest.page.clock.install(time=NOW)
    api.view = asking_until(150)
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    clock = guest.page.get_by_role("timer")
    expect(clock).to_be_hidden()
    guest.page.clock.pause_at(NOW + timedelta(seconds=40))

    expect(clock).to_have_text("1:50 left to answer")
    expect(guest.page.locator("#said")).to_have_text("Two minutes left to answer your bank.")
    guest.page.clock.run_for(60_000)
    expect(clock).to_have_text("0:50 left to answer")
    expect(clock).to_have_attribute("aria-live", "off")


def test_the_page_asks_at_once_when_the_question_dies(guest: Guest, api: FakeVisits) -> None:
    guest.page.clock.install(time=NOW)
    api.view = asking_until(60)
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    guest.page.clock.pause_at(NOW + timedelta(seconds=59, milliseconds=500))
    trouble = {"code": "attempt_expired", "owner": "user", "message": "prose"}
    api.view = a_view("invited", error=trouble)

    guest.page.clock.run_for(3_000)

    guest.sees("Time ran out")
    expect(guest.frame).to_have_count(0)


def test_a_phone_with_a_wrong_clock_counts_by_the_servers(guest: Guest, api: FakeVisits) -> None:
    guest.page.clock.install(time=NOW - timedelta(hours=3))
    guest.page.clock.pause_at(NOW - timedelta(hours=3))
    api.date = format_datetime(NOW, usegmt=True)
    api.view = asking_until(90)

    guest.opens()

    expect(guest.page.get_by_role("timer")).to_contain_text("1:3")


def test_start_again_opens_at_the_moment_that_was_named(guest: Guest, api: FakeVisits) -> None:
    trouble = {"code": "attempts_exhausted", "owner": "user", "message": "prose"}
    api.view = a_view("invited", error=trouble, retryAt=in_seconds(600))
    guest.page.clock.install(time=NOW)
    guest.opens()
    button = guest.page.get_by_role("button", name="Start again")
    expect(guest.text()).to_contain_text("from 12:10 p.m.")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.press("Enter")
    assert api.count("start") == 0

    guest.page.clock.run_for(601_000)

    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()
    guest.sees("Contacting your bank")


def test_the_page_asks_often_at_first_and_then_less(guest: Guest, api: FakeVisits) -> None:
    guest.page.clock.install(time=NOW)
    guest.begins()
    asked = []
    for _ in range(3):
        before = api.count("current")
        for _ in range(60):
            guest.page.clock.run_for(1_000)
            # An answer takes true time, which a slow machine needs more of.
            guest.page.wait_for_timeout(20)
        asked.append(api.count("current") - before)
        guest.page.clock.fast_forward(200_000)

    assert asked[0] > asked[1] > asked[2] > 0


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "nonsense"])
def test_an_address_that_leads_nowhere_is_no_way_back(
    guest: Guest, api: FakeVisits, address: str
) -> None:
    api.view = a_view("completed", returnUrl=address)
    guest.opens()

    guest.sees("All good")
    expect(guest.page.get_by_role("link")).to_have_count(0)


DECLINED = {"code": "declined", "owner": "user", "message": "prose"}
DENIED = ["COMPONENT_DENY_CONSENT", "COMPONENT_DENY_TERMS"]


@pytest.mark.parametrize("step", DENIED)
def test_who_declines_is_told_that_nothing_has_changed_and_may_begin_again(
    guest: Guest, api: FakeVisits, step: str
) -> None:
    api.view = a_view("credentials_required", returnUrl=BACK)
    api.after_decline = a_view("invited", error=DECLINED, returnUrl=BACK)
    guest.opens()
    guest.presses("Sign in to your bank")
    guest.sees_the_question()

    guest.hears({"step": step})

    expect(guest.frame).to_have_count(0)
    guest.sees("You declined")
    expect(guest.text()).to_contain_text("Nothing has changed")
    expect(guest.page.get_by_role("link", name="Back to Maple Budget")).to_be_visible()
    expect(guest.page.locator("#act-startAgain")).to_be_visible()
    assert api.count("declined") == 1
    guest.presses("Start again")
    guest.sees("Contacting your bank")


def test_a_decline_that_does_not_get_through_is_told_again(guest: Guest, api: FakeVisits) -> None:
    api.view = QUESTION
    api.refusals["declined"] = a_problem(503, "later")
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    guest.hears({"step": "COMPONENT_DENY_CONSENT"})
    guest.sees("You declined")
    expect(guest.page.locator("#notice")).to_contain_text("we keep trying")

    api.refusals.clear()
    guest.asks()

    expect(guest.page.locator("#notice")).to_be_hidden()
    guest.sees("You declined")
    assert api.count("declined") == 2


def test_a_server_that_does_not_take_a_decline_leaves_the_person_free(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = QUESTION
    api.refusals["declined"] = a_problem(404, "not_found")
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    guest.hears({"step": "COMPONENT_DENY_CONSENT"})
    guest.sees("You declined")

    guest.presses("Begin again")

    guest.sees_the_question()
    assert (api.count("declined"), api.count("iframe-url"), api.count("start")) == (1, 2, 0)


def test_too_many_tries_close_the_window_and_say_what_to_check(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = QUESTION
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()

    guest.hears({"step": "MAXIMUM_RETRY_REACHED"})

    expect(guest.frame).to_have_count(0)
    guest.sees("Your bank did not accept the answers")
    expect(guest.page.get_by_role("heading", level=1)).to_be_focused()
    guest.presses("Begin again")
    guest.sees_the_question()
    assert api.count("declined") == 0


@pytest.mark.parametrize(
    "message",
    [
        {"requestId": "r", "flinksCode": "AGGREGATION_ERROR", "institution": "Bank"},
        {"step": "ERROR", "flinksCode": "SESSION_NONEXISTENT"},
        {"step": "DISABLED_INSTITUTION"},
        {"flinksCode": "A_CODE_OF_TOMORROW"},
    ],
    ids=lambda message: "-".join(message),
)
def test_an_error_in_the_banks_window_shows_a_way_on(
    guest: Guest, api: FakeVisits, message: dict[str, str]
) -> None:
    api.view = QUESTION
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()
    asked = api.count("current")

    with guest.page.expect_response("**/visits/current"):
        guest.hears(message)

    expect(guest.page.locator("#bank-strip")).to_contain_text("reports a problem")
    assert api.count("current") == asked + 1
    guest.presses("Open it again")
    guest.sees_the_question()
    expect(guest.page.locator("#bank-strip")).to_be_hidden()


def test_an_error_at_which_the_bank_asks_again_needs_no_way_on(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = QUESTION
    guest.opens()
    guest.presses("Continue where you left off")
    guest.sees_the_question()

    guest.hears({"step": "COMPONENT_LOAD_MFA_RETRY", "flinksCode": "INVALID_SECURITY_RESPONSE"})
    guest.page.evaluate("new Promise((done) => setTimeout(done))")

    expect(guest.page.locator("#bank-strip")).to_be_hidden()
    guest.sees(IN_BANK)


def test_a_full_sign_in_is_not_called_a_question(guest: Guest, api: FakeVisits) -> None:
    api.view = a_view("credentials_required")
    guest.opens()
    guest.presses("Sign in to your bank")
    guest.sees_the_question()

    guest.sees("Sign in to your bank")
    expect(guest.text()).to_contain_text("agree to sharing, or to choose your bank")
    expect(guest.frame).to_have_attribute("title", "Sign in to your bank")


def test_who_waits_long_is_told_for_how_long_and_that_one_may_leave(guest: Guest) -> None:
    guest.page.clock.install(time=NOW)
    guest.begins()
    expect(guest.page.locator("#clock")).to_be_hidden()

    guest.page.clock.pause_at(NOW + timedelta(seconds=75))

    expect(guest.page.locator("#clock")).to_have_text(re.compile("Waiting for 1:1[0-9]"))
    expect(guest.page.locator("#said")).to_contain_text("You may leave this page")
    guest.reads(a_view("fetching"))
    guest.page.clock.run_for(1_000)
    guest.sees("Updating your accounts")
    expect(guest.page.locator("#clock")).to_be_hidden()
