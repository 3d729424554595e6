"""template-monitoring.yaml: whom it tells of what, and that each alarm can ring."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from docs.tools.template import template
from tests.contract.alarms import NAMES, Point, alarms, is_alarm
from tests.contract.template import ROOT, resolved
from tests.contract.transformed import of_type

MONITORING = template("template-monitoring.yaml")
RUNBOOKS = ROOT / "docs/runbooks"
SECTIONS = ["## What you see", "## Why", "## What to do", "## How to know that it is over"]


def point(namespace: str, metric: str, value: float, **dimensions: str) -> Point:
    return Point(
        namespace=namespace,
        metric=metric,
        dimensions=tuple(sorted(dimensions.items())),
        value=value,
    )


def of_api(metric: str, value: float) -> Point:
    return point("AWS/ApiGateway", metric, value, ApiName="the-stack", Stage="v1")


def of_queue(metric: str, name: str, value: float) -> Point:
    return point("AWS/SQS", metric, value, QueueName=NAMES[name])


OWN = {
    "SweepSilent",
    "NightlyCheckSilent",
    "AttemptStuck",
    "OperatorNeeded",
    "MessagesFail",
    "MessagesPoisoned",
    "RowsPostponed",
    "WebhooksQuarantined",
}
"""On counts of ours: tests/integration/test_alarms.py rings them from the running code."""

RINGING: dict[str, list[Point]] = {
    "EventsLate": [point("AWS/Lambda", "IteratorAge", 300_001, FunctionName="publish-events")],
    "ApiFails": [of_api("5XXError", 2), of_api("Count", 150)],
    "StartsWait": [of_queue("ApproximateAgeOfOldestMessage", "AuthorizeQueue", 121)],
    "DataWaits": [of_queue("ApproximateAgeOfOldestMessage", "AccountsQueue", 121)],
    "WebhooksWait": [of_queue("ApproximateAgeOfOldestMessage", "PassOnQueue", 3601)],
    "NightlyPartsWait": [of_queue("ApproximateAgeOfOldestMessage", "NightlyQueue", 7201)],
    "WorkersFail": [point("AWS/Lambda", "Errors", 1, FunctionName="sweep")],
    "DeadLetters": [of_queue("ApproximateNumberOfMessagesVisible", "TimerDeadLetters", 1)],
    "Throttled": [point("AWS/Lambda", "Throttles", 1)],
    "ConcurrencyNearLimit": [point("AWS/Lambda", "ConcurrentExecutions", 801)],
    "TableThrottled": [point("AWS/DynamoDB", "WriteThrottleEvents", 1, TableName="the-table")],
}
QUIET: dict[str, list[Point]] = {
    "EventsLate": [point("AWS/Lambda", "IteratorAge", 900, FunctionName="publish-events")],
    "ApiFails": [of_api("5XXError", 1), of_api("Count", 3)],
    "StartsWait": [of_queue("ApproximateAgeOfOldestMessage", "AuthorizeQueue", 20)],
    "DataWaits": [of_queue("ApproximateAgeOfOldestMessage", "AccountsQueue", 20)],
    "WebhooksWait": [of_queue("ApproximateAgeOfOldestMessage", "PassOnQueue", 60)],
    "NightlyPartsWait": [of_queue("ApproximateAgeOfOldestMessage", "NightlyQueue", 600)],
    "WorkersFail": [point("AWS/Lambda", "Errors", 0, FunctionName="sweep")],
    "DeadLetters": [of_queue("ApproximateNumberOfMessagesVisible", "TimerDeadLetters", 0)],
    "Throttled": [point("AWS/Lambda", "Throttles", 0)],
    "ConcurrencyNearLimit": [point("AWS/Lambda", "ConcurrentExecutions", 400)],
    "TableThrottled": [],
}


def test_every_alarm_is_rung_by_a_test() -> None:
    assert RINGING.keys() == QUIET.keys()
    assert RINGING.keys() | OWN == alarms().keys()
    assert not RINGING.keys() & OWN


@pytest.mark.parametrize("name", RINGING)
def test_an_alarm_on_a_metric_of_aws_rings_and_rests(name: str) -> None:
    """A sum over metrics of which most have no value must ring too (FILL)."""
    alarm = alarms()[name]
    assert is_alarm(alarm, RINGING[name])
    assert not is_alarm(alarm, QUIET[name])
    assert not is_alarm(alarm, [])


def tells(alarm: dict[str, Any]) -> str:
    text = alarm["AlarmDescription"]["Fn::Sub"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_says_how_urgent_it_is_and_ends_with_its_runbook(name: str) -> None:
    text = tells(alarms()[name])
    assert re.match(r"\[(page|ticket)\] \w.{30,}", text)
    page = text.rpartition("${RunbookBase}/")[2]
    written = (RUNBOOKS / page).read_text()
    assert name in written
    assert [line for line in written.splitlines() if line.startswith("## ")] == SECTIONS


def test_every_runbook_belongs_to_an_alarm() -> None:
    named = {tells(each).rpartition("/")[2] for each in alarms().values()}
    waf = template("template-waf.yaml")["Resources"]["WebhooksBlockedAlarm"]["Properties"]
    named.add(str(waf["AlarmDescription"]).rpartition("/")[2])
    assert {each.name for each in RUNBOOKS.glob("*.md")} == named | {"README.md"}


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_tells_when_it_rings_and_when_it_is_over(name: str) -> None:
    alarm = alarms()[name]
    assert alarm["AlarmActions"] == alarm["OKActions"]
    told = json.dumps(alarm["AlarmActions"])
    assert ("TicketTopicArn" in told) is tells(alarm).startswith("[ticket]")
    assert '"AlarmTopic"' in told


def test_somebody_is_told_or_the_deploy_is_refused() -> None:
    (rule,) = MONITORING["Rules"].values()
    (told,) = rule["Assertions"]
    assert "tells nobody" in told["AssertDescription"]
    (topic,) = of_type("AWS::SNS::Topic", "template-monitoring.yaml").values()
    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}]


def test_the_first_stack_says_all_that_this_one_must_know() -> None:
    text = template()["Outputs"]["MonitoringParameters"]["Value"]["Fn::Sub"]
    stated = dict(pair.split("=") for pair in text.split())
    needed = {name for name, each in MONITORING["Parameters"].items() if "Default" not in each}
    assert stated.keys() == needed
    resources = template()["Resources"]
    for name, value in stated.items():
        logical_id = value.strip("${}").split(".")[0]
        assert logical_id == "AWS::StackName" or logical_id in resources, name
        assert name in {"ReconnectStack", "TableName", logical_id.replace("FunctionLogs", "Logs")}


def test_l5_a_poison_message_rings_within_five_minutes() -> None:
    """The dead letter takes five receives, hours apart; the first one is counted."""
    alarm = alarms()["MessagesPoisoned"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300
    assert alarm["Threshold"] == 0


def test_every_queue_is_watched() -> None:
    queues = {
        name for name, each in template()["Resources"].items() if each["Type"] == "AWS::SQS::Queue"
    }
    text = json.dumps(alarms())
    assert [name for name in queues if json.dumps({"Ref": name}) not in text] == []


def test_the_api_is_watched_under_the_name_that_it_really_has() -> None:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    assert api.get("Name", api["Body"]["info"]["title"]) == {"Ref": "AWS::StackName"}
    assert stage["StageName"] == "v1"


def test_the_runbooks_list_names_every_page() -> None:
    listed = (RUNBOOKS / "README.md").read_text()
    for page in Path(RUNBOOKS).glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in listed, page.name


# The dashboard


def widgets() -> list[dict[str, Any]]:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard", "template-monitoring.yaml").values()
    text = resolved(dashboard["DashboardBody"], NAMES | {"AWS::Region": "ca-central-1"})
    found: list[dict[str, Any]] = json.loads(text)["widgets"]
    return found


def test_the_widgets_fill_the_dashboard_and_none_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for each in widgets():
        area = {
            (x, y)
            for x in range(each["x"], each["x"] + each["width"])
            for y in range(each["y"], each["y"] + each["height"])
        }
        assert not area & taken, each["properties"]["title"]
        assert max(x for x, _ in area) < 24
        taken |= area


def test_every_count_of_ours_that_it_shows_is_one_that_the_code_writes() -> None:
    """The event types are counted as they are published; the rest is rung by the alarms' tests."""
    types = {
        each.value for each in importlib.import_module("flinks_reconnect.domain.events").EventType
    }
    rung = {alarms()[name]["MetricName"] for name in OWN}
    shown = {
        (metric[1], *metric[2:])
        for each in widgets()
        for metric in each["properties"].get("metrics", [])
        if metric[0] == "FlinksReconnect"
    }
    assert {name for name, *_ in shown} <= types | rung
    assert types <= {name for name, *_ in shown}
    assert {tuple(rest) for _, *rest in shown} == {("service", "the-stack")}


def test_what_it_asks_the_logs_is_what_a_line_about_flinks_carries() -> None:
    queries = [each["properties"]["query"] for each in widgets() if each["type"] == "log"]
    source = (ROOT / "layers/reconnect/flinks_reconnect/bootstrap/flinks.py").read_text()
    assert len(queries) == 2
    for query in queries:
        assert "filter message = 'flinks answered'" in query
    for field in ("endpoint", "flinks_code", "seconds"):
        assert f"{field}=" in source
        assert any(field in query for query in queries)
    assert '"flinks answered"' in source
