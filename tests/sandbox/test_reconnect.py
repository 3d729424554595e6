"""The Reconnect flow, as the Reconnect page tells it."""

from urllib.parse import parse_qs, urlsplit

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import ANSWERS, GREATDAY, NOMFA, Flinks

RETURN = "https://app.example/back?state=abc"


@covers("12 Greatday", "5.2 *")
def test_refresh_with_mfa_in_the_widget(flinks: Flinks) -> None:
    challenged = flinks.live(GREATDAY)
    assert challenged.status_code == 203
    body = challenged.json()
    assert body["HttpStatusCode"] == 203
    assert "Login" not in body
    request_id = body["RequestId"]

    login = flinks.control("GET", f"/logins/{GREATDAY}")
    selected = login["selectedAccounts"]
    widget = flinks.widget(
        requestId=request_id,
        authorizeToken=flinks.token(),
        redirectUrl=RETURN,
        tag="t1",
        resumeSelectedAccounts=",".join(selected),
    )
    assert widget.steps == ["COMPONENT_LOAD_MFA"]
    widget.answer("Toronto")
    assert widget.steps[-1] == "SUBMIT_MFA"
    assert widget.events[-1]["flinksCode"] == "INVALID_SECURITY_RESPONSE"
    assert widget.act("retry").steps[-1] == "COMPONENT_LOAD_MFA_RETRY"
    widget.answer("Montreal")
    assert widget.steps[-2:] == ["SUBMIT_MFA", "REDIRECT"]

    redirect = widget.redirect
    assert redirect["loginId"] == GREATDAY
    assert redirect["requestId"] == request_id
    assert redirect["institution"] == "FlinksCapital"
    assert redirect["accountId"] == ",".join(selected)
    query = parse_qs(urlsplit(redirect["url"]).query)
    assert query == {
        "state": ["abc"],
        "loginId": [GREATDAY],
        "institution": ["FlinksCapital"],
        "accountId": [",".join(selected)],
        "tag": ["t1"],
    }
    assert widget.screen["where"] == "parent"

    first = flinks.detail(request_id, AccountsFilter=selected)
    assert first.status_code == 202
    data = flinks.poll(request_id)
    assert data.status_code == 200
    assert data.json()["RequestId"] == request_id
    assert [each["Id"] for each in data.json()["Accounts"]] == selected
    assert flinks.detail(request_id).json()["FlinksCode"] == "SESSION_NONEXISTENT"
    assert flinks.poll(request_id).status_code == 200


@covers("12 greatday_nomfa")
def test_missing_filter_returns_every_account(flinks: Flinks) -> None:
    request_id = flinks.live(NOMFA).json()["RequestId"]
    assert len(flinks.data(request_id)["Accounts"]) == 4


def test_data_before_authorization_is_told_from_a_key_problem(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    early = flinks.detail(request_id).json()
    assert (early["HttpStatusCode"], early["FlinksCode"]) == (401, "UNAUTHORIZED")
    assert "not authorized yet" in early["Message"]
    wrong = flinks.call("POST", "GetAccountsDetail", headers={"x-api-key": "no"}, json={}).json()
    assert wrong["FlinksCode"] == "ACCESS_DENIED"


def test_request_id_dies_after_eight_idle_minutes(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    flinks.advance(479)
    assert flinks.detail(request_id).json()["FlinksCode"] == "UNAUTHORIZED"
    flinks.advance(2)
    dead = flinks.detail(request_id)
    assert dead.status_code == 400
    assert dead.json()["FlinksCode"] == "SESSION_NONEXISTENT"


def test_a_second_live_call_meets_the_open_session(flinks: Flinks) -> None:
    flinks.control("PATCH", "/readings", concurrentSession="open")
    flinks.live(GREATDAY)
    assert flinks.live(GREATDAY).json()["FlinksCode"] == "CONCURRENT_SESSION"
    flinks.advance(481)
    assert flinks.live(GREATDAY).status_code == 203


def test_cached_call_after_an_abandoned_203_reads_old_data(flinks: Flinks) -> None:
    before = flinks.cached(GREATDAY).json()["Login"]["LastRefresh"]
    flinks.live(GREATDAY)
    flinks.advance(3600)
    cached = flinks.cached(GREATDAY)
    assert cached.status_code == 401
    assert cached.json()["FlinksCode"] == "QUESTION_NOT_FOUND"
    data = flinks.data(cached.json()["RequestId"])
    assert data["Login"]["LastRefresh"] == before


def test_a_token_works_once_and_for_fifteen_minutes(flinks: Flinks) -> None:
    token = flinks.token()
    body = {"LoginId": NOMFA}
    key = {"flinks-auth-key": token}
    assert flinks.call("POST", "Authorize", headers=key, json=body).status_code == 200
    again = flinks.call("POST", "Authorize", headers=key, json=body)
    assert again.status_code == 401
    assert again.json()["FlinksCode"] == "UNAUTHORIZED"
    assert "authorize token" in again.json()["Message"]
    late = flinks.token()
    flinks.advance(900)
    key = {"flinks-auth-key": late}
    assert flinks.call("POST", "Authorize", headers=key, json=body).status_code == 401


def test_widget_refuses_a_used_token(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    token = flinks.token()
    assert flinks.widget(requestId=request_id, authorizeToken=token).screen["kind"] == "mfa"
    widget = flinks.widget(requestId=request_id, authorizeToken=token)
    assert widget.steps == ["TOKEN_INVALID"]
    assert flinks.widget(requestId=request_id).steps == ["TOKEN_INVALID"]


def test_mfa_answer_by_api(flinks: Flinks) -> None:
    request_id = flinks.live(GREATDAY).json()["RequestId"]
    prompt = "What city were you born in?"
    answered = flinks.authorize(RequestId=request_id, SecurityResponses={prompt: ANSWERS[prompt]})
    assert answered.status_code == 200
    assert answered.json()["RequestId"] == request_id


def test_full_sign_in_updates_the_stored_login(flinks: Flinks) -> None:
    flinks.control("PATCH", f"/logins/{GREATDAY}", passwordChanged=True)
    assert flinks.live(GREATDAY).json()["FlinksCode"] == "INVALID_PASSWORD"
    widget = flinks.widget("14", authorizeToken=flinks.token(), accountSelectorEnable="true")
    assert widget.steps == ["COMPONENT_LOAD_CREDENTIAL"]
    widget.sign_in("Greatday", "wrong")
    assert widget.act("retry").steps[-1] == "COMPONENT_LOAD_CREDENTIAL_RETRY"
    widget.sign_in("Greatday", "Everyday-2").answer("Montreal")
    assert widget.steps[-1] == "COMPONENT_LOAD_ACCOUNT_SELECTION"
    widget.act("accounts", ids=[widget.screen["items"][0]["id"]])
    assert widget.steps[-2:] == ["ACCOUNT_SELECTED", "REDIRECT"]
    assert widget.redirect["loginId"] == GREATDAY
    assert flinks.cached(GREATDAY).status_code == 202
    assert flinks.cached(GREATDAY).status_code == 200


def test_another_username_is_another_login(flinks: Flinks) -> None:
    widget = flinks.widget("14", authorizeToken=flinks.token())
    widget.sign_in("somebody_nomfa")
    assert widget.redirect["loginId"] != GREATDAY
    assert flinks.cached(widget.redirect["loginId"]).status_code == 202
