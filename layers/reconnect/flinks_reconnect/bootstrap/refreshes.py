"""What `refreshes` is built from."""

from functools import cache
from typing import Final

from botocore.config import Config

from flinks_reconnect.aws.bucket import SnapshotBucket
from flinks_reconnect.bootstrap.clients import AWS_CALL, at_init, client
from flinks_reconnect.bootstrap.secrets import signing_keys
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.issue_link import IssueLink
from flinks_reconnect.usecases.read_refresh import ReadAccounts, ReadRefresh

PRESIGNED: Final = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)
"""How S3 takes a presigned address: Signature Version 4, since objects are encrypted with a key
(Amazon S3, Protecting data with SSE-KMS), at the region's own host. The global one, botocore's
choice, sends a new bucket's readers elsewhere for hours, which the signature does not survive,
and does not serve regions that were opened after 2019 (Amazon S3, Virtual hosting of buckets)."""


@cache
def read_refresh() -> ReadRefresh:
    """Return the use case."""
    return ReadRefresh(advance=advance())


@cache
def issue_link() -> IssueLink:
    """Return the use case."""
    return IssueLink(advance=advance(), signing_keys=signing_keys)


@cache
def read_accounts() -> ReadAccounts:
    """Return the use case."""
    return ReadAccounts(advance=advance(), snapshots=snapshots())


@cache
def snapshots() -> SnapshotBucket:
    """Return the bucket, as presigned addresses name it."""
    return SnapshotBucket(client("s3", AWS_CALL.merge(PRESIGNED)), settings()["BUCKET_NAME"])


at_init(read_refresh)
