"""Which failures of AWS pass by themselves, so that whoever waits may try again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

_CODES: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""DynamoDB Developer Guide, "Error handling"; SQS API Reference, "Common errors"."""
_REASONS: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""Why a transaction was cancelled (TransactWriteItems, cancellation reasons)."""


@contextmanager
def as_transient(kind: type[Exception]) -> Iterator[None]:
    """Raise what passes by itself as this exception; any other failure stays what it is."""
    try:
        yield
    except (HTTPClientError, NoConnectionError) as error:
        raise kind from error
    except ClientError as error:
        if not _passes(error):
            raise
        raise kind from error


def _passes(error: ClientError) -> bool:
    response: dict[str, Any] = dict(error.response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    reasons = {reason.get("Code") for reason in response.get("CancellationReasons", [])}
    code = response.get("Error", {}).get("Code")
    return status >= 500 or code in _CODES or bool(reasons & _REASONS)
