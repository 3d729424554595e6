"""Flinks' codes, and what each means for a refresh.

One table for every code that Flinks documents or that its published clients know. Sources: the
pages "Error codes", "Handled errors", "Nightly refresh" and "Troubleshooting" of docs.flinks.com,
and of help.flinks.com "Status and Flinks code" and "Errors when calling Authorize with cached
mode". Statuses differ from page to page for the same code, so they are not looked at.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.errors import ErrorCode


class Endpoint(StrEnum):
    """The endpoints of BankingServices that we call, by their name in the path."""

    MINT = "GenerateAuthorizeToken"
    AUTHORIZE = "Authorize"
    AUTHORIZE_ASYNC = "AuthorizeAsync"
    ACCOUNTS = "GetAccountsDetail"
    ACCOUNTS_ASYNC = "GetAccountsDetailAsync"
    NIGHTLY = "GetNightlyRefreshStatus"
    DELETE = "DeleteCard"


RUNNING: Final = frozenset({"OPERATION_PENDING", "OPERATION_DISPATCHED"})
"""Not a trouble: Flinks goes on in the background. "Error codes", 202."""

SUCCESS: Final = frozenset({"OK", "CREATED", "NO_TRANSACTION"})
"""What a success may carry. Without one they are no proof of it, so they count as unrecognised.

NO_TRANSACTION says that an account has few or no transactions; for plain data no error.
"""

ERROR_CODES: Final[Mapping[str, ErrorCode]] = {
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
    "UNKNOWN_CHALLENGE_KEY": ErrorCode.MFA_REJECTED,
    "QUESTION_NOT_FOUND": ErrorCode.QUESTION_UNANSWERED,
    "RETRY_LATER": ErrorCode.BANK_UNAVAILABLE,
    "BANK_MAINTENANCE_RETRY_LATER": ErrorCode.BANK_UNAVAILABLE,
    "TOO_MANY_REQUESTS": ErrorCode.THROTTLED,
    "CONCURRENT_SESSION": ErrorCode.SESSION_CONCURRENT,
    "ALREADY_AUTHORIZED": ErrorCode.ALREADY_AUTHORIZED,
    "DISABLED_LOGIN": ErrorCode.BANK_NEEDS_PERSON,
    "NEW_ACCOUNT": ErrorCode.BANK_NEEDS_PERSON,
    "DISABLED_INSTITUTION": ErrorCode.BANK_DISABLED,
    "AGGREGATION_ERROR": ErrorCode.FLINKS_UNAVAILABLE,
    "METHOD_NOT_AVAILABLE": ErrorCode.NOT_ENABLED,
}
"""The codes with one meaning."""

_MINT_ERROR_CODES: Final[Mapping[str, ErrorCode]] = {
    "UNAUTHORIZED": ErrorCode.ACCESS_REFUSED,
    "ACCESS_DENIED": ErrorCode.ACCESS_REFUSED,
    "INVALID_LOGIN": ErrorCode.ACCESS_REFUSED,
    "INVALID_REQUEST": ErrorCode.REQUEST_REFUSED,
    "METHOD_NOT_AVAILABLE": ErrorCode.NOT_ENABLED,
    "TOO_MANY_REQUESTS": ErrorCode.THROTTLED,
    "RETRY_LATER": ErrorCode.FLINKS_UNAVAILABLE,
    "AGGREGATION_ERROR": ErrorCode.FLINKS_UNAVAILABLE,
}
"""Minting names no login, so a refusal can blame neither the person nor the bank."""

_DELETE_ERROR_CODES: Final[Mapping[str, ErrorCode]] = {
    **_MINT_ERROR_CODES,
    "CARD_IN_USE": ErrorCode.STILL_IN_USE,
    "CONCURRENT_SESSION": ErrorCode.STILL_IN_USE,
    "BANK_MAINTENANCE_RETRY_LATER": ErrorCode.FLINKS_UNAVAILABLE,
}
"""Deleting asks no bank, so it has no other ways to fail ("DeleteCard"; "Error codes")."""

_DATA: Final = frozenset({Endpoint.ACCOUNTS, Endpoint.ACCOUNTS_ASYNC})

_SAYS_API_KEY = re.compile(r"api[\W_]*key|secret[\W_]*key", re.IGNORECASE)
_SAYS_TOKEN = re.compile(
    r"auth\w*[\W_]*(token|key)|token\W.{0,20}(expired|invalid|used)|(expired|invalid|used)\Wtoken",
    re.IGNORECASE,
)
_SAYS_LOGIN_ID = re.compile(r"login[\W_]*id\b|card\b.{0,10}not found", re.IGNORECASE)
_SAYS_LOGIN_GONE = re.compile(
    r"\blogin([\W_]*id)?\b[^.]{0,80}"
    r"\b(is( either)? invalid|(not found|does not exist|does not belong))\b",
    re.IGNORECASE,
)
_SAYS_NO_SESSION = re.compile(r"session.{0,20}not found", re.IGNORECASE)
_SAYS_BANK = re.compile(r"\b(institution|bank|banque)s?\b", re.IGNORECASE)


def error_code_of(endpoint: Endpoint, code: str | None, message: str | None = None) -> ErrorCode:
    """Return what a refusal means; a code that nobody documented is never guessed at.

    Three codes have two meanings each ("Status and Flinks code"; INVALID_REQUEST with "The login
    '...' is invalid." in suites that ran against a live Flinks); endpoint and a loose match of
    the message tell them apart. A refusal without a code is judged by its message alone.
    """
    if endpoint is Endpoint.MINT:
        return _MINT_ERROR_CODES.get(code or "", ErrorCode.UNRECOGNISED)
    if endpoint is Endpoint.DELETE:
        return _not_deleted(code, message or "")
    if code == "UNAUTHORIZED":
        return _unauthorized(endpoint, message or "")
    if code == "INVALID_LOGIN":
        return _invalid_login(endpoint, message or "")
    if code == "INVALID_REQUEST" and _SAYS_LOGIN_GONE.search(message or ""):
        return ErrorCode.LOGIN_UNKNOWN
    if code is None:
        return _by_message(endpoint, message or "")
    return ERROR_CODES.get(code, ErrorCode.UNRECOGNISED)


def nightly_cause(code: str | None, state: str | None) -> ErrorCode:
    """Return why nightly refresh left a card out ("GetNightlyRefreshStatus", IneligibleCards).

    No message comes with these codes, and no key or token of ours was involved at night. Without
    a code the state tells, of which the page names one: AnsweringSecurityChallenge. A card keeps
    taking part after some codes ("Nightly refresh"), so none of those may ask for the person.
    """
    match code:
        case "UNAUTHORIZED":
            return ErrorCode.BANK_UNAVAILABLE
        case "SESSION_EXPIRED" | "SESSION_NONEXISTENT":
            return ErrorCode.FLINKS_UNAVAILABLE
        case "INVALID_LOGIN":
            return ErrorCode.CREDENTIALS_REJECTED
        case None if "challenge" in (state or "").lower():
            return ErrorCode.QUESTION_UNANSWERED
        case _:
            return ERROR_CODES.get(code or "", ErrorCode.UNRECOGNISED)


def _unauthorized(endpoint: Endpoint, message: str) -> ErrorCode:
    """Tell apart: our key or token, the bank that wants the person, a session not yet open.

    "Handled errors": the institution did not authorize access, and the customer may need to
    complete steps on the bank's website. "Troubleshooting": a message about key or token.
    """
    if endpoint is Endpoint.NIGHTLY or _SAYS_API_KEY.search(message):
        return ErrorCode.ACCESS_REFUSED
    if endpoint in _DATA:
        return _unauthorized_data(message)
    if _SAYS_TOKEN.search(message):
        return ErrorCode.TOKEN_REFUSED
    # Else every meaning stays open, and none of them may send a person to their bank.
    return ErrorCode.BANK_NEEDS_PERSON if _SAYS_BANK.search(message) else ErrorCode.UNRECOGNISED


def _unauthorized_data(message: str) -> ErrorCode:
    if _SAYS_TOKEN.search(message):
        return ErrorCode.ACCESS_REFUSED
    return (
        ErrorCode.BANK_NEEDS_PERSON if _SAYS_BANK.search(message) else ErrorCode.NOT_YET_AUTHORIZED
    )


def _invalid_login(endpoint: Endpoint, message: str) -> ErrorCode:
    """Tell a LoginId that this instance does not know from credentials that the bank refuses."""
    if endpoint in _DATA and _SAYS_NO_SESSION.search(message):
        return ErrorCode.SESSION_GONE
    if _SAYS_LOGIN_ID.search(message) or _SAYS_LOGIN_GONE.search(message):
        return ErrorCode.LOGIN_UNKNOWN
    return ErrorCode.CREDENTIALS_REJECTED


def _not_deleted(code: str | None, message: str) -> ErrorCode:
    """A login is only taken for gone where the message says so: that is said to the person."""
    if code in {"INVALID_LOGIN", None}:
        gone = _SAYS_LOGIN_ID.search(message) or _SAYS_LOGIN_GONE.search(message)
        return ErrorCode.LOGIN_UNKNOWN if gone else ErrorCode.UNRECOGNISED
    if code == "INVALID_REQUEST" and _SAYS_LOGIN_GONE.search(message):
        return ErrorCode.LOGIN_UNKNOWN
    return _DELETE_ERROR_CODES.get(code, ErrorCode.UNRECOGNISED)


def _by_message(endpoint: Endpoint, message: str) -> ErrorCode:
    if _SAYS_API_KEY.search(message) or _SAYS_TOKEN.search(message):
        return _unauthorized(endpoint, message)
    known = not (_SAYS_LOGIN_ID.search(message) or _SAYS_LOGIN_GONE.search(message))
    return ErrorCode.UNRECOGNISED if known else ErrorCode.LOGIN_UNKNOWN
