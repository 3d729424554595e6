"""Which faults of AWS pass by themselves."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from flinks_reconnect.usecases.errors import TransientError

OUR_OWN: Final = frozenset({"ValidationException", "ItemCollectionSizeLimitExceededException"})
"""DynamoDB refuses what was asked for, and will do so every time (DynamoDB, error handling)."""


def is_passing(error: Exception) -> bool:
    """Whether a later try may succeed: throttles, time-outs, 5xx, and rights that are missing.

    A right that is missing concerns every row alike, so none of them is to blame for it.
    """
    if isinstance(error, TransientError):
        return True
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] not in OUR_OWN and not _holds_our_own(error)
    return isinstance(error, BotoCoreError | OSError)


def _holds_our_own(error: ClientError) -> bool:
    """A transaction names its reasons one by one; `ValidationError` is the row's own."""
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "ValidationError" for reason in reasons)
