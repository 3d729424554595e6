"""A queue of webhooks to be looked at. A message carries a digest, nothing else."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class DigestQueue:
    """Implements `WebhookQueue`."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        """Use this queue."""
        self._client = client
        self._url = url

    def send_webhook(self, digest: str) -> None:
        """Ask for the stored webhook of this digest to be looked at."""
        body = json.dumps({"webhook": digest})
        self._client.send_message(QueueUrl=self._url, MessageBody=body)
