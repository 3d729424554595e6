"""Counts that alarms watch, in CloudWatch's embedded format: a line of the log, no call."""

from datetime import timedelta

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "FlinksReconnect"


def count(name: str, value: int = 1) -> None:
    """Count something under this stack's name; nothing at all where it did not happen."""
    if value:
        _emit(name, MetricUnit.Count, value)


def duration(name: str, value: timedelta) -> None:
    """Tell how long something took, in seconds."""
    _emit(name, MetricUnit.Seconds, value.total_seconds())


def _emit(name: str, unit: MetricUnit, value: float) -> None:
    with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE):
        pass
