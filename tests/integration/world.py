"""Every function behind its real handler, over moto and an offline Flinks."""

import asyncio
import gzip
import importlib
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import boto3
import httpx
from flinks_reconnect.domain.ids import LoginId, connection_id
from flinks_reconnect.usecases import in_parallel
from moto import mock_aws

from sandbox.app import connect_app
from sandbox.settings import Settings
from sandbox.world import World as Flinks
from tests.contract.flinks.served import serving
from tests.contract.template import environment, functions, table_definition

type Event = dict[str, Any]
type Rows = dict[str, dict[str, Any]]

EVENTS: Final = Path(__file__).resolve().parents[2] / "events"
REGION: Final = "ca-central-1"
RETURN_URL: Final = "https://app.example.com/reconnected"
OTHER_RETURN_URL: Final = "https://app.example.com/other?tab=banks"
EMBED_ORIGIN: Final = "https://app.example.com"
PUBLIC_BASE_URL: Final = "https://reconnect.example.com/v1"
ID_KEY: Final = b"id-key-of-the-tests"
SIGNING_KEY: Final = b"signing-key-of-the-tests"
OLD_SIGNING_KEY: Final = b"yesterdays-signing-key"
WEBHOOK_SECRET: Final = b"example-webhook-secret"
OLD_WEBHOOK_SECRET: Final = b"yesterdays-webhook-secret"
BANK_ANSWERS: Final = {"city": "Montreal", "country": "Canada", "shape": "Triangle"}
SETTINGS: Final = Settings()


def sample(name: str) -> Event:
    """A sample event of the project, to be changed at will."""
    event: Event = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def with_headers(event: Event, headers: Mapping[str, str | list[str] | None]) -> Event:
    """The event with these headers set, or taken away where they are None."""
    event = deepcopy(event)
    for name, value in headers.items():
        event["headers"].pop(name, None)
        event["multiValueHeaders"].pop(name, None)
        if value is not None:
            values = [value] if isinstance(value, str) else value
            event["headers"][name] = values[-1]
            event["multiValueHeaders"][name] = values
    return event


def with_body(event: Event, body: object) -> Event:
    """The event with another body: text as it is, anything else as JSON."""
    return event | {"body": body if isinstance(body, str) or body is None else json.dumps(body)}


def at(event: Event, **parameters: str) -> Event:
    """The event with other values in its path."""
    path = event["resource"]
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", value)
    return deepcopy(event) | {"path": path, "pathParameters": dict(parameters)}


def with_query(event: Event, query: dict[str, list[str]] | None) -> Event:
    last = {name: values[-1] for name, values in query.items()} if query else None
    return event | {"multiValueQueryStringParameters": query, "queryStringParameters": last}


def message(body: object, *, of: str = "authorize") -> Event:
    """A queue's event with this body."""
    event = sample(of)
    text = body if isinstance(body, str) else json.dumps(body)
    event["Records"][0]["body"] = text
    return event


@dataclass
class _Context:
    """What Lambda tells a function about its invocation."""

    milliseconds: int = 300_000
    function_name: str = "reconnect"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


class _Kept(logging.Handler):
    """Keeps whatever is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.ever = ""

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.getMessage()} {record.__dict__}\n"
        self.text += line
        self.ever += line


@dataclass
class World:
    """One deployed service in this process.

    `strict`: a function runs with exactly the environment that template.yaml gives it, and with
    nothing that another function has built, so what the template forgets is missing here too.
    It takes time, since clients are made anew whenever another function runs.
    """

    flinks: Flinks
    flinks_url: str
    values: Mapping[str, str]
    table: str
    bucket: str
    strict: bool = False
    log: _Kept = field(default_factory=_Kept)
    _everybodys: dict[str, str] = field(default_factory=dict)
    _running: str = ""
    _clients: dict[str, Any] = field(default_factory=dict)
    _state: tuple[Rows, int, int, list[str]] | None = None

    def invoke(self, function: str, event: Event, *, milliseconds: int = 300_000) -> Any:
        """Run a function's handler as Lambda does."""
        if self.strict and function != self._running:
            forget()
            self._running = function
        handler = importlib.import_module(f"functions.{function}.app").handler
        self.log.text, self._state = "", None
        with _environment(_AWS | self._environment_of(function)):
            return handler(deepcopy(event), _Context(milliseconds))

    def _environment_of(self, function: str) -> dict[str, str]:
        if self.strict:
            return environment(function, self.values)
        if not self._everybodys:
            for each in functions():
                self._everybodys |= environment(each, self.values)
        return self._everybodys

    def client(self, service: Any) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=REGION)
        return self._clients[service]

    # What is stored

    def rows(self) -> Rows:
        """Every row of the table, under its keys."""
        found = self.client("dynamodb").scan(TableName=self.table)["Items"]
        return {f"{row['pk']['S']} {row['sk']['S']}": row for row in found}

    def names(self) -> list[str]:
        """The names of all objects."""
        listed = self.client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [each["Key"] for each in listed]

    def objects(self) -> dict[str, bytes]:
        """Every object of the bucket."""
        s3 = self.client("s3")
        return {
            key: s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in self.names()
        }

    def account_ids_in(self, snapshot: str) -> list[str]:
        """The ids of the accounts that a snapshot holds."""
        document = json.loads(gzip.decompress(self.objects()[snapshot]))
        return [each["Id"] for each in document["accounts"]]

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take every visible message of a queue out of it."""
        self._state = None
        sqs, url = self.client("sqs"), self.values[queue]
        taken: list[dict[str, Any]] = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
                taken.append(json.loads(each["Body"]))
        return taken

    def waiting(self) -> int:
        """How many messages lie in the work queues, visible or not."""
        sqs = self.client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
        urls = [self.values[name] for name in ("AuthorizeQueue", "AccountsQueue", "NightlyQueue")]
        counts = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names) for url in urls]
        return sum(int(each) for count in counts for each in count["Attributes"].values())

    def everything(self) -> tuple[Rows, int, int, list[str]]:
        """All state there is: rows, messages, calls that Flinks has seen, objects.

        It is not looked at again while nothing has run since: a scan on moto takes its time.
        """
        if self._state is None:
            self._state = self.rows(), self.waiting(), len(self.flinks.calls), self.names()
        return self._state

    def set_secret(self, name: str, **fields: str) -> None:
        """Change a secret; functions that run now read it anew."""
        self.client("secretsmanager").put_secret_value(
            SecretId=self.values[f"{name}.Id"], SecretString=json.dumps(fields)
        )
        forget()

    @contextmanager
    def changed(self, **parameters: str) -> Iterator[None]:
        """Deploy with other parameters for a while."""
        before = self.values
        self._deploy({**before, **parameters})
        yield
        self._deploy(before)

    def _deploy(self, values: Mapping[str, str]) -> None:
        self.values, self._everybodys, self._state = values, {}, None
        forget()

    # The person, the integrator and the workers

    def add_login(self, behaviour: str = "mfa", **traits: Any) -> str:
        """Store a login at Flinks and return its LoginId."""
        self._state = None
        old = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        body = {"behaviour": behaviour, "accounts": 3, "lastRefresh": old, **traits}
        answer = httpx.post(f"{self.flinks_url}/_sandbox/logins", json=body, trust_env=False)
        assert answer.status_code == 200, answer.text
        login_id: str = answer.json()["loginId"]
        return login_id

    def accounts_of(self, login_id: str) -> list[str]:
        return [each.id for each in self.flinks.bank.login(login_id).accounts]

    def start(self, login_id: str, **more: Any) -> Event:
        """Start a refresh with the person present; return the refresh as the answer shows it."""
        body = {"loginId": login_id, "userPresent": True, "selectedAccounts": "all", **more}
        event = with_headers(
            with_body(sample("start_refresh"), {k: v for k, v in body.items() if v is not None}),
            {"Idempotency-Key": None},
        )
        return parsed(self.invoke("start_refresh", event), 200, 202)

    def work(self, function: str, refresh_id: str, milliseconds: int = 300_000) -> Any:
        """Let a worker look at the refresh."""
        event = message({"refreshId": refresh_id}, of=function)
        answer = self.invoke(function, event, milliseconds=milliseconds)
        assert answer == {"batchItemFailures": []}
        return answer

    def challenged(self, **more: Any) -> Event:
        """A refresh whose bank waits for the person's answer."""
        refresh = self.start(self.add_login(), **more)
        self.work("authorize", refresh["id"])
        return self.read(refresh["id"])

    def read(self, refresh_id: str) -> Event:
        return parsed(self.invoke("refreshes", at(sample("refreshes_read"), id=refresh_id)), 200)

    def issue(self, refresh_id: str) -> Event:
        return parsed(self.invoke("iframe_url", at(sample("iframe_url"), id=refresh_id)), 200)

    def answer_the_bank(self, url: str) -> None:
        """Open a Connect URL, as an iframe does, and answer the bank's question."""
        query = dict(parse_qsl(urlsplit(url).query))
        visit = self._widget("", {"institution": None, "query": query})
        (challenge,) = visit["screen"]["challenges"]
        prompt = challenge["prompt"]
        answer = next(BANK_ANSWERS[word] for word in BANK_ANSWERS if word in prompt)
        self._widget(f"/{visit['visit']}/mfa", {"answers": {prompt: [answer]}})

    def completed(self, **more: Any) -> Event:
        """A refresh that went well, with the person answering the bank's question."""
        refresh = self.challenged(**more)
        url = self.issue(refresh["id"])["url"]
        self.answer_the_bank(url)
        self.invoke("redirect_callback", at(sample("redirect_callback_redirect"), state=state(url)))
        for _ in range(4):
            self.work("fetch_accounts", refresh["id"])
        done = self.read(refresh["id"])
        assert done["status"] == "completed"
        return done

    def _widget(self, path: str, body: Event) -> Any:
        self._state = None

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(connect_app(self.flinks))
            async with httpx.AsyncClient(transport=transport, base_url="http://connect") as person:
                return await person.post(f"/_widget/visits{path}", json=body)

        answer = asyncio.run(ask())
        assert answer.status_code == 200, answer.text
        return answer.json()

    def home_of(self, login_id: str) -> str:
        """The id of a login's connection."""
        return connection_id(ID_KEY, LoginId(login_id))


def state(connect_url: str) -> str:
    """The callback's state that a Connect URL carries."""
    return dict(parse_qsl(urlsplit(connect_url).query))["redirectUrl"].rpartition("/")[2]


def parsed(answer: Event, *statuses: int) -> Event:
    assert answer["statusCode"] in statuses, answer
    body: Event = json.loads(answer["body"])
    return body


_AWS: Final = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "PATH": os.environ["PATH"],
}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Exactly these variables, for a while."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def forget() -> None:
    """Empty the composition roots, as a new process would be."""
    for name, module in list(sys.modules.items()):
        if name.startswith("flinks_reconnect.bootstrap."):
            for each in vars(module).values():
                if clear := getattr(each, "cache_clear", None):
                    clear()


@contextmanager
def deployed(*, strict: bool = False) -> Iterator[World]:
    """Bring the service up in this process, and take it down again.

    One thing after the other: moto's rows are plain dictionaries, which threads would change under
    each other. Side by side it is tried on the emulator.
    """
    flinks = Flinks(SETTINGS)
    alone = patch.object(in_parallel, "AT_ONCE", 1)
    with _environment(_AWS), mock_aws(), alone, serving(flinks) as flinks_url:
        world = World(flinks, flinks_url, _resources(flinks_url), "reconnect", "reconnect", strict)
        observed = importlib.import_module("flinks_reconnect.observability").logger
        observed.addHandler(world.log)
        forget()
        try:
            yield world
        finally:
            observed.removeHandler(world.log)
            forget()


def _resources(flinks_url: str) -> dict[str, str]:
    boto3.client("dynamodb", region_name=REGION).create_table(**table_definition("reconnect"))
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket="reconnect", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    boto3.client("events", region_name=REGION).create_event_bus(Name="reconnect-events")
    return {
        "AWS::StackName": "reconnect",
        "ReconnectTable": "reconnect",
        "ReconnectBucket": "reconnect",
        "ReconnectBus": "reconnect-events",
        "FlinksApiUrl": flinks_url,
        "FlinksConnectUrl": "https://connect.example.com",
        "FlinksCustomerId": SETTINGS.customer_id,
        # Messages are handed over by hand here, so nothing waits for its time.
        "Clocks": "poll=0",
        "ReturnUrls": f"{RETURN_URL}, {OTHER_RETURN_URL}",
        "EmbedOrigins": EMBED_ORIGIN,
        "PublicBaseUrl": PUBLIC_BASE_URL,
        **_queues(),
        **_secrets(),
    }


def _queues() -> dict[str, str]:
    sqs = boto3.client("sqs", region_name=REGION)
    names = ("AuthorizeQueue", "AccountsQueue", "NightlyQueue", "PassOnQueue")
    return {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}


def _secrets() -> dict[str, str]:
    values = {
        "FlinksSecret": {"secretKey": SETTINGS.secret_key, "apiKey": SETTINGS.api_key},
        "WebhookSecret": {"current": WEBHOOK_SECRET.decode()},
        "SigningKey": {"current": SIGNING_KEY.decode()},
        "IdKey": {"current": ID_KEY.decode()},
    }
    manager = boto3.client("secretsmanager", region_name=REGION)
    return {
        f"{name}.Id": manager.create_secret(Name=name, SecretString=json.dumps(fields))["ARN"]
        for name, fields in values.items()
    }


def every_function() -> list[str]:
    return sorted(functions())
