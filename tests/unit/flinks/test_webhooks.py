"""A verified webhook's body: accounts for us, or why not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flinks_reconnect.domain.flinks_answers import (
    Institution,
    WebhookAccounts,
    WebhookIgnored,
    WebhookReason,
)
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.flinks.webhooks import read_webhook
from hypothesis import given
from hypothesis import strategies as st

ACCOUNTS: list[dict[str, Any]] = [
    {"Id": "a-1", "TransitNumber": "07777", "Balance": {"Current": None}, "Transactions": None},
    {"Id": "a-2", "Title": "Épargne"},
]


def a_webhook(**changes: Any) -> bytes:
    fields = {
        "ResponseType": "GetAccountsDetail",
        "HttpStatusCode": 200,
        "Accounts": ACCOUNTS,
        "Login": {"Id": "l-1", "LastRefresh": "2026-01-02T03:04:05.1234567"},
        "Institution": "FlinksCapital",
        "InstitutionId": 14,
        "RequestId": "r-1",
        "Tag": "rf_1",
    }
    return json.dumps(fields | changes).encode()


def test_accounts_come_with_whose_they_are_and_how_old() -> None:
    assert read_webhook(a_webhook()) == WebhookAccounts(
        request_id=RequestId("r-1"),
        login_id=LoginId("l-1"),
        last_refresh=datetime(2026, 1, 2, 3, 4, 5, 123456, UTC),
        accounts=tuple(ACCOUNTS),
        institution=Institution(id="14", name="FlinksCapital"),
    )


def test_a_null_among_the_accounts_does_not_spoil_the_others() -> None:
    message = read_webhook(a_webhook(Accounts=[None, *ACCOUNTS, "?"]))

    assert isinstance(message, WebhookAccounts)
    assert message.accounts == tuple(ACCOUNTS)


@pytest.mark.parametrize("accounts", [[], [None], [{"Id": "of-somebody-else"}]])
def test_no_accounts_and_foreign_ones_are_told_as_such(accounts: list[Any]) -> None:
    """Whether they prove anything is for the refresh to say."""
    message = read_webhook(a_webhook(Accounts=accounts))

    assert isinstance(message, WebhookAccounts)
    assert message.accounts == tuple(each for each in accounts if each)


def test_names_are_read_in_any_case() -> None:
    message = read_webhook(
        b'{"responseType":"GetAccountsDetail","httpStatusCode":200,"requestId":"r-1",'
        b'"login":{"id":"l-1","lastRefresh":"2026-01-02T03:04:05.1234567"},'
        b'"accounts":[{"id":"a-1","title":"Chequing"}]}'
    )

    assert isinstance(message, WebhookAccounts)
    assert (message.request_id, message.login_id) == ("r-1", "l-1")
    assert message.accounts == ({"id": "a-1", "title": "Chequing"},)


def test_the_request_id_and_the_refresh_may_be_missing() -> None:
    message = read_webhook(a_webhook(RequestId=None, Login={"Id": "l-1"}, HttpStatusCode=None))

    assert isinstance(message, WebhookAccounts)
    assert (message.request_id, message.last_refresh) == (None, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (a_webhook(ResponseType="KYC"), WebhookReason.KYC),
        (a_webhook(ResponseType="kyc", Holders=[]), WebhookReason.KYC),
        (a_webhook(ResponseType="Investments"), WebhookReason.INVESTMENTS),
        (a_webhook(ResponseType="GetAccountsSummary"), WebhookReason.SUMMARY),
        (a_webhook(ResponseType="getaccountssummary"), WebhookReason.SUMMARY),
        (a_webhook(ResponseType="GetStatements"), WebhookReason.STATEMENTS),
        (a_webhook(ResponseType="GetAttributes"), WebhookReason.ATTRIBUTES),
        (a_webhook(ResponseType="PayEvent"), WebhookReason.PAY),
        (a_webhook(ResponseType="Flinks Pay Events"), WebhookReason.PAY),
        (a_webhook(ResponseType="PAYMENT_COMPLETED"), WebhookReason.PAY),
        (a_webhook(ResponseType="SessionSetupStatusChanged"), WebhookReason.PAY),
        (a_webhook(ResponseType="ETransferCompleted"), WebhookReason.PAY),
        (a_webhook(ResponseType="EftReturned"), WebhookReason.PAY),
        (a_webhook(ResponseType="AccountLeft"), WebhookReason.OTHER_TYPE),
        (a_webhook(ResponseType="UploadFraudAlert"), WebhookReason.UPLOAD),
        (a_webhook(ResponseType="FraudAlert"), WebhookReason.UPLOAD),
        (a_webhook(ResponseType="Dropout"), WebhookReason.DROPOUT),
        (a_webhook(ResponseType="Repayable"), WebhookReason.OTHER_TYPE),
        (a_webhook(ResponseType="SomethingNew"), WebhookReason.OTHER_TYPE),
        (a_webhook(ResponseType=None), WebhookReason.MALFORMED),
        (a_webhook(ResponseType=""), WebhookReason.MALFORMED),
        (a_webhook(HttpStatusCode=202), WebhookReason.NO_SUCCESS),
        (a_webhook(HttpStatusCode=401, FlinksCode="RETRY_LATER"), WebhookReason.NO_SUCCESS),
        (a_webhook(FlinksCode="AGGREGATION_ERROR"), WebhookReason.NO_SUCCESS),
        (a_webhook(Login=None), WebhookReason.NOT_SAVED),
        (a_webhook(Login=None, Accounts=None), WebhookReason.MALFORMED),
        (a_webhook(Login={}), WebhookReason.MALFORMED),
        (a_webhook(Login="l-1"), WebhookReason.MALFORMED),
        (b'{"ResponseType":"GetAccountsDetail","Accounts":[]}', WebhookReason.MALFORMED),
        (a_webhook(Login={"Id": None}), WebhookReason.MALFORMED),
        (a_webhook(Accounts=None), WebhookReason.MALFORMED),
        (a_webhook(Accounts={"Id": "a-1"}), WebhookReason.MALFORMED),
        (b"", WebhookReason.MALFORMED),
        (b"not json", WebhookReason.MALFORMED),
        (b"[]", WebhookReason.MALFORMED),
    ],
)
def test_everything_else_is_not_for_us(body: bytes, reason: WebhookReason) -> None:
    assert read_webhook(body) == WebhookIgnored(reason)


def test_only_what_no_page_of_flinks_names_needs_a_look() -> None:
    looked_at = {each for each in WebhookReason if WebhookIgnored(each).needs_a_look}

    assert looked_at == {
        WebhookReason.OTHER_TYPE,
        WebhookReason.NO_SUCCESS,
        WebhookReason.MALFORMED,
    }


@given(st.binary())
def test_no_body_can_make_it_fail(body: bytes) -> None:
    assert isinstance(read_webhook(body), WebhookIgnored)
