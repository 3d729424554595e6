"""Sections 1 and 2 of the contract: addresses, versions, credentials."""

import pytest

from sandbox.app import ByHost, api_app, connect_app
from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, NOMFA, Flinks


@covers("1 api-path", "1 customer-id")
def test_the_path_names_the_customer(flinks: Flinks) -> None:
    assert flinks.cached(NOMFA).status_code == 200
    key = {"flinks-auth-key": flinks.world.settings.secret_key}
    flinks.customer = "00000000-0000-4000-8000-000000000099"
    assert flinks.call("POST", "GenerateAuthorizeToken", headers=key).status_code == 401


@covers("1 api-path")
def test_paths_do_not_depend_on_case_and_unknown_ones_are_404(flinks: Flinks) -> None:
    key = {"flinks-auth-key": flinks.world.settings.secret_key}
    assert flinks.call("POST", "generateauthorizetoken", headers=key).status_code == 200
    assert flinks.call("POST", "Nonsense").status_code == 404
    assert flinks.call("GET", "Authorize").status_code == 405


@pytest.mark.parametrize("path", ["/", "/v2/", "/v2/Credential/14", "/v2/Credential/National"])
@covers(
    "1 connect-v1",
    "1 connect-v2",
    "1 preselect",
    "1 preselect-name",
    "15 22",
    "5.2 iframe",
    "5.3 v2",
)
def test_connect_addresses(flinks: Flinks, path: str) -> None:
    answer = flinks.request("GET", path, connect=True)
    assert answer.status_code == 200
    assert "widget.js" in answer.text


@pytest.mark.parametrize(
    ("key", "bank"), [("14", "FlinksCapital"), ("national", "National Sandbox Bank")]
)
@covers("1 preselect", "1 preselect-name", "5.3 full")
def test_preselection_by_number_or_name(flinks: Flinks, key: str, bank: str) -> None:
    widget = flinks.widget(key, authorizeToken=flinks.token())
    assert widget.events == [{"step": "COMPONENT_LOAD_CREDENTIAL", "institution": bank}]


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("toolbox-api.private.fin.ag", "/_sandbox/clock", 200),
        ("toolbox-iframe.private.fin.ag", "/v2/", 200),
        ("toolbox-iframe.private.fin.ag", "/_sandbox/clock", 404),
    ],
)
@covers("1 hosts")
def test_one_port_serves_both_hosts(flinks: Flinks, host: str, path: str, status: int) -> None:
    api, connect = api_app(flinks.world), connect_app(flinks.world)
    flinks.serve_api_with(ByHost(api, connect, otherwise=api))
    assert flinks.request("GET", path, headers={"host": host}).status_code == status


@covers("1 countries", "12 FlinksCapital")
def test_banks_of_both_countries(flinks: Flinks) -> None:
    listed = flinks.call("GET", "Institutions").json()["Data"]
    assert {each["Country"] for each in listed} == {"CA", "US"}
    assert next(each["Id"] for each in listed if each["Name"]["en"] == "FlinksCapital") == 14


@covers("2.1 secret-key", "2.2 generate", "2.3 ok")
def test_the_secret_key_mints_tokens_for_ever(flinks: Flinks) -> None:
    flinks.advance(10**8)
    key = {"flinks-auth-key": flinks.world.settings.secret_key}
    answer = flinks.call("POST", "GenerateAuthorizeToken", headers=key)
    assert answer.json().keys() == {"HttpStatusCode", "Token"}
    assert flinks.call("POST", "GenerateAuthorizeToken", headers=key, json={}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"flinks-auth-key": "wrong"}])
@covers("2.3 refused", "10 UNAUTHORIZED")
def test_a_wrong_key_mints_nothing(flinks: Flinks, headers: dict[str, str]) -> None:
    assert flinks.call("POST", "GenerateAuthorizeToken", headers=headers).json() == {
        "HttpStatusCode": 401,
        "FlinksCode": "UNAUTHORIZED",
        "Message": "You must provide a valid auth key",
    }


@covers("2.1 token", "2.2 authorize", "2.3 once", "17 token")
def test_a_token_works_once(flinks: Flinks) -> None:
    key = {"flinks-auth-key": flinks.token()}
    first = flinks.call("POST", "Authorize", headers=key, json={"LoginId": NOMFA})
    second = flinks.call("POST", "Authorize", headers=key, json={"LoginId": NOMFA})
    assert (first.status_code, second.status_code) == (200, 401)
    assert second.json()["FlinksCode"] == "UNAUTHORIZED"


@pytest.mark.parametrize("minutes", [15, 30])
@covers("2.3 life", "15 1", "17 token", "5.2 clocks")
def test_a_token_lives_fifteen_or_thirty_minutes(flinks: Flinks, minutes: int) -> None:
    flinks.control("PATCH", "/readings", tokenMinutes=minutes)
    in_time, late = flinks.token(), flinks.token()
    body = {"LoginId": NOMFA}
    flinks.advance(minutes * 60 - 1)
    key = {"flinks-auth-key": in_time}
    assert flinks.call("POST", "Authorize", headers=key, json=body).status_code == 200
    flinks.advance(1)
    key = {"flinks-auth-key": late}
    assert flinks.call("POST", "Authorize", headers=key, json=body).status_code == 401


@pytest.mark.parametrize("token", [None, "nonsense", "sandbox-secret-key-not-secret"])
@covers("2.3 trouble")
def test_authorize_tells_of_a_bad_token(flinks: Flinks, token: str | None) -> None:
    headers = {"flinks-auth-key": token} if token else {}
    answer = flinks.call("POST", "Authorize", headers=headers, json={"LoginId": NOMFA}).json()
    assert answer["FlinksCode"] == "UNAUTHORIZED"
    assert "valid authorize token" in answer["Message"]


@pytest.mark.parametrize(("reading", "status"), [("fresh", 401), ("same", 200)])
@covers("2.3 mfa-token", "15 2")
def test_the_token_of_the_mfa_answer(flinks: Flinks, reading: str, status: int) -> None:
    flinks.control("PATCH", "/readings", mfaToken=reading)
    key = {"flinks-auth-key": flinks.token()}
    start = {"LoginId": GREATDAY, "MostRecentCached": False}
    request_id = flinks.call("POST", "Authorize", headers=key, json=start).json()["RequestId"]
    answer = {
        "RequestId": request_id,
        "SecurityResponses": {"What city were you born in?": ["Montreal"]},
    }
    assert flinks.call("POST", "Authorize", headers=key, json=answer).status_code == status


@pytest.mark.parametrize("code", ["ACCESS_DENIED", "UNAUTHORIZED"])
@pytest.mark.parametrize("endpoint", ["GetAccountsDetail", "GetAccountsSummary", "GetStatements"])
@covers("2.1 api-key", "2.1 request-id", "2.2 data", "10 ACCESS_DENIED", "15 20")
def test_data_wants_the_api_key(flinks: Flinks, endpoint: str, code: str) -> None:
    flinks.control("PATCH", "/readings", apiKeyCode=code)
    body = {"RequestId": flinks.cached(NOMFA).json()["RequestId"]}
    refused = flinks.call("POST", endpoint, headers={"x-api-key": "wrong"}, json=body)
    assert refused.json()["FlinksCode"] == code
    assert flinks.call("POST", endpoint, json=body).status_code == 200


@covers("2.2 cards", "13 Institutions")
def test_card_endpoints_take_the_api_key(flinks: Flinks) -> None:
    assert flinks.call("GET", "Institutions").status_code == 200
    assert flinks.call("GET", "Institutions", headers={"x-api-key": "no"}).status_code == 401
    token = {"x-api-key": "", "flinks-auth-key": flinks.token()}
    assert flinks.call("GET", "Institutions", headers=token).status_code == 200


@covers("2.1 bearer", "15 21")
def test_the_nightly_status_takes_the_secret_as_bearer(flinks: Flinks) -> None:
    assert flinks.call("GET", "GetNightlyRefreshStatus").status_code == 401
    bearer = {"Authorization": f"Bearer {flinks.world.settings.secret_key}"}
    assert flinks.call("GET", "GetNightlyRefreshStatus", headers=bearer).status_code == 200
    flinks.control("PATCH", "/readings", nightlyStatusAuth="either")
    assert flinks.call("GET", "GetNightlyRefreshStatus").status_code == 200


@covers("2.2 legacy", "15 20", "15 4")
def test_an_old_integration_may_leave_the_keys_out(flinks: Flinks) -> None:
    flinks.customer = flinks.world.settings.legacy_customer_id
    bare = {"x-api-key": ""}
    path = f"/v3/{flinks.customer}/BankingServices"
    session = flinks.request("POST", f"{path}/Authorize", json={"LoginId": NOMFA}).json()
    body = {"RequestId": session["RequestId"]}
    assert flinks.request("POST", f"{path}/GetAccountsDetail", json=body).status_code == 200
    again = flinks.request("POST", f"{path}/GetAccountsDetail", json=body)
    assert again.json()["FlinksCode"] == "SESSION_NONEXISTENT"
    assert flinks.call("POST", "GetAccountsDetail", headers=bare, json=body).status_code == 401


@covers("2.2 oauth-token")
def test_an_access_token_opens_everything(flinks: Flinks) -> None:
    settings = flinks.world.settings
    pair = {"client_id": settings.customer_id, "secret": settings.secret_key}
    answer = flinks.call("POST", "Token/?demoObe=true", json=pair).json()
    bearer = {"Authorization": f"Bearer {answer['access_token']}", "x-api-key": ""}
    session = flinks.call("POST", "Authorize", headers=bearer, json={"LoginId": NOMFA})
    assert session.status_code == 200
    flinks.advance(answer["expires_in"])
    late = flinks.call("POST", "Authorize", headers=bearer, json={"LoginId": NOMFA})
    assert late.status_code == 401
    wrong = flinks.call("POST", "Token", json=pair | {"secret": "wrong"})
    assert wrong.status_code == 401


@covers("2.3 widget", "6.3 TOKEN_INVALID", "6.1 authorizeToken", "5.3 toolbox")
@pytest.mark.parametrize(
    ("reading", "query", "welcome"),
    [
        ("unless_demo", {}, False),
        ("unless_demo", {"demo": "true"}, True),
        ("unless_demo", {"toolbox": "true"}, True),
        ("unless_demo", {"demo": "true", "authorizeToken": "used"}, False),
        ("always", {"demo": "true"}, False),
        ("never", {}, True),
    ],
)
def test_the_widget_and_its_token(
    flinks: Flinks, reading: str, query: dict[str, str], welcome: bool
) -> None:
    flinks.control("PATCH", "/readings", connectToken=reading)
    widget = flinks.widget(**query)
    assert (widget.steps != ["TOKEN_INVALID"]) is welcome
