"""Inputs that went wrong elsewhere, after public reports, each with what is right here.

Others of their kind are held beside what they concern: endings of links and closing steps of
Connect in tests/hosted, deploy parameters in tests/contract/test_parameters.py, bodies that say
nothing in test_hostile_refreshes.py, promised waits in tests/unit/domain/test_proof.py.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.test_hostile_webhook import delivered, look
from tests.integration.world import World, at, parsed, sample, with_body, with_headers


class Waiting:
    """A connection whose bank has asked its question, with two chosen accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.login = world.add_login()
        self.chosen = world.accounts_of(self.login)[:2]
        self.id = world.start(self.login, selectedAccounts=self.chosen)["id"]
        world.work("authorize", self.id)
        query = dict(parse_qsl(urlsplit(world.issue(self.id)["url"]).query))
        self.session = query["requestId"]

    def hears(self, **more: Any) -> None:
        """Let Flinks tell about this very session."""
        body = {
            "ResponseType": "GetAccountsDetail",
            "HttpStatusCode": 200,
            "RequestId": self.session,
            "Login": {"Id": self.login, "LastRefresh": told_at(timedelta())},
            "Institution": "FlinksCapital",
            "InstitutionId": 14,
            "Accounts": [{"Id": each} for each in self.chosen],
        }
        look(self.world, json.dumps(body | more))

    def connection(self) -> dict[str, Any]:
        home = self.world.home_of(self.login)
        event = at(sample("connections_read"), id=home)
        return parsed(self.world.invoke("connections", event), 200)

    def status(self) -> str:
        status: str = self.world.read(self.id)["status"]
        return status


@pytest.fixture
def waiting(world: World) -> Waiting:
    return Waiting(world)


def told_at(age: timedelta) -> str:
    """An instant as Flinks writes it: UTC without a zone, seven fractional digits."""
    return (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.%f0")


def test_data_of_43_days_ago_complete_nothing_though_the_session_is_ours(
    waiting: Waiting,
) -> None:
    before, events = waiting.connection(), waiting.world.rows()
    waiting.hears(Login={"Id": waiting.login, "LastRefresh": told_at(timedelta(days=43))})
    assert waiting.status() == "mfa_required"
    assert waiting.connection() == before
    assert waiting.world.rows() == events


def test_a_webhook_without_accounts_ends_nothing(waiting: Waiting) -> None:
    waiting.hears(Accounts=[])
    assert waiting.status() == "mfa_required"


def test_names_in_camel_case_are_read_as_any_other(waiting: Waiting) -> None:
    accounts = [{"id": each, "title": "Chequing"} for each in waiting.chosen]
    body = {
        "responseType": "GetAccountsDetail",
        "httpStatusCode": 200,
        "requestId": waiting.session,
        "login": {"id": waiting.login, "lastRefresh": told_at(timedelta())},
        "institution": "FlinksCapital",
        "institutionId": 14,
        "accounts": accounts,
    }
    look(waiting.world, json.dumps(body))
    assert waiting.status() == "completed"
    assert delivered(waiting.world, waiting.id)["accounts"] == accounts


def test_one_null_account_does_not_spoil_the_two_that_have_names(waiting: Waiting) -> None:
    accounts = [{"Id": each} for each in waiting.chosen]
    waiting.hears(Accounts=[None, *accounts])
    assert waiting.status() == "completed"
    assert delivered(waiting.world, waiting.id)["accounts"] == accounts


def test_a_repeated_start_is_known_by_what_it_means(world: World) -> None:
    login = world.add_login()
    account = world.accounts_of(login)[0]
    meaning = {
        "loginId": login,
        "userPresent": False,
        "reference": "c-1",
        "selectedAccounts": [account],
    }
    key = {"Idempotency-Key": f"same-meaning-{login}"}

    def sent(text: str) -> dict[str, Any]:
        event = with_headers(with_body(sample("start_refresh"), text), key)
        return parsed(world.invoke("start_refresh", event), 200, 202)

    first = sent(json.dumps(meaning))
    other_order = dict(reversed(meaning.items()))
    assert sent(json.dumps(other_order))["id"] == first["id"]
    assert sent(json.dumps(meaning, separators=(",", ":")))["id"] == first["id"]


def test_b39_two_people_in_one_process_get_their_own_accounts(world: World) -> None:
    """A warm function serves one after the other, and keeps nothing of the first."""
    people = [Waiting(world), Waiting(world)]
    for each in people:
        each.hears()
    for each in people:
        assert each.status() == "completed"
        ids = [account["Id"] for account in delivered(world, each.id)["accounts"]]
        assert ids == each.chosen
