"""Answers as others saw them on a live Flinks.

Each fact is asserted by at least one published suite that ran against Flinks' own test instance
(the vendor's C# suite of 2019 and PHP suite of 2020, a Ruby client's fixtures, browser suites of
two integrators), or is printed on a page of Flinks'.
"""

from typing import Any

import pytest

from sandbox.codes import CODES
from tests.sandbox.coverage import covers
from tests.sandbox.flinks import ANSWERS, GREATDAY, NOMFA, Flinks, seeded

TYPED = {"Institution": "FlinksCapital", "UserName": "GreatDay", "Password": "EveryDay"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def signed_in(flinks: Flinks, **more: Any) -> dict[str, Any]:
    """Sign in as the C# suite does: typed credentials, then the answer."""
    asked = flinks.authorize(**TYPED, **more).json()
    answers = {each["Prompt"]: ANSWERS[each["Prompt"]] for each in asked["SecurityChallenges"]}
    body: dict[str, Any] = flinks.authorize(
        RequestId=asked["RequestId"], SecurityResponses=answers
    ).json()
    assert body["HttpStatusCode"] == 200
    return body


@covers("12 Greatday", "3.1 credentials")
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("name", "password"),
    [("greatday", "everyday"), ("GREATDAY", "EVERYDAY"), ("GreatDay", "EveryDay")],
)
def test_the_dummy_bank_takes_names_and_passwords_in_any_case(
    flinks: Flinks, name: str, password: str, language: str
) -> None:
    typed = TYPED | {"UserName": name, "Password": password, "Language": language}
    assert flinks.authorize(**typed).status_code == 203


@covers("12 FlinksCapital")
def test_a_name_that_two_banks_know_is_asked_by_its_own(flinks: Flinks) -> None:
    typed = TYPED | {"Institution": "FlinksCapital US", "Language": "fr"}
    asked = flinks.authorize(**typed).json()["SecurityChallenges"]
    assert asked[0]["Prompt"] == "Combien font 2 + 2?"


@covers("12 answers")
def test_a_wrong_password_is_refused_for_all_that(flinks: Flinks) -> None:
    assert flinks.authorize(**TYPED | {"Password": "WrongPassword"}).status_code == 401


@covers("3.1 Save", "4.3 shape")
@pytest.mark.parametrize(("save", "has_login"), [(True, True), (False, False)])
def test_what_is_not_saved_has_no_login(flinks: Flinks, save: bool, has_login: bool) -> None:
    session = signed_in(flinks, Save=save)
    data = flinks.data(session["RequestId"])
    assert bool(session["Login"]) is bool(data["Login"]) is has_login


@covers("10 OPERATION_PENDING", "3.5 202-body")
@pytest.mark.parametrize("endpoint", ["GetAccountsDetail", "GetAccountsSummary", "GetStatements"])
def test_a_202_names_the_endpoint_that_tells_more(flinks: Flinks, endpoint: str) -> None:
    request_id = flinks.live(NOMFA).json()["RequestId"]
    body = flinks.call("POST", endpoint, json={"RequestId": request_id}).json()
    arm = f"{endpoint}Async"
    assert body == {
        "HttpStatusCode": 202,
        "FlinksCode": "OPERATION_PENDING",
        "Message": "Your operation is still processing.",
        "Links": [{"rel": arm, "href": f"/{arm}", "example": f"/{arm}/{{requestId}}"}],
        "RequestId": request_id,
    }


@covers("10 OPERATION_DISPATCHED")
def test_a_call_that_was_dispatched_says_so_word_for_word(flinks: Flinks) -> None:
    body = flinks.live(seeded(5)).json()
    assert body["FlinksCode"] == "OPERATION_DISPATCHED"
    assert body["Message"] == (
        "Your operations had been dispatched to background process for long running jobs"
    )
    assert body["Links"][0]["rel"] == "AuthorizeAsync"


@covers("4.1 answers", "3.6 delivered")
def test_cached_data_come_with_the_first_answer(flinks: Flinks) -> None:
    request_id = flinks.cached(NOMFA).json()["RequestId"]
    assert flinks.detail(request_id).json()["Accounts"]


@covers("4.1 answers")
@pytest.mark.parametrize(
    ("reading", "login_id", "status"),
    [
        ("by_age", NOMFA, 202),
        ("at_once", NOMFA, 200),
        ("pending", NOMFA, 202),
        ("at_once", seeded(29), 202),
    ],
)
def test_live_data_come_either_way(
    flinks: Flinks, reading: str, login_id: str, status: int
) -> None:
    flinks.control("PATCH", "/readings", firstDataCall=reading)
    assert flinks.detail(flinks.live(login_id).json()["RequestId"]).status_code == status


@covers("4.1 answers")
def test_an_old_integration_gets_live_data_at_once(flinks: Flinks) -> None:
    flinks.customer = flinks.world.settings.legacy_customer_id
    request_id = signed_in(flinks)["RequestId"]
    assert flinks.call("POST", "GetAccountsSummary", json={"RequestId": request_id}).json()[
        "Accounts"
    ]
    assert flinks.detail(request_id).json()["Accounts"]
    assert flinks.poll(request_id).json()["Accounts"]
    three = {"RequestId": request_id, "NumberOfStatements": "Months3"}
    listed = flinks.call("POST", "GetStatements", json=three).json()["StatementsByAccount"]
    assert [len(each["Statements"]) for each in listed[:2]] == [3, 3]


@covers("4.2 first")
def test_posting_again_is_a_poll(flinks: Flinks) -> None:
    request_id = flinks.live(seeded(13), Tag="t").json()["RequestId"]
    prompt = "What city were you born in?"
    flinks.authorize(RequestId=request_id, SecurityResponses={prompt: ANSWERS[prompt]})
    seen = [flinks.detail(request_id).status_code for _ in range(7)]
    assert seen == [202] * 6 + [200]


@covers("4.2 first")
def test_polling_an_authorized_session_starts_the_collection(flinks: Flinks) -> None:
    cached = flinks.cached(NOMFA).json()["RequestId"]
    assert flinks.poll(cached).json()["Accounts"]
    live = flinks.live(NOMFA).json()["RequestId"]
    assert flinks.poll(live).status_code == 202
    assert flinks.poll(live).status_code == 200


@covers("3.1 MostRecentCached", "3.2 cached")
def test_typed_credentials_may_ask_for_what_is_cached(flinks: Flinks) -> None:
    signed_in(flinks)
    body = flinks.authorize(**TYPED, Save=True, MostRecentCached=True).json()
    assert (body["HttpStatusCode"], body["Login"]["Id"]) == (200, GREATDAY)


@covers("13 DeleteCard")
@pytest.mark.parametrize(
    ("wording", "text"),
    [
        ("live", f"All of the information about LoginId {NOMFA} has been removed"),
        ("documented", "All of the information about the LoginId has been removed"),
    ],
)
def test_a_deleted_card_says_so_in_either_wording(flinks: Flinks, wording: str, text: str) -> None:
    flinks.control("PATCH", "/readings", deleteCardWording=wording)
    body = flinks.call("DELETE", f"DeleteCard/{NOMFA}").json()
    assert (body["StatusCode"], body["Message"]) == (200, text)


@covers("8 SetScheduledRefresh", "8 enable")
@pytest.mark.parametrize(("flag", "word"), [(True, "activated"), (False, "deactivated")])
def test_the_sentence_about_the_nightly_refresh(flinks: Flinks, flag: bool, word: str) -> None:
    body = {"LoginId": NOMFA, "IsActivated": flag}
    said = flinks.call("PATCH", "SetScheduledRefresh", json=body).json()
    assert said == f"{NOMFA} has now been {word} for automatic refresh"


@covers("10 INVALID_LOGIN", "10 INVALID_REQUEST")
def test_a_login_that_is_gone_has_two_names(flinks: Flinks) -> None:
    assert flinks.cached(NOBODY).json()["FlinksCode"] == "INVALID_LOGIN"
    flinks.control("PATCH", "/readings", unknownLoginCode="INVALID_REQUEST", invalidLoginStatus=400)
    answer = flinks.cached(NOBODY)
    assert answer.status_code == 400
    assert answer.json()["FlinksCode"] == "INVALID_REQUEST"
    assert answer.json()["Message"] == f"The login '{NOBODY}' is invalid."


@covers("3.5 error-body")
def test_an_error_of_authorize_leads_back_to_it(flinks: Flinks) -> None:
    back = [{"rel": "Authorization", "href": "/Authorize", "example": None}]
    for answer in (flinks.cached(NOBODY), flinks.live(seeded(3)), flinks.live(seeded(8))):
        assert answer.json()["Links"] == back
    assert "Links" not in flinks.detail(NOBODY).json()


@covers("3.1 strings")
@pytest.mark.parametrize("name", ["Save", "MostRecentCached", "ScheduleRefresh"])
def test_an_empty_string_counts_as_not_sent(flinks: Flinks, name: str) -> None:
    assert flinks.authorize(**{"LoginId": NOMFA, "Tag": "", name: ""}).status_code == 200


REFUSED: list[dict[str, Any]] = [
    {"LoginId": NOMFA, "MostRecentCached": False, "Save": "yes"},
    {"LoginId": NOMFA, "MostRecentCached": "perhaps"},
    {"LoginId": NOMFA, "MostRecentCached": False, "Tag": {"a": 1}},
    {"LoginId": NOMFA, "MostRecentCached": False, "Language": ["fr"]},
    {"LoginId": NOMFA, "MostRecentCached": False, "SecurityResponses": "Montreal"},
    {**TYPED, "Save": 3.5},
    {**TYPED, "ScheduleRefresh": "often"},
    {**TYPED, "Password": None},
    {**TYPED, "Institution": "No such bank"},
]


@covers("10 INVALID_REQUEST")
@pytest.mark.parametrize("body", REFUSED, ids=str)
def test_a_request_that_is_refused_leaves_nothing_behind(
    flinks: Flinks, body: dict[str, Any]
) -> None:
    before = flinks.control("GET", "/logins")
    assert flinks.authorize(**body).json()["FlinksCode"] == "INVALID_REQUEST"
    assert flinks.control("GET", "/sessions")["sessions"] == []
    assert flinks.control("GET", "/logins") == before
    assert flinks.live(NOMFA).status_code == 200


@covers("10 INVALID_REQUEST")
@pytest.mark.parametrize(
    "more", [{"WithTransactions": "some"}, {"AccountsFilter": 7}, {"DateFrom": "soon"}], ids=str
)
def test_a_data_call_that_is_refused_starts_nothing(flinks: Flinks, more: dict[str, Any]) -> None:
    request_id = flinks.live(NOMFA).json()["RequestId"]
    assert flinks.detail(request_id, **more).json()["FlinksCode"] == "INVALID_REQUEST"
    assert flinks.live(NOMFA).status_code == 200


@covers("13 AnswerMFAQuestions")
def test_answers_to_store_are_taken_all_or_none(flinks: Flinks) -> None:
    prompt = "What city were you born in?"
    questions = [{"Question": prompt, "Answer": "Montreal"}, {"Question": "Where?"}]
    body = {"LoginId": GREATDAY, "Questions": questions}
    refused = flinks.call("PATCH", "AnswerMFAQuestions", json=body).json()
    assert refused["FlinksCode"] == "INVALID_REQUEST"
    assert flinks.live(GREATDAY).status_code == 203


def test_every_code_names_its_source() -> None:
    assert [code for code, known in CODES.items() if not known.source] == []
