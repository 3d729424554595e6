"""Once a day: notice failed nightly refreshes."""

from typing import Any

from flinks_reconnect.bootstrap.nightly_check import check_nightly
from flinks_reconnect.metrics import count
from flinks_reconnect.observability import logger


def handler(_event: dict[str, Any], _context: object) -> None:
    """Mark what Flinks lists; a doubled tick marks nothing twice."""
    report = check_nightly()()
    count("nightly_checks")
    logger.info(
        "nightly refresh checked",
        listed=report.listed,
        marked=report.marked,
        unknown=report.unknown,
        skipped=report.skipped,
    )
