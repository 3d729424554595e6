"""Where the person may be sent back to: exact entries only (S18)."""

import pytest
from flinks_reconnect.domain.allow_list import AllowList

HOME, OTHER = "https://app.example/back", "https://app.example/other"
LISTED = AllowList((HOME, OTHER))


def test_an_entry_is_found_again_by_its_short_hash() -> None:
    reference = LISTED.reference(OTHER)

    assert reference is not None
    assert len(reference) == 10
    assert LISTED.entry(reference) == OTHER


def test_who_wants_nothing_special_gets_the_first_entry() -> None:
    assert LISTED.entry(LISTED.reference(None)) == HOME


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        HOME + "/",
        HOME.upper(),
        HOME + "?x=1",
        HOME + "#",
        " " + HOME,
        "https://app.example",
        "https://app.example.evil/back",
        "https://user@app.example/back",
        "//app.example/back",
        "javascript:alert(1)",
    ],
)
def test_what_is_not_exactly_listed_is_refused(wanted: str) -> None:
    with pytest.raises(LookupError):
        LISTED.reference(wanted)


def test_an_empty_list_allows_nothing() -> None:
    assert AllowList(()).reference(None) is None
    assert AllowList(()).entry(None) is None
    with pytest.raises(LookupError):
        AllowList(()).reference(HOME)


def test_an_entry_that_was_taken_off_the_list_is_no_longer_found() -> None:
    assert AllowList((OTHER,)).entry(LISTED.reference(HOME)) is None
