"""Flinks' JSON: what is read of it, and what is survived."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import simplejson
from flinks_reconnect.flinks.wire import UNREADABLE, FlinksReply, read_reply
from hypothesis import given
from hypothesis import strategies as st

LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OUR_NAMES = [
    "HttpStatusCode",
    "FlinksCode",
    "Message",
    "RequestId",
    "Login",
    "Institution",
    "InstitutionName",
    "InstitutionId",
    "SecurityChallenges",
    "Accounts",
    "Token",
    "ResponseType",
    "IneligibleCards",
]


def reply_of(**fields: Any) -> FlinksReply:
    reply = read_reply(json.dumps(fields).encode())
    assert reply is not None
    return reply


def last_refresh(value: Any) -> datetime | None:
    return reply_of(Login={"LastRefresh": value}).login.last_refresh


@pytest.mark.parametrize(
    ("printed", "moment"),
    [
        ("2026-01-02T03:04:05.1234567", datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-05:00", datetime(2026, 1, 2, 8, 4, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00.0000000+05:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("/Date(1767322800000)/", None),
        ("yesterday", None),
        ("", None),
        (1767322800, None),
        (None, None),
        ({}, None),
    ],
)
def test_last_refresh_is_utc_without_saying_so(printed: Any, moment: datetime | None) -> None:
    assert last_refresh(printed) == moment


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 1))
def test_an_instant_comes_back_as_it_was_printed(moment: datetime) -> None:
    printed = moment.replace(tzinfo=None).isoformat(timespec="microseconds")

    assert last_refresh(f"{printed}7") == moment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14, "14"),
        (14.0, "14"),
        (-1, "-1"),
        (1.5, "1.5"),
        ("14", "14"),
        (" 14 ", "14"),
        (True, None),
        ("", None),
        ([], None),
    ],
)
def test_a_number_will_do_for_a_text(value: Any, text: str | None) -> None:
    assert reply_of(InstitutionId=value).institution_id == text


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (200, 200),
        ("203", 203),
        (200.0, 200),
        (True, None),
        ("OK", UNREADABLE),
        (0, UNREADABLE),
        (None, None),
    ],
)
def test_the_status_may_be_written_as_text(value: Any, status: int | None) -> None:
    assert reply_of(HttpStatusCode=value).http_status_code == status


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "00000000-0000-0000-0000-000000000000",
        "../Authorize",
        "a/b",
        "a b",
        "é",
        "a" * 129,
        {"Id": "a"},
    ],
)
def test_what_cannot_be_an_id_is_none(value: Any) -> None:
    reply = reply_of(RequestId=value, Login={"Id": value})

    assert reply.request_id is None
    assert reply.login.id is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("RETRY_LATER", "RETRY_LATER"),
        (" retry_later ", "RETRY_LATER"),
        ("<script>\n", "_SCRIPT_"),
        ("x" * 99, "X" * 64),
        (17, "17"),
        (None, None),
        ("", None),
    ],
)
def test_a_code_is_safe_to_show(value: Any, code: str | None) -> None:
    assert reply_of(FlinksCode=value).flinks_code == code


def camel(name: str) -> str:
    return name[0].lower() + name[1:]


@pytest.mark.parametrize("rename", [str, str.lower, str.upper, camel])
def test_keys_are_read_in_any_case(rename: Any) -> None:
    login = {rename("Id"): "l-1", rename("LastRefresh"): "2026-01-02T03:04:05"}
    reply = reply_of(**{rename("RequestId"): "r-1", rename("Login"): login})

    assert (reply.request_id, reply.login.id) == ("r-1", "l-1")
    assert reply.login.last_refresh is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"a sentence"',
        b"<html>502</html>",
        b'{"HttpStatusCode":200',
        b'{"Balance":NaN}',
        b'{"Balance":-Infinity}',
        b"\xff\xfe\x00",
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_object_is_no_reply(body: bytes) -> None:
    assert read_reply(body) is None


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_reply(b'\xef\xbb\xbf{"HttpStatusCode":200}') is not None


@given(JSON)
def test_no_json_can_make_it_fail(value: Any) -> None:
    reply = read_reply(json.dumps(value).encode())

    assert (reply is None) == (not isinstance(value, dict))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(OUR_NAMES, JSON)))
def test_nothing_in_our_fields_can_make_it_fail(value: dict[str, Any]) -> None:
    assert read_reply(json.dumps(value).encode()) is not None


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=3))
def test_accounts_stay_as_flinks_wrote_them(accounts: list[dict[str, Any]]) -> None:
    kept = simplejson.dumps(reply_of(Accounts=accounts).accounts)

    assert json.loads(kept) == accounts


NUMBERS = ["1e400", "12345678901234567.89", "100.00", "-0", "-0.0", "1E+2", "9" * 5_000, "0.1e-999"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("place", ['{"Balance":%s}', '{"Transactions":[{"Debit":%s},[%s]]}'])
def test_a_number_of_an_account_stays_as_flinks_wrote_it(number: str, place: str) -> None:
    account = place.replace("%s", number)
    reply = read_reply(f'{{"Accounts":[{account}]}}'.encode())

    assert reply is not None
    assert simplejson.dumps(reply.accounts, separators=(",", ":")) == f"[{account}]"


@pytest.mark.parametrize("accounts", [None, {}, "none", 7])
def test_accounts_that_are_no_list_are_not_believed(accounts: Any) -> None:
    assert reply_of(Accounts=accounts).accounts is None


@pytest.mark.parametrize("stranger", [None, "b", [], 7, True])
def test_an_account_that_is_none_does_not_spoil_its_neighbours(stranger: Any) -> None:
    mixed = [stranger, {"Id": "a"}, stranger, {"Id": "b"}]

    assert reply_of(Accounts=mixed).accounts == ({"Id": "a"}, {"Id": "b"})
    assert reply_of(Accounts=[stranger]).accounts == ()


def test_a_night_that_lists_nonsense_still_lists_the_cards_beside_it() -> None:
    reply = reply_of(IneligibleCards=[None, {"LoginId": "l-1"}])

    assert reply.ineligible_cards == ({"LoginId": "l-1"},)


def test_a_reply_is_never_shown() -> None:
    reply = reply_of(RequestId="r-secret", Login={"Id": "l-secret"}, Accounts=[{"Name": "secret"}])

    assert "secret" not in f"{reply!r} {reply} {reply.login!r}"
