"""The command `reconnect`: what it prints, and what it refuses to print."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.stub import Stubber
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect_client import NewConnection, ReconnectClient
from flinks_reconnect_client.cli import doctoring, importing, listening, looking, redriving
from flinks_reconnect_client.cli import main as run_command
from flinks_reconnect_client.cli.where import NotFoundHereError, Stack
from moto import mock_aws
from rich.console import Console
from standardwebhooks import Webhook

from docs.tools import examples
from tests.clients.fake_api import FakeApi, a_refresh

LOGIN = "5a4db0c0-0000-4000-8000-00000000000"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the specification's own example


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=400)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# watch


def test_watch_prints_each_change_once_and_ends_with_the_refresh(
    client: ReconnectClient, api: FakeApi, console: Console
) -> None:
    starting = a_refresh(Status.STARTING)
    api.then(starting, starting, a_refresh(Status.MFA_REQUIRED), a_refresh(Status.COMPLETED))

    assert looking.watch(client, "rf_1", console, api.sleep)

    lines = said(console).splitlines()
    assert [line.split()[1] for line in lines] == ["starting", "mfa_required", "completed"]


def test_watch_tells_of_an_end_without_data(
    client: ReconnectClient, api: FakeApi, console: Console
) -> None:
    cause = {"code": "bank_needs_person", "owner": "user", "message": "The bank asks."}
    api.then(a_refresh(Status.FAILED, error=cause))

    assert not looking.watch(client, "rf_1", console, api.sleep)

    assert "bank_needs_person (user)" in said(console)


# timeline


@pytest.mark.parametrize("who", ["cn_1", "rf_1"])
def test_timeline_tells_how_a_connection_stands_and_how_its_refreshes_went(
    client: ReconnectClient, api: FakeApi, console: Console, who: str
) -> None:
    answers = [examples.connection_example(closed=False), examples.ANSWERS["TimelineAnswer"]()]
    api.then(*([a_refresh()] if who == "rf_1" else []), *answers)

    looking.timeline(client, who, 20, console)

    told = said(console)
    assert answers[0]["id"] in told
    assert f"health: {answers[0]['health']['status']}" in told
    assert "mfa_required +9 s" in told


def test_timeline_finds_a_connection_by_a_reference(
    client: ReconnectClient, api: FakeApi, console: Console
) -> None:
    shown = examples.connection_example(closed=False)
    api.then({"items": [shown], "next": None}, shown, examples.ANSWERS["TimelineAnswer"]())
    looking.timeline(client, "customer 42/b", 20, console)
    assert api.paths[0] == "GET /connections?reference=customer%2042%2Fb"
    assert shown["supportCode"] in said(console)


def test_timeline_finds_a_connection_by_a_support_code(
    client: ReconnectClient, api: FakeApi, console: Console
) -> None:
    shown = examples.connection_example(closed=False)
    api.then(
        {"items": [], "next": None},
        {"items": [shown], "next": None},
        shown,
        examples.ANSWERS["TimelineAnswer"](),
    )
    looking.timeline(client, "abcd-efgh", 20, console)
    assert api.paths[1] == "GET /connections?supportCode=abcd-efgh"


@pytest.mark.parametrize(("count", "told"), [(0, "No connection has"), (2, "give one of them")])
def test_timeline_shows_no_connection_that_was_not_meant(
    client: ReconnectClient, api: FakeApi, console: Console, count: int, told: str
) -> None:
    shown = examples.connection_example(closed=False)
    api.then({"items": [shown] * count, "next": None})
    with pytest.raises(NotFoundHereError, match=told):
        looking.timeline(client, "customer-42", 20, console)


# import


def _file(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "connections.csv"
    file.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    return file


def _report(*outcomes: str) -> dict[str, Any]:
    errors = [{"field": "loginId", "message": "must be a GUID that is not all zeros"}]
    items = [
        {"index": index, "outcome": each} | ({"errors": errors} if each == "invalid" else {})
        for index, each in enumerate(outcomes)
    ]
    counts = {"created": 0, "updated": 0, "unchanged": 0, "invalid": 0, "closed": 0, "failed": 0}
    return {"dryRun": False, **counts, "items": items}


def test_a_file_becomes_connections_and_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "reference,loginId,selectedAccounts,unattended,language",
        f"c-1,{LOGIN}1,all,TRUE,fr",
        f',{LOGIN}2,"a b;c",,',
        "",
    )
    assert [(each.line, each.connection) for each in importing.read(file)] == [
        (
            2,
            NewConnection(
                login_id=f"{LOGIN}1",
                reference="c-1",
                selected_accounts="all",
                unattended=True,
                language="fr",
            ),
        ),
        (3, NewConnection(login_id=f"{LOGIN}2", selected_accounts=["a", "b", "c"])),
    ]


def test_a_dry_run_writes_nothing_and_names_the_lines_that_are_wrong(
    client: ReconnectClient, api: FakeApi, console: Console, tmp_path: Path
) -> None:
    file = _file(tmp_path, "loginId", f"{LOGIN}1", "canary", f"{LOGIN}3")
    api.then(_report("created", "invalid", "closed"))

    assert not importing.run(client, file, True, console)

    assert api.body["dryRun"] is True
    told = said(console)
    [row] = [line.split() for line in told.replace("│", " ").splitlines() if "must be" in line]
    assert row[:3] == ["3", "invalid", "loginId"]
    assert "Would be: 1 closed, 1 created, 1 invalid." in told
    assert "canary" not in told
    assert LOGIN not in told


def test_an_import_of_many_goes_in_parts_that_the_api_takes(
    client: ReconnectClient, api: FakeApi, console: Console, tmp_path: Path
) -> None:
    file = _file(tmp_path, "loginId", *(f"{LOGIN}{n}" for n in range(250)))
    api.then(*(_report(*["created"] * count) for count in (100, 100, 50)))

    assert importing.run(client, file, False, console)

    assert [len(json.loads(each.content)["connections"]) for each in api.calls] == [100, 100, 50]
    assert "250 created." in said(console)


def test_rows_with_many_accounts_stay_below_64_kb_a_call() -> None:
    many = NewConnection(login_id=LOGIN, selected_accounts=[f"{LOGIN}{n}" for n in range(200)])
    rows = [importing.Row(line=n, connection=many) for n in range(30)]
    parts = list(importing.parts(rows))
    assert [each for part in parts for each in part] == rows
    assert max(map(len, parts)) < 10


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["reference", "x"], "no column loginId"),
        (["loginId,institution_id", "x,14"], "did you mean institutionId"),
        (["loginId,canary", "x,y"], "A column of the file is not known"),
        (["loginId,reference", "x"], "Line 2 has another number of cells"),
        (["loginId", "x,canary"], "Line 2 has another number of cells"),
        (["loginId,unattended", "x,canary"], "Line 2: unattended is true or false"),
    ],
)
def test_a_file_of_another_shape_is_refused_by_its_line_and_no_value(
    tmp_path: Path, lines: list[str], says: str
) -> None:
    with pytest.raises(importing.UnreadableFileError) as caught:
        importing.read(_file(tmp_path, *lines))
    assert says in str(caught.value)
    assert "canary" not in str(caught.value)


# listen


def test_a_forwarded_event_verifies_with_the_official_library() -> None:
    sent: list[httpx.Request] = []

    def post(url: str, *, content: str, headers: dict[str, str], timeout: float) -> httpx.Response:
        sent.append(httpx.Request("POST", url, content=content, headers=headers))
        return httpx.Response(204)

    detail = {"id": "rf_1.7.refresh.failed", "type": "refresh.failed", "reference": "é"}
    detail["occurredAt"] = "2026-11-22T14:31:07.412Z"
    forward = listening.Forwarder(url="http://127.0.0.1:1/hooks", secret=SECRET, post=post)

    assert forward({"detail": detail}) == "answered 204"

    told = Webhook(SECRET).verify(sent[0].content, dict(sent[0].headers))
    assert told == {
        "type": "refresh.failed",
        "timestamp": "2026-11-22T14:31:07.412Z",
        "data": detail,
    }


def test_an_address_that_does_not_answer_is_told_and_ends_nothing() -> None:
    def post(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("no")

    detail = {"id": "i", "type": "t", "occurredAt": "2026-11-22T14:31:07.412Z"}
    forward = listening.Forwarder(url="http://127.0.0.1:1", secret=SECRET, post=post)
    assert forward({"detail": detail}) == "not delivered (ConnectError)"


def test_a_secret_is_made_where_none_is_given() -> None:
    made = [listening.forwarder("http://127.0.0.1:1", "").secret for _ in range(2)]
    assert made[0] != made[1]
    assert all(each.startswith("whsec_") for each in made)


# doctor


@pytest.mark.parametrize(
    ("name", "value", "level", "says"),
    [
        ("ReturnUrls", "https://app.example.com/back,app.example://back", "ok", "2 listed"),
        ("ReturnUrls", "http://127.0.0.1:8805/back", "ok", "1 listed"),
        ("ReturnUrls", "", "look", "empty"),
        ("ReturnUrls", "https://a.example, https://b.example", "wrong", "entry 2: has spaces"),
        ("ReturnUrls", "http://app.example.com/back", "wrong", "entry 1: is not https"),
        ("ReturnUrls", "app.example.com/back", "wrong", "entry 1: is no whole address"),
        ("EmbedOrigins", "https://app.example.com", "ok", "1 listed"),
        ("EmbedOrigins", "https://app.example.com/", "wrong", "is more than an origin"),
    ],
)
def test_doctor_judges_the_allow_lists(name: str, value: str, level: str, says: str) -> None:
    found = doctoring.allow_list(name, value)
    assert (found.level, says in found.told) == (level, True)
    assert bool(found.remedy) == (level != "ok")


@pytest.mark.parametrize(
    ("name", "waiting", "level"),
    [
        ("AuthorizeDeadLetters", 0, "ok"),
        ("AuthorizeDeadLetters", 1, "wrong"),
        ("AuthorizeQueue", 3, "ok"),
        ("AuthorizeQueue", 5000, "look"),
    ],
)
def test_doctor_judges_a_queue_by_what_waits_in_it(name: str, waiting: int, level: str) -> None:
    assert doctoring.queue(name, waiting).level == level


@pytest.mark.parametrize(("seconds", "level"), [(2, "ok"), (-40, "ok"), (400, "wrong")])
def test_doctor_judges_this_machines_clock(seconds: int, level: str) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert doctoring.skew(now + timedelta(seconds=seconds), now).level == level


# redrive


@pytest.fixture
def dead() -> Iterator[tuple[Stack, Any]]:
    """A stack with one letter in each of two dead-letter queues; only one came from a queue."""
    with mock_aws():
        session = boto3.Session("AKIDEXAMPLE", "example", region_name="ca-central-1")
        sqs = session.client("sqs")
        urls = {
            name: sqs.create_queue(QueueName=name)["QueueUrl"]
            for name in ("AuthorizeDeadLetters", "EventDeadLetters", "AuthorizeQueue")
        }
        for name in ("AuthorizeDeadLetters", "EventDeadLetters"):
            sqs.send_message(QueueUrl=urls[name], MessageBody=name)
        arn = sqs.get_queue_attributes(
            QueueUrl=urls["AuthorizeDeadLetters"], AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        sqs.set_queue_attributes(
            QueueUrl=urls["AuthorizeQueue"], Attributes={"RedrivePolicy": policy}
        )
        stack = Stack(name="reconnect", session=session)
        stack.__dict__["resources"] = {name: ("AWS::SQS::Queue", url) for name, url in urls.items()}
        yield stack, sqs


def test_a_dry_redrive_moves_nothing(dead: tuple[Stack, Any], console: Console) -> None:
    stack, sqs = dead
    before = redriving.found(stack, sqs)

    redriving.run(stack, dry_run=True, console=console)

    assert "would go back to their queue" in said(console)
    assert "no event is lost" in said(console)
    assert redriving.found(stack, sqs) == before
    assert [each.waiting for each in before] == [1, 1]


def test_a_redrive_asks_aws_to_move_what_came_from_a_queue_and_nothing_else(
    dead: tuple[Stack, Any],
) -> None:
    stack, sqs = dead
    letters, others = redriving.found(stack, sqs)
    with Stubber(sqs) as stub:  # moto knows no move tasks
        asked = {"SourceArn": letters.arn}
        stub.add_response("start_message_move_task", {"TaskHandle": "h"}, asked)
        assert "on their way back" in redriving.settled(sqs, letters, dry_run=False)
        assert "purge the queue" in redriving.settled(sqs, others, dry_run=False)
        stub.assert_no_pending_responses()


# The command itself


def _main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *arguments: str) -> int | str | None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["reconnect", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_command()
    return ended.value.code


def test_without_the_local_stack_it_says_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, tmp_path, "watch", "rf_1", "--local") == 1
    assert "make up" in capsys.readouterr().err


def test_an_option_that_does_not_exist_is_a_line_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, tmp_path, "watch", "rf_1", "--lokal") == 2
    assert "No such option" in capsys.readouterr().err


def test_an_api_that_cannot_be_reached_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECONNECT_API_URL", "http://127.0.0.1:9/v1")
    for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    assert _main(monkeypatch, tmp_path, "watch", "rf_1") == 1
    assert "api_unreachable" in capsys.readouterr().err
