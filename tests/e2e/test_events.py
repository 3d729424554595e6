"""What the integrator's rule on the bus hears."""

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.wire import eventually

THIN = {
    "id",
    "type",
    "schemaVersion",
    "occurredAt",
    "connectionId",
    "reference",
    "refreshId",
    "owner",
    "nextAction",
}


def test_events_are_thin_and_stable_and_name_the_integrators_own_reference(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)
    connection_id = scene.api.wait(refresh_id, "completed")["connectionId"]

    types = scene.cloud.event_types(login.reference, until="accounts.refreshed")

    assert types == ["refresh.mfa_required", "refresh.completed", "accounts.refreshed"]
    events = [each["detail"] for each in scene.cloud.events(login.reference)]
    for event in events:
        version = event["id"].removeprefix(f"{refresh_id}.").removesuffix(f".{event['type']}")
        assert event["id"] == f"{refresh_id}.{version}.{event['type']}"
        assert version.isdecimal()
        assert set(event) - {"dataAsOf"} == THIN
        assert (event["refreshId"], event["connectionId"]) == (refresh_id, connection_id)
    assert len({each["id"] for each in events}) == len(events)


def test_a_cancelled_refresh_is_told_once(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")

    scene.api.cancel(refresh_id)
    scene.api.cancel(refresh_id)

    types = scene.cloud.event_types(login.reference, until="refresh.cancelled")
    assert types == ["refresh.mfa_required", "refresh.cancelled"]


def test_what_was_told_is_not_kept_to_be_told_again(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    connection_id = scene.api.cancel(refresh_id).body["connectionId"]

    scene.cloud.event_types(login.reference, until="refresh.cancelled")

    eventually(lambda: "ev" not in scene.cloud.live_row(connection_id), "an empty outbox")
    assert "wake_at" not in scene.cloud.live_row(connection_id)
