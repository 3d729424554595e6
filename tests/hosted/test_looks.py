"""What people read and how they get about: every situation, both languages, any screen."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hosted.fake_visits import FakeVisits, a_view
from tests.hosted.guest import Guest

BACK = "https://app.example/back?refreshId=rf_1"
FRIDAY = "2099-01-02T15:00:00.000Z"


def failing(status: str, code: str, owner: str, **more: Any) -> dict[str, Any]:
    """A refresh as the page sees it after trouble."""
    return a_view(status, error={"code": code, "owner": owner, "message": "prose"}, **more)


def of_bank(code: str, **more: Any) -> dict[str, Any]:
    return failing("failed", code, "bank", **more)


# What the server tells, words that must be there, and the one thing that can be done.
SITUATIONS: list[tuple[dict[str, Any], str, str | None]] = [
    (a_view(), "asks you to reconnect", "begin"),
    (a_view("starting"), "up to three minutes", None),
    (failing("starting", "outcome_unknown", "flinks"), "need it yet", None),
    (a_view("mfa_required"), "on another device", "answer"),
    (a_view("credentials_required"), "sign in to your bank", "signIn"),
    (failing("credentials_required", "login_unknown", "user"), "choose your bank", "signIn"),
    (failing("credentials_required", "question_unanswered", "user"), "only you", "signIn"),
    (a_view("verifying"), "Checking with your bank", None),
    (a_view("fetching"), "Updating your accounts", None),
    (failing("retry_scheduled", "bank_unavailable", "bank", retryAt=FRIDAY), "January 2", None),
    (failing("retry_scheduled", "throttled", "flinks"), "busy", None),
    (failing("retry_scheduled", "session_concurrent", "flinks"), "still open", None),
    (a_view("retry_scheduled"), "last visit", None),
    (failing("invited", "attempt_expired", "user"), "Time ran out", "startAgain"),
    (failing("invited", "mfa_rejected", "user"), "not accept", "startAgain"),
    (
        failing("invited", "attempts_exhausted", "user", retryAt=FRIDAY),
        "again from Friday, January 2",
        "startAgain",
    ),
    (failing("invited", "mfa_session_lost", "flinks"), "got lost", "startAgain"),
    (failing("invited", "bank_unavailable", "bank"), "not answering", "startAgain"),
    (failing("invited", "flinks_unavailable", "flinks"), "was busy", "startAgain"),
    (failing("invited", "brand_new_code", "operator"), "Ready when you are", "startAgain"),
    (a_view("expired"), "start again from Maple Budget", "back"),
    (a_view("cancelled"), "Nothing has changed", "back"),
    (a_view("completed"), "All done", "back"),
    (
        failing("failed", "bank_needs_person", "user", nextAction="contact_bank"),
        "call your bank",
        "back",
    ),
    (of_bank("bank_disabled", nextAction="start_new_session"), "not your doing", "back"),
    (
        failing("failed", "data_timeout", "flinks", nextAction="start_new_session"),
        "too long",
        "back",
    ),
    (
        failing("failed", "brand_new_code", "flinks", nextAction="start_new_session"),
        "try again later from Maple Budget",
        "back",
    ),
    (failing("failed", "refresh_expired", "user", nextAction="none"), "has ended", "back"),
    (failing("failed", "access_refused", "operator"), "contact Maple Budget", "back"),
    (failing("failed", "identity_mismatch", "user"), "another account", "back"),
    (failing("cancelled", "connection_closed", "user"), "no longer share this bank", "back"),
    (failing("completed", "connection_closed", "user"), "no longer share this bank", "back"),
    (failing("invited", "declined", "user"), "You declined", "startAgain"),
    (failing("failed", "accounts_vanished", "user"), "choose others", "back"),
    (failing("failed", "brand_new_code", "operator", nextAction="none"), "contact", "back"),
    (a_view("failed", nextAction="none"), "contact Maple Budget", "back"),
    (a_view("brand_new_status", nextAction="wait"), "Contacting your bank", None),
]


def test_every_situation_says_who_must_act_and_shows_no_code(guest: Guest, api: FakeVisits) -> None:
    wrong = []
    guest.opens()
    for view, words, act in SITUATIONS:
        guest.has_read(view | ({"returnUrl": BACK} if act == "back" else {}))
        expect(guest.text()).to_contain_text(words)
        text = guest.text().inner_text()
        acts = guest.page.locator("#acts > *").evaluate_all("all => all.map((each) => each.id)")
        is_raw = "_" in text or "prose" in text or "undefined" in text or "{" in text
        if acts != ([f"act-{act}"] if act else []) or is_raw:
            wrong.append((view["status"], text, acts))

    assert wrong == []


def test_the_page_speaks_the_language_that_the_server_knows(guest: Guest, api: FakeVisits) -> None:
    api.view = a_view(language="fr")
    api.started = a_view("starting", language="fr")
    guest.opens()

    guest.sees("Maple Budget vous demande de reconnecter votre banque")
    expect(guest.page.locator("html")).to_have_attribute("lang", "fr")
    guest.presses("Continuer vers votre banque")
    guest.sees("Nous joignons votre banque")
    expect(guest.page).to_have_title("Nous joignons votre banque · Maple Budget")


def test_without_a_known_language_the_browsers_counts(chrome: Browser, api: FakeVisits) -> None:
    api.view = a_view(language=None)
    with chrome.new_context(locale="fr-CA") as context:
        guest = Guest(context.new_page(), api)
        guest.opens("")
        guest.sees("Ce lien n\u2019est pas complet")
        guest.page.goto("about:blank")
        guest.opens()
        guest.sees("Maple Budget vous demande de reconnecter votre banque")


def test_the_language_that_the_person_chose_stays(guest: Guest, api: FakeVisits) -> None:
    guest.begins()

    guest.presses("Français")
    guest.reads(a_view("fetching"))

    guest.sees("Mise à jour de vos comptes")
    expect(guest.page.get_by_role("button", name="English")).to_have_attribute("lang", "en")


def test_every_french_sentence_is_whole(guest: Guest, api: FakeVisits) -> None:
    wrong = []
    api.view = a_view(language="fr")
    guest.opens()
    expect(guest.page.locator("html")).to_have_attribute("lang", "fr")
    for view, _, _ in SITUATIONS:
        guest.has_read(view | {"language": "fr"})
        text = guest.text().inner_text()
        if re.search(r"[{}_]|undefined| [:;?]|\.\.", text):
            wrong.append(text)

    assert wrong == []


def test_everything_can_be_done_from_the_keyboard(guest: Guest, api: FakeVisits) -> None:
    page = guest.page
    guest.opens()
    guest.sees("Maple Budget asks you to reconnect your bank")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Français")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Continue to your bank")).to_be_focused()
    page.keyboard.press("Enter")

    guest.sees("Contacting your bank")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    guest.reads(a_view("mfa_required"))
    guest.sees_the_question()
    expect(guest.frame).to_be_focused()
    page.keyboard.press("Tab")
    expect(guest.bank.get_by_label("Code")).to_be_focused()
    guest.reads(a_view("completed", returnUrl=BACK))
    guest.sees("All done")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Back to Maple Budget")).to_be_focused()


def test_news_are_told_to_who_cannot_see_them(guest: Guest) -> None:
    guest.begins()

    live = guest.page.get_by_role("status").filter(has=guest.page.locator("h1"))
    expect(live).to_contain_text("Contacting your bank")
    guest.reads(a_view("fetching"))

    expect(live).to_contain_text("Updating your accounts")
    current = guest.page.locator("[aria-current=step]")
    expect(current).to_have_text("Update your accounts")


WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.id || each.className || each.tagName)"""
NARROW = [("320 px", 320, "100%"), ("200 %", 640, "200%"), ("200 % on a phone", 360, "200%")]


@pytest.mark.parametrize(("width", "size"), [each[1:] for each in NARROW], ids=lambda each: each)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_overflows_a_narrow_screen_or_large_letters(
    guest: Guest, api: FakeVisits, width: int, size: str, language: str
) -> None:
    page = guest.page
    page.set_viewport_size({"width": width, "height": 640})
    too_wide = []
    api.view = a_view(language=language)
    guest.opens()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
    for view, _, act in SITUATIONS:
        guest.has_read(view | {"language": language, "returnUrl": BACK if act == "back" else None})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append((view["status"], page.evaluate(WIDE)))

    assert too_wide == []


def test_the_banks_window_fills_a_phone_and_stays_usable_on_a_low_one(guest: Guest) -> None:
    guest.begins()
    guest.reads(a_view("mfa_required"))
    guest.sees_the_question()
    for height, least in ((740, 480), (320, 400)):
        guest.page.set_viewport_size({"width": 320, "height": height})
        box = guest.frame.bounding_box()

        assert box is not None
        assert box["height"] >= least
        assert 280 <= box["width"] <= 320


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4))
    .reduce((sum, each, n) => sum + each * [.2126, .7152, .0722][n], 0);
  const ground = (element) => {
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 255 || !element.parentElement ? colour : ground(element.parentElement);
  };
  const ratio = (element) => {
    const pair = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort();
    return (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
  };
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.checkVisibility() && each.tagName !== "SCRIPT")
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => [each.id || each.className || each.tagName, ratio(each)]);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_by_day_and_by_night(guest: Guest, scheme: Any) -> None:
    guest.page.emulate_media(color_scheme=scheme)
    faint, measured = [], 0
    guest.opens()
    for view, _, act in SITUATIONS:
        guest.has_read(view | ({"returnUrl": BACK} if act == "back" else {}))
        ratios = guest.page.evaluate(CONTRAST)
        measured += len(ratios)
        faint += [(view["status"], *each) for each in ratios if each[1] < 4.5]

    assert measured > 5 * len(SITUATIONS)
    assert faint == []


def test_night_is_really_dark(guest: Guest) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        guest.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        guest.opens()
        grounds.append(guest.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(246, 243, 238)", "rgb(20, 23, 22)"]


def test_nothing_moves_for_who_does_not_want_that(guest: Guest) -> None:
    moving = "document.getAnimations().length"
    guest.begins()

    assert guest.page.evaluate(moving) == 0
    guest.page.emulate_media(reduced_motion="no-preference")
    assert guest.page.evaluate(moving) > 0


def test_every_target_is_large_enough_for_a_thumb(guest: Guest, api: FakeVisits) -> None:
    api.view = a_view("completed", returnUrl=BACK)
    guest.opens()
    guest.sees("All good")

    heights = guest.page.locator("button:visible, a:visible").evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect().height)"
    )
    assert len(heights) == 2
    assert min(heights) >= 44


def test_without_scripts_the_page_says_what_to_do(chrome: Browser, api: FakeVisits) -> None:
    with chrome.new_context(java_script_enabled=False) as context:
        page: Page = context.new_page()
        page.goto(f"{api.origin}/v1/reconnect")

        expect(page.get_by_role("heading", level=1)).to_have_text("This page needs JavaScript")
        expect(page.get_by_role("heading", level=2)).to_contain_text("JavaScript")
    assert {called for called, _ in api.calls} == {"page"}
