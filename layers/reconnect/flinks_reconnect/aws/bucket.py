"""The bucket: filtered snapshots."""

import gzip
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import simplejson

from flinks_reconnect.aws.transient_errors import as_transient
from flinks_reconnect.domain.accounts import Account
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.usecases.errors import StoreUnavailableError
from flinks_reconnect.usecases.ports import StoredSnapshot

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class SnapshotBucket:
    """Implements `SnapshotStore`. The bucket encrypts; a lifecycle rule deletes."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use this bucket."""
        self._client = client
        self._bucket = bucket

    @as_transient(StoreUnavailableError)
    def put(
        self, refresh_id: RefreshId, accounts: tuple[Account, ...], about: dict[str, object]
    ) -> StoredSnapshot:
        """Write the accounts; a repetition writes the same object again.

        Numbers that were kept as they are written (`simplejson.RawJSON`) are written so again.
        """
        document = about | {"accounts": accounts}
        body = simplejson.dumps(document, separators=(",", ":")).encode()
        digest = hashlib.sha256(body).hexdigest()
        self._client.put_object(
            Bucket=self._bucket,
            Key=_snapshot_key(refresh_id, digest),
            Body=gzip.compress(body, compresslevel=6, mtime=0),
            ContentType="application/json",
            ContentEncoding="gzip",
            CacheControl="no-store",
        )
        return StoredSnapshot(sha256=digest, bytes=len(body))

    def link(self, refresh_id: RefreshId, sha256: str, expires_in: timedelta) -> str:
        """Return a presigned address; it is as good as the role that signed it."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": _snapshot_key(refresh_id, sha256)},
            ExpiresIn=int(expires_in.total_seconds()),
        )


def _snapshot_key(refresh_id: RefreshId, digest: str) -> str:
    return f"snapshots/{refresh_id}/{digest}.json"
