"""A nightly refresh failed: the connection is marked, the integrator told, and a person repairs."""

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import FLINKS_CAPITAL


def test_a_failed_night_is_told_once_and_repaired_by_a_refresh(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login(nightlyEnabled=True)
    scene.sandbox.send_webhooks()
    scene.api.cancel(scene.api.start(login, userPresent=False).body["id"])
    scene.sandbox.change(login, nightlyFailed=True)

    scene.cloud.invoke("NightlyCheckFunction")
    scene.cloud.invoke("NightlyCheckFunction")

    told = "connection.reconnect_required"
    assert scene.cloud.event_types(login.reference, until=told).count(told) == 1
    refresh_id = scene.api.begin(login, "mfa_required", reason="nightly_failed")
    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)
    scene.api.wait(refresh_id, "completed")
    types = scene.cloud.event_types(login.reference, until="connection.repaired")
    assert types.count(told) == 1
    assert types.count("connection.repaired") == 1


def test_a_night_that_fails_after_good_days_is_told(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa", nightlyEnabled=True)
    scene.api.begin(login, "completed")
    scene.sandbox.change(login, nightlyFailed="INVALID_PASSWORD")

    scene.cloud.invoke("NightlyCheckFunction")

    types = scene.cloud.event_types(login.reference, until="connection.reconnect_required")
    assert types[-1] == "connection.reconnect_required"


def test_a_login_that_only_the_nightly_list_names_can_be_repaired_later(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login("invalid_password", nightlyEnabled=True)
    scene.sandbox.change(login, nightlyFailed="INVALID_PASSWORD")
    scene.cloud.invoke("NightlyCheckFunction")

    refresh_id = scene.api.begin(login, "credentials_required", institutionId=FLINKS_CAPITAL)
    person.sign_in(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    scene.api.wait(refresh_id, "completed")
    types = scene.cloud.event_types(login.reference, until="connection.repaired")
    assert types.count("connection.repaired") == 1
