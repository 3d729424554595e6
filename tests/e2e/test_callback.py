"""The browser comes back, or does not, or somebody else pretends to. It is only ever a hint."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flinks_reconnect.domain.capabilities import Capability, Purpose, sign_capability
from flinks_reconnect.domain.ids import RefreshId
from playwright.sync_api import Page, expect

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.integrator import callback_of
from tests.e2e.wire import fetch

HITS = 5


def test_a_person_without_a_frame_sees_thanks_in_embedded_mode(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")

    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    person.expect_thanks(page)
    assert page.url.startswith(f"{scene.api.base_url}/callback/")
    scene.api.wait(refresh_id, "completed")


def test_a_person_without_a_frame_returns_to_the_app_in_redirect_mode(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required", mode="redirect", returnUrl=scene.return_url)

    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    page.wait_for_url(f"{scene.return_url}&refreshId={refresh_id}")
    scene.api.wait(refresh_id, "completed")


def test_a_page_that_is_not_allowed_hears_nothing(scene: Scene, page: Page, stranger: str) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    url = scene.api.connect_url(refresh_id)

    person.answer(person.open_embedded(page, stranger, url, scene.api.origin), login)

    scene.api.wait(refresh_id, "completed")
    assert page.evaluate("heard") == []


def test_a_callback_that_never_arrives_is_made_up_for_by_the_webhook(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    scene.sandbox.send_webhooks()
    refresh_id = scene.api.begin(login, "mfa_required")
    page.route("**/callback/**", lambda route: route.abort())

    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    scene.api.wait(refresh_id, "completed")


def test_a_callback_before_the_answer_leads_back_to_the_question(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    url = scene.api.connect_url(refresh_id)

    early = fetch("GET", callback_of(url))
    scene.sandbox.until_called(login, "GetAccountsDetail")
    scene.api.wait(refresh_id, "mfa_required")
    person.answer(person.open_alone(page, url), login)

    assert early.status == 200
    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.live_logins(login) == 1


def test_five_callbacks_at_once_and_a_late_one_have_one_effect(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    url = scene.api.connect_url(refresh_id)
    page.route("**/callback/**", lambda route: route.abort())
    person.answer(person.open_alone(page, url), login)
    expect_answered(scene, refresh_id, page)

    with ThreadPoolExecutor(HITS) as browsers:
        answers = list(browsers.map(lambda _: fetch("GET", callback_of(url)), range(HITS)))
    scene.api.wait(refresh_id, "completed")
    late = fetch("GET", callback_of(url))

    assert {each.status for each in [*answers, late]} == {200}
    assert scene.sandbox.counts(login)["GetAccountsDetail"] == 1
    assert scene.cloud.event_types(login.reference).count("refresh.completed") == 1


@pytest.mark.parametrize("in_frame", [True, False])
def test_a_forged_callback_is_a_neutral_page_and_changes_nothing(
    scene: Scene, page: Page, in_frame: bool
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    before = scene.api.read(refresh_id)
    genuine = callback_of(scene.api.connect_url(refresh_id))
    forged = genuine[:-1] + ("A" if genuine[-1] != "A" else "B")

    if in_frame:
        person.open_embedded(page, scene.site, forged, scene.api.origin)
    else:
        page.goto(forged)
        expect(page.get_by_role("heading", name="Nothing to see here")).to_be_visible()

    answer = fetch("GET", forged)
    scene.traces.say(answer.text)
    assert answer.status == 404
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert page.evaluate("typeof heard === 'undefined' || heard.length === 0")
    assert scene.api.read(refresh_id) == before
    assert "GetAccountsDetail" not in scene.sandbox.counts()


def test_a_callback_whose_time_is_over_is_a_neutral_page(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    key = scene.cloud.secret("SigningKey")["current"].encode()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    state = sign_capability(key, Purpose.CALLBACK, Capability(RefreshId(refresh_id), 1), yesterday)

    answer = fetch("GET", f"{scene.api.base_url}/callback/{state}")

    assert answer.status == 404
    assert scene.api.read(refresh_id)["status"] == "mfa_required"


def test_another_login_in_the_query_is_recorded_and_not_believed(scene: Scene, page: Page) -> None:
    login, other = scene.sandbox.login(), scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    url = scene.api.connect_url(refresh_id)
    page.route("**/callback/**", lambda route: route.abort())
    person.answer(person.open_alone(page, url), login)
    expect_answered(scene, refresh_id, page)

    fetch("GET", f"{callback_of(url)}?loginId={quote(other.login_id)}&institution=Elsewhere")

    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    assert scene.sandbox.counts(other) == {}


def test_a_browser_that_only_looks_ahead_is_no_person(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    url = callback_of(scene.api.connect_url(refresh_id))
    before = scene.api.read(refresh_id)

    looked = fetch("GET", url, headers={"sec-purpose": "prefetch;prerender"})

    assert looked.status == 503
    assert scene.api.read(refresh_id) == before


def expect_answered(scene: Scene, refresh_id: str, page: Page) -> None:
    """The bank has its answer; the callback was kept back, so we know nothing of it."""
    expect(page.get_by_test_id("done")).to_be_visible()
    assert scene.api.read(refresh_id)["status"] == "mfa_required"
