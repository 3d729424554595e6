"""Connections on the deployed stack: registered, imported, read, one day not shared any more."""

from typing import Any

from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import Login


def register(scene: Scene, login: Login, **said: object) -> dict[str, Any]:
    answer = scene.api.call("POST", "/connections", {"loginId": login.login_id, **said})
    assert answer.status in {200, 201}, answer.text
    return answer.body


def read(scene: Scene, connection_id: str) -> dict[str, Any]:
    answer = scene.api.call("GET", f"/connections/{connection_id}")
    assert answer.status == 200, answer.text
    return answer.body


def test_a_registered_connection_whose_policy_allows_it_refreshes_without_a_person(
    scene: Scene,
) -> None:
    login = scene.sandbox.login("no_mfa")
    view = register(
        scene, login, reference=login.reference, selectedAccounts=login.selected, unattended=True
    )
    assert view["health"] == {"status": "unknown", "cause": None, "trouble": None}

    refresh_id = scene.api.begin(login, "completed", userPresent=False, selectedAccounts=None)

    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    after = read(scene, view["id"])
    assert after["health"]["status"] == "healthy"
    assert after["refresh"]["id"] == refresh_id
    assert (after["refresh"]["reference"], after["attemptsToday"]) == (login.reference, 1)


def test_only_a_registration_changes_which_accounts_are_shared(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    first = login.selected[:1]
    register(scene, login, selectedAccounts=first)
    assert scene.api.start(login).body["code"] == "selection_differs"

    changed = register(scene, login, selectedAccounts="all")

    assert changed["selectedAccounts"] == "all"
    refresh_id = scene.api.begin(login, "completed", selectedAccounts=None)
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.accounts)


def test_logins_of_another_system_are_tried_first_and_then_taken_over(scene: Scene) -> None:
    known, new = scene.sandbox.login(), scene.sandbox.login()
    register(scene, known, reference="before")
    items = [
        {"loginId": known.login_id, "reference": known.reference},
        {"loginId": new.login_id, "reference": new.reference, "selectedAccounts": new.selected},
        {"loginId": "not one"},
    ]

    tried = scene.api.call("POST", "/connections/import", {"dryRun": True, "connections": items})
    untouched = scene.api.call("GET", f"/connections/{tried.body['items'][1]['id']}")
    told = scene.api.call("POST", "/connections/import", {"connections": items})
    again = scene.api.call("POST", "/connections/import", {"connections": items})

    assert (tried.status, tried.body | {"dryRun": False}) == (200, told.body)
    assert (untouched.status, untouched.body["code"]) == (404, "connection_not_found")
    assert [each["outcome"] for each in told.body["items"]] == ["updated", "created", "invalid"]
    assert [each["outcome"] for each in again.body["items"]] == [
        "unchanged",
        "unchanged",
        "invalid",
    ]
    assert read(scene, told.body["items"][1]["id"])["reference"] == new.reference
    assert scene.sandbox.counts() == {}


def test_the_timeline_tells_how_each_refresh_went(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    first = scene.api.begin(login, "completed")
    second = scene.api.start(login, userPresent=False).body["id"]
    home = scene.api.read(second)["connectionId"]

    whole = scene.api.call("GET", f"/connections/{home}/timeline").body
    newest = scene.api.call("GET", f"/connections/{home}/timeline?limit=1").body
    oldest = scene.api.call("GET", f"/connections/{home}/timeline?before={newest['next']}").body

    assert [each["id"] for each in whole["items"]] == [second, first]
    assert [each["id"] for each in newest["items"]] == [second]
    assert [each["id"] for each in oldest["items"]] == [first]
    assert whole["next"] is oldest["next"] is None
    trail = [each["status"] for each in whole["items"][1]["trail"]]
    assert (trail[0], trail[-1]) == ("starting", "completed")


def test_who_stops_sharing_is_forgotten_at_flinks_and_here(scene: Scene) -> None:
    login = scene.sandbox.login()
    view = register(scene, login, reference=login.reference, selectedAccounts=login.selected)
    register(scene, login, language="fr")
    refresh_id = scene.api.begin(login, "mfa_required", selectedAccounts=None)

    stopped = scene.api.call("DELETE", f"/connections/{view['id']}")
    again = scene.api.call("DELETE", f"/connections/{view['id']}")

    assert stopped.status == 200, stopped.text
    assert stopped.body["health"]["status"] == "closed"
    assert stopped.body["refresh"]["status"] == "cancelled"
    assert (stopped.body["language"], stopped.body["selectedAccounts"]) == (None, None)
    assert (again.status, again.body) == (200, stopped.body)
    assert scene.sandbox.counts(login)["DeleteCard"] == 1
    logins = scene.sandbox.control("GET", "/logins")["logins"]
    assert login.login_id not in {each["loginId"] for each in logins}
    late = scene.api.start(login)
    assert (late.status, late.body["code"]) == (410, "connection_closed")
    assert late.is_problem
    assert scene.api.iframe_url(refresh_id).body["code"] == "no_iframe_url"
    told = scene.cloud.event_types(login.reference, until="refresh.cancelled")
    assert told.count("refresh.cancelled") == 1
    anew = scene.api.call("POST", "/connections", {"loginId": login.login_id})
    assert (anew.status, anew.body["id"]) == (201, view["id"]), anew.text
    assert anew.body["health"]["status"] == "unknown"


def test_a_login_that_flinks_is_working_on_is_stopped_a_minute_later(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    view = register(scene, login, selectedAccounts=login.selected)
    scene.sandbox.fault(login, endpoint="DeleteCard", flinksCode="CARD_IN_USE")

    early = scene.api.call("DELETE", f"/connections/{view['id']}")
    between = read(scene, view["id"])
    later = scene.api.call("DELETE", f"/connections/{view['id']}")

    assert (early.status, early.body["code"]) == (409, "still_in_use")
    assert (early.body["owner"], early.body["nextAction"]) == ("flinks", "wait")
    assert between["closedAt"] is None
    assert between["selectedAccounts"] == login.selected
    assert later.body["health"]["status"] == "closed"


def test_nobody_but_the_integrator_may_ask(scene: Scene) -> None:
    login = scene.sandbox.login()
    view = register(scene, login)
    nobody = scene.cloud.nobody()

    answers = [
        nobody.call("POST", "/connections", {"loginId": login.login_id}),
        nobody.call("POST", "/connections/import", {"connections": []}),
        nobody.call("GET", f"/connections/{view['id']}"),
        nobody.call("GET", f"/connections/{view['id']}/timeline"),
        nobody.call("DELETE", f"/connections/{view['id']}"),
    ]

    assert {each.status for each in answers} == {403}
    assert read(scene, view["id"])["closedAt"] is None


def test_a_person_is_found_by_reference_and_code_and_erased(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    view = register(scene, login, reference=login.reference, selectedAccounts="all")

    by_reference = scene.api.call("GET", f"/connections?reference={login.reference}")
    by_code = scene.api.call("GET", f"/connections?supportCode={view['supportCode']}")
    broken = scene.api.call("GET", "/connections?health=reconnect_required&limit=100")
    receipt = scene.api.call("DELETE", f"/connections?reference={login.reference}")

    assert [each["id"] for each in by_reference.body["items"]] == [view["id"]]
    assert by_code.body == by_reference.body
    assert view["id"] not in [each["id"] for each in broken.body["items"]]
    assert receipt.body["complete"]
    assert [each["outcome"] for each in receipt.body["connections"]] == ["erased"]
    assert read(scene, view["id"])["health"]["status"] == "closed"
