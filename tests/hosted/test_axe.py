"""Nobody is shut out: axe finds no fault in any state, on phone and desk, by day and by night."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.hosted.fake_visits import FakeVisits, a_problem, a_view
from tests.hosted.guest import Guest
from tests.hosted.test_looks import BACK, SITUATIONS
from tests.web.packages import axe

LOOK = """async () => {
  const { passes, violations } = await axe.run(document);
  if (passes.length < 10) throw new Error("axe has looked at nothing");
  return violations.map(({ id, nodes }) =>
    [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
}"""
SCREENS = list(product((360, 1280), ("en", "fr"), ("light", "dark")))


def faults(page: Page | Frame) -> Any:
    """What axe finds in the page as it stands."""
    return page.evaluate(LOOK)


@pytest.fixture
def looked(guest: Guest, api: FakeVisits) -> Callable[[int, str, Any], None]:
    def look(width: int, language: str, scheme: Any) -> None:
        page = guest.page
        page.add_init_script(axe())
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        api.view = a_view(language=language)

    return look


@pytest.mark.parametrize(("width", "language", "scheme"), SCREENS)
def test_axe_finds_no_fault_in_any_state_of_the_page(
    guest: Guest,
    api: FakeVisits,
    looked: Callable[..., None],
    width: int,
    language: str,
    scheme: str,
) -> None:
    looked(width, language, scheme)
    guest.opens()
    expect(guest.page.locator("html")).to_have_attribute("lang", language)
    found = {}
    for number, (view, _, act) in enumerate(SITUATIONS):
        back = BACK if act == "back" else None
        guest.has_read(view | {"language": language, "returnUrl": back})
        if found_here := faults(guest.page):
            found[f"{number} {view['status']}"] = found_here
    assert found == {}


@pytest.mark.parametrize(("width", "language", "scheme"), SCREENS)
def test_axe_finds_no_fault_around_the_banks_window_or_at_a_dead_link(
    guest: Guest,
    api: FakeVisits,
    looked: Callable[..., None],
    width: int,
    language: str,
    scheme: str,
) -> None:
    looked(width, language, scheme)
    api.view = a_view("mfa_required", language=language)
    guest.opens()
    guest.page.locator("#act-resume").click()
    guest.sees_the_question()
    assert faults(guest.page.main_frame) == []
    guest.hears({"flinksCode": "AGGREGATION_ERROR"})
    expect(guest.page.locator("#bank-strip")).to_be_visible()
    assert faults(guest.page.main_frame) == []
    api.over()
    for reason in ("replaced", "closed", "expired"):
        api.refusals["visits"] = a_problem(410, "link_gone", reason=reason)
        guest.page.reload()
        expect(guest.page.locator("main")).to_have_attribute("data-tone", "dead")
        assert faults(guest.page) == []
