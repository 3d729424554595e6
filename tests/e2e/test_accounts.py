"""Exactly what was selected leaves, however the bank's accounts change."""

from playwright.sync_api import Page

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.wire import eventually

THOUSANDS = 2_000


def test_an_account_that_vanished_is_reported_and_not_replaced(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login("account_vanishes", accounts=4)
    refresh_id = scene.api.begin(login, "mfa_required")

    person.answer(person.open_alone(page, scene.api.connect_url(refresh_id)), login)

    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert [each["Id"] for each in document["accounts"]] == login.selected[1:]
    assert document["missingAccounts"] == 1
    scene.cloud.event_types(login.reference, until="accounts.refreshed")
    (told,) = (
        each["detail"]
        for each in scene.cloud.events(login.reference)
        if each["detail-type"] == "accounts.refreshed"
    )
    assert told["missingAccounts"] == 1


def test_if_every_selected_account_vanished_nothing_is_delivered(hasty: Scene) -> None:
    """Flinks answers with no account at all, which proves nothing: it is asked until the end."""
    login = hasty.sandbox.login("no_mfa", accounts=4)
    for account in login.selected:
        hasty.sandbox.change(login, vanishAccount=account)

    refresh_id = hasty.api.begin(login, "fetching")
    eventually(lambda: hasty.api.read(refresh_id)["error"], "the trouble to be told")
    assert hasty.api.read(refresh_id)["error"]["code"] == "no_accounts_yet"
    over = hasty.api.wait(refresh_id, "failed")

    assert over["error"]["code"] == "data_timeout"
    assert hasty.api.call("GET", f"/refreshes/{refresh_id}/accounts").status == 410
    assert hasty.cloud.objects(f"snapshots/{refresh_id}/") == []


def test_an_account_that_appeared_at_the_bank_stays_there(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")
    scene.sandbox.change(login, addAccount=True)

    refresh_id = scene.api.begin(login, "completed")

    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)


def test_all_accounts_are_delivered_where_the_person_chose_all(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa", accounts=4)

    refresh_id = scene.api.begin(login, "completed", selectedAccounts="all")

    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.accounts)


def test_a_year_with_thousands_of_transactions_arrives_whole(scene: Scene) -> None:
    login = scene.sandbox.login("many_transactions")

    refresh_id = scene.api.begin(
        login, "completed", accountsOptions={"daysOfTransactions": "Days365"}
    )

    document = scene.api.accounts(refresh_id)
    assert sum(len(each["Transactions"]) for each in document["accounts"]) > THOUSANDS
