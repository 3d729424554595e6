"""Connections, through the real handler: registered, read, imported, no longer shared."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from flinks_reconnect.domain.ids import ConnectionId, support_code

from tests.integration.refusing import NO_GUID, nothing_happens, refused, wrong
from tests.integration.world import (
    Event,
    World,
    at,
    parsed,
    sample,
    with_body,
    with_query,
)

SETTINGS = {
    "reference": "their-7",
    "institutionId": "14",
    "language": "fr",
    "selectedAccounts": "all",
    "unattended": True,
}


def register(world: World, login: str, **said: Any) -> Event:
    event = with_body(sample("connections_register"), {"loginId": login, **said})
    answer: Event = world.invoke("connections", event)
    return answer


def registered(world: World, login: str, **said: Any) -> Event:
    return parsed(register(world, login, **said), 200, 201)


def read(world: World, connection: str) -> Event:
    return parsed(world.invoke("connections", at(sample("connections_read"), id=connection)), 200)


def stop(world: World, connection: str) -> Event:
    answer: Event = world.invoke("connections", at(sample("connections_stop"), id=connection))
    return answer


def timeline(world: World, connection: str, **query: str) -> Event:
    event = with_query(
        at(sample("connections_timeline"), id=connection),
        {name: [value] for name, value in query.items()},
    )
    return parsed(world.invoke("connections", event), 200)


def find(world: World, name: str = "connections_find", **query: str) -> Event:
    event = with_query(sample(name), {each: [value] for each, value in query.items()})
    return parsed(world.invoke("connections", event), 200)


def ids_of(found: Event) -> list[str]:
    return [each["id"] for each in found["items"]]


def cancelled(world: World, login: str) -> str:
    refresh: str = world.start(login, userPresent=False)["id"]
    parsed(world.invoke("refreshes", at(sample("refreshes_cancel"), id=refresh)), 200)
    return refresh


def fault(world: World, **traits: Any) -> None:
    """Let something go wrong with the next deletion at Flinks."""
    told = {"endpoint": "DeleteCard", **traits}
    answer = httpx.post(f"{world.flinks_url}/_sandbox/faults", json=told, trust_env=False)
    assert answer.status_code == 200, answer.text


def test_a_new_connection_is_201_with_its_place_and_a_known_one_200(world: World) -> None:
    login = world.add_login()
    answer = register(world, login, **SETTINGS)

    view = parsed(answer, 201)
    assert view == {
        "id": world.home_of(login),
        "supportCode": support_code(ConnectionId(world.home_of(login)), "their-7"),
        **SETTINGS,
        "health": {"status": "unknown", "cause": None, "trouble": None},
        "dataAsOf": None,
        "warnings": [],
        "attemptsToday": 0,
        "liveUntil": None,
        "refresh": None,
        "closedAt": None,
    }
    assert answer["headers"]["Location"] == f"/connections/{view['id']}"
    with nothing_happens(world):
        assert parsed(register(world, login, **SETTINGS), 200) == view
    assert read(world, view["id"]) == view


def test_only_what_is_given_changes_and_null_says_nothing(world: World) -> None:
    login = world.add_login()
    before = registered(world, login, **SETTINGS)
    after = registered(world, login, language="en", reference=None, selectedAccounts=None)
    assert after == before | {"language": "en"}
    assert registered(world, login, unattended=False) == after | {"unattended": False}


def test_a_login_in_capitals_is_the_same_connection(world: World) -> None:
    login = world.add_login()
    first = registered(world, login)
    assert parsed(register(world, login.upper()), 200)["id"] == first["id"]


def test_b06_a_view_holds_no_handle_of_flinks(world: World) -> None:
    done = world.completed()
    told = json.dumps(read(world, done["connectionId"]))
    row = world.rows()[f"CN#{done['connectionId']} LIVE"]
    assert row["login"]["S"] not in told
    assert row["rf"]["M"]["at"]["M"]["rq"]["S"] not in told


def test_a_connection_shows_its_health_its_data_and_its_refresh(world: World) -> None:
    done = world.completed(reference="seen")
    view = read(world, done["connectionId"])
    assert view["health"] == {"status": "healthy", "cause": None, "trouble": None}
    assert view["refresh"] == world.read(done["id"])
    assert view["dataAsOf"] is not None
    assert view["liveUntil"] is None
    assert view["attemptsToday"] == 1


def test_while_a_session_may_be_alive_the_connection_says_until_when(world: World) -> None:
    refresh = world.challenged()
    view = read(world, refresh["connectionId"])
    assert view["liveUntil"] is not None
    assert view["refresh"]["status"] == "mfa_required"


def test_a_connection_that_needs_its_person_says_why(world: World) -> None:
    refresh = world.start(world.add_login("invalid_password"))
    world.work("authorize", refresh["id"])
    health = read(world, refresh["connectionId"])["health"]
    assert health["status"] == "reconnect_required"
    assert health["cause"]["code"] == "credentials_rejected"
    assert health["cause"]["owner"] == "user"


def test_r1_under_the_policy_a_start_without_a_person_asks_the_bank(world: World) -> None:
    login = world.add_login("no_mfa")
    registered(world, login, selectedAccounts="all", unattended=True)
    refresh = world.start(login, userPresent=False, selectedAccounts=None)
    assert refresh["status"] == "starting"
    world.work("authorize", refresh["id"])
    for _ in range(4):
        world.work("fetch_accounts", refresh["id"])
    assert world.read(refresh["id"])["status"] == "completed"


def test_r5_a_registration_alone_changes_the_selection(world: World) -> None:
    login = world.add_login()
    accounts = world.accounts_of(login)
    registered(world, login, selectedAccounts=accounts[:1])
    event = with_body(sample("start_refresh"), {"loginId": login, "selectedAccounts": accounts})
    refused(world, "start_refresh", event, 422, "selection_differs")
    assert registered(world, login, selectedAccounts=accounts)["selectedAccounts"] == accounts
    assert world.start(login, selectedAccounts=accounts)["status"] == "starting"


def test_without_a_selection_a_start_has_to_name_the_accounts(world: World) -> None:
    login = world.add_login()
    registered(world, login, reference="kept")
    event = with_body(sample("start_refresh"), {"loginId": login})
    refused(world, "start_refresh", event, 422, "selection_required")
    assert world.start(login, reference="other")["reference"] == "kept"


# The timeline


def test_a_timeline_tells_how_it_went(world: World) -> None:
    done = world.completed()
    (entry,) = timeline(world, done["connectionId"])["items"]
    assert entry["id"] == done["id"]
    assert (entry["status"], entry["attempts"], entry["late"]) == ("completed", 1, False)
    assert [each["status"] for each in entry["trail"]] == [
        "starting",
        "mfa_required",
        "verifying",
        "fetching",
        "completed",
    ]
    instants = [each["at"] for each in entry["trail"]]
    assert instants == sorted(instants)
    assert entry.keys() == {
        "id",
        "status",
        "reason",
        "attempts",
        "error",
        "late",
        "createdAt",
        "updatedAt",
        "completedAt",
        "trail",
    }


def test_a_timeline_goes_on_from_where_it_ended(world: World) -> None:
    login = world.add_login()
    made = [cancelled(world, login) for _ in range(3)]
    made.append(world.start(login)["id"])
    newest_first = list(reversed(made))
    home = world.home_of(login)

    with nothing_happens(world):
        whole = timeline(world, home)
        first = timeline(world, home, limit="2")
        second = timeline(world, home, limit="2", before=first["next"])

    assert [each["id"] for each in whole["items"]] == newest_first
    assert whole["next"] is None
    assert [each["id"] for each in first["items"]] == newest_first[:2]
    assert [each["id"] for each in second["items"]] == newest_first[2:]
    assert second["next"] is None


# Importing


def imported(world: World, items: list[Any], **more: Any) -> Event:
    event = with_body(sample("connections_import"), {"connections": items, **more})
    return parsed(world.invoke("connections", event), 200)


def test_an_import_tells_what_becomes_of_each_item(world: World) -> None:
    new, known, same = (world.add_login() for _ in range(3))
    registered(world, known)
    registered(world, same, reference="same")
    items = [
        {"loginId": new, **SETTINGS},
        {"loginId": known, "language": "fr"},
        {"loginId": same, "reference": "same"},
        {"loginId": new.upper()},
        {"loginId": "no guid", "language": "de"},
        "no object",
    ]
    with nothing_happens(world):
        tried = imported(world, items, dryRun=True)
    told = imported(world, items)

    assert tried == told | {"dryRun": True}
    assert told == {
        "dryRun": False,
        "created": 1,
        "updated": 1,
        "unchanged": 1,
        "invalid": 3,
        "closed": 0,
        "failed": 0,
        "items": [
            {"index": 0, "outcome": "created", "id": world.home_of(new)},
            {"index": 1, "outcome": "updated", "id": world.home_of(known)},
            {"index": 2, "outcome": "unchanged", "id": world.home_of(same)},
            {"index": 3, "outcome": "invalid", **wrong(loginId="came before in this import")},
            {
                "index": 4,
                "outcome": "invalid",
                **wrong(language="must be 'en' or 'fr'", loginId=NO_GUID),
            },
            {"index": 5, "outcome": "invalid", **wrong(body="must be an object")},
        ],
    }
    assert read(world, world.home_of(new))["reference"] == "their-7"


def test_an_import_takes_a_hundred_items_and_may_be_sent_again(world: World) -> None:
    good = [
        {"loginId": f"{number:08x}-1111-4000-8000-000000000000", "selectedAccounts": "all"}
        for number in range(10)
    ]
    items: list[Any] = [*good, *["none"] * 90]
    told = imported(world, items)
    assert (told["created"], told["invalid"], len(told["items"])) == (10, 90, 100)
    with nothing_happens(world):
        assert imported(world, items)["unchanged"] == 10


# Stopping


def test_stopping_deletes_at_flinks_and_forgets_here(world: World) -> None:
    refresh = world.challenged(reference="their-7", language="fr")
    home = refresh["connectionId"]
    login = world.rows()[f"CN#{home} LIVE"]["login"]["S"]

    view = parsed(stop(world, home), 200)

    last = world.flinks.calls[-1]
    assert (last.endpoint, last.login_id, last.http_status) == ("DeleteCard", login, 200)
    assert view["health"] == {"status": "closed", "cause": None, "trouble": None}
    assert view["closedAt"] is not None
    assert view["refresh"]["status"] == "cancelled"
    assert (view["reference"], view["language"], view["selectedAccounts"]) == (
        "their-7",
        None,
        None,
    )
    live, settings = world.rows()[f"CN#{home} LIVE"], world.rows()[f"CN#{home} CN"]
    assert login not in json.dumps([live, settings])
    due = int((datetime.now(UTC) + timedelta(days=400)).timestamp())
    assert {due - 60 < int(row["ttl"]["N"]) <= due for row in (live, settings)} == {True}


def test_stopping_twice_is_stopping_once(world: World) -> None:
    home = registered(world, world.add_login())["id"]
    first = parsed(stop(world, home), 200)
    with nothing_happens(world):
        assert parsed(stop(world, home), 200) == first
        assert read(world, home) == first


def test_a_login_that_flinks_does_not_know_is_gone_already(world: World) -> None:
    home = registered(world, "99999999-0000-4000-8000-000000000000")["id"]
    assert parsed(stop(world, home), 200)["health"]["status"] == "closed"


def test_what_is_closed_is_gone(world: World) -> None:
    done = world.completed()
    home = done["connectionId"]
    login = world.rows()[f"CN#{home} LIVE"]["login"]["S"]
    parsed(stop(world, home), 200)

    start = with_body(sample("start_refresh"), {"loginId": login, "selectedAccounts": "all"})
    problem = refused(world, "start_refresh", start, 410, "connection_closed")
    assert problem["nextAction"] == "start_new_session"
    accounts = at(sample("refreshes_accounts"), id=done["id"])
    refused(world, "refreshes", accounts, 410, "accounts_gone")
    refused(world, "iframe_url", at(sample("iframe_url"), id=done["id"]), 409, "no_iframe_url")
    with nothing_happens(world):
        told = imported(world, [{"loginId": login}])
        assert told["items"] == [{"index": 0, "outcome": "closed", "id": home}]
        assert [each["id"] for each in timeline(world, home)["items"]] == [done["id"]]

    event = with_body(sample("connections_register"), {"loginId": login, "reference": "again"})
    view = parsed(world.invoke("connections", event), 201)
    assert (view["id"], view["closedAt"], view["reference"]) == (home, None, "again")
    assert (view["health"]["status"], view["selectedAccounts"]) == ("unknown", None)
    rows = world.rows()
    assert not [sk for sk in ("LIVE", "CN") if "ttl" in rows[f"CN#{home} {sk}"]]
    refused(world, "refreshes", accounts, 410, "accounts_gone")


def test_a_webhook_about_a_closed_connection_is_not_set_aside(world: World) -> None:
    done = world.completed()
    parsed(stop(world, done["connectionId"]), 200)
    before = world.rows()
    world.work("fetch_accounts", done["id"])
    assert world.rows() == before


def in_use(world: World) -> str:
    refresh = world.start(world.add_login("no_mfa"))
    world.work("authorize", refresh["id"])
    world.work("fetch_accounts", refresh["id"])
    home: str = refresh["connectionId"]
    return home


def test_a_login_in_use_is_not_closed_and_the_same_call_goes_on(world: World) -> None:
    home = in_use(world)
    answer = stop(world, home)

    problem = parsed(answer, 409)
    assert (problem["code"], problem["owner"]) == ("still_in_use", "flinks")
    assert problem["nextAction"] == "wait"
    left = datetime.fromisoformat(problem["retryAt"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    view = read(world, home)
    assert (view["closedAt"], view["refresh"]["status"]) == (None, "cancelled")

    world.flinks.clock.advance(3600)
    assert parsed(stop(world, home), 200)["health"]["status"] == "closed"


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        ({"flinksCode": "AGGREGATION_ERROR"}, "flinks_unavailable"),
        ({"flinksCode": "METHOD_NOT_AVAILABLE"}, "not_enabled"),
        ({"flinksCode": "TOO_MANY_REQUESTS"}, "throttled"),
        ({"status": 502, "html": "<html></html>"}, "flinks_unavailable"),
        ({"status": 200, "html": "<html></html>"}, "unrecognised_answer"),
        ({"dropBefore": True}, "flinks_unavailable"),
        ({"dropAfter": True}, "flinks_unavailable"),
        ({"truncate": True}, "flinks_unavailable"),
    ],
    ids=str,
)
def test_while_flinks_does_not_say_that_it_is_gone_it_is_not_closed(
    world: World, traits: dict[str, Any], code: str
) -> None:
    home = registered(world, world.add_login(), selectedAccounts="all")["id"]
    fault(world, **traits)
    before = world.rows()

    problem = parsed(stop(world, home), 503)

    assert problem["code"] == code
    assert problem["owner"] in {"flinks", "operator"}
    assert world.rows() == before
    assert parsed(stop(world, home), 200)["closedAt"] is not None


def test_an_adopted_session_of_an_unknown_login_cannot_be_stopped(world: World) -> None:
    request = "88888888-0000-4000-8000-000000000000"
    refresh = world.start(None, requestId=request)  # type: ignore[arg-type] # it is left out
    event = at(sample("connections_stop"), id=refresh["connectionId"])
    refused(world, "connections", event, 409, "login_not_proven")
    assert read(world, refresh["connectionId"])["refresh"]["id"] == refresh["id"]


# Finding, and erasing all of one person


def test_a_reference_and_a_support_code_find_every_connection_of_a_person(world: World) -> None:
    mine = sorted(registered(world, world.add_login(), reference="found-1")["id"] for _ in range(3))
    registered(world, world.add_login(), reference="found-1-other")
    without = registered(world, world.add_login())

    assert ids_of(find(world, reference="found-1")) == mine
    found = find(world, supportCode=find(world, reference="found-1")["items"][0]["supportCode"])
    assert ids_of(found) == mine
    assert found["items"][0] == read(world, mine[0])
    spoken = without["supportCode"].replace("-", "").lower()
    assert ids_of(find(world, supportCode=spoken)) == [without["id"]]
    assert find(world, reference="found-1-nobody") == {"items": [], "next": None}


def test_a_search_goes_on_page_by_page(world: World) -> None:
    mine = sorted(registered(world, world.add_login(), reference="paged-1")["id"] for _ in range(3))
    first = find(world, reference="paged-1", limit="2")
    assert (ids_of(first), first["next"]) == (mine[:2], mine[1])
    last = find(world, reference="paged-1", limit="2", after=first["next"])
    assert (ids_of(last), last["next"]) == (mine[2:], None)


def test_a_changed_reference_is_found_and_the_old_one_is_not(world: World) -> None:
    login = world.add_login()
    registered(world, login, reference="before")
    registered(world, login, reference="after")
    assert ids_of(find(world, reference="after")) == [world.home_of(login)]
    assert ids_of(find(world, reference="before")) == []


def test_erasing_tells_what_was_deleted_and_goes_on_where_it_failed(world: World) -> None:
    logins = [world.add_login() for _ in range(2)]
    mine = sorted(registered(world, each, reference="erased-1")["id"] for each in logins)
    other = registered(world, world.add_login(), reference="erased-1-other")
    fault(world, status=500, times=1)

    receipt = find(world, "connections_erase", reference="erased-1")

    outcomes = sorted(each["outcome"] for each in receipt["connections"])
    assert (receipt["complete"], outcomes) == (False, ["erased", "failed"])
    again = find(world, "connections_erase", reference="erased-1")
    assert again["complete"]
    assert sorted(each["outcome"] for each in again["connections"]) == ["already_erased", "erased"]
    assert [each["id"] for each in again["connections"]] == mine
    assert all(each["closedAt"] for each in again["connections"])
    assert not any(login in json.dumps([receipt, again]) for login in logins)
    assert [read(world, each)["health"]["status"] for each in mine] == ["closed", "closed"]
    assert read(world, other["id"])["health"]["status"] != "closed"
    with nothing_happens(world):
        third = find(world, "connections_erase", reference="erased-1")
    assert {each["outcome"] for each in third["connections"]} == {"already_erased"}


def test_a_reference_that_nobody_has_is_erased_already(world: World) -> None:
    receipt = find(world, "connections_erase", reference="nobody")
    assert (receipt["complete"], receipt["connections"]) == (True, [])
