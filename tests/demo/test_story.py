"""What is told beside the connections: calls, events, and the levers of the sandbox."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from demo.app import create_app
from demo.backstage import LEVERS, Hear, LeverError
from tests.demo.fake_api import FACTS, LOGIN_ID, FakeApi, a_refresh
from tests.demo.visitor import ORIGIN, Visitor


class FakeBehind:
    """Nobody's sandbox: remembers the levers, and says what a test lets it say."""

    def __init__(self) -> None:
        self.pulls: list[tuple[str, str]] = []
        self.hears: Hear | None = None
        self.is_broken = False

    async def listen(self, hear: Hear) -> None:
        self.hears = hear
        await asyncio.sleep(3600)

    async def pull(self, lever: str, login_id: str) -> None:
        if self.is_broken:
            raise LeverError(lever)
        self.pulls.append((lever, login_id))

    def close(self) -> None:
        self.hears = None

    def says(self, kind: str, reference: str | None = "one-question") -> None:
        assert self.hears is not None
        self.hears({"type": kind, "reference": reference})


@pytest.fixture
def behind() -> FakeBehind:
    return FakeBehind()


@pytest.fixture
def visitor(api: FakeApi, behind: FakeBehind) -> Iterator[Visitor]:
    transport = httpx.ASGITransport(app=api.app)
    app = create_app(FACTS, origin=ORIGIN, transport=transport, behind=behind)
    with asyncio.Runner() as runner:
        life = app.router.lifespan_context(app)
        runner.run(life.__aenter__())
        runner.run(asyncio.sleep(0))
        yield Visitor(app, runner)
        runner.run(life.__aexit__(None, None, None))


def happened(visitor: Visitor) -> list[tuple[str, str, Any]]:
    told = visitor.get("/api/happenings").json()["happenings"]
    return [(each["kind"], each["what"], each["about"]) for each in told]


def is_broken(visitor: Visitor) -> bool:
    told: bool = visitor.get("/api/connections/one-question").json()["isBroken"]
    return told


def test_the_first_night_breaks_one_connection_and_an_event_tells_the_app(
    visitor: Visitor, behind: FakeBehind
) -> None:
    for _ in range(5):
        happened(visitor)
    assert behind.pulls == [("night", LOGIN_ID)]
    assert not is_broken(visitor)

    behind.says("connection.reconnect_required")

    assert is_broken(visitor)
    assert happened(visitor)[0] == ("event", "connection.reconnect_required", "one-question")


@pytest.mark.parametrize("kind", ["connection.repaired", "refresh.completed"])
def test_a_repair_ends_it(visitor: Visitor, behind: FakeBehind, kind: str) -> None:
    behind.says("connection.reconnect_required")

    behind.says(kind)

    assert not is_broken(visitor)


def test_the_event_of_another_connection_changes_nothing_here(
    visitor: Visitor, behind: FakeBehind
) -> None:
    behind.says("connection.reconnect_required", "two-questions")
    behind.says("connection.reconnect_required", None)

    assert not is_broken(visitor)


def test_the_apps_calls_are_told_by_their_routes_and_without_ids(
    visitor: Visitor, api: FakeApi
) -> None:
    visitor.post("/api/connections/one-question/refresh", json={})
    api.refresh = a_refresh("completed")
    visitor.get("/api/connections/one-question")
    visitor.get("/api/connections/one-question/accounts")

    calls = [what for kind, what, _ in happened(visitor) if kind == "call"]
    assert calls[:2] == ["GET /refreshes/{id}/accounts", "POST /refreshes"]
    assert "GET /refreshes/{id}" not in calls
    assert "rf_1" not in str(happened(visitor))


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_is_pulled_for_the_chosen_connection(
    visitor: Visitor, behind: FakeBehind, lever: str
) -> None:
    assert visitor.post(f"/api/levers/{lever}/two-questions").status_code == 200

    assert behind.pulls[-1] == (lever, "5a4db0c0-0000-4000-8000-000000000011")
    assert ("stage", lever, "two-questions") in happened(visitor)


def test_no_other_page_pulls_a_lever_and_no_other_lever_exists(
    visitor: Visitor, behind: FakeBehind
) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert visitor.post("/api/levers/night/one-question", headers=foreign).status_code == 403
    assert visitor.post("/api/levers/reset/one-question").status_code == 403
    assert visitor.post("/api/levers/night/nobody").status_code == 404


def test_a_lever_that_is_stuck_is_said_to_be(visitor: Visitor, behind: FakeBehind) -> None:
    behind.is_broken = True

    assert visitor.post("/api/levers/bank-down/one-question").status_code == 502
