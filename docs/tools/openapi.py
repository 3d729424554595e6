"""The OpenAPI document of the HTTP API, made from the template, the models and the code."""

import json
from typing import Any, Final

from flinks_reconnect.api import request_bodies
from flinks_reconnect.api.contract import (
    OPERATIONS,
    connections,
    flinks,
    problems,
    refreshes,
    visits,
)
from flinks_reconnect.api.contract.operation import Operation
from flinks_reconnect.api.edge.problems import CONTENT_TYPE
from flinks_reconnect.domain.ids import NO_ID
from flinks_reconnect.domain.refresh import Status
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from docs.tools import examples
from docs.tools.problems import codes, known_problems
from docs.tools.template import Route, routes, template

_GUID: Final = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_GUID_ONLY: Final = {"type": "string", "pattern": _GUID, "not": {"const": NO_ID}}
ANSWERS: Final = (
    refreshes.RefreshAnswer,
    refreshes.IframeUrlAnswer,
    refreshes.AccountsAnswer,
    refreshes.LinkAnswer,
    refreshes.LinkBody,
    visits.VisitAnswer,
    visits.OpenedVisitAnswer,
    visits.VisitBody,
    connections.ConnectionAnswer,
    connections.FoundConnectionsAnswer,
    connections.ReceiptAnswer,
    connections.TimelineAnswer,
    connections.ImportAnswer,
    flinks.ReceivedAnswer,
    problems.ProblemAnswer,
)
_SIGNATURES: Final = ("flinks-authenticity-key", "X-Flinks-Signature")


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes():
        operation = _operation(route, OPERATIONS[str(route)])
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reconnect for Flinks",
            "version": "0.1.0",
            "description": template()["Description"],
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [_server()],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def as_text() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _server() -> dict[str, Any]:
    return {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
        "description": "Output ApiUrl of the stack, or your own domain.",
        "variables": {"api": {"default": "api-id"}, "region": {"default": "ca-central-1"}},
    }


def _security() -> dict[str, Any]:
    return {
        "sigv4": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "AWS Signature Version 4 for the service `execute-api`.",
            "x-amazon-apigateway-authtype": "awsSigv4",
        }
    }


def _schemas() -> dict[str, Any]:
    bodies = (request_bodies.StartBody, request_bodies.ConnectionBody, request_bodies.ImportBody)
    kinds: list[tuple[Any, JsonSchemaMode]] = [(each, "validation") for each in bodies]
    kinds += [(each, "serialization") for each in ANSWERS]
    named = [(kind.__name__, mode, TypeAdapter(kind)) for kind, mode in kinds]
    _, made = TypeAdapter.json_schemas(named, ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = made["$defs"]
    _tighten_start(found["StartBody"])
    found["ConnectionBody"]["properties"]["loginId"] = _GUID_ONLY
    _tighten_selection(found["ConnectionBody"])
    found["ProblemAnswer"]["properties"]["code"]["enum"] = codes()
    for schema in found.values():
        _drop_titles(schema)
    return dict(sorted(found.items()))


def _drop_titles(schema: dict[str, Any]) -> None:
    """Leave out what only repeats the names."""
    for each in (schema, *schema.get("properties", {}).values()):
        each.pop("title", None)


def _tighten_start(schema: dict[str, Any]) -> None:
    """Say what the model checks in code: GUIDs, instants, that one of two ids is there."""
    properties = schema["properties"]
    for name in ("loginId", "requestId"):
        properties[name]["anyOf"][0] = _GUID_ONLY
    properties["lastActivityAt"]["anyOf"][0]["format"] = "date-time"
    _tighten_selection(schema)
    schema["anyOf"] = [
        {"required": [name], "properties": {name: {"type": "string"}}}
        for name in ("loginId", "requestId")
    ]
    schema["examples"] = list(examples.START.values())


def _tighten_selection(schema: dict[str, Any]) -> None:
    choices = schema["properties"]["selectedAccounts"]["anyOf"]
    chosen = next(each for each in choices if "items" in each)
    chosen |= {"items": _GUID_ONLY, "uniqueItems": True}


def _operation(route: Route, stated: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": stated.id,
        "summary": stated.summary,
        "description": stated.text,
        "x-function": route.function,
        "security": [] if route.is_public else [{"sigv4": []}],
        "parameters": _parameters(route, stated),
        "responses": _responses(stated),
    }
    if stated.takes == "webhook":
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": {}}}}
    elif stated.takes:
        made["requestBody"] = _body(stated.takes)
    return made


def _body(model: str) -> dict[str, Any]:
    content = {"schema": _ref(model)}
    if model in examples.BODIES:
        shown = {name: {"value": value} for name, value in examples.BODIES[model].items()}
        content |= {"examples": shown}
    return {"required": True, "content": {"application/json": content}}


def _parameters(route: Route, stated: Operation) -> list[dict[str, Any]]:
    found = _in_path(route.path)
    if stated.takes_key:
        key = _parameter("header", "Idempotency-Key", "Same key and body: same refresh, for 24 h.")
        key["schema"] = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"}
        found.append(key)
    if stated.takes_page:
        limit = _parameter("query", "limit", "How many at most; 20 if it is not given.")
        limit["schema"] = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
        before = _parameter("query", "before", "Only what is older than this refresh.")
        found += [limit, before]
    for name, (text, pattern) in stated.takes_query.items():
        found.append(_parameter("query", name, text))
        found[-1]["schema"] = {"type": "string", "pattern": pattern}
    if stated.takes_visit:
        token = _parameter("header", "Authorization", "`Bearer` and the visit's token.")
        found.append(token | {"required": True})
    if stated.takes == "webhook":
        told = "base64(HMAC-SHA256(secret, raw body)). One of the two names, not a different one."
        found += [_parameter("header", name, told) for name in _SIGNATURES]
    return found


def _in_path(path: str) -> list[dict[str, Any]]:
    if "{id}" in path:
        of = "connection" if path.startswith("/connections") else "refresh"
        return [_parameter("path", "id", f"A {of} id.")]
    if "{page+}" in path:
        return [_parameter("path", "page+", "Whatever no other route takes.")]
    if "{state}" not in path:
        return []
    state = _parameter("path", "state", "A sealed state of ours, from `redirectUrl`.")
    added = ("loginId", "institution", "accountId", "tag")
    told = "What Flinks adds; compared, never believed."
    return [state, *(_parameter("query", name, told) for name in added)]


def _parameter(place: str, name: str, text: str) -> dict[str, Any]:
    made = {"name": name, "in": place, "description": text, "schema": {"type": "string"}}
    return made | ({"required": True} if place == "path" else {})


_SAYS_WAIT = ("RefreshAnswer", "VisitAnswer", "OpenedVisitAnswer")
_RETRY_AFTER: dict[str, Any] = {
    "description": "Where `nextAction` is `wait`: in how many seconds to ask again.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 3600},
}


def _responses(stated: Operation) -> dict[str, Any]:
    made = {str(status): _success(stated, status) for status in sorted(stated.successes)}
    for status, told in stated.problems.items():
        if str(status) not in made:
            made[str(status)] = _problem(status, told)
    return dict(sorted(made.items()))


def _success(stated: Operation, status: int) -> dict[str, Any]:
    told: dict[str, Any] = {"description": stated.successes[status]}
    if status == 303:
        return told | {"headers": {"Location": {"schema": {"type": "string"}}}}
    if stated.answer == "nothing":
        return told
    if stated.answer == "page":
        return told | {"content": {"text/html": {"schema": {"type": "string"}}}}
    content = {"schema": _ref(stated.answer)} | _example(stated, status)
    headers = {"Retry-After": _RETRY_AFTER} if stated.answer in _SAYS_WAIT else {}
    if stated.id in {"startRefresh", "registerConnection"}:
        headers |= {"Location": {"schema": {"type": "string"}}}
    if headers:
        told["headers"] = headers
    return told | {"content": {"application/json": content}}


def _example(stated: Operation, status: int) -> dict[str, Any]:
    match stated.answer:
        case "RefreshAnswer":
            shown = {202: Status.STARTING, 200: Status.MFA_REQUIRED}[status]
            if stated.id == "cancelRefresh":
                shown = Status.CANCELLED
            return {"example": examples.refresh_example(shown)}
        case "ConnectionAnswer":
            return {"example": examples.connection_example(closed=stated.id == "stopSharing")}
    made = examples.ANSWERS.get(stated.answer)
    return {"example": made()} if made else {}


def _problem(status: int, told: tuple[str, ...]) -> dict[str, Any]:
    titles = {known.code: known.title for known in known_problems() if known.status == status}
    lines = [f"`{code}`: {titles[code]}" for code in dict.fromkeys(told)]
    content: dict[str, Any] = {"schema": _ref("ProblemAnswer")}
    if status == 422 and "selection_required" in told:
        content["example"] = examples.problem_example()
    problem: dict[str, Any] = {"description": "  \n".join(lines)}
    if status in {409, 503}:
        problem["headers"] = {"Retry-After": _RETRY_AFTER}
    return problem | {"content": {CONTENT_TYPE: content}}


def _ref(model: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model}"}
