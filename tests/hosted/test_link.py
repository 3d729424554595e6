"""Opening a link: what it starts, which is nothing, and what it says when it is of no use."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from flinks_reconnect.api.hosted.brand import Brand
from playwright.sync_api import expect

from tests.hosted.conftest import Stages
from tests.hosted.fake_visits import SECRET, FakeVisits, a_problem, a_view
from tests.hosted.guest import Guest

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
HARMLESS = {"page", "open", "current"}
WAITING = [a_view(), a_view("mfa_required"), a_view("credentials_required")]


@pytest.mark.parametrize("view", WAITING, ids=lambda view: str(view["status"]))
def test_a_scanner_that_opens_the_link_and_runs_its_scripts_starts_nothing(
    guest: Guest, api: FakeVisits, view: dict[str, Any]
) -> None:
    api.view = view
    for _ in range(5):
        assert httpx.get(f"{api.origin}/v1/reconnect").status_code == HTTPStatus.OK
        assert httpx.head(f"{api.origin}/v1/reconnect").status_code == HTTPStatus.OK
    guest.page.clock.install()
    guest.opens()
    expect(guest.page.locator("#acts button")).to_be_visible()

    for _ in range(5):
        guest.page.clock.run_for(60_000)

    assert {called for called, _ in api.calls} <= HARMLESS
    assert api.count("open") == 1


def test_the_page_says_who_asks_and_what_will_happen(guest: Guest) -> None:
    guest.opens()

    guest.sees("Maple Budget asks you to reconnect your bank")
    expect(guest.text()).to_contain_text("up to three minutes")
    expect(guest.text()).to_contain_text("send you a code")
    expect(guest.text()).to_contain_text("You can leave at any time")
    expect(guest.page.locator("#acts button")).to_have_count(1)


def test_an_app_without_a_name_asks_too(guest: Guest, api: FakeVisits) -> None:
    api.brand = Brand()
    guest.opens()

    guest.sees("Reconnect your bank")
    expect(guest.page.locator("header")).to_contain_text("Your bank connection")
    expect(guest.page.locator("footer")).to_contain_text("The app that sent you this link")


@pytest.mark.parametrize("name", ["<b>Maple</b> & Co", "$& $1 {app}", "é" * 60])
def test_a_strange_name_is_shown_as_it_is(guest: Guest, api: FakeVisits, name: str) -> None:
    api.brand = Brand(name=name)
    guest.opens()

    guest.sees(f"{name} asks you to reconnect your bank")


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "#",
        "#short",
        "#" + "a" * 10_240,
        "#<script>alert(1)</script>-and-some-more",
        "#%3Cimg%20src=x%20onerror=alert(1)%3E",
        "?link=" + SECRET,
        "#" + SECRET[:-1],
        "#" + SECRET.partition(".")[2],
        "?utm_source=mail#",
    ],
    ids=lambda fragment: fragment[:12] or "none",
)
def test_a_link_that_is_not_whole_is_not_sent_and_not_shown(
    guest: Guest, api: FakeVisits, fragment: str
) -> None:
    guest.opens(fragment)

    guest.sees("This link is not complete")
    expect(guest.text()).to_contain_text("ask Maple Budget for a new link")
    assert {called for called, _ in api.calls} == {"page"}
    assert "alert(1)" not in guest.page.content()
    assert guest.page.locator("button:visible").count() == 1  # the language


ENDINGS = (
    *(".", ",", ")", "/", "%20", "=", "#_=_", "?utm_source=mail"),
    *(">", "]", "'", '"', ";", "!", "*", "_", "&gt;", "%3E", "%0D%0A", "\u200b", "%E0%A4%A", "//"),
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_mail_program_adds_to_a_good_link_does_not_break_it(
    guest: Guest, api: FakeVisits, ending: str
) -> None:
    guest.opens(f"#{SECRET}{ending}")

    guest.sees("Maple Budget asks you to reconnect your bank")
    assert [told for called, told in api.calls if called == "open"] == [{"link": SECRET}]


@pytest.mark.parametrize("start", ["%23", "/%23", "/#", "?utm_source=mail#", "#%20", "#%23", "#!/"])
@pytest.mark.parametrize("ending", ["", ".", "%20", "?utm_source=mail"])
def test_a_mark_that_was_written_otherwise_still_leads_to_the_page(
    guest: Guest, api: FakeVisits, start: str, ending: str
) -> None:
    guest.opens(f"{start}{SECRET}{ending}")

    guest.sees("Maple Budget asks you to reconnect your bank")
    guest.presses("Continue to your bank")
    guest.sees("Contacting your bank")


@pytest.mark.parametrize(
    ("reason", "heading"),
    [
        ("replaced", "There is a newer link"),
        ("closed", "This connection has ended"),
        ("expired", "Please ask for a new link"),
        ("constructor", "Please ask for a new link"),
    ],
)
def test_a_link_that_was_good_once_says_why_it_is_no_longer(
    guest: Guest, api: FakeVisits, reason: str, heading: str
) -> None:
    api.refusals["visits"] = a_problem(410, "link_gone", reason=reason)
    guest.opens()

    guest.sees(heading)


@pytest.mark.parametrize("problem", [a_problem(410, "link_gone"), a_problem(401, "visit_over")])
def test_a_dead_link_says_to_ask_for_a_new_one_and_asks_no_more(
    guest: Guest, api: FakeVisits, problem: tuple[int, dict[str, Any]]
) -> None:
    api.refusals["visits"] = problem
    guest.opens()

    guest.sees("Please ask for a new link")
    expect(guest.text()).to_contain_text("Ask Maple Budget for a new one")
    guest.asks()
    guest.page.wait_for_load_state("networkidle")
    assert api.count("open") == 1
    assert "link_gone" not in guest.text().inner_text()


def test_what_the_server_cannot_read_as_a_link_is_an_incomplete_one(
    guest: Guest, api: FakeVisits
) -> None:
    api.refusals["visits"] = a_problem(400, "invalid_request")
    guest.opens()

    guest.sees("This link is not complete")


def test_another_link_in_the_same_tab_is_another_visit(guest: Guest, api: FakeVisits) -> None:
    guest.opens(f"#{SECRET[:-1]}x")
    guest.sees("Please ask for a new link")

    guest.opens()

    guest.sees("Maple Budget asks you to reconnect your bank")
    assert api.count("page") == 2


def test_the_secret_goes_out_in_one_body_and_stays_nowhere(guest: Guest, api: FakeVisits) -> None:
    asked: list[Any] = []
    guest.page.on("request", lambda request: asked.append(request))
    guest.begins()
    guest.reads(a_view("completed"))
    guest.sees("All done")

    addresses = [urlsplit(request.url) for request in asked]
    assert not [each for each in addresses if SECRET in each.path + each.query]
    assert [called for called, told in api.calls if SECRET in str(told)] == ["open"]
    assert SECRET not in guest.page.content()
    assert SECRET not in guest.page.title()
    kept = guest.page.evaluate(
        "[document.cookie, localStorage.length, sessionStorage.length, Object.keys(window).join()]"
    )
    assert kept[:3] == ["", 0, 0]
    assert "visit" not in kept[3]
    assert guest.page.context.cookies() == []


def test_a_visit_that_is_over_is_opened_anew_without_a_word(guest: Guest, api: FakeVisits) -> None:
    guest.begins()

    api.over()
    guest.reads(a_view("fetching"))

    guest.sees("Updating your accounts")
    assert api.count("open") == 2
    assert api.count("start") == 1


def test_a_visit_that_ended_before_the_press_still_starts_once(
    guest: Guest, api: FakeVisits
) -> None:
    guest.opens()
    guest.sees("Maple Budget asks you to reconnect your bank")
    api.over()

    guest.presses("Continue to your bank")

    guest.sees("Contacting your bank")
    assert [told for called, told in api.calls if called == "start"] == [
        "Bearer visit-1",
        "Bearer visit-2",
    ]


def test_a_visit_that_will_not_last_ends_at_the_page_for_dead_links(
    guest: Guest, api: FakeVisits
) -> None:
    guest.begins()
    api.forgets = True
    guest.asks()

    guest.sees("Please ask for a new link")
    assert api.count("open") == 2


def test_a_link_revoked_in_the_middle_closes_the_banks_window(
    guest: Guest, api: FakeVisits
) -> None:
    guest.begins()
    guest.reads(a_view("mfa_required"))
    guest.sees_the_question()

    api.over()
    api.refusals["visits"] = a_problem(410, "link_gone")
    guest.asks()

    guest.sees("Please ask for a new link")
    expect(guest.frame).to_have_count(0)
    expect(guest.page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_of_the_service_is_waited_out_with_longer_and_longer_pauses(
    guest: Guest, api: FakeVisits, status: int
) -> None:
    api.refusals["visits"] = a_problem(status, "later")
    guest.page.clock.install(time=NOW)
    guest.page.clock.pause_at(NOW + timedelta(seconds=1))
    guest.opens()
    notice = guest.page.locator("#notice")
    expect(notice).to_contain_text("we keep trying")
    expect(notice).to_have_attribute("role", "status")

    for _ in range(60):
        guest.page.clock.run_for(2_000)
    assert 4 <= api.count("open") <= 12
    asked = api.count("open")
    while api.count("open") == asked:  # so that no machine asks before the person does
        guest.page.clock.run_for(1_000)
    api.refusals.clear()
    guest.presses("Try again now")
    guest.page.clock.run_for(100)

    guest.sees("Maple Budget asks you to reconnect your bank")
    expect(notice).to_be_hidden()


def test_a_press_that_got_lost_is_not_repeated_by_a_machine(guest: Guest, api: FakeVisits) -> None:
    guest.opens()
    api.refusals["start"] = a_problem(503, "later")
    guest.presses("Continue to your bank")
    expect(guest.page.locator("#notice")).to_contain_text("did not get through")

    del api.refusals["start"]
    guest.has_read(api.view)

    assert api.count("start") == 1
    guest.presses("Continue to your bank")
    guest.sees("Contacting your bank")
    expect(guest.page.locator("#notice")).to_be_hidden()


def test_a_press_that_is_refused_shows_how_things_stand(guest: Guest, api: FakeVisits) -> None:
    guest.opens()
    guest.sees("Maple Budget asks you to reconnect your bank")
    api.refusals["start"] = a_problem(409, "too_early")
    api.view = a_view("fetching")
    guest.presses("Continue to your bank")

    guest.sees("Updating your accounts")


def test_a_foreign_site_cannot_frame_the_page_and_an_allowed_one_can(
    guest: Guest, api: FakeVisits, stages: Stages
) -> None:
    foreign = FakeVisits(connect_origin=f"{api.origin}/v1/reconnect#{SECRET}")
    stages.foreign.app = foreign.around
    outside = stages.origin(stages.ports.emulator)
    page = guest.page.context.new_page()

    page.goto(outside)
    page.wait_for_load_state("networkidle")
    assert api.count("open") == 0
    api.ancestors = (outside,)
    page.goto(outside)

    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Maple")
