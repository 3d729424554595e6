"""Every minute: drive whatever is overdue."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from flinks_reconnect.bootstrap.sweep import sweep
from flinks_reconnect.metrics import count, duration
from flinks_reconnect.observability import logger


def handler(_event: dict[str, Any], context: LambdaContext) -> None:
    """Look at what is due. A missed or doubled tick changes nothing but the hour."""
    report = sweep()(lambda: context.get_remaining_time_in_millis() > 10_000)
    count("sweeps")
    count("rows_postponed", report.postponed)
    count("sweep_faults", report.faults + report.unread)
    duration("oldest_attempt", report.oldest)
    logger.info(
        "swept",
        looked=report.looked,
        early=report.early,
        postponed=report.postponed,
        busy=report.busy,
        faults=report.faults,
        unread_shards=report.unread,
    )
