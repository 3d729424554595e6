"""A 422 says of each field what is wrong and the nearest known name, and never the value."""

from typing import Any

import pytest

from tests.integration.refusing import CANARY, refused
from tests.integration.world import World, sample, with_body, with_headers

GUID = "5a4db0c0-0000-4000-8000-000000000001"
GOOD = {"loginId": GUID, "selectedAccounts": "all"}


def _errors(world: World, body: object) -> list[dict[str, Any]]:
    event = with_headers(with_body(sample("start_refresh"), body), {"Idempotency-Key": None})
    problem = refused(world, "start_refresh", event, 422, "invalid_request")
    errors: list[dict[str, Any]] = problem["errors"]
    return errors


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("user_present", "userPresent"),
        ("UserPresent", "userPresent"),
        ("login-id", "loginId"),
        ("selectedAccount", "selectedAccounts"),
        ("returnURL", "returnUrl"),
        ("institution", "institutionId"),
        ("lang", None),
        (CANARY, None),
        (CANARY * 1000, None),
    ],
    ids=lambda each: str(each)[:20],
)
def test_a_name_that_is_nearly_ours_is_answered_with_ours(
    world: World, sent: str, meant: str | None
) -> None:
    [error] = _errors(world, GOOD | {sent: CANARY})
    assert error.get("nearest") == meant
    assert error["field"] == "unknown field"
    assert (f"did you mean {meant}?" in error["message"]) == (meant is not None)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"loginId": CANARY}, "loginId", "must be a GUID that is not all zeros"),
        ({"loginId": 5}, "loginId", "must be text"),
        ({"userPresent": CANARY}, "userPresent", "must be true or false"),
        ({"language": CANARY}, "language", "must be 'en' or 'fr'"),
        ({"mode": CANARY}, "mode", "must be 'redirect' or 'embedded'"),
        ({"selectedAccounts": CANARY}, "selectedAccounts", "must be 'all' or a list"),
        ({"selectedAccounts": []}, "selectedAccounts", "must be 'all' or a list of at least 1"),
        (
            {"selectedAccounts": [GUID, CANARY]},
            "selectedAccounts[1]",
            "must be a GUID that is not all zeros",
        ),
        (
            {"lastActivityAt": CANARY},
            "lastActivityAt",
            "must be an instant with a time zone, such as 2026-11-22T12:00:00Z",
        ),
        ({"reference": "x" * 65}, "reference", "must be text of at most 64 characters"),
        ({"reference": "a b"}, "reference", r"must be text that matches ^[\x21-\x7e]+$"),
        ({"accountsOptions": CANARY}, "accountsOptions", "must be an object"),
        (
            {"accountsOptions": {"withKyc": CANARY}},
            "accountsOptions.withKyc",
            "must be true or false",
        ),
        (
            {"returnUrl": f"https://{CANARY}.example/"},
            "returnUrl",
            "must be, to the letter, one of the stack's parameter ReturnUrls",
        ),
    ],
    ids=lambda each: str(each)[:40],
)
def test_each_field_is_told_what_it_must_be(
    world: World, body: dict[str, object], field: str, message: str
) -> None:
    assert _errors(world, GOOD | body) == [{"field": field, "message": message}]


def test_a_name_inside_of_an_object_is_taught_too(world: World) -> None:
    assert _errors(world, GOOD | {"accountsOptions": {"with_kyc": True}}) == [
        {
            "field": "accountsOptions",
            "message": "has a field that this request does not have; did you mean withKyc?",
            "nearest": "withKyc",
        }
    ]


def test_what_must_be_there_is_named(world: World) -> None:
    [error] = _errors(world, {"selectedAccounts": "all"})
    assert error == {"field": "body", "message": "loginId or requestId is required"}


def test_an_account_that_is_named_twice_is_told(world: World) -> None:
    [error] = _errors(world, GOOD | {"selectedAccounts": [GUID, GUID]})
    assert error == {"field": "body", "message": "selectedAccounts names an account twice"}


def test_of_very_much_that_is_wrong_ten_errors_are_told(world: World) -> None:
    errors = _errors(world, GOOD | {"selectedAccounts": [f"{n}" for n in range(150)]})
    assert len(errors) == 10


def test_of_thousands_of_made_up_names_only_a_few_are_compared(world: World) -> None:
    errors = _errors(world, GOOD | {f"{CANARY}{n}": n for n in range(2500)})
    assert errors == [
        {"field": "unknown field", "message": "a field that this request does not have"}
    ]


def test_a_selection_that_is_missing_or_differs_is_taught_as_a_field(world: World) -> None:
    login = world.add_login()
    event = with_headers(
        with_body(sample("start_refresh"), {"loginId": login}), {"Idempotency-Key": None}
    )
    missing = refused(world, "start_refresh", event, 422, "selection_required")
    assert [each["field"] for each in missing["errors"]] == ["selectedAccounts"]
    world.start(login)
    other = with_body(event, {"loginId": login, "selectedAccounts": [GUID]})
    differs = refused(world, "start_refresh", other, 422, "selection_differs")
    assert differs["fields"] == ["selectedAccounts"]
