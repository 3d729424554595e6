"""Time passes: questions go unanswered, links to the bank die, messages get lost."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.integrator import callback_of, instant
from tests.e2e.sandbox_control import Login
from tests.e2e.wire import eventually, fetch

LONGER_THAN_A_SESSION = 481


def test_in_the_last_seconds_of_a_session_no_url_is_given_any_more(hasty: Scene) -> None:
    login = hasty.sandbox.login()
    refresh_id = hasty.api.begin(login, "mfa_required")

    refused = hasty.api.until_no_url(refresh_id)

    assert (refused.status, refused.body["code"]) == (409, "no_iframe_url")
    assert refused.body["refreshStatus"] == "mfa_required"
    assert refused.body["nextAction"] == "start_again"
    assert refused.body["retryAt"] == hasty.api.read(refresh_id)["attempt"]["expiresAt"]


def test_a_question_that_nobody_answered_can_be_asked_anew(hasty: Scene, page: Page) -> None:
    login = hasty.sandbox.login()
    refresh_id = hasty.api.begin(login, "mfa_required")
    hasty.sandbox.advance(LONGER_THAN_A_SESSION)

    over = hasty.api.wait(refresh_id, "invited")
    hasty.api.next_attempt(refresh_id)
    second = hasty.api.wait(refresh_id, "mfa_required")
    person.answer(person.open_alone(page, hasty.api.connect_url(refresh_id)), login)

    assert over["error"]["code"] == "attempt_expired"
    assert (over["nextAction"], second["attempt"]["number"]) == ("start_again", 2)
    hasty.api.wait(refresh_id, "completed")
    assert hasty.sandbox.live_logins(login) == 2


def test_a_lost_callback_is_made_up_for_at_the_sessions_deadline(hasty: Scene, page: Page) -> None:
    login = hasty.sandbox.login()
    refresh_id = hasty.api.begin(login, "mfa_required")
    page.route("**/callback/**", lambda route: route.abort())

    person.answer(person.open_alone(page, hasty.api.connect_url(refresh_id)), login)

    hasty.api.wait(refresh_id, "completed")
    assert hasty.sandbox.live_logins(login) == 1


def test_success_that_is_proven_after_the_end_is_not_thrown_away(hasty: Scene, page: Page) -> None:
    login = hasty.sandbox.login()
    refresh_id = hasty.api.start(login, userPresent=False).body["id"]
    hasty.api.next_attempt(refresh_id)
    hasty.api.wait(refresh_id, "mfa_required")
    url = hasty.api.connect_url(refresh_id)
    page.route("**/callback/**", lambda route: route.abort())
    widget = person.open_alone(page, url)
    hasty.api.wait(refresh_id, "expired")
    hasty.cloud.sweep_until(lambda: _is_told(hasty, login, "refresh.expired"))

    person.answer(widget, login)
    expect(page.get_by_test_id("done")).to_be_visible()
    fetch("GET", callback_of(url))

    late = hasty.api.until_late(refresh_id)
    assert late["late"] is True
    document = hasty.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    types = hasty.cloud.event_types(login.reference, until="accounts.refreshed")
    told = [each for each in types if each in {"refresh.expired", "refresh.completed"}]
    assert types[:2] == ["refresh.started", "refresh.mfa_required"]
    assert told == ["refresh.expired", "refresh.completed"]


def test_an_invitation_that_nobody_took_expires_and_may_be_repeated(hasty: Scene) -> None:
    login = hasty.sandbox.login()
    first = hasty.api.start(login, userPresent=False).body["id"]

    expired = hasty.api.wait(first, "expired")
    hasty.cloud.sweep_until(lambda: _is_told(hasty, login, "refresh.expired"))
    refused = hasty.api.iframe_url(first)
    second = hasty.api.start(login)

    assert expired["nextAction"] == "start_new_session"
    assert (refused.status, refused.body["nextAction"]) == (409, "start_new_session")
    assert (second.status, second.body["id"] == first) == (202, False)
    hasty.api.wait(second.body["id"], "mfa_required")


def test_a_start_after_a_cancel_waits_until_the_old_session_must_be_over(hasty: Scene) -> None:
    """Its last seconds are too short to answer in, so it is not taken over."""
    login = hasty.sandbox.login()
    refresh_id = hasty.api.begin(login, "mfa_required")
    dies_at = instant(hasty.api.read(refresh_id)["attempt"]["expiresAt"])
    hasty.api.cancel(refresh_id)
    hasty.sandbox.advance(LONGER_THAN_A_SESSION)
    eventually(lambda: datetime.now(UTC) > dies_at - timedelta(seconds=3) or None, "its margin")

    waiting = hasty.api.start(login)

    assert waiting.body["error"]["code"] == "earlier_session_open"
    assert waiting.body["status"] == "retry_scheduled"
    hasty.api.wait(waiting.body["id"], "mfa_required")
    assert hasty.sandbox.live_logins(login) == 2


@pytest.mark.parametrize("worker", ["AuthorizeFunction", "FetchAccountsFunction"])
def test_a_lost_message_is_found_again_by_the_sweep(hasty: Scene, worker: str) -> None:
    login = hasty.sandbox.login("no_mfa")
    with hasty.cloud.deaf(worker):
        refresh_id = hasty.api.start(login).body["id"]
        if worker == "FetchAccountsFunction":
            hasty.api.wait(refresh_id, "fetching")

    asked = "GetAccountsDetail"
    hasty.cloud.sweep_until(lambda: hasty.sandbox.counts(login).get(asked))

    hasty.api.wait(refresh_id, "completed")
    assert hasty.sandbox.live_logins(login) == 1


def test_a_row_that_nobody_can_read_does_not_stop_the_sweep(hasty: Scene) -> None:
    connection_id = hasty.cloud.plant_unreadable_row()

    hasty.cloud.invoke("SweepFunction")

    assert hasty.cloud.is_due_later(connection_id)


def test_data_that_never_come_are_given_up(hasty: Scene) -> None:
    login = hasty.sandbox.login("never_delivers")

    refresh_id = hasty.api.begin(login, "failed")

    failed = hasty.api.read(refresh_id)
    assert (failed["error"]["code"], failed["error"]["owner"]) == ("data_timeout", "flinks")


def _is_told(scene: Scene, login: Login, event: str) -> bool:
    return event in scene.cloud.event_types(login.reference)
