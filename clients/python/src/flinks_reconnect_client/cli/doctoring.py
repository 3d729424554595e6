"""`doctor`: what is set up wrongly, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from flinks_reconnect_client.cli.where import Stack
from flinks_reconnect_client.errors import NotAllowedError, NotFoundError, ProblemError

Level = Literal["ok", "look", "wrong", "unknown"]
NOBODYS = "rf_" + "a" * 24 + "0" * 18
"""A refresh that does not exist, but could."""
MOST_SKEW = 60.0
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_MANY = 1000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one look found."""

    what: str
    level: Level
    told: str
    remedy: str = ""


def run(stack: Stack, console: Console) -> bool:
    """Print every finding; return whether nothing is wrong."""
    table = Table("what", "", "found", "what to do")
    findings = list(examine(stack))
    for each in findings:
        table.add_row(each.what, each.level, each.told, each.remedy)
    console.print(table)
    return all(each.level != "wrong" for each in findings)


def examine(stack: Stack) -> Iterator[Finding]:
    """Yield what each look finds; one that may not look says so."""
    for look in (keys, clock, allow_lists, secrets, queues, alarms):
        try:
            yield from look(stack)
        except (BotoCoreError, ClientError) as error:
            yield _unknown(look, error)


def _unknown(look: Callable[[Stack], object], error: Exception) -> Finding:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return Finding(
        what=look.__name__.replace("_", "-"),
        level="unknown",
        told=f"AWS refused to show it: {code or type(error).__name__}",
        remedy="use credentials that may read the stack, and name it by --stack",
    )


def keys(stack: Stack) -> Iterator[Finding]:
    """Look whether a signed call is let in."""
    try:
        with stack.client() as client:
            client.read_refresh(NOBODYS)
    except NotFoundError:
        yield Finding(what="keys", level="ok", told="a signed call is let in")
    except NotAllowedError as error:
        yield Finding(
            what="keys",
            level="wrong",
            told=f"a signed call is refused: {error.problem.title}",
            remedy="attach CallersPolicyArn to this role or user; compare address, region, clock",
        )
    except ProblemError as error:
        yield Finding(
            what="keys",
            level="wrong",
            told=f"{error.code}: {error.problem.title}",
            remedy="check the address (output ApiUrl) and docs/errors.md",
        )


def clock(stack: Stack) -> Iterator[Finding]:
    """Compare this machine's clock with the API's."""
    try:
        told = httpx.get(f"{stack.api_url}/reconnect", timeout=10).headers.get("date", "")
        yield skew(parsedate_to_datetime(told), datetime.now(UTC))
    except (httpx.HTTPError, ValueError):
        yield Finding(what="clock", level="unknown", told="the API tells no time")


def skew(theirs: datetime, ours: datetime) -> Finding:
    """Judge how far two clocks are apart."""
    apart = abs((theirs - ours).total_seconds())
    is_good = apart <= MOST_SKEW
    return Finding(
        what="clock",
        level="ok" if is_good else "wrong",
        told=f"{apart:.0f} s apart",
        remedy="" if is_good else "synchronise this clock; a signature is refused after 5 minutes",
    )


def allow_lists(stack: Stack) -> Iterator[Finding]:
    """Judge ReturnUrls and EmbedOrigins."""
    for name in ("ReturnUrls", "EmbedOrigins"):
        yield allow_list(name, stack.parameters.get(name, ""))


def allow_list(name: str, value: str) -> Finding:
    """Judge one of the two lists, as the template's parameter holds it."""
    judge = _origin if name == "EmbedOrigins" else _return_url
    entries = value.split(",") if value else []
    if not entries:
        told, remedy = "empty", f"set {name}, or nobody can be sent there"
        return Finding(what=name, level="look", told=told, remedy=remedy)
    wrong = [f"entry {n}: {said}" for n, each in enumerate(entries, 1) if (said := judge(each))]
    if wrong:
        remedy = f"write {name} as exact addresses with commas between them, and deploy"
        return Finding(what=name, level="wrong", told="; ".join(wrong), remedy=remedy)
    return Finding(what=name, level="ok", told=f"{len(entries)} listed")


def _return_url(entry: str) -> str:
    parts = urlsplit(entry)
    if entry != entry.strip():
        return "has spaces around it"
    if not parts.scheme or not (parts.netloc or parts.path):
        return "is no whole address"
    if parts.scheme == "http" and parts.hostname not in _HERE:
        return "is not https"
    return ""


def _origin(entry: str) -> str:
    if said := _return_url(entry):
        return said
    parts = urlsplit(entry)
    return "is more than an origin" if parts.path or parts.query or parts.fragment else ""


def secrets(stack: Stack) -> Iterator[Finding]:
    """Look whether the two secrets are filled in; their values stay where they are."""
    wanted = {"FlinksSecret": ("secretKey", "apiKey"), "WebhookSecret": ("current",)}
    for name, fields in wanted.items():
        content = _content(stack, name)
        missing = [each for each in fields if not content.get(each)]
        yield Finding(
            what=name,
            level="wrong" if missing else "ok",
            told=f"without {', '.join(missing)}" if missing else "filled in",
            remedy=f"aws secretsmanager put-secret-value --secret-id <{name}Arn> …"
            if missing
            else "",
        )


def _content(stack: Stack, name: str) -> dict[str, Any]:
    arn = stack.outputs[f"{name}Arn"]
    text = stack.aws("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def queues(stack: Stack) -> Iterator[Finding]:
    """Count what waits, and what has died."""
    sqs = stack.aws("sqs")
    for name, url in sorted(stack.of_type("AWS::SQS::Queue").items()):
        told = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        yield queue(name, int(told["ApproximateNumberOfMessages"]))


def queue(name: str, waiting: int) -> Finding:
    """Judge a queue by how much waits in it."""
    if "DeadLetter" in name and waiting:
        remedy = "read docs/operations.md for its alarm, then reconnect redrive --dry-run"
        return Finding(what=name, level="wrong", told=f"{waiting} dead letters", remedy=remedy)
    if waiting > _MANY:
        remedy = "look at the worker's errors and at FlinksConcurrency"
        return Finding(what=name, level="look", told=f"{waiting} waiting", remedy=remedy)
    return Finding(what=name, level="ok", told=f"{waiting} waiting")


def alarms(stack: Stack) -> Iterator[Finding]:
    """Tell which alarms ring."""
    ours = stack.of_type("AWS::CloudWatch::Alarm")
    pages = stack.aws("cloudwatch").get_paginator("describe_alarms")
    ringing = {
        each["AlarmName"]
        for page in pages.paginate(StateValue="ALARM")
        for each in page.get("MetricAlarms", [])
    }
    found = sorted(name for name, physical in ours.items() if physical in ringing)
    if not found:
        yield Finding(what="alarms", level="ok", told=f"none of {len(ours)} rings")
    for name in found:
        remedy = "docs/operations.md says what it means and what to do"
        yield Finding(what=name, level="wrong", told="rings", remedy=remedy)
