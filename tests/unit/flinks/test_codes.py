"""Every code that Flinks documents, or that its published clients know."""

import pytest
from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, Owner
from flinks_reconnect.flinks.codes import (
    ERROR_CODES,
    RUNNING,
    SUCCESS,
    Endpoint,
    error_code_of,
    nightly_cause,
)
from hypothesis import given
from hypothesis import strategies as st

PAGES = {
    "OK": None,
    "CREATED": None,
    "OPERATION_PENDING": None,
    "OPERATION_DISPATCHED": None,
    "SESSION_NONEXISTENT": ErrorCode.SESSION_GONE,
    "SESSION_EXPIRED": ErrorCode.SESSION_GONE,
    "CARD_IN_USE": ErrorCode.STILL_IN_USE,
    "ACCESS_DENIED": ErrorCode.ACCESS_REFUSED,
    "INVALID_USERNAME": ErrorCode.CREDENTIALS_REJECTED,
    "INVALID_PASSWORD": ErrorCode.CREDENTIALS_REJECTED,
    "INVALID_REQUEST": ErrorCode.REQUEST_REFUSED,
    "INVALID_SECURITY_RESPONSE": ErrorCode.MFA_REJECTED,
    "INVALID_SECURITY_RESPONSE_NO_RETRY": ErrorCode.MFA_REJECTED,
    "SECURITYRESPONSES_INCOMPLETE": ErrorCode.MFA_REJECTED,
    "QUESTION_NOT_FOUND": ErrorCode.QUESTION_UNANSWERED,
    "UNKNOWN_CHALLENGE_KEY": ErrorCode.MFA_REJECTED,
    "RETRY_LATER": ErrorCode.BANK_UNAVAILABLE,
    "BANK_MAINTENANCE_RETRY_LATER": ErrorCode.BANK_UNAVAILABLE,
    "TOO_MANY_REQUESTS": ErrorCode.THROTTLED,
    "CONCURRENT_SESSION": ErrorCode.SESSION_CONCURRENT,
    "ALREADY_AUTHORIZED": ErrorCode.ALREADY_AUTHORIZED,
    "DISABLED_LOGIN": ErrorCode.BANK_NEEDS_PERSON,
    "NEW_ACCOUNT": ErrorCode.BANK_NEEDS_PERSON,
    "DISABLED_INSTITUTION": ErrorCode.BANK_DISABLED,
    "AGGREGATION_ERROR": ErrorCode.FLINKS_UNAVAILABLE,
    "NO_TRANSACTION": None,
    "METHOD_NOT_AVAILABLE": ErrorCode.NOT_ENABLED,
}
"""Row by row; None: no trouble. UNAUTHORIZED and INVALID_LOGIN have tests of their own."""

A_LOGIN = "00000000-0000-4000-8000-0000000000aa"
SESSION_ENDPOINTS = [each for each in Endpoint if each not in {Endpoint.MINT, Endpoint.DELETE}]
AUTHORIZE = [Endpoint.AUTHORIZE, Endpoint.AUTHORIZE_ASYNC]
DATA = [Endpoint.ACCOUNTS, Endpoint.ACCOUNTS_ASYNC]


def test_the_table_has_every_row_and_no_other() -> None:
    with_one_meaning = {code for code, trouble in PAGES.items() if trouble is not None}

    assert set(ERROR_CODES) == with_one_meaning
    assert set(PAGES) - with_one_meaning == RUNNING | SUCCESS


@pytest.mark.parametrize("endpoint", SESSION_ENDPOINTS)
@pytest.mark.parametrize("code", [code for code, trouble in PAGES.items() if trouble])
def test_a_code_with_one_meaning_has_it_everywhere(endpoint: Endpoint, code: str) -> None:
    assert error_code_of(endpoint, code) is PAGES[code]


@pytest.mark.parametrize("endpoint", list(Endpoint))
@pytest.mark.parametrize("code", sorted(RUNNING | SUCCESS))
def test_a_word_of_success_is_no_proof_of_it(endpoint: Endpoint, code: str) -> None:
    assert error_code_of(endpoint, code) is ErrorCode.UNRECOGNISED


@given(st.sampled_from(list(Endpoint)), st.text(), st.text())
def test_an_unknown_code_is_never_guessed_at(endpoint: Endpoint, code: str, message: str) -> None:
    unknown = f"x{code}"

    assert error_code_of(endpoint, unknown, message) is ErrorCode.UNRECOGNISED


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("You must provide a valid authorize token", ErrorCode.TOKEN_REFUSED),
        ("You must provide a valid auth key", ErrorCode.TOKEN_REFUSED),
        ("Invalid flinks-auth-key.", ErrorCode.TOKEN_REFUSED),
        ("The authorization token has expired", ErrorCode.TOKEN_REFUSED),
        ("token is already used", ErrorCode.TOKEN_REFUSED),
        ("expired token", ErrorCode.TOKEN_REFUSED),
        ("You must provide a valid x-api-key", ErrorCode.ACCESS_REFUSED),
        ("The institution did not authorize access.", ErrorCode.BANK_NEEDS_PERSON),
        ("La banque a refusé", ErrorCode.BANK_NEEDS_PERSON),
        ("L'institution n'a pas autorisé l'accès.", ErrorCode.BANK_NEEDS_PERSON),
        (
            "Additional steps are required on the financial institution's website.",
            ErrorCode.BANK_NEEDS_PERSON,
        ),
        ("Unauthorized", ErrorCode.UNRECOGNISED),
        ("Your request was not authorized.", ErrorCode.UNRECOGNISED),
        ("You are not authorized to use this resource", ErrorCode.UNRECOGNISED),
        (None, ErrorCode.UNRECOGNISED),
        ("", ErrorCode.UNRECOGNISED),
    ],
)
def test_unauthorized_at_authorize_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: ErrorCode
) -> None:
    assert error_code_of(endpoint, "UNAUTHORIZED", message) is trouble


@pytest.mark.parametrize("endpoint", DATA)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("The session is not authorized yet. Complete /Authorize.", ErrorCode.NOT_YET_AUTHORIZED),
        (None, ErrorCode.NOT_YET_AUTHORIZED),
        ("La session n'est pas encore autorisée.", ErrorCode.NOT_YET_AUTHORIZED),
        ("You must provide a valid x-api-key", ErrorCode.ACCESS_REFUSED),
        ("Invalid api key", ErrorCode.ACCESS_REFUSED),
        ("You must provide a valid auth key", ErrorCode.ACCESS_REFUSED),
        ("The institution did not authorize this card.", ErrorCode.BANK_NEEDS_PERSON),
    ],
)
def test_unauthorized_at_the_data_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: ErrorCode
) -> None:
    assert error_code_of(endpoint, "UNAUTHORIZED", message) is trouble


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (
            "The LoginId provided is either invalid or does not belong to the CustomerId",
            ErrorCode.LOGIN_UNKNOWN,
        ),
        ("LoginId not found or invalid", ErrorCode.LOGIN_UNKNOWN),
        ("Inputs session id or card if were not found.", ErrorCode.LOGIN_UNKNOWN),
        (
            "The card number (username) or password provided is invalid",
            ErrorCode.CREDENTIALS_REJECTED,
        ),
        ("The provided credentials are incorrect.", ErrorCode.CREDENTIALS_REJECTED),
        (None, ErrorCode.CREDENTIALS_REJECTED),
    ],
)
def test_invalid_login_depends_on_the_message(
    endpoint: Endpoint, message: str | None, trouble: ErrorCode
) -> None:
    assert error_code_of(endpoint, "INVALID_LOGIN", message) is trouble


@pytest.mark.parametrize("endpoint", AUTHORIZE)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (f"The login '{A_LOGIN}' is invalid.", ErrorCode.LOGIN_UNKNOWN),
        (f'The login "{A_LOGIN}" is invalid', ErrorCode.LOGIN_UNKNOWN),
        ("The login is invalid.", ErrorCode.LOGIN_UNKNOWN),
        ("The LoginId field is required.", ErrorCode.REQUEST_REFUSED),
        ("The LoginId 'x' is not a valid GUID.", ErrorCode.REQUEST_REFUSED),
        ("The request is invalid.", ErrorCode.REQUEST_REFUSED),
        (None, ErrorCode.REQUEST_REFUSED),
    ],
)
def test_a_request_can_be_invalid_because_its_login_is_gone(
    endpoint: Endpoint, message: str | None, trouble: ErrorCode
) -> None:
    assert error_code_of(endpoint, "INVALID_REQUEST", message) is trouble


def test_invalid_login_at_the_data_can_mean_a_dead_session() -> None:
    message = "Inputs session id or card if were not found."

    assert error_code_of(Endpoint.ACCOUNTS, "INVALID_LOGIN", message) is ErrorCode.SESSION_GONE


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("You must provide a valid authorize token", ErrorCode.TOKEN_REFUSED),
        ("LoginId not found or invalid", ErrorCode.LOGIN_UNKNOWN),
        ("Something went wrong", ErrorCode.UNRECOGNISED),
        (None, ErrorCode.UNRECOGNISED),
    ],
)
def test_without_a_code_the_message_alone_speaks(message: str | None, trouble: ErrorCode) -> None:
    assert error_code_of(Endpoint.AUTHORIZE, None, message) is trouble


@given(st.sampled_from([*PAGES, "UNAUTHORIZED", "INVALID_LOGIN"]), st.text())
def test_a_refused_token_is_never_the_persons_or_the_banks_fault(code: str, message: str) -> None:
    trouble = error_code_of(Endpoint.MINT, code, message)

    assert REMEDIES[trouble].owner in {Owner.FLINKS, Owner.OPERATOR}


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "ACCESS_DENIED", "INVALID_LOGIN"])
def test_a_wrong_secret_key_is_ours_to_repair(code: str) -> None:
    assert error_code_of(Endpoint.MINT, code, "You must provide a valid auth key") is (
        ErrorCode.ACCESS_REFUSED
    )


@given(st.sampled_from([*PAGES, "UNAUTHORIZED", "INVALID_LOGIN", None]), st.text())
def test_a_refused_deletion_is_never_the_persons_or_the_banks_fault(
    code: str | None, message: str
) -> None:
    trouble = error_code_of(Endpoint.DELETE, code, message)

    assert trouble is ErrorCode.LOGIN_UNKNOWN or REMEDIES[trouble].owner in {
        Owner.FLINKS,
        Owner.OPERATOR,
    }


@pytest.mark.parametrize(
    ("code", "message", "trouble"),
    [
        ("CARD_IN_USE", None, ErrorCode.STILL_IN_USE),
        ("CONCURRENT_SESSION", None, ErrorCode.STILL_IN_USE),
        ("INVALID_LOGIN", "LoginId not found or invalid", ErrorCode.LOGIN_UNKNOWN),
        (None, "LoginId not found or invalid", ErrorCode.LOGIN_UNKNOWN),
        ("INVALID_LOGIN", "The provided credentials are incorrect.", ErrorCode.UNRECOGNISED),
        ("INVALID_LOGIN", None, ErrorCode.UNRECOGNISED),
        ("UNAUTHORIZED", "You must provide a valid x-api-key", ErrorCode.ACCESS_REFUSED),
        ("UNAUTHORIZED", None, ErrorCode.ACCESS_REFUSED),
        ("TOO_MANY_REQUESTS", None, ErrorCode.THROTTLED),
        ("RETRY_LATER", None, ErrorCode.FLINKS_UNAVAILABLE),
        ("METHOD_NOT_AVAILABLE", None, ErrorCode.NOT_ENABLED),
        ("INVALID_REQUEST", None, ErrorCode.REQUEST_REFUSED),
        ("INVALID_REQUEST", f"The login '{A_LOGIN}' is invalid.", ErrorCode.LOGIN_UNKNOWN),
        ("DISABLED_LOGIN", None, ErrorCode.UNRECOGNISED),
        (None, None, ErrorCode.UNRECOGNISED),
    ],
)
def test_what_a_refused_deletion_means(
    code: str | None, message: str | None, trouble: ErrorCode
) -> None:
    assert error_code_of(Endpoint.DELETE, code, message) is trouble


@pytest.mark.parametrize(
    ("code", "state", "cause"),
    [
        (None, "AnsweringSecurityChallenge", ErrorCode.QUESTION_UNANSWERED),
        ("QUESTION_NOT_FOUND", None, ErrorCode.QUESTION_UNANSWERED),
        ("INVALID_PASSWORD", "Failed", ErrorCode.CREDENTIALS_REJECTED),
        ("INVALID_LOGIN", None, ErrorCode.CREDENTIALS_REJECTED),
        ("UNAUTHORIZED", None, ErrorCode.BANK_UNAVAILABLE),
        ("SESSION_EXPIRED", None, ErrorCode.FLINKS_UNAVAILABLE),
        ("SESSION_NONEXISTENT", None, ErrorCode.FLINKS_UNAVAILABLE),
        ("NEW_ACCOUNT", None, ErrorCode.BANK_NEEDS_PERSON),
        ("RETRY_LATER", None, ErrorCode.BANK_UNAVAILABLE),
        (None, "SomethingNew", ErrorCode.UNRECOGNISED),
        ("SOMETHING_NEW", "AnsweringSecurityChallenge", ErrorCode.UNRECOGNISED),
        (None, None, ErrorCode.UNRECOGNISED),
    ],
)
def test_why_a_night_failed(code: str | None, state: str | None, cause: ErrorCode) -> None:
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
