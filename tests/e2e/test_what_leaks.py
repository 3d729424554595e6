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


def test_no_canary_is_in_a_log_a_queue_an_event_or_an_error(
    scene: Scene, hasty: Scene, page: Page
) -> None:
    for stack in (scene, hasty):
        login = stack.sandbox.login()
        refresh_id = stack.api.begin(login, "mfa_required")
        person.answer(person.open_alone(page, stack.api.connect_url(refresh_id)), login)
        stack.api.wait(refresh_id, "completed")
        stack.api.accounts(refresh_id)
        stack.sandbox.sessions()
        assert stack.cloud.event_types(login.reference, until="accounts.refreshed")
        canaries = stack.traces.canaries
        assert {login.login_id, *login.accounts, *login.answers.values()} <= canaries

        lines = list(stack.cloud.log_lines())

        assert any("flinks answered" in line for line in lines)
        assert leaks(canaries, "\n".join(lines)) == set()
        assert leaks(canaries, "\n".join(stack.cloud.queued())) == set()
        assert leaks(canaries, "\n".join(stack.traces.said)) == set()


def test_no_log_line_holds_a_guid_that_is_not_lambdas_own(scene: Scene, hasty: Scene) -> None:
    """Tokens and RequestIds are GUIDs, and the sandbox does not show every token."""
    text = "\n".join([*scene.cloud.log_lines(), *hasty.cloud.log_lines()])

    assert set(GUID.findall(text)) - set(LAMBDAS_OWN.findall(text)) == set()


def test_no_message_ended_in_a_dead_letter_queue(scene: Scene, hasty: Scene) -> None:
    for stack in (scene, hasty):
        assert set(stack.cloud.dead_letters().values()) == {0}
