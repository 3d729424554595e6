"""`listen`: the events of the bus in the terminal, or forwarded to an address, signed."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from rich.console import Console
from standardwebhooks import Webhook

from flinks_reconnect_client.cli.where import Stack

SOURCE = "flinks-reconnect"
_LONG_POLL_SECONDS = 5
_FORWARD_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Forwarder:
    """Sends events as the Standard Webhooks specification says."""

    url: str
    secret: str = field(repr=False)
    post: Callable[..., httpx.Response] = httpx.post

    def __call__(self, event: dict[str, Any]) -> str:
        """Send one event; return what came of it in a few words."""
        detail = event["detail"]
        told = {"type": detail["type"], "timestamp": detail["occurredAt"], "data": detail}
        body = json.dumps(told, separators=(",", ":"))
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": detail["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(detail["id"], now, body),
        }
        try:
            answer = self.post(self.url, content=body, headers=headers, timeout=_FORWARD_SECONDS)
        except httpx.HTTPError as error:
            return f"not delivered ({type(error).__name__})"
        return f"answered {answer.status_code}"


def forwarder(url: str, secret: str) -> Forwarder:
    """Return a forwarder; without a secret, with one that is made here."""
    made = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
    return Forwarder(url=url, secret=secret or made)


def run(
    stack: Stack,
    *,
    forward: Forwarder | None,
    as_json: bool,
    seconds: float | None,
    console: Console,
) -> None:
    """Show what the bus says until the time is over or Ctrl-C."""
    if forward:
        console.print(
            f"Each event goes to {forward.url}, signed with {forward.secret}", soft_wrap=True
        )
    deadline = time.monotonic() + seconds if seconds else None
    with _subscribed(stack) as queue_url:
        if not as_json:
            console.print("Listening; Ctrl-C ends it.")
        for event in _events(stack.aws("sqs"), queue_url, deadline):
            outcome = forward(event) if forward else ""
            line = json.dumps(event["detail"]) if as_json else _line(event["detail"], outcome)
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _line(detail: dict[str, Any], outcome: str) -> str:
    error = detail.get("error")
    parts = [
        detail["occurredAt"],
        f"{detail['type']:<32}",
        detail.get("reference") or detail["connectionId"],
        detail.get("refreshId") or "",
        f"{error['code']} ({error['owner']})" if error else "",
        outcome,
    ]
    return "  ".join(each for each in parts if each)


def _events(sqs: Any, queue_url: str, deadline: float | None) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    while deadline is None or time.monotonic() < deadline:
        left = _LONG_POLL_SECONDS if deadline is None else max(deadline - time.monotonic(), 0)
        messages = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=int(min(left, _LONG_POLL_SECONDS)),
        ).get("Messages", [])
        for each in messages:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=each["ReceiptHandle"])
            event = json.loads(each["Body"])
            if event["detail"]["id"] not in seen:  # delivery is at least once
                seen.add(event["detail"]["id"])
                yield event


@contextmanager
def _subscribed(stack: Stack) -> Iterator[str]:
    """Let a queue of our own hear the bus; both rule and queue go when it ends."""
    sqs, events = stack.aws("sqs"), stack.aws("events")
    bus = stack.outputs["EventBusName"]
    name = f"reconnect-listen-{secrets.token_hex(4)}"
    queue_url = sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": "3600"})[
        "QueueUrl"
    ]
    try:
        arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        rule = events.put_rule(
            Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]})
        )["RuleArn"]
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": _policy(arn, rule)})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "listen", "Arn": arn}])
        yield queue_url
    finally:
        _unsubscribe(events, bus, name)
        sqs.delete_queue(QueueUrl=queue_url)


def _unsubscribe(events: Any, bus: str, name: str) -> None:
    """Remove the rule, however far it came."""
    rules = events.list_rules(EventBusName=bus, NamePrefix=name)["Rules"]
    if rules:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["listen"])
        events.delete_rule(Name=name, EventBusName=bus)


def _policy(queue_arn: str, rule_arn: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
                }
            ],
        }
    )
