"""Every minute: drive whatever is overdue."""

from typing import Any

from flinks_reconnect.bootstrap.sweep import sweep
from flinks_reconnect.observability import logger


def handler(_event: dict[str, Any], _context: object) -> None:
    """Look at what is due. A missed or doubled tick changes nothing but the hour."""
    logger.info("swept", rows=sweep()())
