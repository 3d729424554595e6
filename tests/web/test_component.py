"""The component in a real browser, in a page of another origin, under the strictest policy."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.hosted.fake_visits import CODE, SECRET, FakeVisits, a_view
from tests.hosted.test_axe import SCREENS, faults
from tests.web.conftest import Integrator, Person
from tests.web.packages import axe

BACK = {"type": "flinks-reconnect.callback", "refreshId": "rf_1"}


def test_from_an_address_of_the_server_to_the_end(person: Person, site: Integrator) -> None:
    person.presses_refresh()
    person.sees_the_question()
    expect(person.component.get_by_role("dialog")).to_be_visible()
    expect(person.frame).to_have_attribute("title", "Your bank\u2019s question")
    expect(person.frame).to_have_attribute("referrerpolicy", "no-referrer")

    person.hears({"step": "COMPONENT_LOAD_MFA", "mfaTypes": ["QuestionAndAnswer"]})
    person.hears({"step": "SUBMIT_MFA"})
    person.hears({"step": "REDIRECT", "loginId": "x", "url": "https://evil.example"})
    expect(person.component).to_contain_text("Thank you. Checking with your bank")
    person.page.frames[-1].goto(f"{site.api.origin}/v1/callback/sealed")
    person.hears(BACK)

    expect(person.component.get_by_role("dialog")).to_have_count(0)
    assert person.told(4) == [
        ["ready", {}],
        ["question", {}],
        ["waiting", {}],
        ["completed", {"isHint": True}],
    ]
    assert site.asked == 1


def test_after_the_hint_the_window_goes_even_where_nobody_comes_back(person: Person) -> None:
    person.page.clock.install()
    person.presses_refresh()
    person.sees_the_question()
    person.hears({"step": "REDIRECT"})
    expect(person.component).to_contain_text("Thank you")

    person.page.clock.run_for(16_000)

    expect(person.component.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("step", ["COMPONENT_DENY_CONSENT", "COMPONENT_DENY_TERMS"])
def test_a_decline_closes_the_window_and_is_told(person: Person, step: str) -> None:
    person.presses_refresh()
    person.sees_the_question()

    person.hears({"step": step})

    assert person.told(3) == [["ready", {}], ["declined", {}], ["closed", {"why": "declined"}]]
    expect(person.component.get_by_role("dialog")).to_have_count(0)


def test_too_many_tries_close_the_window_and_are_told(person: Person) -> None:
    person.presses_refresh()
    person.sees_the_question()

    person.hears({"step": "MAXIMUM_RETRY_REACHED"})

    assert person.told(3)[1:] == [
        ["failed", {"code": "too_many_tries"}],
        ["closed", {"why": "tooManyTries"}],
    ]


def test_an_error_is_told_and_leaves_a_way_on(person: Person, site: Integrator) -> None:
    person.presses_refresh()
    person.sees_the_question()
    person.hears({"flinksCode": "INVALID_SECURITY_RESPONSE"})
    person.hears({"requestId": "r", "flinksCode": "AGGREGATION_ERROR"})

    expect(person.component).to_contain_text("reports a problem")
    assert person.told(2)[1] == ["failed", {"code": "AGGREGATION_ERROR"}]
    person.component.get_by_role("button", name="Open it again").click()
    person.sees_the_question()
    assert site.asked == 2


@pytest.mark.parametrize("way", ["Escape", "button", "page"])
def test_whoever_closes_it_the_page_hears_and_it_opens_anew(person: Person, way: str) -> None:
    person.presses_refresh()
    person.sees_the_question()

    if way == "Escape":
        person.component.get_by_role("button", name="Close").focus()
        person.page.keyboard.press("Escape")
    elif way == "button":
        person.component.get_by_role("button", name="Close").click()
    else:
        person.page.evaluate("document.getElementById('bank').close()")

    why = "page" if way == "page" else "person"
    assert person.told(2)[1] == ["closed", {"why": why}]
    expect(person.component.get_by_role("dialog")).to_have_count(0)
    person.page.get_by_role("button", name="Refresh").click()
    person.sees_the_question()


def test_a_page_that_is_loaded_anew_goes_on(person: Person, site: Integrator) -> None:
    person.presses_refresh()
    person.sees_the_question()
    kept = person.page.evaluate("JSON.stringify(sessionStorage)")

    person.page.reload()

    person.sees_the_question()
    assert site.asked == 2
    assert kept == '{"flinks-reconnect:bank":"open"}'  # no address, no token


def test_a_closed_one_stays_closed_after_a_reload(person: Person, site: Integrator) -> None:
    person.presses_refresh()
    person.sees_the_question()
    person.component.get_by_role("button", name="Close").click()

    person.comes()

    expect(person.component.get_by_role("dialog")).to_have_count(0)
    assert site.asked == 1


def test_a_refusal_of_the_server_is_told_by_its_code(person: Person, site: Integrator) -> None:
    site.refusal = (409, {"code": "no_iframe_url", "retryAt": "2099-01-02T15:00:00.000Z"})
    person.presses_refresh()

    assert person.told(2) == [
        ["failed", {"code": "no_iframe_url", "retryAt": "2099-01-02T15:00:00.000Z"}],
        ["closed", {"why": "failed"}],
    ]


FOREIGN: list[Any] = [{"step": "REDIRECT"}, BACK, {"step": "COMPONENT_CLOSE_SESSION"}]


def test_nobody_but_the_window_is_heard(person: Person) -> None:
    person.presses_refresh()
    person.sees_the_question()

    for message in FOREIGN:
        person.page.evaluate("message => postMessage(message, '*')", message)
    person.hears(BACK)  # the bank's origin may not speak for ours
    person.hears({"type": "flinks-reconnect.status", "stage": "completed"})
    person.page.evaluate("new Promise((done) => setTimeout(done))")

    assert person.names(1) == ["ready"]
    expect(person.frame).to_be_visible()


def test_an_address_of_another_origin_is_not_framed(person: Person, site: Integrator) -> None:
    told = {"url": "https://evil.example/", "origin": site.api.connect_origin}
    person.page.route("**/my/reconnect", lambda route: route.fulfill(json=told))
    person.presses_refresh()

    assert person.names(2) == ["failed", "closed"]
    expect(person.frame).to_have_count(0)


def test_a_window_that_says_nothing_can_be_opened_again(
    person: Person, site: Integrator, api: FakeVisits
) -> None:
    api.is_bank_silent = True
    person.page.clock.install()
    person.presses_refresh()
    expect(person.inside.get_by_role("heading")).to_be_visible()

    person.page.clock.run_for(16_000)

    expect(person.component).to_contain_text("slow to open")
    api.is_bank_silent = False
    person.component.get_by_role("button", name="Open it again").click()
    person.sees_the_question()
    assert site.asked == 2


def test_from_a_link_to_the_end(person: Person, site: Integrator, api: FakeVisits) -> None:
    site.attributes = f'link="{api.origin}/v1/reconnect#{SECRET}"'
    person.presses_refresh()
    person.inside.get_by_role("button", name="Continue to your bank").click()
    expect(person.inside.get_by_role("heading", level=1)).to_have_text("Contacting your bank")
    api.view = a_view("completed")
    expect(person.inside.get_by_role("heading", level=1)).to_have_text("All done")

    heard = person.told(3)
    assert [name for name, _ in heard] == ["ready", "waiting", "completed"]
    assert heard[-1][1] == {
        "status": "completed",
        "nextAction": "none",
        "code": None,
        "supportCode": CODE,
        "isHint": False,
    }
    assert SECRET not in str(heard)
    assert person.page.evaluate("sessionStorage.length") == 0


def test_a_link_that_may_not_be_framed_here_opens_in_a_tab_instead(
    person: Person, site: Integrator, api: FakeVisits
) -> None:
    api.ancestors = ()
    site.attributes = f'link="{api.origin}/v1/reconnect#{SECRET}"'
    person.page.clock.install()
    person.presses_refresh()

    person.page.clock.run_for(16_000)

    tab = person.component.get_by_role("link", name="Open it in a new tab")
    expect(tab).to_have_attribute("href", f"{api.origin}/v1/reconnect#{SECRET}")
    expect(tab).to_have_attribute("rel", "noopener noreferrer")


def test_it_speaks_the_language_of_the_page(person: Person, site: Integrator) -> None:
    site.language = "fr"
    person.presses_refresh()
    person.sees_the_question()

    expect(person.component.get_by_role("heading")).to_have_text("La question de votre banque")
    expect(person.component.get_by_role("button", name="Fermer")).to_be_visible()


def test_inline_it_stands_in_the_page(person: Person, site: Integrator) -> None:
    site.attributes = 'source="/my/reconnect" display="inline" open'
    person.comes()
    person.sees_the_question()

    expect(person.component.get_by_role("dialog")).to_have_count(0)
    box = person.frame.bounding_box()
    assert box is not None
    assert box["height"] > 400
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_who_takes_it_out_of_the_page_takes_everything_with_it(person: Person) -> None:
    person.presses_refresh()
    person.sees_the_question()

    person.page.evaluate("document.getElementById('bank').remove()")

    assert person.page.frames == [person.page.main_frame]


@pytest.mark.parametrize(("width", "language", "scheme"), SCREENS)
def test_axe_finds_no_fault_in_the_component(
    person: Person, site: Integrator, width: int, language: str, scheme: Any
) -> None:
    person.page.add_init_script(axe())
    person.page.set_viewport_size({"width": width, "height": 800})
    person.page.emulate_media(color_scheme=scheme)
    site.language = language
    person.presses_refresh()
    person.sees_the_question()
    assert faults(person.page.main_frame) == []

    person.hears({"flinksCode": "AGGREGATION_ERROR"})

    expect(person.component.locator(".again")).to_be_visible()
    assert faults(person.page.main_frame) == []
