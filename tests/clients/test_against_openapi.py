"""The Python client is held to docs/openapi.json: every route, argument, field and example."""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flinks_reconnect_client import ReconnectClient, calls, models
from flinks_reconnect_client.wire import camel, read

from docs.tools import ROOT, client_types

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS: dict[str, Callable[..., Any]] = {
    "startRefresh": ReconnectClient.start_refresh,
    "startAttempt": ReconnectClient.start_attempt,
    "readRefresh": ReconnectClient.read_refresh,
    "readAccounts": ReconnectClient.snapshot,
    "cancelRefresh": ReconnectClient.cancel,
    "issueLink": ReconnectClient.link,
    "issueIframeUrl": ReconnectClient.iframe_url,
    "registerConnection": ReconnectClient.register_connection,
    "importConnections": ReconnectClient.import_connections,
    "readConnection": ReconnectClient.read_connection,
    "readTimeline": ReconnectClient.timeline,
    "findConnections": ReconnectClient.find_connections,
    "eraseReference": ReconnectClient.erase_reference,
    "stopSharing": ReconnectClient.stop_sharing,
}


def _operations() -> Iterator[dict[str, Any]]:
    for path in DOCUMENT["paths"].values():
        yield from (each for each in path.values() if "operationId" in each)


def _arguments(operation: str) -> set[str]:
    named = inspect.signature(METHODS[operation]).parameters
    return {camel(name) for name in named} - {"self"}


def _examples() -> Iterator[tuple[str, Any]]:
    for operation in _operations():
        for answer in operation["responses"].values():
            content = answer.get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if "example" in content and hasattr(models, client_types.client_name(name)):
                yield name, content["example"]


def test_every_route_that_an_integrator_signs_has_a_method() -> None:
    signed = {each["operationId"] for each in _operations() if each["security"]}
    assert signed == set(METHODS)


@pytest.mark.parametrize(
    ("operation", "body"), [("startRefresh", "StartBody"), ("issueLink", "LinkBody")]
)
def test_every_field_of_a_body_is_an_argument(operation: str, body: str) -> None:
    own = {"refreshId", "key"}  # of the path, and of the header
    assert _arguments(operation) - own == set(SCHEMAS[body]["properties"])


def test_every_parameter_of_the_timeline_is_an_argument() -> None:
    asked = DOCUMENT["paths"]["/connections/{id}/timeline"]["get"]["parameters"]
    named = {each["name"] for each in asked if each["in"] == "query"}
    assert _arguments("readTimeline") - {"connectionId"} == named


def test_every_parameter_of_a_search_is_an_argument() -> None:
    asked = DOCUMENT["paths"]["/connections"]["get"]["parameters"]
    assert _arguments("findConnections") == {each["name"] for each in asked}


@pytest.mark.parametrize(("name", "example"), list(_examples()))
def test_every_example_can_be_read(name: str, example: dict[str, Any]) -> None:
    kind = getattr(models, client_types.client_name(name))
    assert isinstance(read(kind, example), kind)


def test_there_are_examples_of_every_kind_of_answer() -> None:
    assert {name for name, _ in _examples()} >= {
        "AccountsAnswer",
        "ConnectionAnswer",
        "IframeUrlAnswer",
        "ImportAnswer",
        "LinkAnswer",
        "RefreshAnswer",
        "TimelineAnswer",
    }


def test_an_id_cannot_lead_to_another_route() -> None:
    assert calls.read_refresh("../connections?x=1").path == "/refreshes/..%2Fconnections%3Fx%3D1"
