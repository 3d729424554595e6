"""Ids are addresses: they name their partition, sort by time, and show no secret."""

from datetime import UTC, datetime, timedelta

import pytest
from flinks_reconnect.domain.ids import (
    ConnectionId,
    LoginId,
    RequestId,
    connection_id,
    is_connection_id,
    is_refresh_id,
    moment_of,
    new_refresh_id,
    partition_of,
    provisional_connection_id,
    read_support_code,
    support_code,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"id key"
LOGIN = LoginId("5e115eac-0000-4000-8000-0000000000ab")
HOME = connection_id(KEY, LOGIN)


def zeros(length: int) -> bytes:
    return b"\x00" * length


def test_one_login_has_one_connection_however_its_id_is_written() -> None:
    assert connection_id(KEY, LoginId(LOGIN.upper())) == HOME


def test_another_key_makes_other_connections() -> None:
    """B06: who knows a LoginId cannot find out its connection without the key."""
    assert connection_id(b"another", LOGIN) != HOME


def test_a_session_and_a_login_of_the_same_text_are_not_the_same() -> None:
    assert provisional_connection_id(KEY, RequestId(LOGIN)) != HOME


def test_an_id_shows_nothing_of_the_login() -> None:
    assert LOGIN[:8] not in HOME


def test_a_refresh_names_its_partition() -> None:
    refresh = new_refresh_id(HOME, NOW, zeros)

    assert partition_of(refresh) == HOME
    assert refresh.endswith(moment_of(refresh))
    assert is_refresh_id(refresh)
    assert is_connection_id(HOME)


@given(first=st.integers(0, 10**9), later=st.integers(1, 10**9))
def test_refreshes_of_a_connection_sort_by_time(first: int, later: int) -> None:
    at = NOW + timedelta(milliseconds=first)
    one = new_refresh_id(HOME, at, lambda length: b"\xff" * length)
    two = new_refresh_id(HOME, at + timedelta(milliseconds=later), zeros)

    assert one < two


def test_two_refreshes_of_one_instant_differ_by_chance() -> None:
    one = new_refresh_id(HOME, NOW, zeros)

    assert one != new_refresh_id(HOME, NOW, lambda length: b"\x01" * length)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rf_",
        "rf_" + "a" * 24,
        "rf_" + "a" * 43,
        "rf_" + "A" * 24 + "0" * 18,
        "rf_" + "a" * 24 + "u" * 18,
        "rf_" + "1" * 24 + "0" * 18,
        "cn_" + "a" * 24 + "0" * 18,
        "rf_" + "a" * 24 + "\u0660" * 18,
        "rf_" + "a" * 23 + "/" + "0" * 18,
        "rf_rf_" + "a" * 21 + "0" * 18,
    ],
)
def test_what_does_not_look_like_a_refresh_id_is_none(text: str) -> None:
    assert not is_refresh_id(text)


@given(text=st.text())
def test_no_text_breaks_the_look_at_an_id(text: str) -> None:
    assert is_refresh_id(text) is False
    assert is_connection_id(text) is False


@pytest.mark.parametrize("text", ["", "cn_", "cn_" + "a" * 23, "cn_" + "1" * 24, "xx_" + "a" * 24])
def test_what_does_not_look_like_a_connection_id_is_none(text: str) -> None:
    assert not is_connection_id(text)


def test_a_support_code_stands_for_a_reference_else_for_the_connection() -> None:
    other = connection_id(KEY, LoginId("5e115eac-0000-4000-8000-0000000000ac"))
    assert support_code(HOME, "their-7") == support_code(other, "their-7")
    assert support_code(HOME, "their-7") != support_code(HOME, "their-8")
    assert support_code(HOME, None).replace("-", "").lower() == HOME[3:11]


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=8, max_size=8))
def test_a_support_code_is_read_however_it_is_typed(code: str) -> None:
    shown = f"{code[:4]}-{code[4:]}"
    for typed in (shown, code.lower(), f" {code[:4]} {code[4:]} "):
        assert read_support_code(typed) == shown


@pytest.mark.parametrize("text", ["", "ABCD-EFG", "ABCD-EFG1", "ABCD-EFGHI", "ÄBCD-EFGH"])
def test_what_is_no_support_code_is_none(text: str) -> None:
    assert read_support_code(text) is None


@pytest.mark.parametrize("foreign", ["X", "0", "1", "é", "-"])
def test_an_id_with_one_character_of_another_alphabet_is_none(foreign: str) -> None:
    connection = ConnectionId("cn_" + "a" * 24)
    assert is_connection_id(connection)
    assert not is_connection_id(connection[:-1] + foreign)
    refresh = new_refresh_id(connection, NOW, bytes)
    assert is_refresh_id(refresh)
    assert not is_refresh_id(f"rf_{foreign}{refresh[4:]}")
