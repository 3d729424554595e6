"""docs/openapi.json: as the code is, complete, and kept by the real handlers."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flinks_reconnect.api.contract import OPERATIONS
from flinks_reconnect.domain.errors import ErrorCode
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from docs.tools import ROOT, examples
from docs.tools.openapi import as_text, document
from docs.tools.problems import deletion_error_codes, known_problems, minting_error_codes
from docs.tools.template import functions, routes
from tests.docs.service import SIGNED, Service, gateway, in_process

COMMITTED = json.loads((ROOT / "docs/openapi.json").read_text())
DATA_POLLS = 5
ONE_ROUTE = {"redirect_callback", "flinks_webhook"}
BASE = "http://127.0.0.1"
schema = schemathesis.openapi.from_dict(COMMITTED)
schema.app = gateway()

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BRIEFLY = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as monkeypatch, in_process(monkeypatch) as service:
        yield service


@pytest.fixture(scope="module")
def known_ids(service: Service) -> dict[str, str]:
    """Refreshes in as many statuses as one process reaches, and one id that is none."""

    def start(number: int, **body: Any) -> str:
        login_id = f"5a4db0c0-0000-4000-8000-{number:012d}"
        told = {"loginId": login_id, "selectedAccounts": "all", **body}
        answer = service.call("POST", "/refreshes", json=told)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    completed, asked = (start(number, userPresent=True) for number in (2, 1))
    for refresh_id in (completed, asked):
        service.look("authorize", refresh_id)
    for _ in range(DATA_POLLS):
        service.look("fetch_accounts", completed)
    starting, invited, cancelled = start(37, userPresent=True), start(35), start(36)
    service.call("POST", f"/refreshes/{cancelled}/cancel")
    return {
        "completed": completed,
        "mfa_required": asked,
        "starting": starting,
        "invited": invited,
        "cancelled": cancelled,
        "not_found": completed[:-1] + ("y" if completed.endswith("z") else "z"),
    }


def test_the_committed_document_is_what_the_code_says_today() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == as_text(), "stale: run `make docs`"


def test_the_document_names_the_routes_of_the_template_and_no_others() -> None:
    named = {
        f"{method.upper()} {path}"
        for path, operations in COMMITTED["paths"].items()
        for method in operations
    }
    assert named == {str(route) for route in routes()} == OPERATIONS.keys()


@pytest.mark.parametrize("function", sorted(functions()))
def test_each_function_serves_exactly_the_routes_that_the_template_gives_it(function: str) -> None:
    given = {str(each) for each in routes() if each.function == function}
    if function in ONE_ROUTE:
        assert len(given) == 1
        return
    table = getattr(importlib.import_module(f"functions.{function}.app"), "ROUTES", {})
    assert table.keys() == given


def test_a_route_asks_for_a_signature_unless_the_template_opens_it() -> None:
    for route in routes():
        operation = COMMITTED["paths"][route.path][route.method.lower()]
        assert operation["security"] == ([] if route.is_public else [{"sigv4": []}])


def test_every_problem_of_the_code_is_documented_at_some_route_and_no_others() -> None:
    told = {
        (status, code)
        for operation in OPERATIONS.values()
        for status, codes in operation.problems.items()
        for code in codes
    }
    assert told == {(known.status, known.code) for known in known_problems()}


def test_every_problem_of_minting_is_documented_where_a_url_is_issued() -> None:
    told = OPERATIONS["POST /refreshes/{id}/iframe-url"].problems[503]
    assert {trouble.value for trouble in minting_error_codes()} <= set(told)


def test_every_problem_of_a_deletion_is_documented_where_sharing_stops() -> None:
    told = OPERATIONS["DELETE /connections/{id}"].problems
    documented = {*told[503], *told[409]} | {ErrorCode.LOGIN_UNKNOWN.value}
    assert {trouble.value for trouble in deletion_error_codes()} <= documented


@pytest.mark.parametrize("name", sorted(examples.CONNECTIONS))
def test_the_example_of_a_registration_is_accepted(name: str, service: Service) -> None:
    answer = service.call("POST", "/connections", json=examples.CONNECTIONS[name])
    assert answer.status_code in {200, 201}, answer.text


def test_the_example_of_an_import_is_accepted(service: Service) -> None:
    (body,) = examples.IMPORTS.values()
    answer = service.call("POST", "/connections/import", json=body)
    assert (answer.status_code, answer.json()["invalid"]) == (200, 0), answer.text


def test_every_signed_route_names_what_it_refuses() -> None:
    for route in routes():
        answers = document()["paths"][route.path][route.method.lower()]["responses"]
        refusals = {status for status in answers if status.startswith("4")}
        assert refusals >= ({"400", "429"} if route.is_public else {"400", "403", "429"})


@pytest.mark.parametrize("name", sorted(examples.START))
def test_the_example_of_a_start_is_accepted(name: str, service: Service) -> None:
    body = examples.START[name] | {"reason": "stale"}
    answer = service.call("POST", "/refreshes", json=body)
    assert answer.status_code in {200, 202, 409, 422}, answer.text
    assert answer.json().get("code") in {None, "other_session_open", "selection_differs"}


@pytest.mark.parametrize(
    "instant",
    [0, 1_700_000_000, "1700000000", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_an_instant_that_the_document_does_not_allow_is_refused(
    instant: object, service: Service
) -> None:
    body = examples.START["an interrupted session"] | {"lastActivityAt": instant}
    answer = service.call("POST", "/refreshes", json=body)
    assert (answer.status_code, answer.json()["fields"]) == (422, ["lastActivityAt"])


def test_the_known_refreshes_stand_where_they_should(
    service: Service, known_ids: dict[str, str]
) -> None:
    for status, refresh_id in known_ids.items():
        answer = service.call("GET", f"/refreshes/{refresh_id}").json()
        assert status in {answer["status"], answer.get("code")}


@schema.parametrize()
@BRIEFLY
@pytest.mark.usefixtures("service")
def test_a_strangers_call_is_answered_as_documented(case: Any) -> None:
    case.call_and_validate(base_url=BASE, checks=[*CHECKS, negative_data_rejection])


@schema.include(path_regex=r"\{id\}").parametrize()
@settings(BRIEFLY, max_examples=5)
def test_a_call_about_a_known_refresh_is_answered_as_documented(
    case: Any, known_ids: dict[str, str]
) -> None:
    for refresh_id in known_ids.values():
        case.path_parameters = {"id": refresh_id}
        case.headers.update(SIGNED)
        case.call_and_validate(base_url=BASE, checks=CHECKS)


@pytest.fixture(scope="module")
def known_connections(service: Service, known_ids: dict[str, str]) -> list[str]:
    """Connections in as many situations as one process reaches."""
    views = (service.call("GET", f"/refreshes/{each}").json() for each in known_ids.values())
    homes = [each["connectionId"] for each in views if "connectionId" in each]
    body = {"loginId": "5a4db0c0-0000-4000-8000-000000000099", "selectedAccounts": "all"}
    bare = service.call("POST", "/connections", json=body).json()["id"]
    assert service.call("DELETE", f"/connections/{bare}").status_code == 200
    return [*homes, bare]


@schema.include(path_regex=r"/connections/\{id\}", method="GET").parametrize()
@settings(BRIEFLY, max_examples=5)
def test_a_call_about_a_known_connection_is_answered_as_documented(
    case: Any, known_connections: list[str]
) -> None:
    for connection_id in known_connections:
        case.path_parameters = {"id": connection_id}
        case.headers.update(SIGNED)
        case.call_and_validate(base_url=BASE, checks=CHECKS)


def test_stopping_twice_is_answered_as_documented(
    service: Service, known_connections: list[str]
) -> None:
    path = f"/connections/{known_connections[-1]}"
    stopped = service.call("DELETE", path)
    assert stopped.json() == service.call("GET", path).json()
    assert stopped.json()["health"]["status"] == "closed"
