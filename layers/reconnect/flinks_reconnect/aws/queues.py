"""The work queues. A message carries a refresh id or a webhook's digest, nothing else."""

import json
import math
from typing import TYPE_CHECKING, Final

from flinks_reconnect.aws.transient_errors import as_transient
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.context import Command, Worker
from flinks_reconnect.usecases.errors import QueueUnavailableError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

LONGEST_DELAY: Final = 900
"""Seconds; the most that SQS can delay. A wake-up that comes early looks and waits again."""


class WorkQueues:
    """Implements `CommandQueue`."""

    def __init__(self, client: "SQSClient", urls: dict[Worker, str]) -> None:
        """Use these queues; a function gets only the queues that its role may send to.

        A command for another one is not sent: every open refresh has a wake-up, so the sweep
        gives it to the worker soon.
        """
        self._client = client
        self._urls = urls

    def send(self, command: Command, refresh_id: RefreshId) -> None:
        """Ask the command's worker to look at the refresh."""
        if command.worker not in self._urls:
            return
        delay = min(LONGEST_DELAY, max(0, math.ceil(command.delay.total_seconds())))
        self._send(command.worker, {"refreshId": refresh_id}, delay)

    def send_webhook(self, digest: str) -> None:
        """Ask the accounts worker to look at a stored webhook."""
        self._send(Worker.ACCOUNTS, {"webhook": digest}, 0)

    @as_transient(QueueUnavailableError)
    def _send(self, worker: Worker, message: dict[str, str], delay: int) -> None:
        self._client.send_message(
            QueueUrl=self._urls[worker], MessageBody=json.dumps(message), DelaySeconds=delay
        )
