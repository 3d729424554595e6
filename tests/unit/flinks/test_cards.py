"""The nightly list as a stream: whole wherever it is cut, and never more than a card of it held."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from flinks_reconnect.flinks.cards import LONGEST_CARD, BrokenListError, read_cards
from hypothesis import given
from hypothesis import strategies as st

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def whole(pieces: Iterable[bytes]) -> tuple[list[object], object]:
    """All cards, and the fields around them."""
    cards = []
    reading = read_cards(pieces)
    while True:
        try:
            cards.append(next(reading))
        except StopIteration as end:
            return cards, end.value


def cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@given(cards=st.lists(VALUES), more=VALUES, size=st.integers(1, 50), indent=st.none() | st.just(1))
def test_where_it_is_cut_makes_no_difference(
    cards: list[object], more: object, size: int, indent: int | None
) -> None:
    answer = {"HttpStatusCode": 200, "IneligibleCards": cards, "More": more}
    body = json.dumps(answer, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    try:
        body.decode()
    except UnicodeDecodeError:
        return
    assert whole(cut(body, size)) == (cards, answer | {"IneligibleCards": []})


@pytest.mark.parametrize("name", ["IneligibleCards", "ineligibleCards", "INELIGIBLECARDS"])
def test_its_name_is_read_in_any_case(name: str) -> None:
    assert whole([json.dumps({name: [1, 2]}).encode()])[0] == [1, 2]


@pytest.mark.parametrize("other", [None, 5, "cards", {}])
def test_what_is_no_list_is_a_field_like_another(other: object) -> None:
    assert whole([json.dumps({"IneligibleCards": other}).encode()]) == (
        [],
        {"IneligibleCards": other},
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"<html>",
        b"\xff\xfe",
        b'{"IneligibleCards": [1',
        b'{"IneligibleCards": [{"a": 1} {"b": 2}]}',
        b'{"IneligibleCards": [1, 2]',
        b'{"IneligibleCards": [1x]}',
        b'{"a" 1}',
        b'{"IneligibleCards": [' + b"[" * 100_000,
        b'{"IneligibleCards": ["' + b"x" * (LONGEST_CARD + 1),
    ],
    ids=lambda body: body[:40],
)
def test_what_is_no_whole_object_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenListError):
        whole(cut(body, 65_536))


def test_a_hundred_thousand_cards_take_the_room_of_one_piece() -> None:
    card = json.dumps({"LoginId": "1" * 36, "LastRefreshErrorCode": "QUESTION_NOT_FOUND"}).encode()

    def pieces() -> Iterator[bytes]:
        yield b'{"HttpStatusCode": 200, "IneligibleCards": [' + card
        for _ in range(1_000):
            yield (b"," + card) * 100
        yield b"]}"

    tracemalloc.start()
    try:
        count = sum(1 for _ in read_cards(pieces()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 100_001
    assert peak < 1_000_000
