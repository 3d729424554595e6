"""Parts of a long nightly list: the logins lie in the bucket, a message only names the part."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.usecases.ports import Clock, NightlyFailure

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient


class NightlyParts:
    """Implements `NightlySlices`. The bucket encrypts; a lifecycle rule deletes."""

    def __init__(
        self, s3: "S3Client", bucket: str, sqs: "SQSClient", queue: str, *, clock: Clock
    ) -> None:
        """Keep parts in this bucket, and ask by this queue."""
        self._s3 = s3
        self._bucket = bucket
        self._sqs = sqs
        self._queue = queue
        self._clock = clock

    def hand_over(self, failures: Sequence[NightlyFailure | None]) -> None:
        """Keep a part under its day and digest, so that a repeated check asks for it again."""
        body = json.dumps([_told(each) for each in failures], separators=(",", ":")).encode()
        name = f"{self._clock():%Y-%m-%d}/{hashlib.sha256(body).hexdigest()}"
        try:
            self._s3.put_object(Bucket=self._bucket, Key=_key(name), Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "412"}:
                raise
        self._sqs.send_message(QueueUrl=self._queue, MessageBody=json.dumps({"nightly": name}))

    def take(self, name: str) -> tuple[NightlyFailure | None, ...]:
        """Return the part; one that is done is empty."""
        try:
            stored = self._s3.get_object(Bucket=self._bucket, Key=_key(name))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return ()
            raise
        body = stored["Body"].read()
        return tuple(_read(each) for each in json.loads(body)) if body else ()

    def done(self, name: str) -> None:
        """Empty the part; its name stays, so that it is not marked again tonight."""
        self._s3.put_object(Bucket=self._bucket, Key=_key(name), Body=b"")


def _key(name: str) -> str:
    return f"nightly/{name}"


def _told(failure: NightlyFailure | None) -> list[str | None] | None:
    if failure is None:
        return None
    last = failure.last_refresh.isoformat() if failure.last_refresh else None
    return [failure.login_id, failure.cause.value, last]


def _read(item: Any) -> NightlyFailure | None:
    if item is None:
        return None
    login_id, cause, last = item
    last_refresh = datetime.fromisoformat(last) if last else None
    return NightlyFailure(
        login_id=LoginId(login_id), cause=ErrorCode(cause), last_refresh=last_refresh
    )
