"""When to ask again: `Retry-After` on every answer that says `wait`; an early read costs money."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flinks_reconnect.domain.errors import NextAction
from flinks_reconnect.domain.refresh import Status

LONGEST: Final = 3600
"""Seconds; nobody is asked to sleep longer, since a link or another person may change things."""
OF_STATUS: Final[Mapping[str, int]] = {
    Status.STARTING: 5,  # a bank login takes some 15 s
    Status.VERIFYING: 5,
    Status.FETCHING: 10,  # as often as Flinks is asked itself (GetAccountsDetailAsync)
}
OTHERWISE: Final = 5


def retry_after(body: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return the header for an answer that says `wait`, and none for any other."""
    refresh = body.get("refresh", body)
    if not isinstance(refresh, Mapping) or refresh.get("nextAction") != NextAction.WAIT:
        return {}
    if refresh.get("retryAt"):
        until = datetime.fromisoformat(refresh["retryAt"])
        seconds = math.ceil((until - now).total_seconds())
    else:
        seconds = OF_STATUS.get(refresh.get("status", ""), OTHERWISE)
    return {"Retry-After": str(min(LONGEST, max(1, seconds)))}
