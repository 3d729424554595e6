"""Every code that Flinks documents, or that its published clients know."""

import pytest
from flinks_reconnect.domain.errors import REMEDIES, Owner, Trouble
from flinks_reconnect.flinks.codes import (
    RUNNING,
    SUCCESS,
    TROUBLES,
    Endpoint,
    nightly_cause,
    trouble_of,
)
from hypothesis import given
from hypothesis import strategies as st

PAGES = {
    "OK": None,
    "CREATED": None,
    "OPERATION_PENDING": None,
    "OPERATION_DISPATCHED": None,
    "SESSION_NONEXISTENT": Trouble.SESSION_GONE,
    "SESSION_EXPIRED": Trouble.SESSION_GONE,
    "CARD_IN_USE": Trouble.STILL_IN_USE,
    "ACCESS_DENIED": Trouble.ACCESS_REFUSED,
    "INVALID_USERNAME": Trouble.CREDENTIALS_REJECTED,
    "INVALID_PASSWORD": Trouble.CREDENTIALS_REJECTED,
    "INVALID_REQUEST": Trouble.REQUEST_REFUSED,
    "INVALID_SECURITY_RESPONSE": Trouble.MFA_REJECTED,
    "INVALID_SECURITY_RESPONSE_NO_RETRY": Trouble.MFA_REJECTED,
    "SECURITYRESPONSES_INCOMPLETE": Trouble.MFA_REJECTED,
    "QUESTION_NOT_FOUND": Trouble.QUESTION_UNANSWERED,
    "UNKNOWN_CHALLENGE_KEY": Trouble.MFA_REJECTED,
    "RETRY_LATER": Trouble.BANK_UNAVAILABLE,
    "BANK_MAINTENANCE_RETRY_LATER": Trouble.BANK_UNAVAILABLE,
    "TOO_MANY_REQUESTS": Trouble.THROTTLED,
    "CONCURRENT_SESSION": Trouble.SESSION_CONCURRENT,
    "ALREADY_AUTHORIZED": Trouble.ALREADY_AUTHORIZED,
    "DISABLED_LOGIN": Trouble.BANK_NEEDS_PERSON,
    "NEW_ACCOUNT": Trouble.BANK_NEEDS_PERSON,
    "DISABLED_INSTITUTION": Trouble.BANK_DISABLED,
    "AGGREGATION_ERROR": Trouble.FLINKS_UNAVAILABLE,
    "NO_TRANSACTION": None,
    "METHOD_NOT_AVAILABLE": Trouble.NOT_ENABLED,
}
"""Row by row; None: no trouble. UNAUTHORIZED and INVALID_LOGIN have tests of their own."""

A_LOGIN = "00000000-0000-4000-8000-0000000000aa"
SESSION_ENDPOINTS = [each for each in Endpoint if each not in {Endpoint.MINT, Endpoint.DELETE}]
AUTHORIZE = [Endpoint.AUTHORIZE, Endpoint.AUTHORIZE_ASYNC]
DATA = [Endpoint.ACCOUNTS, Endpoint.ACCOUNTS_ASYNC]


def test_the_table_has_every_row_and_no_other() -> None:
    with_one_meaning = {code for code, trouble in PAGES.items() if trouble is not None}

    assert set(TROUBLES) == with_one_meaning
    assert set(PAGES) - with_one_meaning == RUNNING | SUCCESS


@pytest.mark.parametrize("endpoint", SESSION_ENDPOINTS)
@pytest.mark.parametrize("code", [code for code, trouble in PAGES.items() if trouble])
def test_a_code_with_one_meaning_has_it_everywhere(endpoint: Endpoint, code: str) -> None:
    assert trouble_of(endpoint, code) is PAGES[code]


@pytest.mark.parametrize("endpoint", list(Endpoint))
@pytest.mark.parametrize("code", sorted(RUNNING | SUCCESS))
def test_a_word_of_success_is_no_proof_of_it(endpoint: Endpoint, code: str) -> None:
    assert trouble_of(endpoint, code) is Trouble.UNRECOGNISED


@given(st.sampled_from(list(Endpoint)), st.text(), st.text())
def test_an_unknown_code_is_never_guessed_at(endpoint: Endpoint, code: str, message: str) -> None:
    unknown = f"x{code}"

    assert trouble_of(endpoint, unknown, message) is Trouble.UNRECOGNISED


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("You must provide a valid authorize token", Trouble.TOKEN_REFUSED),
        ("You must provide a valid auth key", Trouble.TOKEN_REFUSED),
        ("Invalid flinks-auth-key.", Trouble.TOKEN_REFUSED),
        ("The authorization token has expired", Trouble.TOKEN_REFUSED),
        ("token is already used", Trouble.TOKEN_REFUSED),
        ("expired token", Trouble.TOKEN_REFUSED),
        ("You must provide a valid x-api-key", Trouble.ACCESS_REFUSED),
        ("The institution did not authorize access.", Trouble.BANK_NEEDS_PERSON),
        ("La banque a refusé", Trouble.BANK_NEEDS_PERSON),
        ("L'institution n'a pas autorisé l'accès.", Trouble.BANK_NEEDS_PERSON),
        (
            "Additional steps are required on the financial institution's website.",
            Trouble.BANK_NEEDS_PERSON,
        ),
        ("Unauthorized", Trouble.UNRECOGNISED),
        ("Your request was not authorized.", Trouble.UNRECOGNISED),
        ("You are not authorized to use this resource", Trouble.UNRECOGNISED),
        (None, Trouble.UNRECOGNISED),
        ("", Trouble.UNRECOGNISED),
    ],
)
def test_unauthorized_at_authorize_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: Trouble
) -> None:
    assert trouble_of(endpoint, "UNAUTHORIZED", message) is trouble


@pytest.mark.parametrize("endpoint", DATA)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("The session is not authorized yet. Complete /Authorize.", Trouble.NOT_YET_AUTHORIZED),
        (None, Trouble.NOT_YET_AUTHORIZED),
        ("La session n'est pas encore autorisée.", Trouble.NOT_YET_AUTHORIZED),
        ("You must provide a valid x-api-key", Trouble.ACCESS_REFUSED),
        ("Invalid api key", Trouble.ACCESS_REFUSED),
        ("You must provide a valid auth key", Trouble.ACCESS_REFUSED),
        ("The institution did not authorize this card.", Trouble.BANK_NEEDS_PERSON),
    ],
)
def test_unauthorized_at_the_data_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: Trouble
) -> None:
    assert trouble_of(endpoint, "UNAUTHORIZED", message) is trouble


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (
            "The LoginId provided is either invalid or does not belong to the CustomerId",
            Trouble.LOGIN_UNKNOWN,
        ),
        ("LoginId not found or invalid", Trouble.LOGIN_UNKNOWN),
        ("Inputs session id or card if were not found.", Trouble.LOGIN_UNKNOWN),
        (
            "The card number (username) or password provided is invalid",
            Trouble.CREDENTIALS_REJECTED,
        ),
        ("The provided credentials are incorrect.", Trouble.CREDENTIALS_REJECTED),
        (None, Trouble.CREDENTIALS_REJECTED),
    ],
)
def test_invalid_login_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: Trouble
) -> None:
    assert trouble_of(endpoint, "INVALID_LOGIN", message) is trouble


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (f"The login '{A_LOGIN}' is invalid.", Trouble.LOGIN_UNKNOWN),
        (f'The login "{A_LOGIN}" is invalid', Trouble.LOGIN_UNKNOWN),
        ("The login is invalid.", Trouble.LOGIN_UNKNOWN),
        ("The LoginId field is required.", Trouble.REQUEST_REFUSED),
        ("The LoginId 'x' is not a valid GUID.", Trouble.REQUEST_REFUSED),
        ("The request is invalid.", Trouble.REQUEST_REFUSED),
        (None, Trouble.REQUEST_REFUSED),
    ],
)
def test_a_request_can_be_invalid_because_its_login_is_gone(
    endpoint: Endpoint, message: str | None, trouble: Trouble
) -> None:
    assert trouble_of(endpoint, "INVALID_REQUEST", message) is trouble


def test_invalid_login_at_the_data_can_mean_a_dead_session() -> None:
    message = "Inputs session id or card if were not found."

    assert trouble_of(Endpoint.ACCOUNTS, "INVALID_LOGIN", message) is Trouble.SESSION_GONE


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("You must provide a valid authorize token", Trouble.TOKEN_REFUSED),
        ("LoginId not found or invalid", Trouble.LOGIN_UNKNOWN),
        ("Something went wrong", Trouble.UNRECOGNISED),
        (None, Trouble.UNRECOGNISED),
    ],
)
def test_without_a_code_the_message_alone_speaks(message: str | None, trouble: Trouble) -> None:
    assert trouble_of(Endpoint.AUTHORIZE, None, message) is trouble


@given(st.sampled_from([*PAGES, "UNAUTHORIZED", "INVALID_LOGIN"]), st.text())
def test_a_refused_token_is_never_the_persons_or_the_banks_fault(code: str, message: str) -> None:
    trouble = trouble_of(Endpoint.MINT, code, message)

    assert REMEDIES[trouble].owner in {Owner.FLINKS, Owner.OPERATOR}


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "ACCESS_DENIED", "INVALID_LOGIN"])
def test_a_wrong_secret_key_is_ours_to_repair(code: str) -> None:
    assert trouble_of(Endpoint.MINT, code, "You must provide a valid auth key") is (
        Trouble.ACCESS_REFUSED
    )


@given(st.sampled_from([*PAGES, "UNAUTHORIZED", "INVALID_LOGIN", None]), st.text())
def test_a_refused_deletion_is_never_the_persons_or_the_banks_fault(
    code: str | None, message: str
) -> None:
    trouble = trouble_of(Endpoint.DELETE, code, message)

    assert trouble is Trouble.LOGIN_UNKNOWN or REMEDIES[trouble].owner in {
        Owner.FLINKS,
        Owner.OPERATOR,
    }


@pytest.mark.parametrize(
    ("code", "message", "trouble"),
    [
        ("CARD_IN_USE", None, Trouble.STILL_IN_USE),
        ("CONCURRENT_SESSION", None, Trouble.STILL_IN_USE),
        ("INVALID_LOGIN", "LoginId not found or invalid", Trouble.LOGIN_UNKNOWN),
        (None, "LoginId not found or invalid", Trouble.LOGIN_UNKNOWN),
        ("INVALID_LOGIN", "The provided credentials are incorrect.", Trouble.UNRECOGNISED),
        ("INVALID_LOGIN", None, Trouble.UNRECOGNISED),
        ("UNAUTHORIZED", "You must provide a valid x-api-key", Trouble.ACCESS_REFUSED),
        ("UNAUTHORIZED", None, Trouble.ACCESS_REFUSED),
        ("TOO_MANY_REQUESTS", None, Trouble.THROTTLED),
        ("RETRY_LATER", None, Trouble.FLINKS_UNAVAILABLE),
        ("METHOD_NOT_AVAILABLE", None, Trouble.NOT_ENABLED),
        ("INVALID_REQUEST", None, Trouble.REQUEST_REFUSED),
        ("INVALID_REQUEST", f"The login '{A_LOGIN}' is invalid.", Trouble.LOGIN_UNKNOWN),
        ("DISABLED_LOGIN", None, Trouble.UNRECOGNISED),
        (None, None, Trouble.UNRECOGNISED),
    ],
)
def test_what_a_refused_deletion_means(
    code: str | None, message: str | None, trouble: Trouble
) -> None:
    assert trouble_of(Endpoint.DELETE, code, message) is trouble


@pytest.mark.parametrize(
    ("code", "state", "cause"),
    [
        (None, "AnsweringSecurityChallenge", Trouble.QUESTION_UNANSWERED),
        ("QUESTION_NOT_FOUND", None, Trouble.QUESTION_UNANSWERED),
        ("INVALID_PASSWORD", "Failed", Trouble.CREDENTIALS_REJECTED),
        ("INVALID_LOGIN", None, Trouble.CREDENTIALS_REJECTED),
        ("UNAUTHORIZED", None, Trouble.BANK_UNAVAILABLE),
        ("SESSION_EXPIRED", None, Trouble.FLINKS_UNAVAILABLE),
        ("SESSION_NONEXISTENT", None, Trouble.FLINKS_UNAVAILABLE),
        ("NEW_ACCOUNT", None, Trouble.BANK_NEEDS_PERSON),
        ("RETRY_LATER", None, Trouble.BANK_UNAVAILABLE),
        (None, "SomethingNew", Trouble.UNRECOGNISED),
        ("SOMETHING_NEW", "AnsweringSecurityChallenge", Trouble.UNRECOGNISED),
        (None, None, Trouble.UNRECOGNISED),
    ],
)
def test_why_a_night_failed(code: str | None, state: str | None, cause: Trouble) -> None:
    assert nightly_cause(code, state) is cause


@pytest.mark.parametrize(
    "code",
    [
        "RETRY_LATER",
        "AGGREGATION_ERROR",
        "SESSION_EXPIRED",
        "SESSION_NONEXISTENT",
        "DISABLED_INSTITUTION",
        "UNAUTHORIZED",
        "BANK_MAINTENANCE_RETRY_LATER",
        "TOO_MANY_REQUESTS",
    ],
)
def test_what_flinks_tolerates_at_night_needs_no_person(code: str) -> None:
    """ "Nightly refresh": a card keeps taking part after these, so they can heal by themselves."""
    cause = nightly_cause(code, "AnsweringSecurityChallenge")

    assert REMEDIES[cause].owner in {Owner.BANK, Owner.FLINKS}
