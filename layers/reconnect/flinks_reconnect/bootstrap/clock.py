"""The clock of every function."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)
