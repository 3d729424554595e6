"""`redrive`: dead letters back to their queue. Redriving is safe; see docs/operations.md."""

from __future__ import annotations

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
    sources: tuple[str, ...]
    """The queues that its messages came from; without any they did not come from a queue."""


def run(stack: Stack, *, dry_run: bool, console: Console) -> None:
    """Start the moves, or only tell what they would be."""
    sqs = stack.aws("sqs")
    table = Table("dead letters", "waiting", "what is done")
    for each in found(stack, sqs):
        table.add_row(each.name, str(each.waiting), _done(sqs, each, dry_run=dry_run))
    console.print(table)


def found(stack: Stack, sqs: Any) -> list[DeadLetters]:
    """Return the stack's dead-letter queues."""
    queues = stack.of_type("AWS::SQS::Queue")
    return [_one(sqs, name, url) for name, url in sorted(queues.items()) if "DeadLetter" in name]


def _one(sqs: Any, name: str, url: str) -> DeadLetters:
    wanted = ["QueueArn", "ApproximateNumberOfMessages"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
    return DeadLetters(
        name=name,
        arn=told["QueueArn"],
        waiting=int(told["ApproximateNumberOfMessages"]),
        sources=tuple(sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", ())),
    )


def _done(sqs: Any, letters: DeadLetters, *, dry_run: bool) -> str:
    if not letters.waiting:
        return "nothing to do"
    if not letters.sources:
        return _ELSEWHERE.get(letters.name, "they did not come from a queue; look, then purge")
    if dry_run:
        return "would go back to their queue"
    sqs.start_message_move_task(SourceArn=letters.arn)
    return "on their way back to their queue"
