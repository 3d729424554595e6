"""Last of all: nothing that belongs to a person was written where others read (rule R12).

The name of this file keeps it behind all the others, so it searches what all stories left behind.
"""

import re

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.traces import leaks

GUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
LAMBDAS_OWN = re.compile(r"(?:START|END|REPORT) RequestId: (\S+)")


def test_what_is_searched_for_can_be_found() -> None:
    canaries = {"5a4db0c0-0000", "0142"}

    assert leaks(canaries, "GET /x?loginId=5A4DB0C0-0000&y") == {"5a4db0c0-0000"}
    assert leaks(canaries, "took 10142 ms") == set()


def test_no_canary_is_in_a_log_a_queue_an_event_or_an_error(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)
    scene.api.wait(refresh_id, "completed")
    scene.api.accounts(refresh_id)
    scene.sandbox.sessions(login)
    assert scene.cloud.event_types(login.reference, until="accounts.refreshed")

    lines = list(scene.cloud.log_lines())

    assert any("flinks answered" in line for line in lines)
    assert {login.login_id, *login.accounts} <= scene.traces.canaries
    assert leaks(scene.traces.canaries, "\n".join(lines)) == set()
    assert leaks(scene.traces.canaries, "\n".join(scene.cloud.queued())) == set()
    assert leaks(scene.traces.canaries, "\n".join(scene.traces.said)) == set()


def test_no_log_line_holds_a_guid_that_is_not_lambdas_own(scene: Scene) -> None:
    """Tokens and RequestIds are GUIDs, and the sandbox does not show every token."""
    text = "\n".join(scene.cloud.log_lines())

    assert set(GUID.findall(text)) - set(LAMBDAS_OWN.findall(text)) == set()


def test_no_message_ended_in_a_dead_letter_queue(scene: Scene) -> None:
    assert set(scene.cloud.dead_letters().values()) == {0}
