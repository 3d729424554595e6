"""Once a day: notice failed nightly refreshes; a long list comes back in parts, by a queue."""

from typing import Any

from flinks_reconnect.api.batches import tick_or_messages
from flinks_reconnect.bootstrap.nightly_check import check_nightly, mark_slice
from flinks_reconnect.metrics import count
from flinks_reconnect.observability import logger


def check() -> None:
    """Mark what Flinks lists; a doubled tick marks nothing twice."""
    report = check_nightly()()
    count("nightly_checks")
    logger.info("nightly refresh checked", extra=report.counts())


def mark(name: str) -> None:
    """Mark one part of a long list."""
    logger.info("part of the nightly list marked", extra=mark_slice()(name).counts())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any] | None:
    """Take a tick of the schedule, or the messages of the queue."""
    return tick_or_messages(event, tick=check, nightly=mark)
