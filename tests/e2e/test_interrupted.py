"""A session was left in the middle of the bank's question, and somebody comes back to it."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.e2e import person
from tests.e2e.conftest import Scene
from tests.e2e.sandbox_control import Login


def test_who_closed_the_tab_comes_back_to_the_same_session_on_another_device(
    scene: Scene, page: Page, browser: Browser
) -> None:
    login = scene.sandbox.login()
    refresh_id = scene.api.begin(login, "mfa_required")
    first = scene.api.connect_url(refresh_id)
    expect(person.open_alone(page, first).get_by_test_id("mfa-answer")).to_be_visible()
    page.close()

    second = scene.api.connect_url(refresh_id)
    phone = browser.new_context()
    widget = person.open_alone(phone.new_page(), second)
    person.answer(widget, login)

    scene.api.wait(refresh_id, "completed")
    phone.close()
    (session,) = (each for each in scene.sandbox.sessions(login) if each["mode"] == "live")
    assert _session_of(first) == _session_of(second) == session["requestId"]
    assert _token_of(first) != _token_of(second)


def test_an_adopted_session_with_its_login_goes_straight_to_the_question(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    request_id = _left_by_the_integrator(scene, login)

    adopted = scene.api.start(login, requestId=request_id)

    refresh_id = adopted.body["id"]
    assert (adopted.status, adopted.body["status"]) == (202, "mfa_required"), adopted.text
    assert adopted.body["reason"] == "resume"
    assert scene.sandbox.counts() == {}
    _answer_and_complete(scene, page, refresh_id, login)


def test_an_adopted_session_without_its_login_moves_to_the_connection_that_it_proves(
    scene: Scene, page: Page
) -> None:
    login = scene.sandbox.login()
    request_id = _left_by_the_integrator(scene, login)

    adopted = scene.api.start(login, loginId=None, requestId=request_id)

    refresh_id = adopted.body["id"]
    assert (adopted.status, adopted.body["status"]) == (202, "mfa_required"), adopted.text
    assert scene.sandbox.counts() == {}
    _answer_and_complete(scene, page, refresh_id, login)
    home = scene.api.start(login, userPresent=False).body["connectionId"]
    assert home != adopted.body["connectionId"]
    assert scene.api.read(refresh_id)["connectionId"] == home


def test_a_session_that_is_adopted_twice_stays_one_refresh(scene: Scene) -> None:
    login = scene.sandbox.login()
    request_id = _left_by_the_integrator(scene, login)

    first = scene.api.start(login, requestId=request_id)
    second = scene.api.start(login, loginId=None, requestId=request_id)

    assert (second.status, second.body["id"]) == (200, first.body["id"])


def _left_by_the_integrator(scene: Scene, login: Login) -> str:
    request_id = scene.sandbox.open_session(login)
    scene.sandbox.forget_calls()
    return request_id


def _answer_and_complete(scene: Scene, page: Page, refresh_id: str, login: Login) -> None:
    widget = person.open_alone(page, scene.api.connect_url(refresh_id))
    person.answer(widget, login)
    scene.api.wait(refresh_id, "completed")
    document = scene.api.accounts(refresh_id)
    assert {each["Id"] for each in document["accounts"]} == set(login.selected)
    assert scene.sandbox.bank_calls() == {"GenerateAuthorizeToken": 1, "GetAccountsDetail": 1}


def _session_of(connect_url: str) -> str:
    return parse_qs(urlsplit(connect_url).query)["requestId"][0]


def _token_of(connect_url: str) -> str:
    return parse_qs(urlsplit(connect_url).query)["authorizeToken"][0]
