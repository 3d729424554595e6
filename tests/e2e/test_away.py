"""The person is away: a link, good for days, and a page of ours that it opens."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Browser, Page, expect

from sandbox.behaviours import ONE_QUESTION_EACH
from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import Login
from tests.e2e.visitor import Visitor
from tests.e2e.wire import eventually

BEGIN = "Continue to your bank"
RESUME = "Continue where you left off"


def invite(scene: Scene, login: Login, **more: object) -> tuple[str, str]:
    """Ask for fresh data of somebody who is away; return the refresh and a link to it."""
    started = scene.api.start(login, userPresent=None, **more)
    assert (started.status, started.body["status"]) == (202, "invited"), started.text
    return started.body["id"], link_to(scene, started.body["id"])


def link_to(scene: Scene, refresh_id: str, **wanted: object) -> str:
    issued = scene.api.call("POST", f"/refreshes/{refresh_id}/link", wanted)
    assert issued.status == 201, issued.text
    url: str = issued.body["url"]
    scene.traces.plant(url.rpartition(".")[2])
    return url


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_person_who_is_away_gets_a_link_and_comes_back_days_later(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    told = scene.api.read(refresh_id)
    assert (told["nextAction"], told["link"]["state"]) == ("open_link", "active")

    page.goto(link)
    expect(page.get_by_role("button", name=BEGIN)).to_be_visible()
    assert scene.sandbox.live_logins(login) == 0
    press(page, BEGIN)
    person.answer(page.frame_locator(person.FRAME), login)
    expect(page.get_by_role("heading", name="All done")).to_be_visible(timeout=40_000)

    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.live_logins(login) == 1
    assert scene.api.read(refresh_id)["link"]["state"] == "used"
    delivered = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in delivered["accounts"]} == set(login.selected)
    back = page.get_by_role("link", name="Back to Maple Budget")
    expect(back).to_have_attribute("href", f"{scene.return_url}&refreshId={refresh_id}")


def test_scanners_and_previews_start_nothing_at_the_bank(scene: Scene, page: Page) -> None:
    """S12, D30, D31: GETs, and a bot that runs the page's script."""
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    visitor = Visitor(scene=scene)
    before = scene.api.read(refresh_id)

    for _ in range(5):
        assert visitor.page().status == 200
    page.goto(link)
    expect(page.get_by_role("button", name=BEGIN)).to_be_visible()
    for _ in range(3):
        visitor.current(visitor.token(link))

    assert scene.api.read(refresh_id) == before
    assert scene.sandbox.counts(login) == {}


def test_who_closed_the_page_goes_on_at_the_question_on_another_device(
    scene: Scene, page: Page, browser: Browser
) -> None:
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    page.goto(link)
    press(page, BEGIN)
    expect(page.frame_locator(person.FRAME).get_by_test_id("mfa-answer")).to_be_visible()
    page.close()

    phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-CA")
    phone.set_default_timeout(15_000)
    again = phone.new_page()
    again.goto(link)
    press(again, RESUME)
    person.answer(again.frame_locator(person.FRAME), login)

    expect(again.get_by_role("heading", name="All done")).to_be_visible(timeout=40_000)
    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.live_logins(login) == 1
    phone.close()


def test_e45_ten_people_who_click_at_once_start_one_bank_login(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    visitor = Visitor(scene=scene)
    tokens = [visitor.token(link) for _ in range(10)]

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda token: visitor.act("start", token), tokens))

    assert {each.status for each in answers} <= {202, 409}
    assert 202 in {each.status for each in answers}
    scene.api.wait(refresh_id, "mfa_required")
    assert scene.sandbox.live_logins(login) == 1


def test_a_new_link_takes_the_place_of_the_one_before_and_of_its_visits(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id, first = invite(scene, login)
    visitor = Visitor(scene=scene)
    visit = visitor.token(first)

    second = link_to(scene, refresh_id, channel="sms", expiresInSeconds=3600)

    gone = visitor.open(first)
    assert (gone.status, gone.body["code"]) == (410, "link_gone")
    over = visitor.act("start", visit)
    assert (over.status, over.body["code"]) == (401, "visit_over")
    assert visitor.open(second).status == 201
    assert scene.sandbox.live_logins(login) == 0


def test_a_cancelled_refresh_tells_its_visitor_so(scene: Scene, page: Page) -> None:
    """D40: the page is open when the integrator gives up."""
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    page.goto(link)
    expect(page.get_by_role("button", name=BEGIN)).to_be_visible()
    scene.api.cancel(refresh_id)
    press(page, BEGIN)
    expect(page.get_by_role("heading", name="This has been cancelled")).to_be_visible()
    assert scene.sandbox.live_logins(login) == 0


def test_the_link_of_an_earlier_refresh_still_says_how_it_ended(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id, link = invite(scene, login)
    scene.api.cancel(refresh_id)
    newer = scene.api.start(login, userPresent=None).body
    assert newer["id"] != refresh_id

    visitor = Visitor(scene=scene)
    token = visitor.token(link)
    assert visitor.current(token)["status"] == "cancelled"
    assert visitor.act("start", token).body["code"] == "already_settled"
    assert scene.api.read(newer["id"])["status"] == "invited"


def test_an_expired_link_asks_for_a_new_one(hasty: Scene, page: Page) -> None:
    """D33, R6: the rows are all still there; the stored instant decides."""
    started = hasty.api.start(hasty.sandbox.login(), userPresent=None)
    link = link_to(hasty, started.body["id"], channel="in_app")
    visitor = Visitor(scene=hasty)
    assert visitor.open(link).status == 201
    eventually(lambda: visitor.open(link).status == 410 or None, "the end of the link")
    page.goto(link)
    expect(page.get_by_role("heading", name="Please ask for a new link")).to_be_visible()


def test_a_listed_page_may_make_the_pages_calls_and_a_stranger_may_not(scene: Scene) -> None:
    login = scene.sandbox.login()
    _, link = invite(scene, login)
    listed = Visitor(scene=scene, origin=scene.site)
    opened = listed.open(link)
    assert opened.status == 201, opened.text
    assert opened.headers["access-control-allow-origin"] == scene.site
    asked = listed.may("/start")
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == scene.site
    assert "authorization" in asked.headers["access-control-allow-headers"]

    for origin in ("https://evil.example", "null", f"{scene.site}.evil.example"):
        refused = Visitor(scene=scene, origin=origin).open(link)
        assert (refused.status, refused.body["code"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in refused.headers


def test_the_demo_sends_a_link_and_follows_what_happens_behind_it(
    scene: Scene, stack: dict[str, Any], page: Page
) -> None:
    page.goto(stack["demoUrl"])
    card = page.get_by_test_id("connection-one-question")
    card.get_by_role("button", name="Send me a link").click()
    way_back = card.get_by_role("link", name="Reconnect your bank")
    scene.traces.plant((way_back.get_attribute("href") or "").rpartition(".")[2])

    with page.expect_popup() as opened:
        way_back.click()
    tab = opened.value
    asking = tab.get_by_role("heading", name="Maple Budget asks you to reconnect your bank")
    expect(asking).to_be_visible()
    assert scene.sandbox.bank_calls() == {}
    press(tab, BEGIN)
    widget = tab.frame_locator(person.FRAME)
    answers = {each.prompt: each.answers[0] for ((each,),) in ONE_QUESTION_EACH}
    right = answers[person.question(widget)]
    expect(card).to_contain_text("You are answering on the other page")
    person.send_answer(widget, right)
    expect(tab.get_by_role("heading", name="All done")).to_be_visible(timeout=40_000)

    page.bring_to_front()
    expect(card.get_by_test_id("account-row")).to_have_count(2, timeout=40_000)
    expect(card).to_contain_text("Up to date")
    expect(way_back).to_have_count(0)
    assert scene.sandbox.counts()["Authorize.live"] == 1
