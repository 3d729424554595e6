"""Flinks speaks first. Only a valid signature has an effect, and at most one."""

import json

from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import Login
from tests.e2e.wire import eventually

NEVER_POLLED_READY = 10_000
MEGABYTE = 1_000_000


def test_a_webhook_brings_the_data_while_the_poll_still_waits(scene: Scene) -> None:
    login, refresh_id = _waiting_for_data(scene)

    answered = scene.sandbox.webhook(login)

    assert answered == [200]
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)


def test_a_webhook_that_comes_five_times_has_one_effect(scene: Scene) -> None:
    login, refresh_id = _waiting_for_data(scene)
    before = set(scene.cloud.objects("inbox/"))

    answered = scene.sandbox.webhook(login, duplicate=4)

    assert answered == [200] * 5
    scene.api.wait(refresh_id, "completed")
    eventually(lambda: set(scene.cloud.objects("inbox/")) <= before, "a body that is gone")
    types = scene.cloud.event_types(login.reference, until="accounts.refreshed")
    assert types == ["refresh.completed", "accounts.refreshed"]


def test_a_webhook_with_a_wrong_signature_or_none_is_refused(scene: Scene) -> None:
    login, refresh_id = _waiting_for_data(scene)

    wrong = scene.sandbox.webhook(login, signature="bad")
    missing = scene.sandbox.webhook(login, signature="none")

    assert (wrong, missing) == ([401], [401])
    assert scene.cloud.objects("inbox/") == []
    assert scene.api.read(refresh_id)["status"] == "fetching"


def test_of_a_webhook_for_a_login_that_nobody_knows_nothing_is_kept(scene: Scene) -> None:
    aside = scene.cloud.objects("quarantine/")

    answered = scene.sandbox.webhook(scene.sandbox.login())

    assert answered == [200]
    eventually(lambda: not scene.cloud.objects("inbox/"), "an empty inbox")
    assert scene.cloud.objects("quarantine/") == aside


def test_a_webhook_of_a_kind_that_nobody_knows_is_set_aside(scene: Scene) -> None:
    login, refresh_id = _waiting_for_data(scene)
    known = set(scene.cloud.objects("quarantine/"))
    body = json.dumps({"ResponseType": "Horoscope", "Login": {"Id": login.login_id}})

    answered = scene.sandbox.webhook(login, rawBody=body)

    assert answered == [200]
    eventually(lambda: set(scene.cloud.objects("quarantine/")) - known, "an object set aside")
    assert scene.api.read(refresh_id)["status"] == "fetching"


def test_a_webhook_that_nobody_waits_for_leaves_nothing_behind(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    scene.api.begin(login, "completed")
    aside = scene.cloud.objects("quarantine/")

    answered = scene.sandbox.webhook(login)

    assert answered == [200]
    eventually(lambda: not scene.cloud.objects("inbox/"), "an empty inbox")
    assert scene.cloud.objects("quarantine/") == aside


def test_a_webhook_of_three_megabytes_is_read(scene: Scene) -> None:
    login, refresh_id = _waiting_for_data(scene)

    answered = scene.sandbox.webhook(login, bodyBytes=3 * MEGABYTE)

    assert answered == [200]
    scene.api.wait(refresh_id, "completed")


def test_a_webhook_that_is_too_large_for_lambda_does_no_harm(scene: Scene) -> None:
    """AWS refuses it before we see it; the emulator passes it on. The data arrive either way."""
    login = scene.sandbox.login("no_mfa")
    refresh_id = scene.api.begin(login, "fetching", "completed")

    (answered,) = scene.sandbox.webhook(login, bodyBytes=9 * MEGABYTE)

    assert answered in {200, 413, 500, 502, 503}
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)


def _waiting_for_data(scene: Scene) -> tuple[Login, str]:
    login = scene.sandbox.login("no_mfa", dataPolls=NEVER_POLLED_READY)
    refresh_id = scene.api.begin(login, "fetching")
    scene.sandbox.until_called(login, "GetAccountsDetailAsync")
    return login, refresh_id
