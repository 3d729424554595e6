"""FlinksCodes: their HTTP status, their default message, and the error that carries one.

Statuses follow the error code page and the handled-errors page. Where those give none
(`CONCURRENT_SESSION` and a few more are only known from clients) 401 or 400 is our guess,
and clients must branch on the code anyway.
"""

from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Code:
    """What Flinks prints beside a FlinksCode."""

    status: int
    message: str


KEY_REFUSED: Final = "You must provide a valid auth key"
TOKEN_REFUSED: Final = "You must provide a valid authorize token"  # noqa: S105 - a message
API_KEY_REFUSED: Final = "You must provide a valid x-api-key"
NOT_AUTHORIZED_YET: Final = "The session is not authorized yet. Complete /Authorize first."
LOGIN_ID_UNKNOWN: Final = (
    "The LoginId provided is either invalid or does not belong to the CustomerId"
)
CREDENTIALS_REFUSED: Final = "The card number (username) or password provided is invalid"

CODES: Final[dict[str, Code]] = {
    "OPERATION_PENDING": Code(202, "Your operation is still processing."),
    "OPERATION_DISPATCHED": Code(
        202, "Your request took too long and was dispatched to the background."
    ),
    "SESSION_NONEXISTENT": Code(400, "Inputs session id or card if were not found."),
    "SESSION_EXPIRED": Code(400, "The session has expired."),
    "CARD_IN_USE": Code(400, "The card is still being processed. Try again later."),
    "ACCESS_DENIED": Code(401, API_KEY_REFUSED),
    "UNAUTHORIZED": Code(401, "The institution did not authorize this card."),
    "INVALID_LOGIN": Code(401, CREDENTIALS_REFUSED),
    "INVALID_USERNAME": Code(401, "The username provided is invalid."),
    "INVALID_PASSWORD": Code(401, "The password provided is invalid."),
    "INVALID_REQUEST": Code(401, "The request is invalid or incomplete."),
    "INVALID_SECURITY_RESPONSE": Code(401, "The security response provided is invalid."),
    "INVALID_SECURITY_RESPONSE_NO_RETRY": Code(401, "The security response provided is invalid."),
    "SECURITYRESPONSES_INCOMPLETE": Code(401, "Not all security challenges were answered."),
    "QUESTION_NOT_FOUND": Code(401, "The institution asked a question that has no stored answer."),
    "UNKNOWN_CHALLENGE_KEY": Code(401, "The answer given belongs to another security challenge."),
    "RETRY_LATER": Code(401, "The institution could not be reached. Retry later."),
    "BANK_MAINTENANCE_RETRY_LATER": Code(401, "The institution is under maintenance."),
    "TOO_MANY_REQUESTS": Code(401, "Too many requests. Slow down."),
    "CONCURRENT_SESSION": Code(401, "Another session is already opened with this LoginId."),
    "ALREADY_AUTHORIZED": Code(400, "The session is already authorized."),
    "DISABLED_LOGIN": Code(401, "The institution has deactivated this access."),
    "NEW_ACCOUNT": Code(401, "The account holder must act in online banking first."),
    "DISABLED_INSTITUTION": Code(405, "The institution is not available at the moment."),
    "AGGREGATION_ERROR": Code(500, "An unexpected error occurred."),
    "NO_TRANSACTION": Code(400, "The account does not have enough transactions."),
    "METHOD_NOT_AVAILABLE": Code(
        401, "The requested API is not currently enabled in your instance."
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
