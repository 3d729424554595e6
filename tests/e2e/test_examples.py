"""The four calls of the README, as they stand in docs/examples, against the deployed stack."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.visitor import Visitor

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


def _run(name: str, facts: dict[str, Any], **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_printed(name, facts, **more))
    return answer


def _printed(name: str, facts: dict[str, Any], **more: str) -> str:
    shell = shutil.which("sh")
    assert shell
    told = {
        "PATH": os.environ["PATH"],
        "RECONNECT_API_URL": facts["apiUrl"],
        "AWS_REGION": facts["region"],
        "AWS_ACCESS_KEY_ID": facts["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": facts["secretAccessKey"],
        "AWS_SESSION_TOKEN": facts["sessionToken"],
    }
    done = subprocess.run(
        [shell, EXAMPLES / name], env=told | more, check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


def test_two_calls_print_the_address_to_send_the_person_to(
    scene: Scene, stack: dict[str, Any]
) -> None:
    login = scene.sandbox.login()
    asked = {"LOGIN_ID": login.login_id, "RETURN_URL": scene.return_url, "PRESS": login.reference}

    link = _printed("refresh.sh", stack, **asked).strip()

    assert link.startswith(f"{stack['apiUrl']}/reconnect#rf_")
    assert Visitor(scene=scene).open(link).status == 201


def test_the_four_calls_of_the_readme_bring_a_person_back_and_the_accounts(
    scene: Scene, stack: dict[str, Any], page: Page
) -> None:
    login = scene.sandbox.login()

    asked = {
        "LOGIN_ID": login.login_id,
        "ACCOUNTS": json.dumps(login.selected),
        "PRESS": login.reference,
    }
    started, again = (_run("start.sh", stack, **asked) for _ in range(2))
    assert started["id"] == again["id"]
    refresh = {"REFRESH_ID": started["id"]}
    scene.api.wait(started["id"], "mfa_required")
    assert _run("read.sh", stack, **refresh)["nextAction"] == "open_iframe"
    issued = _run("iframe-url.sh", stack, **refresh)
    person.answer(person.open_alone(page, issued["url"]), login)
    scene.api.wait(started["id"], "completed")
    document = _run("accounts.sh", stack, **refresh)

    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
