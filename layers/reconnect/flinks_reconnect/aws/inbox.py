"""The bucket: raw webhooks until they are looked at, and until they are passed on."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from flinks_reconnect.usecases.webhook_ports import NO_SIGNATURE, SignedWebhook

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class InboxBucket:
    """Implements `WebhookInbox`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use this bucket."""
        self._client = client
        self._bucket = bucket

    def put(self, body: bytes, signature: Mapping[str, str] = NO_SIGNATURE) -> str:
        """Keep the raw bytes once; the digest is their name, the signature their metadata."""
        digest = hashlib.sha256(body).hexdigest()
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"inbox/{digest}",
                Body=body,
                ContentType="application/json",
                Metadata=dict(signature),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "412"}:
                raise
        return digest

    def get(self, digest: str) -> bytes | None:
        """Return the raw bytes, or None if they are gone."""
        try:
            stored = self._client.get_object(Bucket=self._bucket, Key=f"inbox/{digest}")
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        return stored["Body"].read()

    def quarantine(self, digest: str) -> None:
        """Set the body aside; a lifecycle rule deletes it after 7 days."""
        self._client.copy_object(
            Bucket=self._bucket,
            Key=f"quarantine/{digest}",
            CopySource={"Bucket": self._bucket, "Key": f"inbox/{digest}"},
        )
        self.discard(digest)

    def discard(self, digest: str) -> None:
        """Delete the body."""
        self._client.delete_object(Bucket=self._bucket, Key=f"inbox/{digest}")


class OutboundBucket:
    """Implements `OutboundWebhooks`. A lifecycle rule deletes what nobody took."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use this bucket."""
        self._client = client
        self._bucket = bucket

    def hand_over(self, digest: str) -> None:
        """Copy it within the bucket; S3 copies the metadata too."""
        self._client.copy_object(
            Bucket=self._bucket,
            Key=f"outbound/{digest}",
            CopySource={"Bucket": self._bucket, "Key": f"inbox/{digest}"},
        )

    def get(self, digest: str) -> SignedWebhook | None:
        """Return the raw bytes and their signature, or None if they are gone."""
        try:
            stored = self._client.get_object(Bucket=self._bucket, Key=f"outbound/{digest}")
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        return SignedWebhook(body=stored["Body"].read(), signature=stored["Metadata"])

    def discard(self, digest: str) -> None:
        """Delete it."""
        self._client.delete_object(Bucket=self._bucket, Key=f"outbound/{digest}")
