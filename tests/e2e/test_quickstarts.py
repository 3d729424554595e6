"""The quickstarts as they stand: two calls and a redirect, and the person is back with the data."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from docs.tools import ROOT
from local.ports import HOST, Ports
from tests.clients.packages import app_with, node, npm_package
from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.wire import fetch

QUICKSTARTS = ROOT / "clients/quickstarts"


@contextlib.contextmanager
def running(command: list[str | Path], cwd: Path, env: dict[str, str]) -> Iterator[str]:
    """Run a quickstart until its page answers; give its origin."""
    port = Ports.free().demo
    told = {"PATH": os.environ["PATH"], "PORT": str(port), **env}
    process = subprocess.Popen(command, cwd=cwd, env=told)
    origin = f"http://{HOST}:{port}"
    try:
        _until_it_answers(process, origin)
        yield origin
    finally:
        process.terminate()
        process.wait(10)


def _until_it_answers(process: subprocess.Popen[bytes], origin: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "the quickstart ended"
        with contextlib.suppress(OSError):
            if fetch("GET", f"{origin}/").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the quickstart does not answer")


def _python(_: Path) -> list[str | Path]:
    return [sys.executable, QUICKSTARTS / "python/app.py"]


def _typescript(folder: Path) -> list[str | Path]:
    """Install the packed client into an app of its own, and the quickstart beside it."""
    archive = folder / "packed"
    archive.mkdir()
    app = app_with(npm_package(archive), folder)
    shutil.copy(QUICKSTARTS / "typescript/app.ts", app)
    return [node(), "--import", "tsx", app / "app.ts"]


@pytest.mark.parametrize("quickstart", [_python, _typescript], ids=["python", "typescript"])
def test_two_calls_and_a_redirect_bring_the_person_back_with_fresh_accounts(
    scene: Scene, stack: dict[str, Any], page: Page, quickstart: Any, tmp_path: Path
) -> None:
    login = scene.sandbox.login()
    env = {
        "RECONNECT_API_URL": stack["apiUrl"],
        "AWS_REGION": stack["region"],
        "AWS_ACCESS_KEY_ID": stack["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": stack["secretAccessKey"],
        "AWS_SESSION_TOKEN": stack["sessionToken"],
        "LOGIN_ID": login.login_id,
        "RETURN_URL": scene.return_url,
    }
    with running(quickstart(tmp_path), tmp_path, env) as app:
        page.goto(app)
        page.get_by_role("button", name="Refresh").click()
        begin = page.get_by_role("button", name=re.compile("Continue|Answer your bank"))
        frame = page.locator(person.FRAME)
        expect(begin.or_(frame).first).to_be_visible(timeout=40_000)
        if begin.is_visible():
            begin.click()
        person.answer(page.frame_locator(person.FRAME), login)
        expect(page.get_by_role("heading", name="All done")).to_be_visible(timeout=40_000)
        page.get_by_role("link", name="Back to Maple Budget").click()
        page.wait_for_url(f"{scene.return_url}&refreshId=*")

        [refresh_id] = parse_qs(urlsplit(page.url).query)["refreshId"]
        page.goto(f"{app}/back?refreshId={refresh_id}")
        expect(page.get_by_text(f"Fresh: {len(login.accounts)} accounts.")).to_be_visible()
