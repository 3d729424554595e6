"""The whole service in this process: the real handlers behind a gateway of ten lines, on moto.

The gateway is no judge of API Gateway; it only turns an HTTP request into the proxy event that
the template's route names, and the handler's answer back. What is deployed is tested in e2e.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import boto3
import httpx
import pytest
from moto import mock_aws
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Served

from docs.tools.template import Route, functions, routes, template
from sandbox.settings import Settings
from sandbox.world import World
from tests.contract.flinks.served import serving

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 not checked here"}
REGION: Final = "ca-central-1"
RETURN_URL = "https://app.example.com/back"
ORIGIN = "https://app.example.com"
WEBHOOK_SECRET = "webhook-secret"  # noqa: S105 - of this test alone
FLINKS = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The deployed service, as far as one process can be it."""

    app: Starlette
    world: World

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Make one call and return the answer; a redirect is not followed."""

        headers = SIGNED | more.pop("headers", {})

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:
                return await api.request(method, path, headers=headers, **more)

        return asyncio.run(ask())

    def look(self, function: str, refresh_id: str) -> None:
        """Let a worker look at a refresh now, as if a message had come."""
        record = {
            "messageId": "1",
            "body": json.dumps({"refreshId": refresh_id}),
            "eventSource": "aws:sqs",
        }
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
        answer = handler_of(function)({"Records": [record]}, context)
        assert answer == {"batchItemFailures": []}


@contextmanager
def in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Give the service, over an offline Flinks and an empty AWS."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    world = World(FLINKS)
    with mock_aws(), serving(world) as flinks_url:
        made = _resources()
        for name, value in _environment(made, flinks_url).items():
            monkeypatch.setenv(name, value)
        _forget()
        try:
            yield Service(app=gateway(), world=world)
        finally:
            _forget()


def handler_of(function: str) -> Handler:
    """Return the real handler of a function's folder."""
    handler: Handler = importlib.import_module(f"functions.{function}.app").handler
    return handler


def gateway() -> Starlette:
    """Return the API in front of the handlers; they are built at the first call."""
    in_order = sorted(routes(), key=lambda each: "{page+}" in each.path)
    served = [
        Served(each.path.replace("+}", ":path}"), _serve(each), methods=[each.method])
        for each in in_order
    ]
    return Starlette(routes=served, exception_handlers={404: _no_route, 405: _no_route})


def _serve(route: Route) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        if not route.is_public and "authorization" not in request.headers:
            return _unsigned()
        answer = handler_of(route.function)(_event(route, request, await request.body()), None)
        headers = answer.get("headers", {})
        return Response(answer["body"], answer["statusCode"], headers)

    return serve


def _unsigned() -> Response:
    answer = template()["Resources"]["Api"]["Properties"]["GatewayResponses"]
    stated = answer["MISSING_AUTHENTICATION_TOKEN"]
    body = stated["ResponseTemplates"]["application/json"]
    return Response(body, int(stated["StatusCode"]), media_type="application/problem+json")


def _no_route(_: Request, __: Exception) -> Response:
    return _unsigned()


def _event(route: Route, request: Request, body: bytes) -> dict[str, Any]:
    """Write the request as API Gateway hands it to a function (REST API, Lambda proxy)."""
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return {
        "resource": route.path,
        "httpMethod": route.method,
        "path": request.url.path,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: request.headers.getlist(name) for name in request.headers},
        "pathParameters": request.path_params or None,
        "queryStringParameters": {name: each[-1] for name, each in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "domainName": "api.example.com",
            "stage": "v1",
            "identity": {"userArn": "arn:aws:iam::123456789012:user/app"},
        },
        "body": body.decode(errors="replace") or None,
        "isBase64Encoded": False,
    }


def _resources() -> dict[str, Any]:
    table = template()["Resources"]["ReconnectTable"]["Properties"]
    kept = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    boto3.client("dynamodb", region_name=REGION).create_table(
        TableName="reconnect", **{name: table[name] for name in kept}
    )
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket="reconnect", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    sqs = boto3.client("sqs", region_name=REGION)
    queues = {
        name: sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in ("AuthorizeQueue", "AccountsQueue", "PassOnQueue")
    }
    secrets = {
        "FlinksSecret": {"secretKey": FLINKS.secret_key, "apiKey": FLINKS.api_key},
        "WebhookSecret": {"current": WEBHOOK_SECRET},
        "SigningKey": {"current": "signing-key"},
        "IdKey": {"current": "id-key"},
    }
    manager = boto3.client("secretsmanager", region_name=REGION)
    arns = {
        name: manager.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
        for name, value in secrets.items()
    }
    return {"queues": queues, "secrets": arns}


def _environment(made: Mapping[str, Any], flinks_url: str) -> dict[str, str]:
    """Give every variable of the template's functions a value of this process."""
    known = {
        "AWS::StackName": "reconnect",
        "ReconnectTable": "reconnect",
        "ReconnectBucket": "reconnect",
        "ReconnectBus": "default",
        "FlinksApiUrl": flinks_url,
        "FlinksConnectUrl": "http://127.0.0.1:1",
        "FlinksCustomerId": FLINKS.customer_id,
        # Messages are handed over by hand here, so nothing waits for its time.
        "PollSeconds": "0",
        "ReturnUrls": RETURN_URL,
        "EmbedOrigins": ORIGIN,
        **made["queues"],
        **made["secrets"],
    }
    parameters = template()["Parameters"]
    known = {name: str(each["Default"]) for name, each in parameters.items()} | known
    stated = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
    for properties in functions().values():
        stated |= properties.get("Environment", {}).get("Variables", {})
    return {name: _value(value, known) for name, value in stated.items()}


def _value(value: Any, known: Mapping[str, str]) -> str:
    match value:
        case {"Ref": name}:
            return known[name]
        case {"Fn::GetAtt": name}:
            return known[str(name).split(".")[0]]
        case {"Fn::Sub": text}:
            for name, each in known.items():
                text = text.replace(f"${{{name}}}", each)
            return str(text)
        case {"Fn::If": [_, _, otherwise]}:
            return _value(otherwise, known)
    return str(value)


def _forget() -> None:
    """Drop what the composition roots have built: it belongs to another test's AWS."""
    for name, module in list(sys.modules.items()):
        if name.startswith("flinks_reconnect.bootstrap"):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
