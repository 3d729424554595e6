"""What time it is, and the clocks of this stack."""

from datetime import UTC, datetime
from functools import cache

from flinks_reconnect.config import settings
from flinks_reconnect.domain.clocks import Clocks


def now() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)


@cache
def clocks() -> Clocks:
    """Return the clocks of this stack."""
    return settings().clocks
