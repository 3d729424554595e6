"""template-monitoring.yaml's alarms, judged as CloudWatch judges them, over what was counted."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.contract.template import resolved
from tests.contract.transformed import of_type

NAMES: Final = {
    "ReconnectStack": "the-stack",
    "TableName": "the-table",
    "AuthorizeQueue": "authorize-queue",
    "AccountsQueue": "accounts-queue",
    "NightlyQueue": "nightly-queue",
    "NightlyDeadLetters": "nightly-dead",
    "PassOnQueue": "pass-on-queue",
    "PassOnDeadLetters": "pass-on-dead",
    "AuthorizeDeadLetters": "authorize-dead",
    "AccountsDeadLetters": "accounts-dead",
    "EventDeadLetters": "event-dead",
    "TimerDeadLetters": "timer-dead",
    "AuthorizeFunction": "authorize",
    "FetchAccountsFunction": "fetch-accounts",
    "PassWebhookOnFunction": "pass-webhook-on",
    "SweepFunction": "sweep",
    "NightlyCheckFunction": "nightly-check",
    "PublishEventsFunction": "publish-events",
    "AuthorizeLogs": "logs-of-authorize",
    "FetchAccountsLogs": "logs-of-fetch-accounts",
    "ConcurrencyLimit": "1000",
    "RunbookBase": "docs/runbooks",
}
"""Parameters of the monitoring stack."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value of a metric within one period."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...] = ()
    value: float = 1


def alarms() -> dict[str, dict[str, Any]]:
    return of_type("AWS::CloudWatch::Alarm", "template-monitoring.yaml")


def emitted(output: str) -> list[Point]:
    """What CloudWatch reads from a function's log: the embedded metric format."""
    points = []
    for line in output.splitlines():
        if '"_aws"' not in line:
            continue
        told = json.loads(line)
        for block in told["_aws"]["CloudWatchMetrics"]:
            for names in block["Dimensions"]:
                dimensions = tuple(sorted((name, told[name]) for name in names))
                for metric in block["Metrics"]:
                    values = told[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        points.append(
                            Point(
                                namespace=block["Namespace"],
                                metric=metric["Name"],
                                dimensions=dimensions,
                                value=value,
                            )
                        )
    return points


def is_alarm(alarm: Mapping[str, Any], points: Iterable[Point]) -> bool:
    """Whether a period with these values, and as many like it as it asks for, is an alarm."""
    value = _value(alarm, list(points))
    if value is None:
        return bool(alarm["TreatMissingData"] == "breaching")
    if alarm["ComparisonOperator"] == "LessThanThreshold":
        return value < float(alarm["Threshold"])
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return value > float(alarm["Threshold"])


def _value(alarm: Mapping[str, Any], points: list[Point]) -> float | None:
    if "Metrics" not in alarm:
        return _statistic(alarm, alarm["Statistic"], points)
    values: dict[str, float | None] = {}
    expression = ""
    for each in alarm["Metrics"]:
        if "Expression" in each:
            expression = resolved(each["Expression"], NAMES)
        else:
            stat = each["MetricStat"]
            values[each["Id"]] = _statistic(stat["Metric"], stat["Stat"], points)
    return _calculated(expression, values)


def _calculated(expression: str, values: Mapping[str, float | None]) -> float | None:
    """Metric math, as far as our alarms use it; what was never counted has no value."""
    if all(value is None for value in values.values()):
        return None
    used = set(re.findall(r"\b[a-z]+\b", re.sub(r"FILL\(\w+, 0\)", "", expression)))
    if any(values[name] is None for name in used if name not in _filled(expression)):
        return None
    known: dict[str, Any] = {
        "FILL": lambda value, rest: rest if value is None else value,
        "IF": lambda test, yes, no: yes if test else no,
        "__builtins__": {},
    }
    return float(eval(expression, known, dict(values)))  # noqa: S307 - an expression of our own template


def _filled(expression: str) -> set[str]:
    return set(re.findall(r"FILL\((\w+), 0\)", expression))


def _statistic(metric: Mapping[str, Any], statistic: str, points: list[Point]) -> float | None:
    dimensions = tuple(
        sorted(
            (each["Name"], resolved(each["Value"], NAMES)) for each in metric.get("Dimensions", [])
        )
    )
    wanted = (metric["Namespace"], metric["MetricName"], dimensions)
    values = [
        each.value for each in points if (each.namespace, each.metric, each.dimensions) == wanted
    ]
    if not values:
        return None
    return max(values) if statistic == "Maximum" else sum(values)
