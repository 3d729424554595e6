"""A seal opens what it was made for, until it expires, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from flinks_reconnect.domain.capabilities import (
    Capability,
    Purpose,
    is_shaped,
    sign_capability,
    verify_capability,
)
from flinks_reconnect.domain.ids import RefreshId
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY, OLD_KEY = b"a signing key", b"the key before it"
WHAT = Capability(RefreshId("rf_" + "a" * 24 + "0" * 18), 2)
TEXT = sign_capability(KEY, Purpose.CALLBACK, WHAT, LATER)
LINK = sign_capability(KEY, Purpose.LINK, WHAT, LATER)


def opened(
    text: str, *, keys: tuple[bytes, ...] = (KEY,), now: datetime = NOW
) -> Capability | None:
    return verify_capability(keys, Purpose.CALLBACK, text, now)


def test_it_opens_what_was_sealed() -> None:
    assert opened(TEXT) == WHAT


def test_it_is_safe_in_the_path_of_an_address() -> None:
    assert all(each.isalnum() or each in "._-" for each in TEXT)


def test_it_opens_nothing_from_the_instant_of_its_expiry() -> None:
    assert opened(TEXT, now=LATER - timedelta(microseconds=1)) == WHAT
    assert opened(TEXT, now=LATER) is None


def test_while_keys_rotate_both_open() -> None:
    assert (
        opened(sign_capability(OLD_KEY, Purpose.CALLBACK, WHAT, LATER), keys=(KEY, OLD_KEY)) == WHAT
    )


def test_after_the_rotation_the_old_key_opens_nothing() -> None:
    assert opened(sign_capability(OLD_KEY, Purpose.CALLBACK, WHAT, LATER)) is None


def test_without_keys_nothing_opens() -> None:
    assert opened(TEXT, keys=()) is None


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.CALLBACK])
def test_a_seal_of_another_purpose_opens_nothing(purpose: Purpose) -> None:
    text = sign_capability(KEY, purpose, WHAT, LATER)
    assert verify_capability((KEY,), purpose, text, NOW) == WHAT
    assert opened(text) is None
    assert verify_capability((KEY,), purpose, TEXT, NOW) is None


@pytest.mark.parametrize(("purpose", "characters"), [(Purpose.LINK, 43), (Purpose.VISIT, 22)])
def test_b08_a_link_lies_about_for_days_so_its_mac_is_256_bits(
    purpose: Purpose, characters: int
) -> None:
    text = sign_capability(KEY, purpose, WHAT, LATER)
    assert len(text.rpartition(".")[2]) == characters
    assert is_shaped(purpose, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 10_000,
        "....",
        LINK[:-1],
        LINK + "A",
        LINK[:-1] + "=",
        LINK[:-1] + "é",
        LINK.replace(".2.", ".-2."),
        LINK.replace(".2.", ".٢."),
        LINK.replace("rf_", "cn_"),
        sign_capability(KEY, Purpose.VISIT, WHAT, LATER),
    ],
)
def test_e40_what_is_no_link_at_all_does_not_look_like_one(text: str) -> None:
    assert not is_shaped(Purpose.LINK, text)


@given(place=st.integers(min_value=0, max_value=len(TEXT) - 1), sign=st.characters())
def test_one_changed_sign_opens_nothing(place: int, sign: str) -> None:
    forged = TEXT[:place] + sign + TEXT[place + 1 :]

    assert opened(forged) == (WHAT if forged == TEXT else None)


@given(text=st.text(max_size=200))
def test_garbage_opens_nothing_and_breaks_nothing(text: str) -> None:
    assert opened(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "...",
        "....",
        TEXT + "=",
        TEXT + "." * 1000,
        "x" * 1_000_000,
        TEXT.upper(),
        f" {TEXT}",
        TEXT + "\n",
        TEXT.replace(".2.", ".02."),
        TEXT.replace(".2.", ".٢."),  # an Arabic-Indic two, which int() would read
        TEXT.rpartition(".")[0],
        "\x00" * 50,
    ],
)
def test_what_is_not_exactly_a_seal_opens_nothing(text: str) -> None:
    assert opened(text) is None


def test_nobody_can_move_the_expiry() -> None:
    content, mac = TEXT.rsplit(".", 1)
    refresh_id, number, expiry = content.split(".")

    assert opened(f"{refresh_id}.{number}.{int(expiry) + 86400}.{mac}") is None


def test_nobody_can_move_it_to_another_attempt() -> None:
    assert opened(TEXT.replace(".2.", ".3.")) is None
