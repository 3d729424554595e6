"""Behind the demo, on this machine only: an ear on the stack's bus, and the sandbox's levers.

A real app has none of this. It hears the events by a rule of its own (`docs/events.md`).
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from demo.stack import LocalStack

_LOCAL_ROOT: Final = "test"
"""The emulator's root key, which every emulator has."""
_PATTERN: Final = json.dumps({"source": ["flinks-reconnect"]})
_PAUSE_SECONDS: Final = 2
_SCENARIOS: Final = {
    "bank-down": "bank down ten minutes",
    "password-changed": "password changed",
}
LEVERS: Final = ("eight-minutes", *_SCENARIOS, "night")

type Hear = Callable[[dict[str, Any]], None]


class LeverError(Exception):
    """The sandbox or the emulator would not."""


@dataclass(slots=True)
class Backstage:
    """Calls block for moments, so they run beside the page's server."""

    stack: LocalStack
    _queue_url: str = field(default="", init=False)

    async def listen(self, hear: Hear) -> None:
        """Hear every event of the bus until the demo ends."""
        while True:
            try:
                for event in await asyncio.to_thread(self._heard):
                    hear(event["detail"])
            except (BotoCoreError, ClientError):
                await asyncio.sleep(_PAUSE_SECONDS)

    async def pull(self, lever: str, login_id: str) -> None:
        """Let something happen to this login; raises LeverError."""
        try:
            await asyncio.to_thread(self._pulled, lever, login_id)
        except (BotoCoreError, ClientError, httpx.HTTPError) as error:
            raise LeverError(lever) from error

    def close(self) -> None:
        """Take the ear away again; an emulator that has gone took it along."""
        with suppress(BotoCoreError, ClientError):
            if self._queue_url:
                self._unsubscribed()

    def _heard(self) -> list[dict[str, Any]]:
        sqs = self._aws("sqs")
        self._queue_url = self._queue_url or self._subscribed()
        received = sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=_PAUSE_SECONDS
        )
        messages = received.get("Messages", [])
        for each in messages:
            sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in messages]

    def _subscribed(self) -> str:
        name, bus = f"demo-{uuid4().hex[:8]}", self.stack.bus_name
        sqs, events = self._aws("sqs"), self._aws("events")
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = told["Attributes"]["QueueArn"]
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=_PATTERN)["RuleArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": _policy(arn, rule)})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "demo", "Arn": arn}])
        return url

    def _unsubscribed(self) -> None:
        name, bus = self._queue_url.rpartition("/")[2], self.stack.bus_name
        events = self._aws("events")
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["demo"])
        events.delete_rule(Name=name, EventBusName=bus)
        self._aws("sqs").delete_queue(QueueUrl=self._queue_url)

    def _pulled(self, lever: str, login_id: str) -> None:
        if lever == "eight-minutes":
            self._control("POST", "/clock", {"advanceSeconds": 480})
        elif lever == "night":
            marks = {"nightlyEnabled": True, "nightlyFailed": True}
            self._control("PATCH", f"/logins/{login_id}", marks)
            self._aws("lambda").invoke(FunctionName=self.stack.nightly_check, Payload=b"{}")
        else:
            self._control("POST", "/scenarios", {"name": _SCENARIOS[lever], "loginId": login_id})

    def _control(self, method: str, path: str, body: dict[str, Any]) -> None:
        url = f"{self.stack.sandbox_control_url}{path}"
        httpx.request(method, url, json=body, trust_env=False).raise_for_status()

    def _aws(self, service: str) -> Any:
        session: Any = boto3.Session(
            region_name=self.stack.region,
            aws_access_key_id=_LOCAL_ROOT,
            aws_secret_access_key=_LOCAL_ROOT,
        )
        return session.client(service, endpoint_url=self.stack.endpoint_url)


def _policy(queue_arn: str, rule_arn: str) -> str:
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
