"""The bank asks, the person answers, the data arrives."""

from playwright.sync_api import Page, expect

from tests.e2e import person
from tests.e2e.conftest import Scene


def test_a_person_answers_in_the_frame_and_exactly_the_selected_accounts_arrive(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login(accounts=4)
    refresh_id = scene.api.begin(login, "mfa_required")
    url = scene.api.connect_url(refresh_id)

    widget = person.open_embedded(page, scene.site, url, scene.api.origin)
    person.answer(widget, login)

    assert person.callbacks_heard(page) == [
        {
            "origin": scene.api.origin,
            "data": {"type": "flinks-reconnect.callback", "refreshId": refresh_id},
        }
    ]
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    assert set(login.selected) < set(login.accounts)
    assert scene.sandbox.bank_calls() == {
        "GenerateAuthorizeToken": 2,
        "Authorize.live": 1,
        "GetAccountsDetail": 1,
    }


def test_in_redirect_mode_the_whole_page_returns_with_nothing_but_the_refresh_id_added(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required", mode="redirect")
    url = scene.api.connect_url(refresh_id)

    widget = person.open_embedded(page, scene.site, url, scene.api.origin)
    person.answer(widget, login)

    page.wait_for_url(f"{scene.return_url}&refreshId={refresh_id}")
    scene.api.wait(refresh_id, "completed")


def test_a_bank_without_questions_needs_no_person_at_all(scene: Scene) -> None:
    login = scene.sandbox.login("no_mfa")

    refresh_id = scene.api.begin(login, "completed")

    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    assert scene.sandbox.bank_calls() == {
        "GenerateAuthorizeToken": 1,
        "Authorize.live": 1,
        "GetAccountsDetail": 1,
    }


def test_a_wrong_answer_may_be_followed_by_the_right_one(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    widget = person.open_alone(page, scene.api.connect_url(refresh_id))

    person.send_answer(widget, "no idea")
    expect(page.get_by_test_id("widget-error")).to_be_visible()
    assert scene.api.read(refresh_id)["status"] == "mfa_required"
    person.try_again(widget)
    person.answer(widget, login)

    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.live_logins(login) == 1


def test_a_bank_that_asks_twice_in_a_row_is_answered_twice(scene: Scene, page: Page) -> None:
    login = scene.sandbox.login("mfa_twice", rounds=2)
    refresh_id = scene.api.begin(login, "mfa_required")
    widget = person.open_alone(page, scene.api.connect_url(refresh_id))

    first = person.question(widget)
    person.answer(widget, login)
    expect(page.locator("label[for^=mfa-]")).not_to_have_text(first)
    person.answer(widget, login)

    scene.api.wait(refresh_id, "completed")
    assert scene.sandbox.live_logins(login) == 1
