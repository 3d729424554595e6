"""The command `reconnect` on the deployed stack, as one would type it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.emulator import administrator
from tests.e2e.conftest import Scene

COMMAND = [sys.executable, "-m", "flinks_reconnect_client.cli"]


@pytest.fixture
def folder(stack: dict[str, Any], tmp_path: Path) -> Path:
    """A folder from which the command finds the stack."""
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/stack.json").write_text(json.dumps(stack))
    return tmp_path


def _env() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "COLUMNS": "300", "PYTHONUNBUFFERED": "1"}


def _run(folder: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=_env(),
        check=False,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@contextmanager
def _listening(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, "listen", "--local", "--for", "60"]
    with subprocess.Popen(
        command, cwd=folder, env=_env(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("Listening")
        yield process
        process.send_signal(2)
        process.wait(60)  # it ends with its long poll


def _rules(stack: dict[str, Any]) -> list[str]:
    events = administrator().client("events", endpoint_url=stack["endpointUrl"])
    return [each["Name"] for each in events.list_rules(EventBusName=stack["busName"])["Rules"]]


def test_listen_shows_what_happens_and_leaves_nothing_behind(
    scene: Scene, stack: dict[str, Any], folder: Path
) -> None:
    login = scene.sandbox.login("no_mfa")
    before = _rules(stack)
    with _listening(folder) as process:
        assert process.stdout
        scene.api.begin(login, "completed")
        told = next(line for line in process.stdout if login.reference in line)
    assert "refresh." in told
    assert "accounts.refreshed" in told or "refresh.completed" in told
    assert _rules(stack) == before
    sqs = administrator().client("sqs", endpoint_url=stack["endpointUrl"])
    assert not sqs.list_queues(QueueNamePrefix="reconnect-listen").get("QueueUrls")


def test_watch_and_timeline_follow_a_refresh(scene: Scene, folder: Path) -> None:
    refresh_id = scene.api.begin(scene.sandbox.login("no_mfa"), "completed")
    assert "completed" in _run(folder, "watch", refresh_id, "--local")
    told = _run(folder, "timeline", refresh_id, "--local")
    assert scene.api.read(refresh_id)["connectionId"] in told
    assert "health: healthy" in told


def test_a_dry_import_changes_nothing_and_an_import_does(scene: Scene, folder: Path) -> None:
    login = scene.sandbox.login("no_mfa")
    file = folder / "connections.csv"
    file.write_text(f"loginId,reference\n{login.login_id},{login.reference}\n")
    assert "Would be: 1 created." in _run(folder, "import", str(file), "--dry-run", "--local")
    assert "1 created." in _run(folder, "import", str(file), "--local")
    assert "1 unchanged." in _run(folder, "import", str(file), "--local")


def test_a_night_that_failed_can_be_had_at_will(scene: Scene, folder: Path) -> None:
    login = scene.sandbox.login()
    told = _run(folder, "trigger", "nightly-failed", "--login-id", login.login_id)
    assert "unknown -> reconnect_required" in told
    again = _run(folder, "trigger", "nightly-failed", "--login-id", login.login_id)
    assert "told already" in again


def test_doctor_finds_dead_letters_and_redrive_tells_what_it_would_do(
    scene: Scene, stack: dict[str, Any], folder: Path
) -> None:
    healthy = _run(folder, "doctor", "--local")
    assert "a signed call is let in" in healthy
    assert "WebhookSecret" in healthy
    sqs = administrator().client("sqs", endpoint_url=stack["endpointUrl"])
    dead = stack["queueUrls"]["AuthorizeDeadLetters"]
    sqs.send_message(QueueUrl=dead, MessageBody="{}")

    try:
        assert "1 dead letters" in _run(folder, "doctor", "--local", code=1)
        assert "would go back" in _run(folder, "redrive", "--dry-run", "--local")
    finally:
        sqs.purge_queue(QueueUrl=dead)
