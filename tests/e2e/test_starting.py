"""Who starts what, how often, and who may not."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Scene
from tests.e2e.integrator import callback_of
from tests.e2e.wire import Answer, eventually, fetch

CLICKS = 20


def test_a_second_start_answers_with_the_refresh_that_is_open(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")

    again = scene.api.start(login, mode="redirect")

    assert (again.status, again.body["id"]) == (200, refresh_id)
    assert scene.sandbox.live_logins(login) == 1


def test_twenty_starts_at_the_same_instant_log_in_at_the_bank_once(scene: Scene) -> None:
    login = scene.sandbox.login()
    together = threading.Barrier(CLICKS)

    def click(_: int) -> Answer:
        together.wait()
        return scene.api.start(login)

    with ThreadPoolExecutor(CLICKS) as people:
        answers = list(people.map(click, range(CLICKS)))

    assert {each.status for each in answers} <= {200, 202}, [each.text for each in answers]
    (refresh_id,) = {each.body["id"] for each in answers}
    assert sum(each.status == 202 for each in answers) == 1
    scene.api.wait(refresh_id, "mfa_required")
    assert scene.sandbox.live_logins(login) == 1


def test_an_idempotency_key_leads_to_its_refresh_even_after_that_has_ended(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    key = secrets.token_hex(8)
    body = {"loginId": login.login_id, "userPresent": True, "selectedAccounts": login.selected}
    refresh_id = scene.api.call("POST", "/refreshes", body, idempotency_key=key).body["id"]
    scene.api.wait(refresh_id, "completed")

    again = scene.api.call("POST", "/refreshes", body, idempotency_key=key)
    other = scene.api.call("POST", "/refreshes", body | {"mode": "embedded"}, idempotency_key=key)

    assert (again.body["id"], again.body["status"]) == (refresh_id, "completed")
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")
    assert scene.sandbox.live_logins(login) == 1


def test_without_a_person_nothing_happens_at_the_bank_until_one_comes(scene: Scene) -> None:
    login = scene.sandbox.login()

    invited = scene.api.start(login, userPresent=False)

    refresh_id = invited.body["id"]
    assert (invited.status, invited.body["status"]) == (202, "invited")
    assert invited.body["nextAction"] == "start_again"
    assert scene.sandbox.counts() == {}
    assert scene.api.next_attempt(refresh_id).status == 202
    scene.api.wait(refresh_id, "mfa_required")
    assert scene.sandbox.live_logins(login) == 1


def test_the_first_start_of_a_connection_must_name_its_accounts(scene: Scene) -> None:
    login = scene.sandbox.login()

    unnamed = scene.api.start(login, selectedAccounts=None)

    assert (unnamed.status, unnamed.body["code"]) == (422, "selection_required")
    assert scene.sandbox.counts() == {}


def test_a_cancelled_refresh_stays_cancelled_and_the_bank_is_left_in_peace(scene: Scene) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")

    first, second = scene.api.cancel(refresh_id), scene.api.cancel(refresh_id)
    after = scene.api.start(login)

    assert (first.status, first.body["status"]) == (200, "cancelled")
    assert (second.status, second.body) == (200, first.body)
    assert after.body["id"] != refresh_id
    assert after.body["status"] == "mfa_required", "our own session still waits for its answer"
    assert scene.sandbox.live_logins(login) == 1


def test_no_url_is_given_where_the_status_does_not_allow_it(scene: Scene) -> None:
    invited = scene.api.start(scene.sandbox.login(), userPresent=False).body["id"]
    done = scene.api.begin(scene.sandbox.login("no_mfa"), "completed")

    refused, ended = scene.api.iframe_url(invited), scene.api.iframe_url(done)

    assert (refused.status, refused.body["code"]) == (409, "no_iframe_url")
    assert refused.is_problem
    assert (refused.body["refreshStatus"], refused.body["nextAction"]) == ("invited", "start_again")
    assert (ended.body["refreshStatus"], ended.body["nextAction"]) == ("completed", "none")


def test_an_earlier_refresh_stays_readable_and_takes_no_more_orders(scene: Scene) -> None:
    login = scene.sandbox.login()
    first = scene.api.begin(login, "mfa_required")
    callback = callback_of(scene.api.connect_url(first))
    scene.api.cancel(first)
    second = scene.api.start(login).body["id"]

    assert scene.api.read(first)["status"] == "cancelled"
    assert scene.api.iframe_url(first).body["refreshStatus"] == "cancelled"
    assert fetch("GET", callback).status == 200
    assert scene.api.read(second)["status"] == "mfa_required"


@pytest.mark.parametrize("queue", ["AuthorizeQueue", "AccountsQueue"])
def test_a_late_message_about_an_earlier_refresh_is_dropped(scene: Scene, queue: str) -> None:
    login = scene.sandbox.login("no_mfa")
    first = scene.api.begin(login, "completed")
    second = scene.api.start(login, userPresent=False).body["id"]
    _, before = scene.cloud.waiting_and_taken(queue)

    scene.cloud.send(queue, {"refreshId": first})

    eventually(lambda: scene.cloud.waiting_and_taken(queue) == (0, before), "an empty queue")
    assert scene.api.read(second)["status"] == "invited"
    assert scene.sandbox.live_logins(login) == 1
