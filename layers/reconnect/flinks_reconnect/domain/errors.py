"""Everything that can go wrong with a refresh: who must act, what next, may we retry.

The foreign codes that lead here stay in `flinks/codes.py`; this table is what callers see.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Owner(StrEnum):
    """Who must act."""

    USER = "user"
    BANK = "bank"
    FLINKS = "flinks"
    OPERATOR = "operator"


class NextAction(StrEnum):
    """What the caller does next."""

    NONE = "none"
    WAIT = "wait"
    OPEN_IFRAME = "open_iframe"
    OPEN_LINK = "open_link"
    START_AGAIN = "start_again"
    START_NEW_SESSION = "start_new_session"
    CONTACT_BANK = "contact_bank"
    CONTACT_SUPPORT = "contact_support"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request. It never holds the value, nor a made-up name."""

    field: str
    """Where: a name of ours, as in `accountsOptions.withKyc` or `selectedAccounts[2]`."""
    message: str
    nearest: str | None = None
    """For a name that is not known: the known one that is most like it."""

    @property
    def top(self) -> str:
        """Return the field of the body that holds it."""
        return self.field.partition(".")[0].partition("[")[0]


class Reaction(StrEnum):
    """What a refresh does when a live bank login meets this trouble."""

    SIGN_IN = "sign_in"
    """Stored credentials are of no use: the person signs in again in Flinks Connect."""
    BACK_OFF = "back_off"
    """Not the person's fault: try again later, within rule R1."""
    WAIT_OUT = "wait_out"
    """Another session may be alive: wait until it cannot be; no attempt is consumed."""
    START_OVER = "start_over"
    """This attempt is lost: a human act starts the next one."""
    SEND_ANEW = "send_anew"
    """The call was refused before it did anything: once more, as a new attempt."""
    PROBE = "probe"
    """What became of the call is unknown: ask with cached calls until the fence."""
    FAIL = "fail"
    """Nothing we can do helps."""


class ErrorCode(StrEnum):
    """What went wrong, as a stable code of ours."""

    CREDENTIALS_REJECTED = "credentials_rejected"
    LOGIN_UNKNOWN = "login_unknown"
    QUESTION_UNANSWERED = "question_unanswered"
    MFA_REJECTED = "mfa_rejected"
    BANK_NEEDS_PERSON = "bank_needs_person"
    BANK_UNAVAILABLE = "bank_unavailable"
    BANK_DISABLED = "bank_disabled"
    FLINKS_UNAVAILABLE = "flinks_unavailable"
    THROTTLED = "throttled"
    STILL_IN_USE = "still_in_use"
    SESSION_CONCURRENT = "session_concurrent"
    EARLIER_SESSION_OPEN = "earlier_session_open"
    SESSION_GONE = "session_gone"
    NOT_YET_AUTHORIZED = "not_yet_authorized"
    ALREADY_AUTHORIZED = "already_authorized"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code, not a secret
    ACCESS_REFUSED = "access_refused"
    REQUEST_REFUSED = "request_refused"
    NOT_ENABLED = "not_enabled"
    UNRECOGNISED = "unrecognised_answer"
    OUTCOME_UNKNOWN = "outcome_unknown"
    ATTEMPT_EXPIRED = "attempt_expired"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    MFA_SESSION_LOST = "mfa_session_lost"
    ASKED_TOO_LONG_AGO = "asked_too_long_ago"
    DECLINED = "declined"
    DATA_STALE = "data_stale"
    NO_ACCOUNTS_YET = "no_accounts_yet"
    DATA_TIMEOUT = "data_timeout"
    ACCOUNTS_VANISHED = "accounts_vanished"
    IDENTITY_MISMATCH = "identity_mismatch"
    REFRESH_EXPIRED = "refresh_expired"
    CONNECTION_CLOSED = "connection_closed"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Who must act on a trouble, what helps, and how soon a machine may try again."""

    owner: Owner
    reaction: Reaction
    next_action: NextAction
    message: str
    delay: timedelta = timedelta(0)
    counts: bool = False
    """Whether the bank may have bothered the person, so that the attempt counts."""
    leaves_session: bool = False
    """Whether a session may still be alive at the bank although the call ended."""


_SOON, _LATER, _HOURS = timedelta(seconds=30), timedelta(seconds=60), timedelta(hours=1)
_U, _B, _F, _O = Owner.USER, Owner.BANK, Owner.FLINKS, Owner.OPERATOR
_R, _N = Reaction, NextAction

REMEDIES: Final[dict[ErrorCode, Remedy]] = {
    ErrorCode.CREDENTIALS_REJECTED: Remedy(
        _U, _R.SIGN_IN, _N.OPEN_IFRAME, "The bank no longer accepts the stored sign-in."
    ),
    ErrorCode.LOGIN_UNKNOWN: Remedy(
        _U, _R.SIGN_IN, _N.OPEN_IFRAME, "Flinks does not know this login on this instance."
    ),
    ErrorCode.QUESTION_UNANSWERED: Remedy(
        _U, _R.SIGN_IN, _N.OPEN_IFRAME, "The bank asks a question that has no stored answer."
    ),
    ErrorCode.MFA_REJECTED: Remedy(
        _U,
        _R.START_OVER,
        _N.START_AGAIN,
        "The bank did not accept the security answer.",
        counts=True,
    ),
    ErrorCode.BANK_NEEDS_PERSON: Remedy(
        _U, _R.FAIL, _N.CONTACT_BANK, "The bank asks the person to act in online banking first."
    ),
    ErrorCode.BANK_UNAVAILABLE: Remedy(
        _B, _R.BACK_OFF, _N.WAIT, "The bank cannot be reached right now.", _LATER
    ),
    ErrorCode.BANK_DISABLED: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks has paused this bank.", _HOURS
    ),
    ErrorCode.FLINKS_UNAVAILABLE: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks cannot answer right now.", _SOON
    ),
    ErrorCode.THROTTLED: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks asks for fewer requests.", _LATER
    ),
    ErrorCode.STILL_IN_USE: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks is still working on this login.", _SOON
    ),
    ErrorCode.SESSION_CONCURRENT: Remedy(
        _F, _R.WAIT_OUT, _N.WAIT, "Another session of this login is open."
    ),
    ErrorCode.EARLIER_SESSION_OPEN: Remedy(
        _U,
        _R.START_OVER,
        _N.START_AGAIN,
        "An earlier session that we opened at the bank may still be open.",
    ),
    ErrorCode.SESSION_GONE: Remedy(
        _U, _R.START_OVER, _N.START_AGAIN, "The session ended before it was answered."
    ),
    ErrorCode.NOT_YET_AUTHORIZED: Remedy(
        _U, _R.START_OVER, _N.START_AGAIN, "The bank still waits for an answer."
    ),
    ErrorCode.ALREADY_AUTHORIZED: Remedy(
        _F,
        _R.PROBE,
        _N.WAIT,
        "Flinks says that the session is already open.",
        counts=True,
        leaves_session=True,
    ),
    ErrorCode.TOKEN_REFUSED: Remedy(
        _O, _R.SEND_ANEW, _N.CONTACT_SUPPORT, "Flinks refused a fresh authorize token."
    ),
    ErrorCode.ACCESS_REFUSED: Remedy(
        _O, _R.FAIL, _N.CONTACT_SUPPORT, "Flinks refused the service's keys."
    ),
    ErrorCode.REQUEST_REFUSED: Remedy(
        _O, _R.FAIL, _N.CONTACT_SUPPORT, "Flinks could not read the service's request."
    ),
    ErrorCode.NOT_ENABLED: Remedy(
        _O, _R.FAIL, _N.CONTACT_SUPPORT, "Flinks has not switched this feature on."
    ),
    ErrorCode.UNRECOGNISED: Remedy(
        _O,
        _R.FAIL,
        _N.CONTACT_SUPPORT,
        "Flinks gave an answer that needs a look.",
        counts=True,
        leaves_session=True,
    ),
    ErrorCode.OUTCOME_UNKNOWN: Remedy(
        _F,
        _R.PROBE,
        _N.WAIT,
        "The bank's answer was lost; the person may already have been sent a code.",
        counts=True,
        leaves_session=True,
    ),
    ErrorCode.ATTEMPT_EXPIRED: Remedy(
        _U, _R.START_OVER, _N.START_AGAIN, "The bank's question was not answered in time."
    ),
    ErrorCode.ATTEMPTS_EXHAUSTED: Remedy(
        _U, _R.START_OVER, _N.START_AGAIN, "The bank was asked often enough for today."
    ),
    ErrorCode.MFA_SESSION_LOST: Remedy(
        _F,
        _R.START_OVER,
        _N.START_AGAIN,
        "The bank asked a question that was lost; a code may already have been sent.",
    ),
    ErrorCode.ASKED_TOO_LONG_AGO: Remedy(
        _F, _R.START_OVER, _N.START_AGAIN, "The person asked too long ago to call the bank now."
    ),
    ErrorCode.DECLINED: Remedy(
        _U, _R.START_OVER, _N.START_AGAIN, "The person declined; nothing has changed."
    ),
    ErrorCode.DATA_STALE: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks still returns older data than was asked for.", _SOON
    ),
    ErrorCode.NO_ACCOUNTS_YET: Remedy(
        _F, _R.BACK_OFF, _N.WAIT, "Flinks returns no accounts yet.", _SOON
    ),
    ErrorCode.DATA_TIMEOUT: Remedy(
        _F, _R.FAIL, _N.START_NEW_SESSION, "Flinks did not finish collecting in time."
    ),
    ErrorCode.ACCOUNTS_VANISHED: Remedy(
        _U, _R.FAIL, _N.CONTACT_SUPPORT, "None of the chosen accounts exists any more."
    ),
    ErrorCode.IDENTITY_MISMATCH: Remedy(
        _U, _R.FAIL, _N.CONTACT_SUPPORT, "The sign-in belongs to another login."
    ),
    ErrorCode.REFRESH_EXPIRED: Remedy(
        _U, _R.FAIL, _N.START_NEW_SESSION, "Nobody answered before the refresh expired."
    ),
    ErrorCode.CONNECTION_CLOSED: Remedy(
        _U, _R.FAIL, _N.START_NEW_SESSION, "The person has stopped sharing this login."
    ),
}


class Concern(StrEnum):
    """What an answer speaks about; it concludes nothing of anything else (rule R14)."""

    ASKING = "asking"
    """This call got nowhere, for our reasons, Flinks' or the bank's: neither session nor login
    is any better known than before."""
    SESSION = "session"
    """One session or one attempt: how it stands, or how it ended. The login may be well."""
    LOGIN = "login"
    """The stored login itself, or what belongs to it: true of every session of it."""


CONCERNS: Final[dict[ErrorCode, Concern]] = {
    ErrorCode.CREDENTIALS_REJECTED: Concern.LOGIN,
    ErrorCode.LOGIN_UNKNOWN: Concern.LOGIN,
    ErrorCode.QUESTION_UNANSWERED: Concern.LOGIN,
    ErrorCode.MFA_REJECTED: Concern.SESSION,
    ErrorCode.BANK_NEEDS_PERSON: Concern.LOGIN,
    ErrorCode.BANK_UNAVAILABLE: Concern.ASKING,
    ErrorCode.BANK_DISABLED: Concern.ASKING,
    ErrorCode.FLINKS_UNAVAILABLE: Concern.ASKING,
    ErrorCode.THROTTLED: Concern.ASKING,
    ErrorCode.STILL_IN_USE: Concern.SESSION,
    ErrorCode.SESSION_CONCURRENT: Concern.SESSION,
    ErrorCode.EARLIER_SESSION_OPEN: Concern.SESSION,
    ErrorCode.SESSION_GONE: Concern.SESSION,
    ErrorCode.NOT_YET_AUTHORIZED: Concern.SESSION,
    ErrorCode.ALREADY_AUTHORIZED: Concern.SESSION,
    ErrorCode.TOKEN_REFUSED: Concern.ASKING,
    ErrorCode.ACCESS_REFUSED: Concern.ASKING,
    ErrorCode.REQUEST_REFUSED: Concern.ASKING,
    ErrorCode.NOT_ENABLED: Concern.ASKING,
    ErrorCode.UNRECOGNISED: Concern.ASKING,
    ErrorCode.OUTCOME_UNKNOWN: Concern.ASKING,
    ErrorCode.ATTEMPT_EXPIRED: Concern.SESSION,
    ErrorCode.ATTEMPTS_EXHAUSTED: Concern.ASKING,
    ErrorCode.MFA_SESSION_LOST: Concern.SESSION,
    ErrorCode.ASKED_TOO_LONG_AGO: Concern.ASKING,
    ErrorCode.DECLINED: Concern.SESSION,
    ErrorCode.DATA_STALE: Concern.ASKING,
    ErrorCode.NO_ACCOUNTS_YET: Concern.ASKING,
    ErrorCode.DATA_TIMEOUT: Concern.SESSION,
    ErrorCode.ACCOUNTS_VANISHED: Concern.LOGIN,
    ErrorCode.IDENTITY_MISMATCH: Concern.SESSION,
    ErrorCode.REFRESH_EXPIRED: Concern.SESSION,
    ErrorCode.CONNECTION_CLOSED: Concern.LOGIN,
}
