import asyncio
import hashlib
import inspect
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect_client import (
    AccountsOptions,
    AsyncReconnectClient,
    ConflictError,
    GoneError,
    InvalidRequestError,
    NewConnection,
    NotAllowedError,
    NotConfiguredError,
    NotFoundError,
    ProblemError,
    ReconnectClient,
    ReconnectError,
    RefreshEndedError,
    ThrottledError,
    UnavailableError,
    UnreachableError,
    WaitTimeoutError,
)

from docs.tools import examples
from tests.clients.fake_api import API_URL, KEY, REGION, FakeApi, a_problem, a_refresh

LOGIN_ID = "5a4db0c0-0000-4000-8000-000000000001"
CONNECTION = examples.connection_example(closed=False)


def test_every_call_is_signed_for_exactly_what_is_sent(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_refresh())
    client.start_refresh(login_id=LOGIN_ID, selected_accounts="all", user_present=True)
    client.start_attempt("rf_1")
    client.read_refresh("rf_1")
    client.cancel("rf_1")
    api.then(examples.ANSWERS["LinkAnswer"]())
    client.link("rf_1", channel="in_app")
    api.then(examples.ANSWERS["IframeUrlAnswer"]())
    client.iframe_url("rf_1")
    api.then(CONNECTION)
    client.register_connection(NewConnection(login_id=LOGIN_ID))
    client.read_connection("cn_1")
    client.stop_sharing("cn_1")
    api.then(examples.ANSWERS["TimelineAnswer"]())
    client.timeline("cn_1", limit=5, before="rf_1")
    api.then(examples.ANSWERS["ImportAnswer"]())
    client.import_connections([NewConnection(login_id=LOGIN_ID)], dry_run=True)

    assert api.paths == [
        "POST /refreshes",
        "POST /refreshes/rf_1/attempts",
        "GET /refreshes/rf_1",
        "POST /refreshes/rf_1/cancel",
        "POST /refreshes/rf_1/link",
        "POST /refreshes/rf_1/iframe-url",
        "POST /connections",
        "GET /connections/cn_1",
        "DELETE /connections/cn_1",
        "GET /connections/cn_1/timeline?limit=5&before=rf_1",
        "POST /connections/import",
    ]


def test_a_session_token_of_a_role_is_sent_and_signed(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_refresh())
    client.read_refresh("rf_1")
    assert api.calls[0].headers["x-amz-security-token"] == KEY.token


def test_what_is_not_given_is_not_sent(client: ReconnectClient, api: FakeApi) -> None:
    api.then(a_refresh())
    client.start_refresh(
        login_id=LOGIN_ID,
        selected_accounts=("a", "b"),
        last_activity_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        accounts_options=AccountsOptions(with_kyc=True),
    )
    assert api.body == {
        "loginId": LOGIN_ID,
        "selectedAccounts": ["a", "b"],
        "lastActivityAt": "2026-11-22T12:00:00+00:00",
        "userPresent": False,
        "accountsOptions": {
            "daysOfTransactions": "Days90",
            "withTransactions": True,
            "withBalance": True,
            "withKyc": True,
            "withAccountIdentity": False,
        },
    }


def test_an_instant_without_a_zone_is_refused_before_anything_is_sent(
    client: ReconnectClient, api: FakeApi
) -> None:
    naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="time zone"):
        client.start_refresh(request_id=LOGIN_ID, last_activity_at=naive)
    assert api.calls == []


def test_an_answer_has_types_and_instants(client: ReconnectClient, api: FakeApi) -> None:
    api.then(a_refresh(Status.MFA_REQUIRED))
    refresh = client.read_refresh("rf_1")
    assert refresh.next_action == "open_iframe"
    assert refresh.attempt is not None
    assert isinstance(refresh.attempt.expires_at, datetime)
    assert refresh.attempt.expires_at.tzinfo is not None


def test_what_the_api_learns_later_does_not_break_the_client(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_refresh(status="a_new_status", somethingNew={"deep": [1]}))
    seen: str = client.read_refresh("rf_1").status
    assert seen == "a_new_status"


@pytest.mark.parametrize("broken", [{"status": 7}, {"createdAt": "soon"}, {"late": None}])
def test_an_answer_of_another_shape_is_an_error_that_names_the_place_and_no_value(
    client: ReconnectClient, api: FakeApi, broken: dict[str, Any]
) -> None:
    api.then(a_refresh(**broken))
    with pytest.raises(UnavailableError) as caught:
        client.read_refresh("rf_1")
    assert caught.value.code == "unreadable_answer"
    assert f"Refresh.{next(iter(broken))}" in str(caught.value)
    assert "soon" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (401, NotAllowedError),
        (403, NotAllowedError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, GoneError),
        (413, InvalidRequestError),
        (415, InvalidRequestError),
        (418, ProblemError),
        (422, InvalidRequestError),
        (429, ThrottledError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_a_refusal_has_a_type_and_says_who_acts_what_and_when(
    client: ReconnectClient, api: FakeApi, status: int, kind: type[ProblemError]
) -> None:
    retry_at = "2026-11-22T12:09:00.000Z"
    told = {"owner": "user", "nextAction": "start_again", "retryAt": retry_at}
    api.then(a_problem("some_code", status, **told))
    with pytest.raises(ReconnectError) as caught:
        client.read_refresh("rf_1")
    error = caught.value
    assert type(error) is kind
    assert (error.code, error.owner, error.next_action) == ("some_code", "user", "start_again")
    assert error.retry_at == datetime(2026, 11, 22, 12, 9, tzinfo=UTC)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), again.problem) == (kind, error.problem)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (httpx.Response(403, json={"code": "forbidden"}), 403, "forbidden"),
        (httpx.Response(403, json={"message": "Missing token"}), 403, "unreadable_answer"),
        (httpx.Response(500, text="<html>broken</html>"), 500, "unreadable_answer"),
        (httpx.Response(302, text=""), 502, "unreadable_answer"),
        (httpx.Response(200, text="not json"), 502, "unreadable_answer"),
    ],
)
def test_answers_that_are_no_problems_of_the_api_get_a_code_too(
    client: ReconnectClient, api: FakeApi, answer: httpx.Response, status: int, code: str
) -> None:
    api.then(answer)
    with pytest.raises(ProblemError) as caught:
        client.start_attempt("rf_1")
    assert (caught.value.problem.status, caught.value.code) == (status, code)


def test_who_does_not_answer_is_asked_again_under_the_same_key(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(httpx.ConnectError("no"), httpx.ReadTimeout("no"), a_refresh())
    client.start_refresh(login_id=LOGIN_ID, selected_accounts="all")
    assert len({each.headers["idempotency-key"] for each in api.calls}) == 1
    assert len(api.calls) == 3
    assert 0 < api.pauses[0] < api.pauses[1] * 1.01


def test_every_start_has_a_key_of_its_own_unless_one_is_given(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_refresh())
    for key in (None, None, "press-1"):
        client.start_refresh(login_id=LOGIN_ID, key=key)
    keys = [each.headers["idempotency-key"] for each in api.calls]
    assert len(set(keys)) == 3
    assert keys[2] == "press-1"


def test_retry_after_is_honoured_to_the_second(client: ReconnectClient, api: FakeApi) -> None:
    api.then(a_problem("unavailable", 503, headers={"Retry-After": "7"}), a_refresh())
    client.read_refresh("rf_1")
    assert api.pauses == [7.0]


def test_a_pause_that_is_too_long_for_one_call_is_left_to_the_caller(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_problem("throttled", 429, headers={"Retry-After": "3600"}), a_refresh())
    with pytest.raises(ThrottledError) as caught:
        client.read_refresh("rf_1")
    assert caught.value.retry_after == 3600
    assert api.pauses == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (409, "already_settled"),
        (422, "invalid_request"),
        (429, "too_many_links"),
        (500, "internal_error"),
        (503, "access_refused"),
    ],
)
def test_what_does_not_pass_by_itself_is_not_sent_again(
    client: ReconnectClient, api: FakeApi, status: int, code: str
) -> None:
    api.then(a_problem(code, status))
    with pytest.raises(ProblemError):
        client.read_refresh("rf_1")
    assert len(api.calls) == 1


def test_a_call_gives_up_after_three_tries(client: ReconnectClient, api: FakeApi) -> None:
    api.then(httpx.ConnectError("no"))
    with pytest.raises(UnreachableError) as caught:
        client.read_refresh("rf_1")
    assert len(api.calls) == 3
    assert (caught.value.code, caught.value.next_action) == ("api_unreachable", "wait")


@pytest.mark.parametrize(
    "act",
    [lambda client: client.link("rf_1"), lambda client: client.iframe_url("rf_1")],
    ids=["link", "iframe_url"],
)
def test_what_replaces_or_mints_is_never_sent_twice(
    client: ReconnectClient, api: FakeApi, act: Callable[[ReconnectClient], object]
) -> None:
    api.then(httpx.ReadTimeout("no"))
    with pytest.raises(UnreachableError):
        act(client)
    assert len(api.calls) == 1


def test_the_accounts_are_the_bytes_that_were_promised(
    client: ReconnectClient, api: FakeApi
) -> None:
    told = {"accounts": [{"Id": "a", "Balance": {"Current": 12.5}}]}
    api.then({"snapshot": _snapshot_of(told)}, httpx.Response(200, json=told))
    assert client.accounts("rf_1") == told
    assert "authorization" not in api.calls[1].headers


def test_other_bytes_are_no_accounts(client: ReconnectClient, api: FakeApi) -> None:
    api.then({"snapshot": _snapshot_of({})}, httpx.Response(200, json={"accounts": []}))
    with pytest.raises(ProblemError) as caught:
        client.accounts("rf_1")
    assert caught.value.code == "snapshot_unreadable"


def test_a_wait_is_over_when_somebody_has_something_to_do(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(*(a_refresh(each) for each in (Status.STARTING, Status.STARTING, Status.MFA_REQUIRED)))
    assert client.wait_until("rf_1").next_action == "open_iframe"
    assert api.pauses == [1.0, 1.5]


def test_a_wait_for_a_status_goes_on_past_what_the_person_does(
    client: ReconnectClient, api: FakeApi
) -> None:
    order = (Status.MFA_REQUIRED, Status.VERIFYING, Status.FETCHING, Status.COMPLETED)
    api.then(*(a_refresh(each) for each in order))
    assert client.wait_until("rf_1", "completed").status == "completed"


def test_a_wait_pauses_at_most_ten_seconds_while_the_service_works(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(*[a_refresh(Status.FETCHING)] * 12, a_refresh(Status.COMPLETED))
    client.wait_until("rf_1")
    assert api.pauses[-1] == 10.0


def test_before_retry_at_nobody_is_asked(client: ReconnectClient, api: FakeApi) -> None:
    then = datetime.now(UTC) + timedelta(seconds=90)
    waiting = a_refresh(Status.RETRY_SCHEDULED, retryAt=then.isoformat())
    api.then(waiting, a_refresh(Status.COMPLETED))
    client.wait_until("rf_1")
    assert 85 < api.pauses[0] < 92


def test_a_wait_outlasts_a_trouble_that_passes(client: ReconnectClient, api: FakeApi) -> None:
    trouble = a_problem("unavailable", 503, headers={"Retry-After": "2"})
    api.then(*[trouble] * 7, a_refresh(Status.COMPLETED))
    assert client.wait_until("rf_1").status == "completed"
    assert set(api.pauses) == {2.0}


def test_another_end_than_the_one_waited_for_is_an_error_that_says_why(
    client: ReconnectClient, api: FakeApi
) -> None:
    cause = {"code": "bank_needs_person", "owner": "user", "message": "The bank asks."}
    api.then(a_refresh(Status.FAILED, error=cause, nextAction="contact_bank"))
    with pytest.raises(RefreshEndedError) as caught:
        client.wait_until("rf_1", "completed")
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (error.code, error.owner, error.next_action) == (
        "bank_needs_person",
        "user",
        "contact_bank",
    )


def test_a_wait_without_a_status_returns_a_failure_as_it_is(
    client: ReconnectClient, api: FakeApi
) -> None:
    api.then(a_refresh(Status.FAILED, nextAction="contact_bank"))
    assert client.wait_until("rf_1").status == "failed"


def test_a_wait_ends_in_time(client: ReconnectClient, api: FakeApi) -> None:
    api.then(a_refresh())
    with pytest.raises(WaitTimeoutError) as caught:
        client.wait_until("rf_1", timeout=0)
    assert caught.value.refresh.status == "starting"


def test_the_awaited_client_does_all_that_the_other_does() -> None:
    methods = [name for name, _ in inspect.getmembers(ReconnectClient, inspect.isfunction)]
    for name in (each for each in methods if not each.startswith("_")):
        mine = inspect.signature(getattr(AsyncReconnectClient, name))
        assert mine == inspect.signature(getattr(ReconnectClient, name)), name


def test_the_awaited_client_waits_and_reads_accounts_too(
    async_client: AsyncReconnectClient, api: FakeApi
) -> None:
    told = {"accounts": [{"Id": "a"}]}
    api.then(
        httpx.ConnectError("no"),
        a_refresh(),
        a_refresh(Status.COMPLETED),
        {"snapshot": _snapshot_of(told)},
        httpx.Response(200, json=told),
    )

    async def story() -> dict[str, Any]:
        async with async_client as client:
            refresh = await client.wait_until("rf_1", "completed")
            return await client.accounts(refresh.id)

    assert asyncio.run(story()) == told
    assert len(api.pauses) == 2


def test_without_arguments_the_environment_says_where_and_who(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONNECT_API_URL", f"{API_URL}/")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", KEY.token or "")
    api.then(a_refresh())
    with httpx.Client(transport=api.transport) as http:
        assert ReconnectClient(http=http).read_refresh("rf_1").status == "starting"


@pytest.mark.parametrize("given", [None, "", "api.example.com/v1"])
def test_without_an_address_the_client_says_what_to_set(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECONNECT_API_URL", raising=False)
    with pytest.raises(NotConfiguredError, match="RECONNECT_API_URL"):
        ReconnectClient(given, region=REGION, credentials=KEY)


def test_the_address_of_api_gateway_names_its_region(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    api.then(a_refresh())
    with httpx.Client(transport=api.transport) as http:
        url = "https://abc.execute-api.ca-central-1.amazonaws.com/v1"
        ReconnectClient(url, credentials=KEY, http=http).read_refresh("rf_1")
    assert "/ca-central-1/execute-api/" in api.calls[0].headers["authorization"]


def _snapshot_of(told: dict[str, Any]) -> dict[str, Any]:
    content = httpx.Response(200, json=told).content
    snapshot: dict[str, Any] = examples.ANSWERS["AccountsAnswer"]()["snapshot"]
    return snapshot | {
        "url": "http://127.0.0.1:9990/bucket/snapshot",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(json.dumps(told)),
    }
