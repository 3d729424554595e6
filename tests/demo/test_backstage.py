"""The ear on the bus and the sandbox's levers, on an AWS of the imagination and a real sandbox."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from demo import backstage
from demo.backstage import Backstage, LeverError
from demo.stack import LocalStack
from sandbox.control.scenarios import SCENARIOS

REGION = "ca-central-1"
NOWHERE = "http://127.0.0.1:1/_sandbox"


@pytest.fixture
def bus() -> Iterator[Any]:
    with mock_aws():
        events = boto3.client("events", region_name=REGION)
        events.create_event_bus(Name="reconnect")
        yield events


@pytest.fixture
def behind(bus: Any) -> Backstage:
    stack = LocalStack(
        endpoint_url=None,
        region=REGION,
        bus_name="reconnect",
        nightly_check="nightly",
        sandbox_control_url=NOWHERE,
    )
    return Backstage(stack)


def say(bus: Any, source: str, kind: str) -> None:
    entry = {"Source": source, "DetailType": kind, "EventBusName": "reconnect"}
    bus.put_events(Entries=[entry | {"Detail": json.dumps({"type": kind})}])


def test_every_event_of_the_stack_is_heard_and_no_other(
    behind: Backstage, bus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backstage, "_PAUSE_SECONDS", 0)
    heard: list[str] = []

    async def listen() -> None:
        listening = asyncio.create_task(behind.listen(lambda event: heard.append(event["type"])))
        while not bus.list_rules(EventBusName="reconnect")["Rules"]:
            await asyncio.sleep(0.01)
        while not bus.list_targets_by_rule(Rule=rule(), EventBusName="reconnect")["Targets"]:
            await asyncio.sleep(0.01)
        for kind in ("connection.reconnect_required", "connection.repaired"):
            say(bus, "flinks-reconnect", kind)
            say(bus, "somebody-else", kind)
        while len(heard) < 2:
            await asyncio.sleep(0.01)
        listening.cancel()

    def rule() -> str:
        return str(bus.list_rules(EventBusName="reconnect")["Rules"][0]["Name"])

    asyncio.run(asyncio.wait_for(listen(), 20))
    assert heard == ["connection.reconnect_required", "connection.repaired"]


def test_when_the_demo_ends_nothing_listens_any_more(behind: Backstage, bus: Any) -> None:
    assert behind._heard() == []

    behind.close()

    assert boto3.client("sqs", region_name=REGION).list_queues().get("QueueUrls", []) == []
    assert bus.list_rules(EventBusName="reconnect")["Rules"] == []


def test_a_sandbox_that_is_not_there_is_a_stuck_lever(behind: Backstage) -> None:
    with pytest.raises(LeverError):
        asyncio.run(behind.pull("bank-down", "a-login"))


def test_each_lever_asks_for_what_the_sandbox_has(
    behind: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, Any]] = []

    def request(method: str, url: str, **more: Any) -> httpx.Response:
        asked.append((method, url.removeprefix(NOWHERE), more["json"]))
        return httpx.Response(200, request=httpx.Request(method, url))

    monkeypatch.setattr(httpx, "request", request)
    for lever in ("eight-minutes", "bank-down", "password-changed"):
        asyncio.run(behind.pull(lever, "a-login"))

    assert asked[0] == ("POST", "/clock", {"advanceSeconds": 480})
    assert [path for _, path, _ in asked[1:]] == ["/scenarios", "/scenarios"]
    assert {body["name"] for *_, body in asked[1:]} <= SCENARIOS.keys()
