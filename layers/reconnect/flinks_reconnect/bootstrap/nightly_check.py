"""What `nightly_check` is built from."""

from functools import cache

from flinks_reconnect.aws.nightly import NightlyParts
from flinks_reconnect.bootstrap.clients import at_init, client
from flinks_reconnect.bootstrap.clock import now
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.shared import advance, home_of
from flinks_reconnect.config import settings
from flinks_reconnect.faults import is_passing
from flinks_reconnect.flinks.exchange import trust
from flinks_reconnect.usecases.check_nightly import CheckNightly, MarkNightly, MarkSlice


@cache
def check_nightly() -> CheckNightly:
    """Return the use case."""
    return CheckNightly(mark=_mark(), flinks=flinks(), slices=_slices())


@cache
def mark_slice() -> MarkSlice:
    """Return the use case."""
    return MarkSlice(mark=_mark(), slices=_slices())


@cache
def _mark() -> MarkNightly:
    return MarkNightly(advance=advance(), home_of=home_of, is_passing=is_passing)


@cache
def _slices() -> NightlyParts:
    configured = settings()
    return NightlyParts(
        client("s3"),
        configured["BUCKET_NAME"],
        client("sqs"),
        configured["NIGHTLY_QUEUE_URL"],
        clock=now,
    )


at_init(check_nightly, trust)
