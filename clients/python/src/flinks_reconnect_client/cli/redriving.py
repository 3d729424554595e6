"""`redrive`: dead letters back to their queue. Redriving is safe; see docs/operations.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from flinks_reconnect_client.cli.where import Stack

_ELSEWHERE = {
    "EventDeadLetters": "no event is lost, the sweep sends them again; purge the queue",
    "TimerDeadLetters": "one missed tick is harmless; purge the queue",
}


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """One dead-letter queue."""

    name: str
    arn: str
    waiting: int
    from_queue: bool
    """Whether its messages came from a queue, and can go back to it."""


def run(stack: Stack, *, dry_run: bool, console: Console) -> None:
    """Start the moves, or only tell what they would be."""
    sqs = stack.aws("sqs")
    table = Table("dead letters", "waiting", "what is done")
    for each in found(stack, sqs):
        table.add_row(each.name, str(each.waiting), settled(sqs, each, dry_run=dry_run))
    console.print(table)


def found(stack: Stack, sqs: Any) -> list[DeadLetters]:
    """Return the stack's dead-letter queues."""
    queues = {
        name: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for name, url in sorted(stack.of_type("AWS::SQS::Queue").items())
    }
    from_queues = {
        json.loads(each["RedrivePolicy"])["deadLetterTargetArn"]
        for each in queues.values()
        if "RedrivePolicy" in each
    }
    return [
        DeadLetters(
            name=name,
            arn=each["QueueArn"],
            waiting=int(each["ApproximateNumberOfMessages"]),
            from_queue=each["QueueArn"] in from_queues,
        )
        for name, each in queues.items()
        if "DeadLetter" in name or each["QueueArn"] in from_queues
    ]


def settled(sqs: Any, letters: DeadLetters, *, dry_run: bool) -> str:
    """Send them back, if that is right; return what was done."""
    if not letters.waiting:
        return "nothing to do"
    if not letters.from_queue:
        return _ELSEWHERE.get(letters.name, "they did not come from a queue; look, then purge")
    if dry_run:
        return "would go back to their queue"
    sqs.start_message_move_task(SourceArn=letters.arn)
    return "on their way back to their queue"
