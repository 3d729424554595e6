"""Counts that alarms watch, in CloudWatch's embedded format: a line of the log, no call."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "FlinksReconnect"


def count(name: str, value: int = 1) -> None:
    """Count something under this stack's name; nothing at all where it did not happen."""
    if value:
        with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace=NAMESPACE):
            pass
