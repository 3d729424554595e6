"""FlinksCodes: status, default message and source, and the error that carries one.

A status in parentheses in a source is ours, since none could be read; clients branch on the code.
"""

from dataclasses import dataclass, field
from typing import Any, Final

ERRORS: Final = "docs.flinks.com/api/authorize/error-codes (2026)"
HANDLED: Final = "docs.flinks.com/guides/connect/flinks-connect/handled-errors (2026)"
STATUS: Final = "help article 43000436119, Status and FlinksCode"
NIGHTS: Final = "docs.flinks.com/guides/connect/nightly-refresh (2026)"
NODE: Final = "node-flinks, its table of codes"


@dataclass(frozen=True, slots=True)
class Code:
    """What Flinks prints beside a FlinksCode, and where that was read."""

    status: int
    message: str
    source: str = ERRORS


KEY_REFUSED: Final = "You must provide a valid auth key"
TOKEN_REFUSED: Final = "You must provide a valid authorize token"  # noqa: S105 - a message
API_KEY_REFUSED: Final = "You must provide a valid x-api-key"
NOT_AUTHORIZED_YET: Final = "The session is not authorized yet. Complete /Authorize first."
LOGIN_ID_UNKNOWN: Final = (
    "The LoginId provided is either invalid or does not belong to the CustomerId"
)
LOGIN_GONE: Final = "The login '{login_id}' is invalid."
CREDENTIALS_REFUSED: Final = "The card number (username) or password provided is invalid"

CODES: Final[dict[str, Code]] = {
    "OPERATION_PENDING": Code(202, "Your operation is still processing."),
    "OPERATION_DISPATCHED": Code(
        202,
        "Your operations had been dispatched to background process for long running jobs",
    ),
    "SESSION_NONEXISTENT": Code(400, "Inputs session id or card if were not found.", STATUS),
    "SESSION_EXPIRED": Code(400, "The session has expired.", f"{NODE} (400)"),
    "CARD_IN_USE": Code(400, "The card is still being processed. Try again later."),
    "ACCESS_DENIED": Code(401, API_KEY_REFUSED),
    "UNAUTHORIZED": Code(401, "The institution did not authorize this card.", HANDLED),
    "INVALID_LOGIN": Code(401, CREDENTIALS_REFUSED, STATUS),
    "INVALID_USERNAME": Code(401, "The username provided is invalid."),
    "INVALID_PASSWORD": Code(401, "The password provided is invalid."),
    "INVALID_REQUEST": Code(401, "The request is invalid or incomplete."),
    "INVALID_SECURITY_RESPONSE": Code(401, "The security response provided is invalid."),
    "INVALID_SECURITY_RESPONSE_NO_RETRY": Code(
        401,
        "The security response provided is invalid.",
        "docs.flinks.com/reference/error-codes (older)",
    ),
    "SECURITYRESPONSES_INCOMPLETE": Code(
        401, "Not all security challenges were answered.", f"{NODE} (401)"
    ),
    "QUESTION_NOT_FOUND": Code(401, "The institution asked a question that has no stored answer."),
    "UNKNOWN_CHALLENGE_KEY": Code(401, "The answer given belongs to another security challenge."),
    "RETRY_LATER": Code(401, "The institution could not be reached. Retry later."),
    "BANK_MAINTENANCE_RETRY_LATER": Code(
        401, "The institution is under maintenance.", f"{NIGHTS} (401)"
    ),
    "TOO_MANY_REQUESTS": Code(401, "Too many requests. Slow down."),
    "CONCURRENT_SESSION": Code(
        401, "Another session is already opened with this LoginId.", f"{NODE} (401)"
    ),
    "ALREADY_AUTHORIZED": Code(400, "The session is already authorized.", f"{NODE} (400)"),
    "DISABLED_LOGIN": Code(401, "The institution has deactivated this access.", HANDLED),
    "NEW_ACCOUNT": Code(401, "The account holder must act in online banking first.", HANDLED),
    "DISABLED_INSTITUTION": Code(405, "The institution is not available at the moment.", HANDLED),
    "AGGREGATION_ERROR": Code(500, "An unexpected error occurred.", HANDLED),
    "NO_TRANSACTION": Code(400, "The account does not have enough transactions.", f"{NODE} (400)"),
    "METHOD_NOT_AVAILABLE": Code(
        401,
        "The requested API is not currently enabled in your instance.",
        f"{NODE} (401)",
    ),
}


@dataclass
class FlinksError(Exception):
    """An answer that is not a success; the API turns it into an error body."""

    code: str
    message: str | None = None
    status: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in the usual status and message of the code."""
        known = CODES.get(self.code, Code(500, self.code))
        self.status = self.status or known.status
        self.message = self.message or known.message

    def body(self) -> dict[str, Any]:
        """Render the error body."""
        return {
            "HttpStatusCode": self.status,
            "FlinksCode": self.code,
            "Message": self.message,
            **self.extra,
        }
