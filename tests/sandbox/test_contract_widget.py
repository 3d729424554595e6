"""Sections 5, 6 and 7 of the contract: the widget's screens, events and redirects.

What needs a browser to be seen (pop-ups, redirects of the parent, web views) is in test_browser.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks, Widget, seeded

RETURN = "https://app.example/back?state=abc&returned=1"


def resumed(flinks: Flinks, login_id: str = GREATDAY, **query: str) -> Widget:
    request_id = flinks.live(login_id).json()["RequestId"]
    return flinks.widget(requestId=request_id, authorizeToken=flinks.token(), **query)


def signing_in(flinks: Flinks, key: str | None = "14", **query: str) -> Widget:
    return flinks.widget(key, authorizeToken=flinks.token(), **query)


@covers(
    "6.1 demo", "6.1 consentEnable", "6.3 COMPONENT_LOAD_*", "6.3 INSTITUTION_SELECTED",
    "6.3 SUBMIT_CREDENTIAL", "6.3 ACCOUNT_SELECTED", "6.3 consent", "6.3 REDIRECT",
    "6.1 accountSelectorEnable", "6.3 COMPONENT_LOAD_ACCOUNT_SELECTION",
)  # fmt: skip
def test_every_event_of_a_full_connection_in_order(flinks: Flinks) -> None:
    widget = signing_in(
        flinks, None, demo="true", consentEnable="true", accountSelectorEnable="true"
    )
    widget.act("consent", accept=True).act("institution", id=14)
    widget.sign_in("Greatday", "wrong").act("retry").sign_in("Greatday")
    request_id = flinks.control("GET", "/sessions")["sessions"][1]["requestId"]
    widget.answer("wrong").act("retry").answer("Montreal")
    chosen = widget.screen["items"][0]["id"]
    widget.act("accounts", ids=[chosen])
    redirect = widget.events.pop()
    assert widget.events == [
        {"step": "COMPONENT_LOAD_CONSENT"},
        {"step": "COMPONENT_ACCEPT_CONSENT"},
        {"step": "COMPONENT_LOAD_INSTITUTION_SELECTOR", "cached": False},
        {"step": "INSTITUTION_SELECTED", "institution": "FlinksCapital"},
        {"step": "COMPONENT_LOAD_CREDENTIAL", "institution": "FlinksCapital"},
        {"step": "SUBMIT_CREDENTIAL", "institution": "FlinksCapital"},
        {
            "requestId": request_id,
            "flinksCode": "INVALID_PASSWORD",
            "institution": "FlinksCapital",
        },
        {"step": "COMPONENT_LOAD_CREDENTIAL_RETRY", "institution": "FlinksCapital"},
        {"step": "SUBMIT_CREDENTIAL", "institution": "FlinksCapital"},
        {"step": "COMPONENT_LOAD_MFA", "mfaTypes": ["QuestionAndAnswer"]},
        {"step": "SUBMIT_MFA"},
        {
            "requestId": redirect["requestId"],
            "flinksCode": "INVALID_SECURITY_RESPONSE",
            "institution": "FlinksCapital",
        },
        {"step": "COMPONENT_LOAD_MFA_RETRY", "mfaTypes": ["QuestionAndAnswer"]},
        {"step": "SUBMIT_MFA"},
        {"step": "COMPONENT_LOAD_ACCOUNT_SELECTION", "totalAccounts": 4, "displayedAccounts": 3},
        {"step": "ACCOUNT_SELECTED", "accountId": chosen},
    ]
    assert redirect.keys() == {"step", "url", "institution", "loginId", "requestId", "accountId"}


@covers("5.2 *", "6.1 requestId", "6.3 COMPONENT_LOAD_MFA*", "3.6 mfa", "15 3", "5.3 cached-after")
def test_a_live_request_id_lands_on_the_prompt(flinks: Flinks) -> None:
    widget = resumed(flinks)
    assert widget.screen["kind"] == "mfa"
    assert widget.steps == ["COMPONENT_LOAD_MFA"]
    widget.answer("wrong").act("retry").answer("Montreal")
    assert widget.screen["kind"] == "accounts"
    widget.act("accounts", ids=[widget.screen["items"][0]["id"]])
    request_id = widget.redirect["requestId"]
    assert flinks.data(request_id)["Login"]["Id"] == GREATDAY
    assert flinks.cached().status_code == 200


@covers("5.2 start-again", "3.6 expired", "6.3 ERROR")
@pytest.mark.parametrize("request_id", ["00000000-0000-4000-8000-000000000000", "zzz", "old"])
def test_an_expired_or_foreign_request_id(flinks: Flinks, request_id: str) -> None:
    if request_id == "old":
        request_id = flinks.live().json()["RequestId"]
        flinks.advance(480)
    widget = flinks.widget(requestId=request_id, authorizeToken=flinks.token())
    (told,) = widget.events
    assert (told["flinksCode"], "step" in told) == ("SESSION_NONEXISTENT", False)
    assert widget.screen["title"] == "This session has ended"


@covers("3.6 widget-waits")
@pytest.mark.parametrize(("reading", "alive"), [(True, True), (False, False)])
def test_the_end_of_a_session_shows_after_the_answer(
    flinks: Flinks, reading: bool, alive: bool
) -> None:
    flinks.control("PATCH", "/readings", widgetIsActivity=reading)
    request_id = flinks.live().json()["RequestId"]
    flinks.advance(400)
    widget = flinks.widget(requestId=request_id, authorizeToken=flinks.token())
    flinks.advance(100)
    widget.answer("Montreal")
    assert (widget.screen["kind"] == "accounts") is alive
    late = resumed(flinks, seeded(11))
    flinks.advance(480)
    assert late.screen["kind"] == "mfa"
    late.answer("Montreal")
    assert late.events[-1]["flinksCode"] == "SESSION_NONEXISTENT"
    assert "step" not in late.events[-1]


@covers("5.3 202", "15 6", "3.6 authorizing")
def test_the_widget_waits_while_the_bank_is_asked(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", authorizeAsync=True)
    body = {"LoginId": GREATDAY, "MostRecentCached": False, "Save": True}
    request_id = flinks.authorize("AuthorizeAsync", **body).json()["RequestId"]
    widget = flinks.widget(requestId=request_id, authorizeToken=flinks.token())
    assert widget.screen["kind"] == "wait"
    widget.act("wait").act("wait")
    assert widget.screen["kind"] == "mfa"


@covers("3.5 dispatched")
def test_the_widget_waits_for_a_slow_bank(flinks: Flinks) -> None:
    widget = signing_in(flinks).sign_in("test_dispatched")
    assert widget.screen["kind"] == "wait"
    widget.act("wait").act("wait").act("wait")
    assert widget.steps[-1] == "REDIRECT"


@covers("5.3 toolbox", "15 29", "6.1 toolbox", "6.1 demo")
@pytest.mark.parametrize("switch", ["demo", "toolbox"])
def test_the_toolbox_address_needs_no_token(flinks: Flinks, switch: str) -> None:
    request_id = flinks.live().json()["RequestId"]
    assert flinks.widget(**{switch: "true", "requestId": request_id}).screen["kind"] == "mfa"
    names = [each["name"] for each in flinks.widget(**{switch: "true"}).screen["items"]]
    assert "FlinksCapital" in names
    plain = [each["name"] for each in signing_in(flinks, None).screen["items"]]
    assert "FlinksCapital" not in plain


@covers("7 resume", "7 only-those", "7 redirect", "5.2 kept-choice", "6.1 resumeSelectedAccounts")
def test_a_kept_choice_skips_the_selector_and_filters(flinks: Flinks) -> None:
    kept = flinks.control("GET", f"/logins/{GREATDAY}")["selectedAccounts"]
    widget = resumed(
        flinks, resumeSelectedAccounts=",".join(kept), redirectUrl=RETURN, tag="t"
    ).answer("Montreal")
    assert widget.steps == ["COMPONENT_LOAD_MFA", "SUBMIT_MFA", "REDIRECT"]
    assert widget.redirect["accountId"] == ",".join(kept)
    query = parse_qs(urlsplit(widget.redirect["url"]).query)
    assert query["accountId"] == [",".join(kept)]
    data = flinks.data(widget.redirect["requestId"])
    assert [each["Id"] for each in data["Accounts"]] == kept


@covers("7 only-if")
def test_a_kept_choice_counts_only_if_one_was_made(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{GREATDAY}", selectedAccounts=[])
    account = flinks.control("GET", f"/logins/{GREATDAY}")["accounts"][0]["id"]
    widget = resumed(flinks, resumeSelectedAccounts=account).answer("Montreal")
    assert "accountId" not in widget.redirect
    assert len(flinks.data(widget.redirect["requestId"])["Accounts"]) == 4


@covers("7 missing", "7 us")
@pytest.mark.parametrize(("bank", "name"), [("14", "greatday_nomfa"), ("201", "greatday_nomfa")])
def test_a_choice_alone_filters_nothing(flinks: Flinks, bank: str, name: str) -> None:
    widget = signing_in(flinks, bank, accountSelectorEnable="true").sign_in(name)
    assert widget.screen["kind"] == "accounts"
    widget.act("accounts", ids=[widget.screen["items"][0]["id"]])
    assert len(flinks.data(widget.redirect["requestId"])["Accounts"]) == 4


@covers(
    "6.1 accountSelectorMultiple", "6.1 accountSelectorNoTitle", "6.1 accountSelectorCurrency",
    "6.1 showAllAccounts",
)  # fmt: skip
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, 3),
        ({"showAllAccounts": "true"}, 4),
        ({"accountSelectorCurrency": "usd"}, 1),
        ({"accountSelectorCurrency": "cad", "accountSelectorNoTitle": "true"}, 2),
    ],
)
def test_the_account_selector(flinks: Flinks, query: dict[str, str], shown: int) -> None:
    widget = signing_in(flinks, accountSelectorEnable="true", **query).sign_in("greatday_nomfa")
    assert len(widget.screen["items"]) == shown
    assert bool(widget.screen["title"]) is ("accountSelectorNoTitle" not in query)


@covers("6.1 accountSelectorMultiple", "6.3 ACCOUNT_SELECTED")
@pytest.mark.parametrize("shape", ["string", "array"])
def test_several_accounts(flinks: Flinks, shape: str) -> None:
    flinks.control("PATCH", "/readings", accountIdShape=shape)
    widget = signing_in(flinks, accountSelectorEnable="true").sign_in("greatday_nomfa")
    ids = [each["id"] for each in widget.screen["items"]]
    assert widget.act("accounts", ids=ids).screen["error"] == "Select one account."
    assert widget.act("accounts", ids=[]).screen["kind"] == "accounts"
    both = signing_in(flinks, accountSelectorEnable="true", accountSelectorMultiple="true")
    both.sign_in("greatday_nomfa").act("accounts", ids=ids[:2])
    wanted: Any = ids[:2] if shape == "array" else ",".join(ids[:2])
    assert both.events[-2] == {"step": "ACCOUNT_SELECTED", "accountId": wanted}
    assert both.redirect["accountId"] == wanted


@covers("6.2 parameters", "6.2 own-query", "6.1 redirectUrl", "6.1 tag", "3.9 in-redirect")
def test_the_redirect_address(flinks: Flinks) -> None:
    widget = signing_in(flinks, redirectUrl=RETURN, tag="a&b").sign_in("greatday_nomfa")
    assert parse_qs(urlsplit(widget.redirect["url"]).query) == {
        "state": ["abc"],
        "returned": ["1"],
        "loginId": [NOMFA],
        "institution": ["FlinksCapital"],
        "tag": ["a&b"],
    }
    assert flinks.data(widget.redirect["requestId"])["Tag"] == "a&b"


@covers("6.2 spelling", "15 25")
@pytest.mark.parametrize("name", ["redirectUrl", "redirectUri", "redirectURL"])
def test_spellings_of_the_redirect_parameter(flinks: Flinks, name: str) -> None:
    widget = signing_in(flinks, **{name: RETURN}).sign_in("greatday_nomfa")
    assert widget.redirect["url"].startswith("https://app.example/back?state=abc")


@covers("6.1 innerRedirect", "6.1 jsRedirect", "6.2 parent", "6.2 scheme")
@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({}, "none"),
        ({"redirectUrl": RETURN}, "parent"),
        ({"redirectUrl": RETURN, "innerRedirect": "true"}, "inner"),
        ({"redirectUrl": RETURN, "jsRedirect": "true"}, "none"),
        ({"redirectUrl": "myapp://callback"}, "parent"),
        ({"redirectUrl": "javascript:alert(1)"}, "none"),
        ({"redirectUrl": "no-address"}, "none"),
        ({"redirectUrl": "http://[::1/back"}, "none"),
    ],
)
def test_where_the_redirect_goes(flinks: Flinks, query: dict[str, str], where: str) -> None:
    assert signing_in(flinks, **query).sign_in("greatday_nomfa").screen["where"] == where


@covers("6.3 REDIRECT", "15 24")
@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        ("old", {"institution", "url"}),
        ("new", {"institution", "loginId", "requestId"}),
        ("both", {"institution", "url", "loginId", "requestId"}),
    ],
)
def test_shapes_of_redirect(flinks: Flinks, shape: str, fields: set[str]) -> None:
    flinks.control("PATCH", "/readings", redirectShape=shape)
    widget = signing_in(flinks).sign_in("greatday_nomfa")
    assert widget.redirect.keys() == fields | {"step"}


@covers("6.1 consentEnable", "15 23", "6.3 consent")
@pytest.mark.parametrize("default", [False, True])
def test_the_default_of_consent(flinks: Flinks, default: bool) -> None:
    flinks.control("PATCH", "/readings", consentDefault=default)
    widget = signing_in(flinks)
    assert (widget.screen["kind"] == "consent") is default
    denied = signing_in(flinks, consentEnable="true").act("consent", accept=False)
    assert denied.steps == ["COMPONENT_LOAD_CONSENT", "COMPONENT_DENY_CONSENT"]
    assert denied.screen["kind"] == "message"


@covers("6.1 consent-texts")
def test_texts_of_the_consent_page(flinks: Flinks) -> None:
    screen = signing_in(
        flinks, consentEnable="true", customerName="Acme <b>", termsUrl="https://app.example/terms",
        consentTitleAppendedText="with Acme",
    ).screen  # fmt: skip
    assert "Acme <b>" in screen["text"]
    assert screen["title"].endswith("with Acme")
    assert screen["termsUrl"] == "https://app.example/terms"


@covers("6.1 language", "12 french")
def test_the_widget_in_french(flinks: Flinks) -> None:
    widget = signing_in(flinks, language="fr")
    assert widget.screen["title"] == "Ouvrir une session à FlinksCapital"
    widget.sign_in("Bonjour")
    assert widget.screen["challenges"][0]["prompt"] == "Où êtes-vous né?"
    widget.answer("Montréal")
    assert widget.redirect["loginId"] == seeded(36)
    assert 'lang="fr"' in flinks.request("GET", "/v2/?language=fr", connect=True).text


@covers("6.1 scheduleRefresh", "8 enable")
def test_schedule_refresh_by_parameter(flinks: Flinks) -> None:
    widget = signing_in(flinks, scheduleRefresh="true").sign_in("other_nomfa")
    login = flinks.control("GET", f"/logins/{widget.redirect['loginId']}")
    assert login["nightlyEnabled"] is True


@covers("6.1 enhancedMFA", "6.3 enhanced")
def test_enhanced_mfa_asks_for_every_answer_up_front(flinks: Flinks) -> None:
    widget = signing_in(flinks, enhancedMFA="true").sign_in("Greatday").answer("Montreal")
    assert widget.steps[-1] == "ENHANCED_MFA_HAS_QUESTIONS"
    answers = {
        each["prompt"]: [each["hint"].split(": ")[1]] for each in widget.screen["challenges"]
    }
    widget.act("enhanced", answers=answers)
    assert widget.steps[-1] == "REDIRECT"
    assert flinks.live(GREATDAY).status_code == 200
    none = signing_in(flinks, enhancedMFA="true").sign_in("greatday_nomfa")
    assert none.steps[-2:] == ["ENHANCED_MFA_NO_QUESTIONS", "REDIRECT"]
    skipped = signing_in(flinks, enhancedMFA="true", skipEnhancedMFA="true").sign_in("other_nomfa")
    assert "ENHANCED_MFA_NO_QUESTIONS" not in skipped.steps


@covers("6.1 daysOfTransactions")
def test_days_of_transactions_by_parameter(flinks: Flinks) -> None:
    widget = signing_in(flinks, daysOfTransactions="Days365").sign_in("greatday_nomfa")
    year = flinks.data(widget.redirect["requestId"])["Accounts"][0]["Transactions"]
    quarter = flinks.data(flinks.live(NOMFA).json()["RequestId"])["Accounts"][0]["Transactions"]
    assert len(year) > 3 * len(quarter)


@covers("6.1 maximumRetry")
def test_the_number_of_retries(flinks: Flinks) -> None:
    widget = signing_in(flinks, maximumRetry="1")
    widget.sign_in("Greatday", "wrong").act("retry")
    assert widget.screen["kind"] == "credentials"
    widget.sign_in("Greatday", "wrong")
    assert widget.events[-2]["flinksCode"] == "INVALID_PASSWORD"
    assert widget.events[-1] == {"step": "MAXIMUM_RETRY_REACHED", "institution": "FlinksCapital"}
    assert widget.screen["kind"] == "message"
    assert widget.screen["retry"] is None


@covers("6.1 closeEnable", "6.3 COMPONENT_CLOSE_SESSION")
def test_the_x_is_only_an_event(flinks: Flinks) -> None:
    widget = signing_in(flinks, closeEnable="true").act("close")
    assert widget.events[-1] == {"step": "COMPONENT_CLOSE_SESSION", "institution": "FlinksCapital"}


@covers("6.1 backEnable")
@pytest.mark.parametrize(("query", "there"), [({}, True), ({"backEnable": "false"}, False)])
def test_the_back_button(flinks: Flinks, query: dict[str, str], there: bool) -> None:
    widget = signing_in(flinks, **query)
    assert bool(widget.screen["back"]) is there
    assert widget.act("back").screen["kind"] == "institutions"


@covers("6.1 collection", "6.1 layout", "6.1 colours", "6.1 headers")
def test_parameters_without_effect_are_accepted(flinks: Flinks) -> None:
    names = (
        "withTransactions waitSummary statement stringify eftEligibleRatio fetchAllAccounts "
        "showAllOperationsAccounts monthsOfStatements staticLoadingEnable institutionFilterEnable "
        "desktopLayout fixedHeightEnable boxLayout loadingType features productType theme "
        "backgroundColor foregroundColor1 foregroundColor2 headerEnable headerImgEnable "
        "removePadding neverHeardOf"
    )
    widget = signing_in(flinks, **dict.fromkeys(names.split(), "true")).sign_in("greatday_nomfa")
    assert widget.steps[-1] == "REDIRECT"


@covers("6.3 handled", "6.3 DISABLED_INSTITUTION", "6.3 ERROR")
@pytest.mark.parametrize(
    ("username", "code", "again"),
    [
        ("test_service_unavailable", "RETRY_LATER", True),
        ("bank_maintenance", "BANK_MAINTENANCE_RETRY_LATER", True),
        ("test_disabled_account", "DISABLED_LOGIN", False),
        ("test_new_account", "NEW_ACCOUNT", False),
        ("unauthorized", "UNAUTHORIZED", False),
        ("aggregation_error", "AGGREGATION_ERROR", True),
        ("disabled_institution", "DISABLED_INSTITUTION", False),
    ],
)
def test_handled_errors_have_a_code_and_no_step(
    flinks: Flinks, username: str, code: str, again: bool
) -> None:
    widget = signing_in(flinks).sign_in(username)
    told = widget.events[-1]
    assert told.pop("step", None) == (code if code == "DISABLED_INSTITUTION" else None)
    assert told.pop("requestId")
    assert told == {"flinksCode": code, "institution": "FlinksCapital"}
    assert widget.screen["text"]
    assert bool(widget.screen["retry"]) is again


@covers("6.3 handled", "6.3 ERROR", "11 one-session")
def test_kept_answers_reach_the_widget_too(flinks: Flinks) -> None:
    flinks.control("POST", "/faults", endpoint="Widget", flinksCode="TOO_MANY_REQUESTS")
    widget = signing_in(flinks).sign_in("Greatday")
    assert widget.events[-1]["flinksCode"] == "TOO_MANY_REQUESTS"
    flinks.control("PATCH", "/readings", concurrentSession="open")
    flinks.live(GREATDAY)
    widget = signing_in(flinks).sign_in("Greatday")
    assert widget.events[-1]["flinksCode"] == "CONCURRENT_SESSION"
    assert "step" not in widget.events[-1]


@covers("6.3 terms", "6.3 consent")
@pytest.mark.parametrize(
    ("act", "step"),
    [("terms", "COMPONENT_DENY_TERMS"), ("consent", "COMPONENT_DENY_CONSENT")],
)
def test_declining_ends_it(flinks: Flinks, act: str, step: str) -> None:
    widget = signing_in(flinks, consentEnable="true").act(act)
    assert widget.events[-1] == {"step": step}
    assert widget.screen["kind"] == "message"


@covers("6.2 *")
def test_the_order_of_the_redirect(flinks: Flinks) -> None:
    query = {"redirectUrl": RETURN, "tag": "t", "accountSelectorEnable": "true"}
    widget = signing_in(flinks, **query).sign_in("greatday_nomfa")
    widget.act("accounts", ids=[widget.screen["items"][0]["id"]])
    names = [each.partition("=")[0] for each in urlsplit(widget.redirect["url"]).query.split("&")]
    assert names == ["state", "returned", "loginId", "accountId", "tag", "institution"]


@covers("6.3 REDIRECT")
def test_without_an_address_the_redirect_has_an_empty_one(flinks: Flinks) -> None:
    assert signing_in(flinks).sign_in("greatday_nomfa").redirect["url"] == ""


@covers("6.3 handled")
@pytest.mark.parametrize(
    ("username", "typed", "code"),
    [
        ("unknown_username", "Everyday", "INVALID_USERNAME"),
        ("Greatday", "wrong", "INVALID_PASSWORD"),
        ("rejected_always", "Everyday", "INVALID_LOGIN"),
    ],
)
def test_credentials_are_asked_again(flinks: Flinks, username: str, typed: str, code: str) -> None:
    widget = signing_in(flinks).sign_in(username, typed)
    assert widget.events[-1]["flinksCode"] == code
    assert widget.screen["retry"] == "Retry"
    widget.act("retry")
    assert widget.steps[-1] == "COMPONENT_LOAD_CREDENTIAL_RETRY"
    assert (widget.screen["kind"], widget.screen["typed"]) == ("credentials", username)


@covers("6.4 oauth", "6.1 demoOutbound", "6.3 consent")
@pytest.mark.parametrize(
    ("key", "query"), [("106", {}), ("203", {}), ("14", {"demoOutbound": "true"})]
)
def test_an_oauth_bank(flinks: Flinks, key: str, query: dict[str, str]) -> None:
    widget = signing_in(flinks, key, **query)
    assert widget.screen["kind"] == "oauth"
    page = flinks.request("GET", widget.screen["address"], connect=True)
    assert "bank.js" in page.text
    widget.act("approved", approved=False)
    assert widget.events[-1]["flinksCode"] == "UNAUTHORIZED"
    widget.act("approved", approved=True, username="oauth_nomfa")
    assert widget.steps[-2:] == ["COMPONENT_ACCEPT_PROVIDER_CONSENT", "REDIRECT"]


@covers("6.3 background", "17 after-widget", "5.3 cached-after")
def test_just_after_the_widget_a_cached_call_is_pending(flinks: Flinks) -> None:
    widget = signing_in(flinks).sign_in("greatday_nomfa")
    pending = flinks.cached(widget.redirect["loginId"])
    assert pending.status_code == 202
    while (polled := flinks.poll(pending.json()["RequestId"])).status_code == 202:
        pass
    assert polled.json()["Login"]["Id"] == NOMFA
    assert flinks.cached(NOMFA).status_code == 200


@covers("17 after-widget", "3.6 processing")
def test_a_data_call_may_still_choose_accounts_after_a_pending_cached_call(flinks: Flinks) -> None:
    kept = flinks.control("GET", f"/logins/{NOMFA}")["selectedAccounts"]
    signing_in(flinks).sign_in("greatday_nomfa")
    request_id = flinks.cached(NOMFA).json()["RequestId"]
    data = flinks.data(request_id, AccountsFilter=kept)
    assert [each["Id"] for each in data["Accounts"]] == kept
    assert flinks.detail(request_id).json()["FlinksCode"] == "SESSION_NONEXISTENT"


def test_a_step_out_of_turn_is_refused(flinks: Flinks) -> None:
    widget = signing_in(flinks)
    path = f"/_widget/visits/{widget.visit}"
    assert flinks.request("POST", f"{path}/accounts", connect=True).status_code == 409
    assert flinks.request("POST", f"{path}/nonsense", connect=True).status_code == 404
    assert flinks.request("POST", "/_widget/visits/none/mfa", connect=True).status_code == 404


@covers("6.4 oauth-authorize")
@pytest.mark.parametrize(
    ("person", "names"),
    [
        ("somebody_nomfa", ["loginId", "state"]),
        ("test_disabled_account", ["state", "error", "error_description"]),
    ],
)
def test_oauth_authorize_sends_people_back(flinks: Flinks, person: str, names: list[str]) -> None:
    query = {"redirect_uri": "https://app.example/back", "state": "s 1", "login_hint": person}
    answer = flinks.request("GET", "/v3/oauth/authorize", params=query)
    assert answer.status_code == 302
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert list(told) == names
    assert told["state"] == ["s 1"]
    if "loginId" in told:
        assert flinks.cached(told["loginId"][0]).status_code == 200


@covers("6.4 oauth-authorize")
@pytest.mark.parametrize("query", [{}, {"redirect_uri": "javascript:alert(1)"}])
def test_oauth_authorize_goes_nowhere_without_an_address(
    flinks: Flinks, query: dict[str, str]
) -> None:
    assert flinks.request("GET", "/v3/oauth/authorize", params=query).status_code == 400
