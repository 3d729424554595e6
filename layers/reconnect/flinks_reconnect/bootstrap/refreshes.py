"""What `refreshes` is built from."""

from functools import cache

from botocore.config import Config

from flinks_reconnect.aws.bucket import SnapshotBucket
from flinks_reconnect.bootstrap.clients import AWS_CALL, at_init, client
from flinks_reconnect.bootstrap.parts import advance, signing_keys
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.issue_link import IssueLink
from flinks_reconnect.usecases.read_refresh import ReadAccounts, ReadRefresh


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
    """Return the use case. A presigned address needs Signature Version 4 for encrypted objects."""
    signed = AWS_CALL.merge(Config(signature_version="s3v4"))
    bucket = SnapshotBucket(client("s3", signed), settings()["BUCKET_NAME"])
    return ReadAccounts(advance=advance(), snapshots=bucket)


at_init(read_refresh)
