"""Which accounts may leave."""

from typing import Any

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Account, Selection
from flinks_reconnect.domain.ids import AccountId
from hypothesis import given
from hypothesis import strategies as st

A, B = AccountId("aaaaaaaa-0000-4000-8000-000000000001"), AccountId("b-2")


def account(account_id: Any) -> Account:
    return {"Id": account_id, "Balance": {"Current": 1}}


def test_only_the_chosen_ones_leave_in_their_order_and_unchanged() -> None:
    offered = [account("x"), account(B), account("y"), account(A)]

    assert Selection(ids=(A, B)).keep(offered) == (account(B), account(A))


def test_ids_have_no_case() -> None:
    kept = Selection(ids=(A,)).keep([account(A.upper())])

    assert kept == (account(A.upper()),)
    assert Selection(ids=(AccountId(A.upper()),)).missing(kept) == ()


def test_an_account_without_a_readable_id_is_never_chosen() -> None:
    strange: list[Account] = [{}, account(None), account(7), account([A]), account({"Id": A})]

    assert Selection(ids=(A,)).keep(strange) == ()


@pytest.mark.parametrize("key", ["Id", "id", "ID", "iD"])
def test_the_id_is_found_under_its_name_in_any_case(key: str) -> None:
    """Flinks' pages print PascalCase, some of its answers are in camelCase."""
    offered = [{"title": "Savings", key: B}, {key: "x"}]

    assert Selection(ids=(B,)).keep(offered) == (offered[0],)
    assert Selection(ids=(A, B)).missing(offered) == (A,)


def test_where_two_names_say_the_id_flinks_own_spelling_counts() -> None:
    """R11: what is ambiguous must not let an account out that nobody chose."""
    both: Account = {"id": A, "Id": B, "ID": A}

    assert Selection(ids=(A,)).keep([both]) == ()
    assert Selection(ids=(B,)).keep([both]) == (both,)
    assert Selection(ids=(A,)).keep([{"id": B, "ID": A}]) == ()


def test_all_means_all() -> None:
    offered = (account(A), account(None))

    assert EVERYTHING.keep(offered) == offered
    assert EVERYTHING.missing(offered) == ()


def test_an_empty_selection_keeps_nothing() -> None:
    """R11: what nobody chose does not leave."""
    assert Selection().keep([account(A)]) == ()


def test_a_chosen_account_that_is_gone_is_named() -> None:
    assert Selection(ids=(A, B)).missing([account(B)]) == (A,)


@given(
    chosen=st.lists(st.sampled_from("abcdef"), unique=True),
    offered=st.lists(st.sampled_from("abcdefghij"), unique=True),
)
def test_what_leaves_was_offered_and_chosen_and_the_rest_is_missing(
    chosen: list[str], offered: list[str]
) -> None:
    """S14."""
    selection = Selection(ids=tuple(AccountId(each) for each in chosen))
    accounts = [account(each) for each in offered]

    kept = {each["Id"] for each in selection.keep(accounts)}

    assert kept == set(chosen) & set(offered)
    assert set(selection.missing(accounts)) == set(chosen) - set(offered)


def test_what_covers_another_choice_leaves_nothing_of_it_out() -> None:
    one, both = Selection(ids=(AccountId("a"),)), Selection(ids=(AccountId("A"), AccountId("b")))

    assert both.covers(one)
    assert not one.covers(both)
    assert EVERYTHING.covers(both)
    assert not both.covers(EVERYTHING)
