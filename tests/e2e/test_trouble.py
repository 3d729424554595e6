"""Things go wrong at the bank, at Flinks, or with the stored sign-in."""

from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import FLINKS_CAPITAL


def test_rejected_credentials_are_repaired_by_a_full_sign_in(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login("invalid_password")
    refresh_id = scene.api.begin(login, "credentials_required", institutionId=FLINKS_CAPITAL)
    stuck = scene.api.read(refresh_id)
    url = scene.api.connect_url(refresh_id)

    widget = person.open_embedded(page, scene.site, url, scene.api.origin)
    person.sign_in(widget, login)

    assert (stuck["nextAction"], stuck["error"]["owner"]) == ("open_iframe", "user")
    assert urlsplit(url).path == f"/v2/Credential/{FLINKS_CAPITAL}"
    assert person.callbacks_heard(page)[0]["data"]["refreshId"] == refresh_id
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    assert scene.cloud.event_types(login.reference, until="connection.repaired") == [
        "connection.reconnect_required",
        "refresh.completed",
        "accounts.refreshed",
        "connection.repaired",
    ]


def test_a_full_sign_in_goes_straight_to_the_bank_that_an_earlier_refresh_learned(
    scene: Scene,
) -> None:
    login = scene.sandbox.login("no_mfa")
    scene.api.begin(login, "completed")
    scene.sandbox.change(login, behaviour="invalid_password")

    refresh_id = scene.api.begin(login, "credentials_required")

    url = scene.api.connect_url(refresh_id)
    assert urlsplit(url).path == f"/v2/Credential/{FLINKS_CAPITAL}"


def test_a_sign_in_with_another_login_delivers_nothing(hasty: Scene, page: Page) -> None:
    login = hasty.sandbox.login("new_login_id")
    refresh_id = hasty.api.begin(login, "credentials_required", institutionId=FLINKS_CAPITAL)

    widget = person.open_alone(page, hasty.api.connect_url(refresh_id))
    person.sign_in(widget, login)

    failed = hasty.api.wait(refresh_id, "failed")
    assert failed["error"]["code"] == "identity_mismatch"
    accounts = hasty.api.call("GET", f"/refreshes/{refresh_id}/accounts")
    assert (accounts.status, accounts.body["code"]) == (410, "accounts_gone")
    assert hasty.cloud.objects(f"snapshots/{refresh_id}/") == []


def test_a_bank_that_is_down_is_tried_again_later_and_nobody_is_blamed(scene: Scene) -> None:
    login = scene.sandbox.login("bank_down")

    refresh_id = scene.api.begin(login, "retry_scheduled")

    waiting = scene.api.read(refresh_id)
    assert waiting["error"]["code"] == "bank_unavailable"
    assert (waiting["error"]["owner"], waiting["nextAction"]) == ("bank", "wait")
    assert waiting["retryAt"] > waiting["updatedAt"]
    assert scene.sandbox.live_logins(login) == 1


def test_a_login_that_the_bank_locked_sends_the_person_to_the_bank(scene: Scene) -> None:
    login = scene.sandbox.login("disabled_login")

    refresh_id = scene.api.begin(login, "failed")

    failed = scene.api.read(refresh_id)
    assert (failed["error"]["code"], failed["nextAction"]) == ("bank_needs_person", "contact_bank")
    assert scene.cloud.event_types(login.reference, until="refresh.failed") == ["refresh.failed"]


def test_a_lost_answer_is_never_asked_for_again_and_turns_out_well(hasty: Scene) -> None:
    login = hasty.sandbox.login("no_mfa")
    hasty.sandbox.fault(login, dropAfter=True)

    refresh_id = hasty.api.begin(login, "completed")

    assert hasty.sandbox.live_logins(login) == 1
    assert hasty.sandbox.counts(login)["Authorize.cached"] == 1
    document = hasty.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)


def test_a_question_that_was_lost_with_its_answer_waits_for_the_person(hasty: Scene) -> None:
    """What is known is said at once, nobody waits past the expiry, and the lease stands."""
    login = hasty.sandbox.login()
    hasty.sandbox.fault(login, dropAfter=True)
    refresh_id = hasty.api.start(login).body["id"]
    hasty.sandbox.until_called(login, "Authorize.cached")
    seen = hasty.api.read(refresh_id)
    assert (seen["status"], seen["error"]["code"]) == ("starting", "outcome_unknown")

    lost = hasty.api.wait(refresh_id, "expired")

    assert (lost["nextAction"], lost["retryAt"] is not None) == ("start_new_session", True)
    again = hasty.api.start(login)
    assert again.body["id"] != refresh_id
    assert again.body["status"] in {"invited", "retry_scheduled"}
    assert hasty.sandbox.live_logins(login) == 1


def test_a_gateway_that_answers_with_a_page_is_not_asked_twice(hasty: Scene) -> None:
    login = hasty.sandbox.login()
    hasty.sandbox.fault(login, status=502, html="<h1>502</h1>")

    started = hasty.api.start(login)

    hasty.sandbox.until_called(login, "Authorize.cached")
    seen = hasty.api.read(started.body["id"])
    assert (seen["status"], seen["error"]["code"]) == ("starting", "outcome_unknown")
    assert hasty.sandbox.live_logins(login) == 1


def test_a_person_who_answered_after_a_lost_data_call_loses_nothing(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    scene.sandbox.fault(login, endpoint="GetAccountsDetail", dropAfter=True)

    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.counts(login)["GetAccountsDetail"] == 1
