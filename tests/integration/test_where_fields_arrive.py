"""Each field of `POST /refreshes` arrives where it is meant for; a new one needs its line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from flinks_reconnect.api.request_bodies import AccountsOptionsBody, StartBody
from pydantic.alias_generators import to_camel

from tests.integration.world import (
    EMBED_ORIGIN,
    OTHER_RETURN_URL,
    Event,
    World,
    at,
    deployed,
    parsed,
    sample,
    state,
    with_body,
    with_query,
)

EVERY_OPTION: Final = {
    "daysOfTransactions": "Days365",
    "withTransactions": False,
    "withBalance": False,
    "withKyc": True,
    "withAccountIdentity": True,
}


@dataclass(frozen=True)
class Seen:
    """What became of one start: everything that it left anywhere."""

    body: Event
    refresh: Event
    connection: Event
    query: dict[str, list[str]]
    came_back: Event
    asked_of_flinks: Event


type Look = Callable[[World, Seen], object]
type Where = tuple[str, Look, Look]
"""Which start shows it; what is seen; what has to be seen."""


def given(name: str) -> Look:
    return lambda _, seen: seen.body[name]


def always(value: object) -> Look:
    return lambda *_: value


WHERE: Final[dict[str, Where]] = {
    "loginId": (
        "redirect",
        lambda _, seen: seen.connection["id"],
        lambda world, seen: world.home_of(seen.body["loginId"]),
    ),
    "requestId": ("adopted", lambda _, seen: seen.query["requestId"][0], given("requestId")),
    "lastActivityAt": (
        "adopted",
        lambda _, seen: datetime.fromisoformat(seen.refresh["attempt"]["expiresAt"]),
        lambda _, seen: datetime.fromisoformat(seen.body["lastActivityAt"]) + timedelta(minutes=8),
    ),
    "reason": ("redirect", lambda _, seen: seen.refresh["reason"], given("reason")),
    "userPresent": ("redirect", lambda _, seen: seen.refresh["status"], always("mfa_required")),
    "reference": ("redirect", lambda _, seen: seen.refresh["reference"], given("reference")),
    "language": ("redirect", lambda _, seen: seen.query["language"][0], given("language")),
    "institutionId": (
        "redirect",
        lambda _, seen: seen.connection["institutionId"],
        given("institutionId"),
    ),
    "selectedAccounts": (
        "redirect",
        lambda _, seen: seen.query["resumeSelectedAccounts"][0].split(","),
        given("selectedAccounts"),
    ),
    "returnUrl": (
        "redirect",
        lambda _, seen: seen.came_back["headers"]["Location"].partition("&refreshId")[0],
        given("returnUrl"),
    ),
    "embedOrigin": (
        "embedded",
        lambda _, seen: EMBED_ORIGIN in seen.came_back["headers"]["Content-Security-Policy"],
        always(value=True),
    ),
    "mode": ("embedded", lambda _, seen: seen.query["innerRedirect"], always(["true"])),
    "accountsOptions": (
        "redirect",
        lambda _, seen: {
            "daysOfTransactions": seen.asked_of_flinks["DaysOfTransactions"],
            "withTransactions": seen.asked_of_flinks["WithTransactions"],
            "withBalance": seen.asked_of_flinks["WithBalance"],
            "withKyc": seen.asked_of_flinks["WithKYC"],
            "withAccountIdentity": seen.asked_of_flinks["WithAccountIdentity"],
        },
        given("accountsOptions"),
    ),
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with deployed() as world:
        yield world


@pytest.fixture(scope="module")
def starts(world: World) -> dict[str, Seen]:
    return {
        "redirect": started(
            world,
            reason="stale",
            reference="customer-7",
            language="fr",
            institutionId="14",
            selectedAccounts=None,
            returnUrl=OTHER_RETURN_URL,
            accountsOptions=EVERY_OPTION,
        ),
        "embedded": started(world, mode="embedded", embedOrigin=EMBED_ORIGIN),
        "adopted": adopted(world),
    }


def started(world: World, **more: Any) -> Seen:
    """Start with a person present, and go on until Flinks is asked for the data."""
    login_id = world.add_login()
    body = {"loginId": login_id, "userPresent": True, "selectedAccounts": "all", **more}
    if body["selectedAccounts"] is None:
        body["selectedAccounts"] = world.accounts_of(login_id)[:2]
    refresh = world.start(login_id, **{k: v for k, v in body.items() if k != "loginId"})
    world.work("authorize", refresh["id"])
    return looked_at(world, body, refresh["id"])


def adopted(world: World) -> Seen:
    """Adopt a session that was interrupted elsewhere."""
    left_at = datetime.now(UTC) - timedelta(seconds=100)
    body = {
        "requestId": "0f000000-0000-4000-8000-000000000077",
        "lastActivityAt": left_at.isoformat(timespec="milliseconds"),
        "selectedAccounts": "all",
    }
    refresh = parsed(
        world.invoke("start_refresh", with_body(sample("start_refresh_adopt"), body)), 202
    )
    url = world.issue(refresh["id"])["url"]
    return Seen(body, refresh, {}, parse_qs(urlsplit(url).query), {}, {})


def looked_at(world: World, body: Event, refresh_id: str) -> Seen:
    refresh = world.read(refresh_id)
    event = at(sample("connections_read"), id=refresh["connectionId"])
    connection = parsed(world.invoke("connections", event), 200)
    url = world.issue(refresh_id)["url"]
    world.answer_the_bank(url)
    mode = "embedded" if body.get("mode") == "embedded" else "redirect"
    hit = with_query(at(sample(f"redirect_callback_{mode}"), state=state(url)), None)
    came_back = world.invoke("redirect_callback", hit)
    world.work("fetch_accounts", refresh_id)
    asked = next(c for c in reversed(world.flinks.calls) if c.endpoint == "GetAccountsDetail")
    return Seen(
        body, refresh, connection, parse_qs(urlsplit(url).query), came_back, asked.asked or {}
    )


def test_every_field_has_a_place_where_it_must_arrive() -> None:
    assert {to_camel(each) for each in StartBody.model_fields} == WHERE.keys()
    assert {to_camel(each) for each in AccountsOptionsBody.model_fields} == EVERY_OPTION.keys()


@pytest.mark.parametrize("field", WHERE)
def test_a_field_of_a_start_arrives(world: World, starts: dict[str, Seen], field: str) -> None:
    which, seen, wanted = WHERE[field]
    start = starts[which]

    assert seen(world, start) == wanted(world, start)
