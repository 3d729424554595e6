"""Sections 4, 7 and 13 of the contract: data endpoints and what else there is."""

import base64
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, seeded

LEAF_FREE = ("Transactions", "Balance", "Holder", "Address")


def opened(flinks: Flinks, login_id: str = NOMFA) -> str:
    request_id: str = flinks.live(login_id).json()["RequestId"]
    return request_id


def accounts(flinks: Flinks, login_id: str = NOMFA, /, **body: Any) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = flinks.data(opened(flinks, login_id), **body)["Accounts"]
    return read


@covers("4.1 answers", "4.2 same-body", "3.6 processing", "3.6 delivered", "4.2 verb", "15 17")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_first_202_then_the_same_body(flinks: Flinks, method: str) -> None:
    request_id = opened(flinks)
    assert flinks.detail(request_id).status_code == 202
    polled = flinks.call(method, f"GetAccountsDetailAsync/{request_id}")
    assert polled.status_code == 200
    assert polled.json()["Accounts"][0]["Transactions"]


@covers("4.2 verb", "15 17")
def test_the_polls_may_be_get_only(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", asyncVerbs="get")
    request_id = opened(flinks)
    flinks.detail(request_id)
    assert flinks.call("POST", f"GetAccountsDetailAsync/{request_id}").status_code == 405
    assert flinks.poll(request_id).status_code == 200


@covers("3.6 delivered", "15 4", "10 SESSION_NONEXISTENT")
@pytest.mark.parametrize(("reading", "status"), [("accepted", 400), ("delivered", 200)])
def test_when_a_data_call_spends_the_request_id(flinks: Flinks, reading: str, status: int) -> None:
    flinks.control("PATCH", "/readings", dataCallSpends=reading)
    request_id = opened(flinks)
    assert flinks.detail(request_id).status_code == 202
    assert flinks.detail(request_id).status_code == status
    flinks.poll(request_id)
    assert flinks.detail(request_id).json()["FlinksCode"] == "SESSION_NONEXISTENT"
    assert flinks.poll(request_id).status_code == 200


@covers("4.2 first")
def test_a_poll_without_a_call_may_be_refused(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", pollStarts=False)
    assert flinks.poll(opened(flinks)).json()["FlinksCode"] == "SESSION_NONEXISTENT"


@covers("4.2 30-minutes", "3.6 lifetime", "11 idle")
def test_polling_ends_after_thirty_minutes(flinks: Flinks) -> None:
    request_id = opened(flinks, seeded(29))
    flinks.detail(request_id)
    flinks.advance(1799)
    assert flinks.poll(request_id).status_code == 202
    flinks.advance(1)
    assert flinks.poll(request_id).json()["FlinksCode"] == "SESSION_NONEXISTENT"


@covers("4.1 WithTransactions", "4.1 WithBalance", "4.1 WithKYC", "4.1 WithAccountIdentity")
@pytest.mark.parametrize(
    ("option", "part", "left"),
    [
        ("WithTransactions", "Transactions", []),
        ("WithBalance", "Balance", {"Available": None, "Current": None, "Limit": None}),
        ("WithKYC", "Holder", None),
        ("WithKyc", "Holder", None),
        ("WithAccountIdentity", "AccountNumber", None),
        ("WithAccountIdentity", "TransitNumber", None),
        ("WithAccountIdentity", "InstitutionNumber", None),
    ],
)
def test_options_leave_parts_empty(flinks: Flinks, option: str, part: str, left: object) -> None:
    assert accounts(flinks)[0][part] not in (None, left)
    assert accounts(flinks, **{option: False})[0][part] == left


@covers("4.1 WithAccountIdentity")
def test_the_default_of_account_identity_is_switchable(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", withAccountIdentity=False)
    assert accounts(flinks)[0]["AccountNumber"] is None


@covers("4.1 AccountsFilter", "7 missing", "7 filter", "17 filter")
def test_the_filter_and_its_absence(flinks: Flinks) -> None:
    every = [each["Id"] for each in accounts(flinks)]
    assert len(every) == 4
    assert [each["Id"] for each in accounts(flinks, AccountsFilter=every[2:3])] == every[2:3]
    assert accounts(flinks, AccountsFilter=["00000000-0000-4000-8000-000000000000"]) == []


@covers("4.1 DaysOfTransactions", "15 18")
@pytest.mark.parametrize(
    ("body", "days"),
    [
        ({}, 90),
        ({"DaysOfTransactions": "Days90"}, 90),
        ({"DaysOfTransactions": "Days365"}, 365),
        ({"DaysOfTransactions": "Days360"}, 365),
        ({"DaysOfTransaction": "Days365"}, 365),
    ],
)
def test_days_of_transactions(flinks: Flinks, body: dict[str, str], days: int) -> None:
    moves = accounts(flinks, **body)[0]["Transactions"]
    oldest = date.fromisoformat(moves[-1]["Date"])
    today = flinks.world.clock().date()
    assert today - timedelta(days=days) <= oldest < today - timedelta(days=days - 10)


@covers("4.1 dates")
def test_dates_narrow_the_window(flinks: Flinks) -> None:
    today = flinks.world.clock().date()
    since, until = today - timedelta(days=40), today - timedelta(days=20)
    moves = accounts(flinks, DateFrom=since.isoformat(), DateTo=f"{until}T00:00:00")[0][
        "Transactions"
    ]
    assert moves
    assert all(since <= date.fromisoformat(each["Date"]) <= until for each in moves)


@covers("4.1 RefreshDelta")
def test_refresh_delta_gives_only_what_came_after(flinks: Flinks) -> None:
    first = accounts(flinks)[0]
    known = first["Transactions"][5]
    delta = [{"AccountId": first["Id"], "TransactionId": known["Id"]}]
    assert accounts(flinks, RefreshDelta=delta)[0]["Transactions"] == first["Transactions"][:5]


@covers("4.1 MostRecent")
def test_options_of_old_clients_are_accepted(flinks: Flinks) -> None:
    assert accounts(flinks, MostRecent=True, MostRecentCached=True)


@covers(
    "4.3 shape",
    "4.3 date",
    "4.3 code",
    "4.3 amounts",
    "4.3 ids",
    "4.3 balance",
    "4.3 category",
    "4.3 type",
    "4.3 currency",
    "4.3 holder",
    "4.3 numbers",
)
def test_the_shape_of_an_account(flinks: Flinks) -> None:
    listed = accounts(flinks)
    first = listed[0]
    assert first.keys() == {
        "Transactions",
        "TransitNumber",
        "InstitutionNumber",
        "OverdraftLimit",
        "Title",
        "AccountNumber",
        "LastFourDigits",
        "Balance",
        "Category",
        "Type",
        "Currency",
        "Holder",
        "AccountType",
        "Id",
    }
    assert first["TransitNumber"] == "07777"
    assert first["Balance"].keys() == {"Available", "Current", "Limit"}
    assert first["Holder"]["Address"].keys() == {
        "CivicAddress",
        "City",
        "Province",
        "PostalCode",
        "POBox",
        "Country",
    }
    assert {each["Category"] for each in listed} == {"Operations", "Credits"}
    assert {each["Type"] for each in listed} == {"Chequing", "Savings", "CreditCard"}
    assert {each["Currency"] for each in listed} == {"CAD", "USD"}
    for move in first["Transactions"]:
        assert date.fromisoformat(move["Date"]).weekday() < 5
        assert move["Code"] is None
        assert (move["Debit"] is None) != (move["Credit"] is None)
        assert (move["Debit"] or move["Credit"]) > 0


@covers("4.3 posted")
def test_balances_add_up_and_nothing_lies_ahead(flinks: Flinks) -> None:
    first = accounts(flinks)[0]
    moves = first["Transactions"]
    assert moves[0]["Date"] <= flinks.world.clock().date().isoformat()
    assert moves[0]["Balance"] == first["Balance"]["Current"]
    for later, earlier in pairwise(moves):
        step = (later["Credit"] or 0) - (later["Debit"] or 0)
        assert round(earlier["Balance"] + step, 2) == later["Balance"]


def test_data_are_the_same_for_a_seed_and_grow_with_the_clock(flinks: Flinks) -> None:
    first = accounts(flinks)[0]["Transactions"]
    assert accounts(flinks)[0]["Transactions"] == first
    flinks.advance(14 * 86_400)
    assert accounts(flinks)[0]["Transactions"][0]["Date"] > first[0]["Date"]


@covers("4.3 nulls", "17 tolerance")
def test_null_in_every_leaf(flinks: Flinks) -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for key, each in value.items() if key != "Id" for leaf in leaves(each)]
        return (
            [leaf for each in value for leaf in leaves(each)]
            if isinstance(value, list)
            else [value]
        )

    listed = accounts(flinks, seeded(20))
    assert set(leaves(listed)) == {None}
    assert all(each["Id"] for each in listed)


@covers("4.3 numbers", "4.3 type", "17 tolerance")
def test_numbers_and_types_that_break_careless_parsers(flinks: Flinks) -> None:
    assert accounts(flinks, seeded(21))[0]["TransitNumber"] == 7777
    assert accounts(flinks, seeded(35))[0]["Type"] == "SpaceAccount"


@covers("4.3 size")
def test_a_year_of_many_transactions(flinks: Flinks) -> None:
    request_id = opened(flinks, seeded(19))
    flinks.detail(request_id, DaysOfTransactions="Days365")
    answer = flinks.poll(request_id)
    assert len(answer.content) > 1_000_000
    assert sum(len(each["Transactions"]) for each in answer.json()["Accounts"]) > 5000


@covers("4.4 shape", "4.4 polling", "5.3 institution-id")
def test_the_summary_and_then_the_details_on_one_request_id(flinks: Flinks) -> None:
    request_id = opened(flinks)
    body = {"RequestId": request_id, "WithBalance": True}
    assert flinks.call("POST", "GetAccountsSummary", json=body).status_code == 202
    summary = flinks.poll(request_id, "AccountsSummary").json()
    assert summary["InstitutionId"] == 14
    assert "Transactions" not in summary["Accounts"][0]
    assert summary["Accounts"][0]["EftEligibleRatio"] == 1.0
    assert summary["Accounts"][2]["ETransferEligibleRatio"] == 0.0
    assert len(flinks.data(request_id)["Accounts"]) == 4


@covers("4.5 shape", "4.5 counts", "4.5 async")
@pytest.mark.parametrize(
    ("count", "months"), [(None, 1), ("MostRecent", 1), ("Months3", 3), ("Months12", 12)]
)
def test_statements_are_real_pdfs(flinks: Flinks, count: str | None, months: int) -> None:
    one = flinks.control("GET", f"/logins/{NOMFA}")["selectedAccounts"][:1]
    request_id = opened(flinks)
    body = {"RequestId": request_id, "NumberOfStatements": count, "AccountsFilter": one}
    assert flinks.call("POST", "GetStatements", json=body).status_code == 202
    listed = flinks.poll(request_id, "Statements").json()["StatementsByAccount"]
    assert [len(each["Statements"]) for each in listed] == [months]
    statement = listed[0]["Statements"][0]
    assert statement["FileType"] == "PDF"
    content = base64.b64decode(statement["Base64Bytes"])
    assert content.startswith(b"%PDF-1.4")
    assert content.endswith(b"%%EOF\n")


@covers("4.5 counts")
def test_twelve_months_may_want_exactly_one_account(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", strictFields=True)
    body = {"RequestId": opened(flinks), "NumberOfStatements": "Months12"}
    assert flinks.call("POST", "GetStatements", json=body).json()["FlinksCode"] == "INVALID_REQUEST"


@covers("4.5 canada")
def test_no_statements_in_the_united_states(flinks: Flinks) -> None:
    answer = flinks.call("POST", "GetStatements", json={"RequestId": opened(flinks, seeded(40))})
    assert answer.json()["FlinksCode"] == "METHOD_NOT_AVAILABLE"


@covers("4.5 leave", "6.1 detailsAndStatementEnable")
def test_statements_may_need_the_widgets_leave(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", statementsNeedConnect=True)
    session = flinks.cached(NOMFA).json()
    body = {"RequestId": session["RequestId"]}
    refused = flinks.call("POST", "GetStatements", json=body).json()
    assert refused["FlinksCode"] == "METHOD_NOT_AVAILABLE"
    widget = flinks.widget("14", authorizeToken=flinks.token(), detailsAndStatementEnable="true")
    widget.sign_in("greatday_nomfa")
    assert flinks.call("POST", "GetStatements", json=body).status_code == 200


@covers("12 FlinksCapital", "12 answers", "1 countries")
def test_american_accounts(flinks: Flinks) -> None:
    body = flinks.live(seeded(39)).json()
    assert body["SecurityChallenges"][0]["Prompt"] == "What is 2 + 2?"
    answers = {"What is 2 + 2?": ["4"]}
    flinks.authorize(RequestId=body["RequestId"], SecurityResponses=answers)
    first = flinks.data(body["RequestId"])["Accounts"][0]
    assert (first["TransitNumber"], first["Currency"]) == ("021000777", "USD")
    assert first["Holder"]["Address"]["Country"] == "US"


@covers("7 ids-change")
def test_account_ids_change_when_a_card_is_connected_again(flinks: Flinks) -> None:
    body = {"Institution": "14", "Username": "again_nomfa", "Password": "Everyday"}
    first = flinks.authorize(**body).json()
    ids = {each["Id"] for each in flinks.data(first["RequestId"])["Accounts"]}
    assert flinks.call("DELETE", f"DeleteCard/{first['Login']['Id']}").status_code == 200
    second = flinks.authorize(**body).json()
    assert second["Login"]["Id"] == first["Login"]["Id"]
    assert ids.isdisjoint(each["Id"] for each in flinks.data(second["RequestId"])["Accounts"])


@covers("7 ids-age", "15 13")
@pytest.mark.parametrize("days", [0, 90])
def test_account_ids_change_with_age_or_never(flinks: Flinks, days: int) -> None:
    flinks.control("PATCH", "/readings", accountIdsDays=days, credentialsDays=0)
    before = {each["Id"] for each in accounts(flinks)}
    flinks.advance(91 * 86_400)
    after = {each["Id"] for each in accounts(flinks)}
    assert before.isdisjoint(after) is (days == 90)


@covers("10 CARD_IN_USE", "13 DeleteCard", "3.5 400")
def test_a_card_in_use_is_not_deleted(flinks: Flinks) -> None:
    flinks.detail(opened(flinks))
    refused = flinks.call("DELETE", f"DeleteCard/{NOMFA}")
    assert (refused.status_code, refused.json()["FlinksCode"]) == (400, "CARD_IN_USE")
    assert flinks.cached(NOMFA).status_code == 200


@covers("13 GetMFAQuestions", "13 AnswerMFAQuestions")
def test_stored_answers_serve_sign_ins_without_the_person(flinks: Flinks) -> None:
    asked = flinks.call("GET", f"GetMFAQuestions/{GREATDAY}").json()
    assert asked["Message"] == "SUCCESS"
    answers = {"city": "Montreal", "country": "Canada", "shape": "Triangle"}
    questions = [
        {"Question": each["Question"], "Answer": answer}
        for each in asked["Questions"]
        for word, answer in answers.items()
        if word in each["Question"]
    ]
    body = {"LoginId": GREATDAY, "Questions": questions}
    assert flinks.call("PATCH", "AnswerMFAQuestions", json=body).json() == {"Message": "SUCCESS"}
    assert flinks.live(GREATDAY).status_code == 200


@covers("13 Institutions", "11 page")
def test_institutions_are_paged(flinks: Flinks) -> None:
    every = flinks.call("GET", "Institutions").json()
    page = flinks.call("GET", "Institutions?skip=2&take=3").json()
    assert page["Count"] == every["Count"] == len(every["Data"])
    assert page["Data"] == every["Data"][2:5]
    assert page["Data"][0]["Name"].keys() == {"en", "fr"}
    assert flinks.call("GET", "Institutions?take=x").json()["FlinksCode"] == "INVALID_REQUEST"


@covers("13 RoutingNumber")
def test_an_american_bank_by_routing_number(flinks: Flinks) -> None:
    found = flinks.call("GET", "Institutions/RoutingNumber/072000326").json()["Data"]
    assert [each["Country"] for each in found] == ["US"]
    assert flinks.call("GET", "Institutions/RoutingNumber/1").status_code == 401


@covers("13 AuthorizeMultiple")
def test_many_cached_sessions_at_once(flinks: Flinks) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = flinks.authorize("AuthorizeMultiple", LoginIds=[NOMFA, unknown]).json()
    assert [each["HttpStatusCode"] for each in answer["Responses"]] == [200, 401]
