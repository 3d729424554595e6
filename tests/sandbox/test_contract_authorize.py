"""Section 3 of the contract: /Authorize in its modes, and what it answers."""

from typing import Any

import pytest

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded

CITY = "What city were you born in?"
COUNTRY = "What is the best country on earth?"
CREDENTIALS = {"Institution": "FlinksCapital", "username": "greatday_nomfa", "Password": "Everyday"}


@covers("3.1 LoginId", "3.1 MostRecentCached", "3.2 cached", "5.2 entries")
def test_a_login_id_alone_reads_what_is_there(flinks: Flinks) -> None:
    before = flinks.control("GET", f"/logins/{NOMFA}")["lastRefresh"]
    assert flinks.authorize(LoginId=NOMFA).json()["Login"]["LastRefresh"] == before
    assert flinks.control("GET", "/calls")["counts"]["Authorize.cached"] == 1


@covers("3.2 live", "3.7 stored", "3.7 200")
def test_a_live_call_refreshes(flinks: Flinks) -> None:
    flinks.advance(60)
    body = flinks.live(NOMFA).json()
    assert body["HttpStatusCode"] == 200
    assert (
        body["Login"]["LastRefresh"] > flinks.control("GET", f"/logins/{GREATDAY}")["lastRefresh"]
    )


@covers("3.1 Save")
def test_save_false_keeps_nothing(flinks: Flinks) -> None:
    before = flinks.control("GET", f"/logins/{NOMFA}")["lastRefresh"]
    answer = flinks.authorize(LoginId=NOMFA, MostRecentCached=False, Save=False)
    assert answer.status_code == 200
    assert flinks.control("GET", f"/logins/{NOMFA}")["lastRefresh"] == before


@covers("3.1 Tag", "3.3 tag", "3.4 tag", "4.3 shape", "9 correlation")
def test_the_tag_comes_back_everywhere(flinks: Flinks) -> None:
    assert flinks.live(GREATDAY, Tag="t-1").json()["Tag"] == "t-1"
    session = flinks.live(NOMFA, Tag="t-2").json()
    assert session["Tag"] == "t-2"
    assert flinks.data(session["RequestId"])["Tag"] == "t-2"
    assert "Tag" not in flinks.cached(NOMFA).json()


@covers("3.1 Language", "12 french")
def test_prompts_in_french(flinks: Flinks) -> None:
    body = flinks.live(GREATDAY, Language="fr").json()
    assert body["SecurityChallenges"][0]["Prompt"] == "Où êtes-vous né?"


@covers("3.1 RequestId", "3.1 SecurityResponses", "3.2 answer", "3.4 same-id", "15 8", "17 live")
def test_an_answer_by_api_keeps_the_request_id(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    body = flinks.authorize(RequestId=request_id, SecurityResponses={CITY: ["MONTRÉAL"]}).json()
    assert (body["HttpStatusCode"], body["RequestId"]) == (200, request_id)
    assert flinks.data(request_id)["RequestId"] == request_id


@covers("3.1 credentials")
@pytest.mark.parametrize("name", ["Username", "username", "UserName", "USERNAME"])
def test_legacy_credentials_in_any_case(flinks: Flinks, name: str) -> None:
    body = {"Institution": "FlinksCapital", name: "greatday_nomfa", "Password": "Everyday"}
    assert flinks.authorize(**body).json()["Login"]["Id"] == NOMFA


@covers("3.1 ScheduleRefresh", "8 enable")
def test_schedule_refresh_is_for_new_cards_only(flinks: Flinks) -> None:
    new: dict[str, Any] = CREDENTIALS | {"username": "new_nomfa", "ScheduleRefresh": "true"}
    assert flinks.authorize(**new).json()["Login"]["IsScheduledRefresh"] is True
    seasoned: dict[str, Any] = CREDENTIALS | {"username": "business", "ScheduleRefresh": True}
    assert flinks.live(seeded(37)).status_code == 200
    flinks.data(flinks.control("GET", "/sessions")["sessions"][0]["requestId"])
    assert flinks.authorize(**seasoned).json()["Login"]["IsScheduledRefresh"] is False


@covers("3.1 DirectRefresh", "3.1 WithMfaQuestions", "3.1 data-options", "15 9")
def test_fields_of_old_clients_are_accepted(flinks: Flinks) -> None:
    more = {
        "DirectRefresh": True,
        "WithMfaQuestions": "true",
        "WithTransactions": True,
        "WithBalance": True,
        "DaysOfTransactions": "Days90",
    }
    assert flinks.live(NOMFA, **more).status_code == 200


@covers("3.1 strings")
@pytest.mark.parametrize("value", [False, "false", "False"])
def test_booleans_may_be_strings(flinks: Flinks, value: Any) -> None:
    assert (
        flinks.authorize(LoginId=GREATDAY, MostRecentCached=value, Save="true").status_code == 203
    )


@covers("3.3 shape", "3.3 links", "5.3 institution-id")
def test_the_200(flinks: Flinks) -> None:
    body = flinks.cached(NOMFA).json()
    assert body.keys() == {
        "HttpStatusCode",
        "Links",
        "InstitutionName",
        "Login",
        "InstitutionId",
        "Institution",
        "RequestId",
    }
    assert body["Login"].keys() == {"Username", "IsScheduledRefresh", "LastRefresh", "Type", "Id"}
    assert [each["rel"] for each in body["Links"]] == ["AccountsDetail", "AccountsSummary"]
    assert body["Links"][0] == {
        "rel": "AccountsDetail",
        "href": "/GetAccountsDetail",
        "example": None,
    }
    assert (body["InstitutionId"], body["Institution"]) == (14, "FlinksCapital")


@covers("3.3 last-refresh", "17 last-refresh")
def test_last_refresh_has_no_zone_and_seven_digits(flinks: Flinks) -> None:
    flinks.control("POST", "/clock", set="2026-01-02T03:04:05.123456Z")
    flinks.live(NOMFA)
    assert flinks.cached(NOMFA).json()["Login"]["LastRefresh"] == "2026-01-02T03:04:05.1234560"


@covers("3.3 never", "17 last-refresh")
def test_a_login_never_refreshed(flinks: Flinks) -> None:
    assert flinks.cached(seeded(41)).json()["Login"]["LastRefresh"] == "0001-01-01T00:00:00"


@covers("3.3 type", "4.3 account-type")
def test_personal_and_business(flinks: Flinks) -> None:
    assert flinks.cached(NOMFA).json()["Login"]["Type"] == "Personal"
    body = flinks.cached(seeded(37)).json()
    assert body["Login"]["Type"] == "Business"
    assert {each["AccountType"] for each in flinks.data(body["RequestId"])["Accounts"]} == {
        "Business"
    }


@covers("3.4 status", "3.4 no-login", "3.4 challenge", "3.7 203", "10 203")
def test_the_203(flinks: Flinks) -> None:
    answer = flinks.live(GREATDAY)
    assert answer.status_code == 203
    body = answer.json()
    assert body.pop("RequestId")
    assert body == {
        "HttpStatusCode": 203,
        "Links": [{"rel": "Authorization", "href": "/Authorize", "example": None}],
        "SecurityChallenges": [{"Type": "QuestionAndAnswer", "Prompt": CITY}],
        "Institution": "FlinksCapital",
    }


@covers("3.4 iterables", "3.4 types")
@pytest.mark.parametrize(
    ("number", "kind", "answers"),
    [
        (30, "MultipleChoice", ["Sherbrooke Street"]),
        (31, "MultipleChoiceMultipleAnswers", ["Savings", "Chequing"]),
        (32, "ImageSelection", ["2"]),
        (33, "TextOrCall", ["Text ***-***-0142"]),
        (1, "QuestionAndAnswer", ["montreal"]),
    ],
)
def test_every_type_of_challenge(
    flinks: Flinks, number: int, kind: str, answers: list[str]
) -> None:
    body = flinks.live(seeded(number)).json()
    challenge = body["SecurityChallenges"][0]
    assert challenge["Type"] == kind
    assert bool(challenge.get("Iterables")) == (kind != "QuestionAndAnswer")
    responses = {challenge["Prompt"]: answers}
    answer = flinks.authorize(RequestId=body["RequestId"], SecurityResponses=responses)
    assert answer.status_code == (203 if kind == "TextOrCall" else 200)


@covers("3.4 iterables")
def test_an_image_is_answered_by_itself(flinks: Flinks) -> None:
    body = flinks.live(seeded(32)).json()
    challenge = body["SecurityChallenges"][0]
    responses = {challenge["Prompt"]: [challenge["Iterables"][1]]}
    answer = flinks.authorize(RequestId=body["RequestId"], SecurityResponses=responses)
    assert answer.status_code == 200


@covers("3.4 empty")
@pytest.mark.parametrize("responses", [{}, None])
def test_an_empty_answer_is_asked_again(flinks: Flinks, responses: Any) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    answer = flinks.authorize(RequestId=request_id, SecurityResponses=responses)
    assert answer.status_code == 203
    assert answer.json()["RequestId"] == request_id


@covers("3.4 rounds")
def test_two_rounds_in_a_row(flinks: Flinks) -> None:
    request_id = flinks.live(seeded(11)).json()["RequestId"]
    first = flinks.authorize(RequestId=request_id, SecurityResponses={CITY: ["Montreal"]})
    assert first.status_code == 203
    assert first.json()["SecurityChallenges"][0]["Prompt"] == COUNTRY
    second = flinks.authorize(RequestId=request_id, SecurityResponses={COUNTRY: ["Canada"]})
    assert second.status_code == 200


@covers("3.4 again", "10 INVALID_SECURITY_RESPONSE", "15 16")
@pytest.mark.parametrize("reading", ["dead", "retry"])
@pytest.mark.parametrize(
    "code", ["INVALID_SECURITY_RESPONSE", "INVALID_SECURITY_RESPONSE_NO_RETRY"]
)
def test_a_wrong_answer(flinks: Flinks, reading: str, code: str) -> None:
    flinks.control("PATCH", "/readings", invalidAnswer=reading, invalidAnswerCode=code)
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    wrong = flinks.authorize(RequestId=request_id, SecurityResponses={CITY: ["Toronto"]})
    assert (wrong.status_code, wrong.json()["FlinksCode"]) == (401, code)
    assert ("SecurityChallenges" in wrong.json()) is (reading == "retry")
    again = flinks.authorize(RequestId=request_id, SecurityResponses={CITY: ["Montreal"]})
    assert again.status_code == (200 if reading == "retry" else 401)


@covers("10 SECURITYRESPONSES_INCOMPLETE", "10 UNKNOWN_CHALLENGE_KEY")
@pytest.mark.parametrize(
    ("responses", "code"),
    [
        ({CITY: ["Montreal"]}, "SECURITYRESPONSES_INCOMPLETE"),
        ({"What colour?": ["red"]}, "UNKNOWN_CHALLENGE_KEY"),
    ],
)
def test_incomplete_and_misplaced_answers(
    flinks: Flinks, responses: dict[str, list[str]], code: str
) -> None:
    request_id = flinks.live(seeded(34)).json()["RequestId"]
    answer = flinks.authorize(RequestId=request_id, SecurityResponses=responses)
    assert answer.json()["FlinksCode"] == code
    full = {
        CITY: ["Montreal"],
        COUNTRY: ["Canada"],
        "What shape do people like most?": ["triangle"],
    }
    assert flinks.authorize(RequestId=request_id, SecurityResponses=full).status_code == 200


@covers("10 ALREADY_AUTHORIZED")
def test_authorize_on_an_authorized_session(flinks: Flinks) -> None:
    request_id = flinks.live(NOMFA).json()["RequestId"]
    assert flinks.authorize(RequestId=request_id).json()["FlinksCode"] == "ALREADY_AUTHORIZED"


@covers(
    "3.5 202-body",
    "3.5 dispatched",
    "3.6 authorizing",
    "10 OPERATION_DISPATCHED",
    "11 210",
    "12 test_dispatched",
    "17 live",
)
def test_a_call_past_210_seconds_goes_on_in_the_background(flinks: Flinks) -> None:
    answer = flinks.live(seeded(5))
    body = answer.json()
    assert answer.status_code == 202
    assert body.keys() == {"HttpStatusCode", "FlinksCode", "Message", "Links", "RequestId"}
    assert body["FlinksCode"] == "OPERATION_DISPATCHED"
    flinks.advance(240)
    assert flinks.poll(body["RequestId"]).status_code == 202
    assert flinks.poll(body["RequestId"]).status_code == 200


@covers("3.5 pending")
def test_a_second_live_call_meets_the_first_still_signing_in(flinks: Flinks) -> None:
    first = flinks.live(seeded(5)).json()
    second = flinks.live(seeded(5)).json()
    assert second["FlinksCode"] == "OPERATION_PENDING"
    assert second["RequestId"] == first["RequestId"]


@covers("3.5 pending", "10 OPERATION_PENDING", "12 pending-user")
def test_a_cached_call_while_another_request_runs(flinks: Flinks) -> None:
    running = flinks.live(seeded(6)).json()
    assert running["FlinksCode"] == "OPERATION_PENDING"
    cached = flinks.cached(seeded(6)).json()
    assert (cached["FlinksCode"], cached["RequestId"]) == (
        "OPERATION_PENDING",
        running["RequestId"],
    )
    flinks.advance(60)
    assert flinks.cached(seeded(6)).status_code == 200


@covers("3.5 error-body", "10 INVALID_REQUEST", "4.1 RequestId")
@pytest.mark.parametrize(
    ("endpoint", "body", "field"),
    [
        ("Authorize", {}, "LoginId"),
        ("Authorize", {"LoginId": {"a": 1}}, "LoginId"),
        ("Authorize", {"LoginId": NOMFA, "MostRecentCached": "maybe"}, "MostRecentCached"),
        ("Authorize", {"Username": "x", "Institution": "FlinksCapital"}, "Password"),
        ("Authorize", {"Username": "x", "Institution": "No Bank"}, "Institution"),
        ("GetAccountsDetail", {}, "RequestId"),
    ],
)
def test_what_is_missing_is_named(
    flinks: Flinks, endpoint: str, body: dict[str, Any], field: str
) -> None:
    answer = flinks.authorize(endpoint, **body).json()
    assert answer["FlinksCode"] == "INVALID_REQUEST"
    assert list(answer["ValidationDetails"]) == [field]


@covers("10 INVALID_REQUEST")
@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b'"text"'])
def test_a_body_that_is_no_json_object(flinks: Flinks, content: bytes) -> None:
    answer = flinks.call("POST", "GetAccountsDetail", content=content)
    assert answer.json()["FlinksCode"] == "INVALID_REQUEST"


@covers("3.7 back", "3.9 password", "5.2 mfa-changed", "15 26")
def test_a_full_sign_in_repairs_the_login(flinks: Flinks) -> None:
    assert flinks.live(seeded(8)).json()["FlinksCode"] == "INVALID_PASSWORD"
    widget = flinks.widget("14", authorizeToken=flinks.token())
    widget.sign_in("test_invalid_password")
    assert widget.redirect["loginId"] == seeded(8)
    assert flinks.live(seeded(8)).status_code == 200


@covers("3.7 30-days", "11 credentials", "15 12")
@pytest.mark.parametrize(
    ("days", "code"), [(30, "INVALID_LOGIN"), (30, "QUESTION_NOT_FOUND"), (0, None)]
)
def test_stored_credentials_are_gone_after_thirty_days(
    flinks: Flinks, days: int, code: str | None
) -> None:
    flinks.control(
        "PATCH", "/readings", credentialsDays=days, credentialsGoneCode=code or "INVALID_LOGIN"
    )
    flinks.advance(29 * 86_400 - 1)
    assert flinks.live(NOMFA).status_code == 200
    flinks.advance(30 * 86_400)
    assert flinks.live(NOMFA).json().get("FlinksCode") == code


@covers("3.7 repeats", "3.7 old-data", "10 QUESTION_NOT_FOUND", "17 abandoned", "8 reported")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (1, "QUESTION_NOT_FOUND"),
        (8, "INVALID_PASSWORD"),
        (4, "DISABLED_LOGIN"),
        (38, "QUESTION_NOT_FOUND"),
    ],
)
def test_a_cached_call_repeats_the_last_attempt(flinks: Flinks, number: int, code: str) -> None:
    before = flinks.cached(seeded(number)).json()["Login"]["LastRefresh"]
    flinks.live(seeded(number))
    cached = flinks.cached(seeded(number))
    assert (cached.status_code, cached.json()["FlinksCode"]) == (401, code)
    data = flinks.data(cached.json()["RequestId"])
    assert data["Login"]["LastRefresh"] == before


@covers("3.8 off", "10 METHOD_NOT_AVAILABLE", "15 7")
def test_authorize_async_is_off(flinks: Flinks) -> None:
    answer = flinks.authorize("AuthorizeAsync", LoginId=NOMFA, MostRecentCached=False)
    assert answer.json()["FlinksCode"] == "METHOD_NOT_AVAILABLE"


@covers("2.2 async", "3.8 start", "3.8 poll", "3.8 answer", "15 5")
def test_authorize_async(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", authorizeAsync=True)
    started = flinks.authorize(
        "AuthorizeAsync", LoginId=GREATDAY, MostRecentCached=False, Save=True
    )
    assert started.status_code == 202
    request_id = started.json()["RequestId"]
    assert flinks.authorize("AuthorizeAsync", RequestId=request_id).status_code == 202
    assert flinks.authorize("AuthorizeAsync", RequestId=request_id).status_code == 203
    answers = {CITY: ["Montreal"]}
    answered = flinks.authorize("AuthorizeAsync", RequestId=request_id, SecurityResponses=answers)
    assert answered.status_code == 202
    done = flinks.authorize("AuthorizeAsync", RequestId=request_id)
    assert (done.status_code, done.json()["RequestId"]) == (200, request_id)


@covers("3.8 poll")
def test_authorize_async_ends_in_what_the_bank_said(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", authorizeAsync=True)
    started = flinks.authorize("AuthorizeAsync", LoginId=seeded(3), MostRecentCached=False)
    request_id = started.json()["RequestId"]
    flinks.authorize("AuthorizeAsync", RequestId=request_id)
    for _ in range(2):
        ended = flinks.authorize("AuthorizeAsync", RequestId=request_id)
        assert ended.json()["FlinksCode"] == "RETRY_LATER"


@covers("3.9 derived", "3.9 username", "3.9 other")
def test_a_login_id_comes_from_bank_username_and_language(flinks: Flinks) -> None:
    def login_id(**more: Any) -> str:
        body = flinks.authorize(**(CREDENTIALS | {"username": "a_nomfa"} | more)).json()
        flinks.data(body["RequestId"])
        read: str = body["Login"]["Id"]
        return read

    english = login_id()
    assert login_id() == english
    assert (
        len(
            {
                english,
                login_id(Language="fr"),
                login_id(username="b_nomfa"),
                login_id(Institution="Maple Trust"),
            }
        )
        == 4
    )
    flinks.control("PATCH", "/readings", loginIdByLanguage=False)
    assert login_id(Language="fr") in (english, login_id())


@covers("3.9 for-ever", "13 DeleteCard")
def test_a_login_id_lives_until_the_card_is_deleted(flinks: Flinks) -> None:
    flinks.advance(400 * 86_400)
    assert flinks.call("DELETE", f"DeleteCard/{NOMFA}").status_code == 200
    gone = flinks.live(NOMFA).json()
    assert gone["FlinksCode"] == "INVALID_LOGIN"
    assert "does not belong to the CustomerId" in gone["Message"]


@covers("3.9 other", "17 identity")
def test_a_full_sign_in_that_returns_another_login_id(flinks: Flinks) -> None:
    assert flinks.live(seeded(16)).json()["FlinksCode"] == "INVALID_PASSWORD"
    widget = flinks.widget("14", authorizeToken=flinks.token()).sign_in("new_login_id")
    assert widget.redirect["loginId"] != seeded(16)
    assert flinks.live(seeded(16)).json()["FlinksCode"] == "INVALID_PASSWORD"
