"""In the integrator's name: logo, colour, help, and what the page around is told."""

from typing import Any

import pytest
from flinks_reconnect.api.hosted.brand import Brand
from playwright.sync_api import Page, expect

from tests.hosted.conftest import Stages
from tests.hosted.fake_visits import CODE, SECRET, FakeVisits, a_problem, a_view
from tests.hosted.guest import Guest
from tests.hosted.test_looks import CONTRAST, failing

HELP = "https://app.example/help"
TROUBLES = [
    failing("failed", "access_refused", "operator"),
    failing("failed", "identity_mismatch", "user"),
    failing("invited", "attempt_expired", "user"),
    failing("retry_scheduled", "bank_unavailable", "bank"),
    failing("failed", "bank_needs_person", "user", nextAction="contact_bank"),
    a_view("expired"),
    a_view("cancelled"),
]
CALM = [a_view(), a_view("starting"), a_view("mfa_required"), a_view("completed")]


@pytest.mark.parametrize("view", TROUBLES, ids=lambda view: str(view["status"]))
def test_every_screen_of_trouble_has_a_code_and_a_way_to_help(
    guest: Guest, api: FakeVisits, view: dict[str, Any]
) -> None:
    api.brand = Brand(name="Maple Budget", support=HELP)
    api.view = view
    guest.opens()

    expect(guest.text()).to_contain_text(f"If you contact Maple Budget, mention {CODE}.")
    expect(guest.page.get_by_role("link", name="Contact Maple Budget")).to_have_attribute(
        "href", HELP
    )


@pytest.mark.parametrize("view", CALM, ids=lambda view: str(view["status"]))
def test_where_all_is_well_nobody_is_told_a_code(
    guest: Guest, api: FakeVisits, view: dict[str, Any]
) -> None:
    api.brand = Brand(name="Maple Budget", support=HELP)
    api.view = view
    guest.opens()
    expect(guest.page.locator("#title")).not_to_have_text("One moment…")

    expect(guest.page.locator("#support")).to_be_hidden()


def test_a_dead_link_leads_to_help(guest: Guest, api: FakeVisits) -> None:
    api.brand = Brand(name="Maple Budget", support="mailto:help@app.example")
    guest.opens("#nothing")

    expect(guest.page.get_by_role("link", name="Contact Maple Budget")).to_have_attribute(
        "href", "mailto:help@app.example"
    )


def test_logo_colour_and_privacy_are_the_integrators(guest: Guest, api: FakeVisits) -> None:
    logo = f"{api.origin}/logo.svg"
    api.brand = Brand(
        name="Maple Budget", logo=logo, accent="#7a1fa2", privacy="https://app.example/privacy"
    )
    svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 80 20'><path d='M0 0h80v20'/></svg>"
    guest.page.route(logo, lambda route: route.fulfill(body=svg, content_type="image/svg+xml"))
    guest.opens()

    expect(guest.page.locator("#logo")).to_be_visible()
    expect(guest.page.locator("#monogram")).to_be_hidden()
    expect(guest.page.locator("#act-begin")).to_have_css("background-color", "rgb(122, 31, 162)")
    expect(guest.page.get_by_role("link", name="Privacy")).to_have_attribute(
        "href", "https://app.example/privacy"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#0b5fff", "#ffee00", "#101010", "#d81b60", "#f4f4f4"])
def test_any_accent_leaves_every_text_readable(
    guest: Guest, api: FakeVisits, accent: str, scheme: Any
) -> None:
    api.brand = Brand(name="Maple Budget", accent=accent, support=HELP)
    guest.page.emulate_media(color_scheme=scheme)
    guest.opens()
    guest.sees("Maple Budget asks you to reconnect your bank")

    assert [each for each in guest.page.evaluate(CONTRAST) if each[1] < 4.5] == []


def test_a_page_in_another_language_than_the_banks_window_says_so(
    guest: Guest, api: FakeVisits
) -> None:
    api.view = a_view("mfa_required", language="fr")
    guest.opens()
    guest.presses("Reprendre où vous en étiez")
    guest.sees_the_question()
    expect(guest.text()).not_to_contain_text("en français")

    guest.presses("English")

    expect(guest.text()).to_contain_text("Your bank\u2019s window is in French.")


@pytest.mark.parametrize("missing", ["AbortController", "fetch", "Intl"])
def test_a_browser_that_lacks_something_gets_a_sentence(
    page: Page, api: FakeVisits, missing: str
) -> None:
    page.add_init_script(f"delete globalThis.{missing}")
    page.goto(f"{api.origin}/v1/reconnect")

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Please open this link in a newer browser"
    )
    expect(page.locator("#too-old")).to_contain_text("navigateur plus récent")
    assert {called for called, _ in api.calls} == {"page"}


def test_a_browser_that_cannot_read_the_script_gets_a_sentence(
    chrome: Any, api: FakeVisits
) -> None:
    with chrome.new_context() as context:
        page = context.new_page()

        def unreadable(route: Any) -> None:
            answer = route.fetch()
            body = answer.text().replace("/* The page: follows", "of tomorrow ?? ?; /* The page")
            route.fulfill(response=answer, body=body)

        page.route("**/v1/reconnect", unreadable)
        page.goto(f"{api.origin}/v1/reconnect")

        expect(page.locator("#too-old")).to_be_visible()


LISTEN = """<!doctype html><title>app</title><script>
const heard = [];
addEventListener("message", (event) => heard.push([event.origin, event.data]));
</script><iframe src="ADDRESS" style="width: 400px; height: 700px"></iframe>"""


def framing(stages: Stages, api: FakeVisits, fragment: str) -> str:
    """Let another origin show our page in a frame, and hear it."""
    address = f"{api.origin}/v1/reconnect#{fragment}"
    stages.foreign.app = FakeVisits.saying(LISTEN.replace("ADDRESS", address))
    return stages.origin(stages.ports.emulator)


def test_a_listed_page_around_hears_how_things_stand_and_no_secret(
    guest: Guest, api: FakeVisits, stages: Stages
) -> None:
    outside = framing(stages, api, SECRET)
    api.ancestors = (outside,)
    page = guest.page
    page.goto(outside)
    inside = page.frame_locator("iframe").first
    inside.get_by_role("button", name="Continue to your bank").click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Contacting your bank")
    api.view = a_view("mfa_required")
    expect(inside.get_by_role("heading", level=1)).to_have_text("Your bank\u2019s question")
    api.view = failing("failed", "identity_mismatch", "user")
    expect(inside.get_by_role("heading", level=1)).to_contain_text("another account")

    heard = page.evaluate("heard")
    assert {origin for origin, _ in heard} == {api.origin}
    stages_told = [told["stage"] for _, told in heard]
    assert stages_told == ["loading", "ready", "waiting", "question", "failed"]
    assert heard[-1][1] == {
        "type": "flinks-reconnect.status",
        "stage": "failed",
        "status": "failed",
        "nextAction": "contact_support",
        "code": "identity_mismatch",
        "supportCode": CODE,
    }
    assert SECRET not in str(heard)


def test_a_dead_link_is_told_to_the_page_around(
    guest: Guest, api: FakeVisits, stages: Stages
) -> None:
    outside = framing(stages, api, "nothing")
    api.ancestors = (outside,)
    api.refusals["visits"] = a_problem(410, "link_gone")
    guest.page.goto(outside)
    guest.page.wait_for_function("heard.length === 1")

    assert guest.page.evaluate("heard[0][1].stage") == "failed"
