"""What is asked of Flinks, and what each answer means."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsCollected,
    Authorized,
    ChallengeAsked,
    Institution,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.ids import AccountId, LoginId, RequestId
from flinks_reconnect.flinks import exchange
from flinks_reconnect.flinks.addresses import api_base
from flinks_reconnect.flinks.client import FlinksClient
from flinks_reconnect.flinks.codes import ERROR_CODES, Endpoint
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.flinks.transport import FlinksCallSeen
from flinks_reconnect.flinks.wire import read_reply
from flinks_reconnect.usecases.errors import (
    DeletionError,
    MintError,
    NightlyStatusError,
    SecretUnavailableError,
)
from flinks_reconnect.usecases.ports import AuthorizeToken, FlinksGateway, NightlyFailure
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
API = "https://acme-ca-api.private.fin.ag"
CUSTOMER = "43387ca6-0391-4c82-857d-70d95f087ecb"
ROOT = f"{API}/v3/{CUSTOMER}/BankingServices"
TOKEN = AuthorizeToken("tok-1", NOON)
LOGIN = LoginId("00000000-0000-4000-8000-0000000000aa")
REQUEST = RequestId("00000000-0000-4000-8000-0000000000cc")
OPTIONS = AccountsOptions()
UNRECOGNISED = Refused(code=ErrorCode.UNRECOGNISED)
AUTHORIZED: dict[str, Any] = {
    "HttpStatusCode": 200,
    "Links": [{"rel": "AccountsDetail", "href": "/GetAccountsDetail", "example": None}],
    "InstitutionName": "FlinksCapital",
    "InstitutionId": 14,
    "Login": {"Id": LOGIN, "LastRefresh": "2026-11-22T11:00:00.1234567", "Type": "Personal"},
    "RequestId": REQUEST,
}
CHALLENGED: dict[str, Any] = {
    "HttpStatusCode": 203,
    "SecurityChallenges": [{"Type": "QuestionAndAnswer", "Prompt": "What shape?"}],
    "RequestId": REQUEST,
}
PENDING = {"HttpStatusCode": 202, "FlinksCode": "OPERATION_PENDING", "RequestId": REQUEST}
DATA = AUTHORIZED | {"Accounts": [{"Id": "a-1", "Transactions": None}]}
GONE_LOGIN = f"The login '{LOGIN}' is invalid."
KEYS_REFUSED = {
    "HttpStatusCode": 401,
    "FlinksCode": "UNAUTHORIZED",
    "Message": "You must provide a valid auth key",
}


@dataclass
class Line:
    """Flinks' end: the answers to give, and what was sent."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    sent: list[httpx.Request] = field(default_factory=list)
    seen: list[FlinksCallSeen] = field(default_factory=list)
    keys: list[str] = field(default_factory=lambda: ["key-1"])
    forced: int = 0

    def credentials(self, *, force: bool = False) -> FlinksCredentials:
        if force:
            self.forced += 1
            self.keys = self.keys[1:] or self.keys
        if self.keys[0] == "gone":
            raise SecretUnavailableError
        return FlinksCredentials(secret_key=f"secret-{self.keys[0]}", api_key=f"api-{self.keys[0]}")

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, *, authorize_async: bool = False) -> FlinksClient:
        return FlinksClient(
            base_url=f"{API}/",
            customer_id=CUSTOMER,
            credentials=self.credentials,
            clocks=Clocks(),
            clock=lambda: NOON,
            authorize_async=authorize_async,
            open_transport=lambda: httpx.MockTransport(self.handle),
            seen=self.seen.append,
        )

    def bodies(self) -> list[Any]:
        return [json.loads(each.content) if each.content else None for each in self.sent]


def answered(body: Any, http_status: int | None = None) -> Line:
    """A line that answers with this body, under its own status unless told otherwise."""
    return Line([an_answer(body, http_status)])


def an_answer(body: Any, http_status: int | None = None) -> httpx.Response:
    stated = body.get("HttpStatusCode") if isinstance(body, dict) else None
    status = http_status or (stated if isinstance(stated, int) else 200)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content)


def live(body: Any, http_status: int | None = None) -> Any:
    return answered(body, http_status).client().authorize_live(TOKEN, LOGIN)


def data(body: Any, http_status: int | None = None) -> Any:
    return answered(body, http_status).client().call_accounts(REQUEST, EVERYTHING, OPTIONS)


# What is sent


def test_it_implements_the_port() -> None:
    gateway: FlinksGateway = Line().client()

    assert gateway is not None


def test_a_token_is_bought_with_the_secret_key() -> None:
    line = answered({"HttpStatusCode": 200, "Token": "tok-9"})

    token = line.client().mint_token()

    (request,) = line.sent
    assert (request.method, str(request.url)) == ("POST", f"{ROOT}/GenerateAuthorizeToken")
    assert request.headers["flinks-auth-key"] == "secret-key-1"
    assert "x-api-key" not in request.headers
    assert (token.value, token.minted_at) == ("tok-9", NOON)


def test_a_live_call_saves_and_asks_the_bank() -> None:
    line = answered(AUTHORIZED)

    line.client().authorize_live(TOKEN, LOGIN)

    (request,) = line.sent
    assert (request.method, str(request.url)) == ("POST", f"{ROOT}/Authorize")
    assert request.headers["flinks-auth-key"] == "tok-1"
    assert request.headers["content-type"] == "application/json"
    assert "x-api-key" not in request.headers
    assert line.bodies() == [{"LoginId": LOGIN, "MostRecentCached": False, "Save": True}]


def test_a_cached_call_does_not() -> None:
    line = answered(AUTHORIZED)

    line.client().authorize_cached(TOKEN, LOGIN)

    assert line.bodies() == [{"LoginId": LOGIN, "MostRecentCached": True}]


def test_a_data_call_carries_the_selection_and_the_options() -> None:
    line = answered(PENDING)
    options = AccountsOptions(
        year_of_transactions=True,
        with_transactions=False,
        with_balance=False,
        with_kyc=True,
        with_account_identity=True,
    )
    chosen = Selection(ids=(AccountId("a-1"), AccountId("a-2")))

    line.client().call_accounts(REQUEST, chosen, options)

    (request,) = line.sent
    assert (request.method, str(request.url)) == ("POST", f"{ROOT}/GetAccountsDetail")
    assert request.headers["x-api-key"] == "api-key-1"
    assert "flinks-auth-key" not in request.headers
    assert line.bodies() == [
        {
            "RequestId": REQUEST,
            "WithTransactions": False,
            "WithBalance": False,
            "WithKYC": True,
            "WithAccountIdentity": True,
            "DaysOfTransactions": "Days365",
            "AccountsFilter": ["a-1", "a-2"],
        }
    ]


def test_only_a_selection_of_everything_leaves_the_filter_out() -> None:
    line = answered(PENDING)

    line.client().call_accounts(REQUEST, EVERYTHING, OPTIONS)

    assert "AccountsFilter" not in line.bodies()[0]
    assert line.bodies()[0]["DaysOfTransactions"] == "Days90"


def test_a_selection_of_nothing_is_never_sent() -> None:
    line = Line()

    answer = line.client().call_accounts(REQUEST, Selection(), OPTIONS)

    assert answer == Refused(code=ErrorCode.REQUEST_REFUSED)
    assert line.sent == []


def test_data_are_polled_by_the_request_id_in_the_path() -> None:
    line = answered(PENDING)

    assert line.client().poll_accounts(REQUEST) == StillCollecting()

    (request,) = line.sent
    assert (request.method, str(request.url)) == (
        "GET",
        f"{ROOT}/GetAccountsDetailAsync/{REQUEST}",
    )
    assert request.headers["x-api-key"] == "api-key-1"
    assert request.content == b""


def test_a_request_id_cannot_leave_its_place_in_the_path() -> None:
    line = answered(PENDING)

    line.client().poll_accounts(RequestId("a/../../Authorize?x=1#y"))

    assert line.sent[0].url.raw_path.endswith(b"Async/a%2F..%2F..%2FAuthorize%3Fx%3D1%23y")


def test_the_nightly_status_is_asked_for_as_bearer() -> None:
    line = answered({"HttpStatusCode": 200, "IneligibleCards": []})

    assert list(line.client().nightly_failures()) == []

    (request,) = line.sent
    assert (request.method, str(request.url)) == ("GET", f"{ROOT}/GetNightlyRefreshStatus")
    assert request.headers["authorization"] == "Bearer secret-key-1"


def test_an_address_may_lead_through_a_gateway_of_ones_own() -> None:
    line = answered(PENDING)
    client = FlinksClient(
        base_url="https://egress.example.com/flinks/",
        customer_id=CUSTOMER,
        credentials=line.credentials,
        clocks=Clocks(),
        clock=lambda: NOON,
        open_transport=lambda: httpx.MockTransport(line.handle),
    )

    client.poll_accounts(REQUEST)

    assert str(line.sent[0].url).startswith("https://egress.example.com/flinks/v3/")


def test_a_path_that_could_lead_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="plain"):
        api_base("https://egress.example.com/flinks%2F..")


def test_no_redirect_is_followed() -> None:
    line = Line([httpx.Response(307, headers={"Location": "https://evil.example/"})])

    assert isinstance(line.client().authorize_live(TOKEN, LOGIN), OutcomeUnknown)
    assert len(line.sent) == 1


# What the answers of /Authorize mean


def test_200_opens_the_session() -> None:
    assert live(AUTHORIZED) == Authorized(
        request_id=REQUEST,
        login_id=LOGIN,
        last_refresh=datetime(2026, 11, 22, 11, 0, 0, 123456, UTC),
        institution=Institution(id="14", name="FlinksCapital"),
    )


def test_the_login_is_named_in_our_spelling() -> None:
    shouted = AUTHORIZED | {"Login": {"Id": LOGIN.upper()}}

    assert live(shouted).login_id == LOGIN
    other = AUTHORIZED | {"Login": {"Id": "l-2"}}
    assert live(other).login_id == "l-2"


def test_203_asks_the_person() -> None:
    assert live(CHALLENGED) == ChallengeAsked(request_id=REQUEST)
    assert live(CHALLENGED, 200) == ChallengeAsked(request_id=REQUEST)
    assert live(CHALLENGED | {"SecurityChallenges": None}) == ChallengeAsked(request_id=REQUEST)


@pytest.mark.parametrize(
    ("body", "http_status", "answer"),
    [
        ({"Login": {"Id": LOGIN}, "RequestId": REQUEST}, 200, Authorized),
        ({"SecurityChallenges": [{}], "RequestId": REQUEST}, 203, ChallengeAsked),
        ({"RequestId": REQUEST}, 202, OutcomeUnknown),
        (AUTHORIZED, 500, Authorized),
        (AUTHORIZED, 203, Authorized),
        ({"httpStatusCode": "200", "login": {"id": LOGIN}, "requestId": REQUEST}, 401, Authorized),
    ],
)
def test_the_body_decides_and_the_http_status_stands_in(
    body: Any, http_status: int, answer: type
) -> None:
    assert isinstance(live(body, http_status), answer)


@pytest.mark.parametrize(
    ("body", "http_status"),
    [
        (AUTHORIZED | {"FlinksCode": "RETRY_LATER"}, 200),
        (AUTHORIZED | {"FlinksCode": "SOMETHING_NEW"}, 200),
        ({"HttpStatusCode": 201, "FlinksCode": "CREATED"}, 201),
        ({"HttpStatusCode": 401, "FlinksCode": "SOMETHING_NEW"}, 401),
        ({"HttpStatusCode": 418}, 418),
        ({"HttpStatusCode": 401, "FlinksCode": "OK", "Login": {"Id": LOGIN}}, 401),
        ({"Message": "An error has occurred."}, 400),
    ],
)
def test_what_is_not_understood_is_never_a_success(body: Any, http_status: int) -> None:
    answer = live(body, http_status)

    assert isinstance(answer, Refused)
    assert answer.code is ErrorCode.UNRECOGNISED


@pytest.mark.parametrize("status", [200, 400, 401, 403, 405, 429, 500, 502])
def test_a_code_means_the_same_under_any_status(status: int) -> None:
    body = {"HttpStatusCode": 401, "FlinksCode": "TOO_MANY_REQUESTS"}

    assert live(body, status) == Refused(code=ErrorCode.THROTTLED)


def test_a_code_in_a_500_is_a_definite_no() -> None:
    body = {"HttpStatusCode": 500, "FlinksCode": "AGGREGATION_ERROR"}

    assert live(body) == Refused(code=ErrorCode.FLINKS_UNAVAILABLE)


def test_a_code_alone_is_enough() -> None:
    assert live({"FlinksCode": "INVALID_PASSWORD"}, 401).code is ErrorCode.CREDENTIALS_REJECTED
    assert live({"FlinksCode": "RETRY_LATER"}, 200).code is ErrorCode.BANK_UNAVAILABLE


def test_an_error_may_bring_a_session_that_reads_old_data() -> None:
    body = {"HttpStatusCode": 401, "FlinksCode": "QUESTION_NOT_FOUND", "RequestId": REQUEST}

    answer = answered(body).client().authorize_cached(TOKEN, LOGIN)

    assert answer == Refused(code=ErrorCode.QUESTION_UNANSWERED, request_id=REQUEST)


@pytest.mark.parametrize("content", [b"", b"<html>Too Many Requests</html>", b"{}"])
def test_a_bare_429_throttles(content: bytes) -> None:
    assert live(content, 429) == Refused(code=ErrorCode.THROTTLED)


@pytest.mark.parametrize(
    ("body", "http_status"),
    [
        (b"<html>502 Bad Gateway</html>", 502),
        (b"", 504),
        (b'{"message":"Endpoint request timed out"}', 504),
        ({"HttpStatusCode": 503}, 503),
        ({"HttpStatusCode": 500, "FlinksCode": None, "Message": "Oops"}, 500),
        (b"<html>maintenance</html>", 200),
        (b'{"HttpStatusCode":200,"Login":{"Id":"l', 200),
        (b"not found", 404),
        (b'"a sentence"', 200),
        (AUTHORIZED | {"RequestId": None}, 200),
        (AUTHORIZED | {"RequestId": "00000000-0000-0000-0000-000000000000"}, 200),
        (AUTHORIZED | {"Login": None}, 200),
        (AUTHORIZED | {"Login": {"Id": None}}, 200),
        (CHALLENGED | {"RequestId": None}, 203),
        ({"RequestId": REQUEST}, 203),
        ({}, 200),
        (b"", 204),
        (b"{}", 204),
        ({"HttpStatusCode": 204}, 204),
        ({"Message": "Request Timeout"}, 408),
        ({"message": "Conflict"}, 409),
        ({"HttpStatusCode": 409}, 200),
        ({}, 425),
    ],
)
def test_an_unreadable_answer_leaves_the_outcome_open(body: Any, http_status: int) -> None:
    assert isinstance(live(body, http_status), OutcomeUnknown)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (httpx.ConnectError("x"), NotSent),
        (httpx.ConnectTimeout("x"), NotSent),
        (httpx.PoolTimeout("x"), NotSent),
        (httpx.LocalProtocolError("x"), NotSent),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
        (httpx.WriteTimeout("x"), OutcomeUnknown),
        (httpx.ReadError("x"), OutcomeUnknown),
        (httpx.WriteError("x"), OutcomeUnknown),
        (httpx.CloseError("x"), OutcomeUnknown),
        (httpx.RemoteProtocolError("x"), OutcomeUnknown),
        (httpx.DecodingError("x"), OutcomeUnknown),
    ],
)
def test_what_never_left_us_is_told_from_what_may_have(error: Exception, answer: type) -> None:
    assert isinstance(Line([error]).client().authorize_live(TOKEN, LOGIN), answer)
    assert isinstance(Line([error]).client().authorize_cached(TOKEN, LOGIN), answer)
    assert isinstance(Line([error]).client().poll_accounts(REQUEST), answer)


def test_a_giant_is_not_understood_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_BODY_BYTES", 10)

    assert isinstance(live(AUTHORIZED), OutcomeUnknown)
    assert data(DATA) == UNRECOGNISED
    with pytest.raises(MintError) as refused:
        answered({"HttpStatusCode": 200, "Token": "t"}).client().mint_token()
    assert refused.value.code is ErrorCode.FLINKS_UNAVAILABLE


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(REQUEST)
STATUS = st.sampled_from([100, 200, 202, 203, 204, 302, 400, 401, 403, 429, 500, 503])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "HttpStatusCode": ODD | STATUS | STATUS.map(str),
    "FlinksCode": ODD | st.sampled_from(sorted(ERROR_CODES)),
    "RequestId": ODD,
    "Login": ODD | st.fixed_dictionaries({"Id": ODD}),
    "SecurityChallenges": ODD | st.just([{}]),
    "Accounts": ODD | st.just([{"Id": "a-1"}]),
}


@given(st.fixed_dictionaries({}, optional=FIELDS), STATUS.filter(lambda status: status > 199))
def test_success_is_only_what_says_so_and_proves_it(body: dict[str, Any], status: int) -> None:
    stated = read_reply(json.dumps(body).encode())
    assert stated is not None
    decides = stated.http_status_code or status

    opened, collected = live(body, status), data(body, status)

    if isinstance(opened, Authorized):
        assert decides == 200
        assert (stated.request_id, stated.login.id) == (opened.request_id, opened.login_id)
        assert stated.flinks_code not in ERROR_CODES
    if isinstance(opened, ChallengeAsked):
        assert decides == 203
    if isinstance(collected, AccountsCollected):
        assert decides == 200
        assert stated.flinks_code not in ERROR_CODES


# Calls that go on in the background


def test_202_can_be_asked_about_where_flinks_switched_that_on() -> None:
    client = answered(PENDING).client(authorize_async=True)

    assert client.authorize_live(TOKEN, LOGIN) == StillRunning(request_id=REQUEST)


def test_202_without_a_request_id_cannot() -> None:
    client = answered(PENDING | {"RequestId": None}).client(authorize_async=True)

    assert isinstance(client.authorize_live(TOKEN, LOGIN), OutcomeUnknown)


@pytest.mark.parametrize("code", ["OPERATION_PENDING", "OPERATION_DISPATCHED"])
def test_a_cached_202_is_still_running(code: str) -> None:
    body = {"FlinksCode": code, "RequestId": REQUEST}

    answer = answered(body, 401).client().authorize_cached(TOKEN, LOGIN)

    assert answer == StillRunning(request_id=REQUEST)


def polled(*answers: httpx.Response | Exception) -> Any:
    minted = an_answer({"HttpStatusCode": 200, "Token": "tok-2"})
    line = Line([minted, *answers])
    answer = line.client(authorize_async=True).authorize_poll(REQUEST)
    assert line.sent[1].headers["flinks-auth-key"] == "tok-2"
    assert str(line.sent[1].url) == f"{ROOT}/AuthorizeAsync"
    assert line.bodies()[1] == {"RequestId": REQUEST}
    return answer


@pytest.mark.parametrize(
    "answer",
    [
        an_answer(PENDING),
        an_answer(PENDING | {"RequestId": None}),
        an_answer(b"<html></html>", 502),
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
    ],
)
def test_a_poll_that_says_nothing_new_leaves_it_running(
    answer: httpx.Response | Exception,
) -> None:
    assert polled(answer) == StillRunning(request_id=REQUEST)


@pytest.mark.parametrize(
    "code", ["TOO_MANY_REQUESTS", "ACCESS_DENIED", "METHOD_NOT_AVAILABLE", "INVALID_REQUEST"]
)
def test_a_refused_poll_says_nothing_about_the_login(code: str) -> None:
    answer = polled(an_answer({"HttpStatusCode": 401, "FlinksCode": code}))

    assert isinstance(answer, OutcomeUnknown)


def test_a_poll_tells_how_it_ended() -> None:
    assert polled(an_answer(CHALLENGED)) == ChallengeAsked(request_id=REQUEST)
    assert isinstance(polled(an_answer(AUTHORIZED)), Authorized)
    rejected = {"HttpStatusCode": 401, "FlinksCode": "INVALID_PASSWORD"}
    assert polled(an_answer(rejected)).code is ErrorCode.CREDENTIALS_REJECTED


@pytest.mark.parametrize("body", [CHALLENGED, AUTHORIZED])
def test_an_answer_about_another_session_says_nothing_of_ours(body: dict[str, Any]) -> None:
    answer = polled(an_answer(body | {"RequestId": "r-other"}))

    assert answer == StillRunning(request_id=REQUEST)


@pytest.mark.parametrize("keys", [["key-1"], ["gone"]])
def test_without_a_token_there_is_no_poll(keys: list[str]) -> None:
    line = Line([an_answer(KEYS_REFUSED)], keys=keys)

    assert line.client().authorize_poll(REQUEST) == StillRunning(request_id=REQUEST)


# What the answers of the data endpoints mean


def test_data_come_as_flinks_wrote_them() -> None:
    assert data(DATA) == AccountsCollected(
        request_id=REQUEST,
        login_id=LOGIN,
        last_refresh=datetime(2026, 11, 22, 11, 0, 0, 123456, UTC),
        accounts=({"Id": "a-1", "Transactions": None},),
        institution=Institution(id="14", name="FlinksCapital"),
    )


def test_no_transactions_are_no_error() -> None:
    assert isinstance(data(DATA | {"FlinksCode": "NO_TRANSACTION"}), AccountsCollected)


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (CHALLENGED, ErrorCode.NOT_YET_AUTHORIZED),
        ({"HttpStatusCode": 401, "FlinksCode": "UNAUTHORIZED"}, ErrorCode.NOT_YET_AUTHORIZED),
        ({"HttpStatusCode": 400, "FlinksCode": "SESSION_NONEXISTENT"}, ErrorCode.SESSION_GONE),
        ({"HttpStatusCode": 401, "FlinksCode": "SESSION_EXPIRED"}, ErrorCode.SESSION_GONE),
        ({"HttpStatusCode": 400, "FlinksCode": "NO_TRANSACTION"}, ErrorCode.UNRECOGNISED),
    ],
)
def test_what_is_no_data(body: dict[str, Any], trouble: ErrorCode) -> None:
    answer = data(body)

    assert isinstance(answer, Refused)
    assert answer.code is trouble


@pytest.mark.parametrize("accounts", [[], [None], [None, "?"]])
def test_no_accounts_are_told_as_none(accounts: list[Any]) -> None:
    answer = data(DATA | {"Accounts": accounts})

    assert isinstance(answer, AccountsCollected)
    assert answer.accounts == ()


def test_a_null_among_the_accounts_does_not_spoil_the_others() -> None:
    answer = data(DATA | {"Accounts": [None, {"Id": "a-1"}, {"Id": "a-2"}]})

    assert isinstance(answer, AccountsCollected)
    assert answer.accounts == ({"Id": "a-1"}, {"Id": "a-2"})


@pytest.mark.parametrize(
    "body",
    [
        DATA | {"Accounts": None},
        DATA | {"Accounts": {"Id": "a-1"}},
        DATA | {"Login": {}},
        DATA | {"Login": None},
        DATA | {"RequestId": "r-other"},
        {"HttpStatusCode": 200},
    ],
)
def test_a_success_without_its_data_ends_nothing(body: dict[str, Any]) -> None:
    """R14: a partial or misshapen answer leaves it open; the next poll may bring a whole one."""
    assert isinstance(data(body), OutcomeUnknown)


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"{}", b'{"message":"Conflict"}'])
def test_what_http_itself_says_of_a_read_passes(body: bytes, status: int) -> None:
    """K: a plain 408 or 409 on a poll passes by itself and ends nothing."""
    assert isinstance(data(body, status), OutcomeUnknown)
    with pytest.raises(MintError) as refused:
        Line([an_answer(body, status)]).client().mint_token()
    assert refused.value.code is ErrorCode.FLINKS_UNAVAILABLE


@pytest.mark.parametrize("status", [408, 409])
def test_a_code_is_heard_under_a_status_that_would_pass(status: int) -> None:
    answer = data({"HttpStatusCode": status, "FlinksCode": "SESSION_EXPIRED"}, status)

    assert isinstance(answer, Refused)
    assert answer.code is ErrorCode.SESSION_GONE


def test_an_unreadable_answer_to_a_data_call_leaves_it_open() -> None:
    assert isinstance(data(b'{"Accounts":[{"Id":', 200), OutcomeUnknown)
    assert isinstance(data(b"<html></html>", 502), OutcomeUnknown)


def test_a_data_call_is_waited_for_as_long_as_flinks_may_answer_it() -> None:
    """Flinks answers within 210 s or goes on in the background; a poll is answered at once."""
    line = Line([an_answer(DATA), an_answer(DATA)])
    line.client().call_accounts(REQUEST, EVERYTHING, OPTIONS)
    line.client().poll_accounts(REQUEST)

    called, polled = (request.extensions["timeout"]["read"] for request in line.sent)
    assert 210 < called < 235
    assert polled == 60


def test_without_keys_a_data_call_is_not_sent() -> None:
    line = Line(keys=["gone"])

    assert isinstance(line.client().call_accounts(REQUEST, EVERYTHING, OPTIONS), NotSent)
    assert line.sent == []


# Tokens


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (an_answer(KEYS_REFUSED), ErrorCode.ACCESS_REFUSED),
        (
            an_answer({"HttpStatusCode": 401, "FlinksCode": "ACCESS_DENIED"}),
            ErrorCode.ACCESS_REFUSED,
        ),
        (an_answer({"StatusCode": 500}, 200), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer(b"", 408), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer(b"", 429), ErrorCode.THROTTLED),
        (an_answer(b"<html></html>", 503), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer({"HttpStatusCode": 500}), ErrorCode.FLINKS_UNAVAILABLE),
        (httpx.ConnectError("x"), ErrorCode.FLINKS_UNAVAILABLE),
        (httpx.ReadTimeout("x"), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer(b"<html></html>", 404), ErrorCode.UNRECOGNISED),
        (an_answer({"HttpStatusCode": 200}), ErrorCode.UNRECOGNISED),
        (an_answer({"HttpStatusCode": 200, "Token": "a\r\nb"}), ErrorCode.UNRECOGNISED),
        (an_answer({"HttpStatusCode": 203, "Token": "t"}), ErrorCode.UNRECOGNISED),
    ],
)
def test_why_there_is_no_token(answer: httpx.Response | Exception, trouble: ErrorCode) -> None:
    with pytest.raises(MintError) as refused:
        Line([answer]).client().mint_token()

    assert refused.value.code is trouble


def test_keys_that_cannot_be_read_refuse() -> None:
    with pytest.raises(SecretUnavailableError):
        Line(keys=["gone"]).client().mint_token()


# Deleting a login


def test_a_login_is_deleted_by_its_id_in_the_path_with_the_api_key() -> None:
    line = answered({"HttpStatusCode": 200, "Message": "All information was removed."})

    line.client().delete_login(LOGIN)

    (request,) = line.sent
    assert (request.method, str(request.url)) == ("DELETE", f"{ROOT}/DeleteCard/{LOGIN}")
    assert request.headers["x-api-key"] == "api-key-1"
    assert "flinks-auth-key" not in request.headers
    assert request.content == b""


@pytest.mark.parametrize(
    "answer",
    [
        an_answer({"HttpStatusCode": 200}),
        an_answer({"Message": "All information was removed."}),
        an_answer({"StatusCode": 200}),
        an_answer(
            {"HttpStatusCode": 401, "FlinksCode": "INVALID_REQUEST", "Message": GONE_LOGIN}, 401
        ),
        an_answer(
            {
                "HttpStatusCode": 401,
                "FlinksCode": "INVALID_LOGIN",
                "Message": "LoginId not found or invalid",
            },
            401,
        ),
    ],
    ids=["said by the body", "said by HTTP", "said as StatusCode", "gone", "unknown"],
)
def test_a_login_that_is_gone_or_was_gone_is_deleted(answer: httpx.Response) -> None:
    line = Line([answer])

    line.client().delete_login(LOGIN)

    assert len(line.sent) == 1


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (an_answer({"HttpStatusCode": 400, "FlinksCode": "CARD_IN_USE"}), ErrorCode.STILL_IN_USE),
        (an_answer(PENDING, 202), ErrorCode.STILL_IN_USE),
        (an_answer(CHALLENGED), ErrorCode.UNRECOGNISED),
        (an_answer(KEYS_REFUSED), ErrorCode.ACCESS_REFUSED),
        (an_answer({"HttpStatusCode": 401, "FlinksCode": "INVALID_LOGIN"}), ErrorCode.UNRECOGNISED),
        (an_answer({}), ErrorCode.UNRECOGNISED),
        (an_answer(b"", 200), ErrorCode.UNRECOGNISED),
        (an_answer(b"<html></html>", 200), ErrorCode.UNRECOGNISED),
        (an_answer(b"<html></html>", 404), ErrorCode.UNRECOGNISED),
        (an_answer({"HttpStatusCode": 200, "FlinksCode": "CARD_IN_USE"}), ErrorCode.UNRECOGNISED),
        (an_answer({"StatusCode": 500}, 200), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer(b"", 408), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer(b"", 429), ErrorCode.THROTTLED),
        (an_answer(b"<html></html>", 502), ErrorCode.FLINKS_UNAVAILABLE),
        (an_answer({"HttpStatusCode": 500}), ErrorCode.FLINKS_UNAVAILABLE),
        (httpx.ConnectError("x"), ErrorCode.FLINKS_UNAVAILABLE),
        (httpx.ReadTimeout("x"), ErrorCode.FLINKS_UNAVAILABLE),
        (httpx.RemoteProtocolError("x"), ErrorCode.FLINKS_UNAVAILABLE),
    ],
)
def test_what_does_not_say_that_it_is_deleted_is_an_error(
    answer: httpx.Response | Exception, trouble: ErrorCode
) -> None:
    with pytest.raises(DeletionError) as refused:
        Line([answer]).client().delete_login(LOGIN)

    assert refused.value.code is trouble


def test_without_keys_nothing_is_deleted() -> None:
    line = Line(keys=["gone"])

    with pytest.raises(SecretUnavailableError):
        line.client().delete_login(LOGIN)
    assert line.sent == []


# Keys that rotate in mid-flight


def minting(client: FlinksClient) -> object:
    return client.mint_token().value


def calling(client: FlinksClient) -> object:
    return client.call_accounts(REQUEST, EVERYTHING, OPTIONS)


def polling(client: FlinksClient) -> object:
    return client.poll_accounts(REQUEST)


def watching(client: FlinksClient) -> object:
    return list(client.nightly_failures())


def deleting(client: FlinksClient) -> object:
    return client.delete_login(LOGIN)  # type: ignore[func-returns-value] # that is what is expected


@pytest.mark.parametrize(
    ("act", "good", "expected"),
    [
        (deleting, {"HttpStatusCode": 200}, None),
        (minting, {"HttpStatusCode": 200, "Token": "tok-9"}, "tok-9"),
        (calling, PENDING, StillCollecting()),
        (polling, PENDING, StillCollecting()),
        (watching, {"HttpStatusCode": 200, "IneligibleCards": None}, []),
    ],
)
def test_refused_keys_are_read_anew_once(
    act: Callable[[FlinksClient], object], good: dict[str, Any], expected: object
) -> None:
    line = Line([an_answer(KEYS_REFUSED), an_answer(good)], keys=["old", "new"])

    assert act(line.client()) == expected

    keys = [request.headers.raw for request in line.sent]
    assert len(keys) == 2
    assert b"-old" in str(keys[0]).encode()
    assert b"-new" in str(keys[1]).encode()


def test_the_same_keys_are_not_tried_again() -> None:
    line = Line([an_answer(KEYS_REFUSED)])

    assert line.client().poll_accounts(REQUEST) == Refused(code=ErrorCode.ACCESS_REFUSED)
    assert (len(line.sent), line.forced) == (1, 1)


def test_new_keys_are_tried_once_and_no_more() -> None:
    refused = [an_answer(KEYS_REFUSED), an_answer(KEYS_REFUSED)]
    line = Line([*refused], keys=["old", "new", "newer"])

    with pytest.raises(MintError):
        line.client().mint_token()
    assert len(line.sent) == 2


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "ACCESS_DENIED"])
def test_an_authorize_is_never_repeated(code: str) -> None:
    body = {"HttpStatusCode": 401, "FlinksCode": code, "Message": "You must provide a valid key"}
    for method in ("authorize_live", "authorize_cached"):
        line = Line([an_answer(body)], keys=["old", "new"])

        getattr(line.client(), method)(TOKEN, LOGIN)

        assert (len(line.sent), line.forced) == (1, 0)


def test_a_bank_that_refuses_is_no_reason_to_read_keys() -> None:
    line = answered({"HttpStatusCode": 401, "FlinksCode": "UNAUTHORIZED"})

    line.client().poll_accounts(REQUEST)

    assert line.forced == 0


# The night


def test_nightly_failures_name_login_cause_and_age() -> None:
    card = {
        "LoginId": LOGIN,
        "LastRefreshDate": "2026-01-02T05:00:00",
        "LastRefreshState": "AnsweringSecurityChallenge",
        "LastRefreshErrorCode": None,
    }
    nameless = {"LoginId": None, "LastRefreshErrorCode": "RETRY_LATER"}
    body = {"HttpStatusCode": 200, "IneligibleCards": [card, nameless]}

    assert list(answered(body).client().nightly_failures()) == [
        NightlyFailure(
            login_id=LOGIN,
            cause=ErrorCode.QUESTION_UNANSWERED,
            last_refresh=datetime(2026, 1, 2, 5, tzinfo=UTC),
        ),
        None,
    ]


@pytest.mark.parametrize("spoilt", [None, 7, "a card", [], {}, {"LoginId": 7.5}, {"LoginId": []}])
def test_a_card_that_cannot_be_read_spoils_no_other(spoilt: object) -> None:
    good = {"LoginId": LOGIN, "LastRefreshErrorCode": "QUESTION_NOT_FOUND"}
    body = {"HttpStatusCode": 200, "IneligibleCards": [good, spoilt, good]}
    first, second, third = answered(body).client().nightly_failures()

    assert first == third
    assert first is not None
    assert second is None


def test_a_list_that_breaks_off_is_an_error_at_its_end() -> None:
    card = json.dumps({"LoginId": LOGIN})
    half = f'{{"HttpStatusCode": 200, "IneligibleCards": [{card}, {card}, {{"Log'.encode()
    failures = answered(half, 200).client().nightly_failures()

    assert next(failures)
    assert next(failures)
    with pytest.raises(NightlyStatusError):
        next(failures)


def test_a_night_without_a_list_is_a_night_without_failures() -> None:
    quiet = answered({"HttpStatusCode": 200, "IneligibleCards": None})
    assert list(quiet.client().nightly_failures()) == []


@pytest.mark.parametrize(
    "line",
    [
        answered({"HttpStatusCode": 200}),
        answered({"HttpStatusCode": 200, "IneligibleCards": "none"}),
        answered({"HttpStatusCode": 500, "IneligibleCards": []}),
        answered(b"<html></html>", 200),
        answered(KEYS_REFUSED),
        Line([httpx.ReadTimeout("x")]),
        Line(keys=["gone"]),
    ],
)
def test_a_status_that_cannot_be_read_is_an_error(line: Line) -> None:
    with pytest.raises(NightlyStatusError):
        list(line.client().nightly_failures())


# What is told, and what never is


def test_each_call_is_told_without_what_it_carried() -> None:
    line = answered({"HttpStatusCode": 401, "FlinksCode": "something new"})

    line.client().authorize_live(TOKEN, LOGIN)

    (seen,) = line.seen
    assert (seen.endpoint, seen.http_status, seen.flinks_code) == (
        Endpoint.AUTHORIZE,
        401,
        "SOMETHING_NEW",
    )
    assert LOGIN not in repr(seen)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answered(PENDING).client().poll_accounts(REQUEST)

    assert [record for record in caplog.records if record.name != "asyncio"] == []


def test_keys_and_tokens_are_never_shown() -> None:
    keys = FlinksCredentials(**{"secret_key": "hush-1", "api_key": "hush-2"})

    assert "hush" not in f"{keys!r} {keys} {AuthorizeToken('hush-3', NOON)!r}"


@pytest.mark.parametrize("key", ["", " ", "a\n", "a\r\nb", "clé", " a", "a\x00"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(key: str) -> None:
    for fields in ({"secret_key": key, "api_key": "k"}, {"secret_key": "k", "api_key": key}):
        with pytest.raises(SecretUnavailableError) as refused:
            FlinksCredentials(**fields)
        assert not key.strip() or key not in str(refused.value)


@pytest.mark.parametrize("customer_id", ["", "a/b", "a b", "../x", "é"])
def test_a_customer_id_that_is_none_is_refused(customer_id: str) -> None:
    with pytest.raises(ValueError, match="customer id"):
        FlinksClient(
            base_url=API,
            customer_id=customer_id,
            credentials=Line().credentials,
            clocks=Clocks(),
            clock=lambda: NOON,
        )
