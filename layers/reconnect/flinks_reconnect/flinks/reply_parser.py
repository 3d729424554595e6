"""What Flinks' answers mean, in the domain's words (rule R8).

The body's `HttpStatusCode` decides 200, 202 and 203; then `FlinksCode`, then `Message`. The HTTP
status stands in only where the body has none and its shape agrees.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsAnswer,
    AccountsCollected,
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    Institution,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.flinks.codes import RUNNING, SUCCESS, Endpoint, error_code_of
from flinks_reconnect.flinks.exchange import Exchanged, Lost, Oversized, Received, Unsent
from flinks_reconnect.flinks.wire import FlinksReply, read_reply

_UNRECOGNISED: Final = Refused(code=ErrorCode.UNRECOGNISED)
_NAMELESS: Final = OutcomeUnknown(why="an answer without the ids that belong to it")
"""The bank may have been called, and it is not told under which name (rule R14)."""
_THROTTLED: Final = 429
_PASSING: Final = frozenset({408, 409, 425})
"""Statuses of HTTP itself that say "not now" of the exchange and nothing of what it was about."""


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """An answer as far as it could be read."""

    status: int
    reply: FlinksReply | None
    """None: no JSON object, such as a gateway's HTML page or half a body."""


type Outcome = ParsedReply | Oversized | Lost | Unsent


class Standing(Enum):
    """Where an answer says that things stand."""

    DONE = auto()
    CHALLENGED = auto()
    RUNNING = auto()
    REFUSED = auto()


def parse(exchanged: Exchanged) -> Outcome:
    """Read the body of a whole answer."""
    if isinstance(exchanged, Received):
        return ParsedReply(exchanged.status, read_reply(exchanged.body))
    return exchanged


def standing(reply: FlinksReply, http_status: int) -> Standing:
    """Return where the body says that things stand.

    A 203 that only the HTTP status claims must bring challenges: proxies make 203 of 200 when
    they touch a body. The body's own 203 is believed without them, since the widget fetches
    them itself and a person may already have been sent a code.
    """
    status = reply.http_status_code or http_status
    if status == 202 or reply.flinks_code in RUNNING:
        return Standing.RUNNING
    if status == 203 and (reply.http_status_code or reply.security_challenges):
        return Standing.CHALLENGED
    if status == 200 and reply.flinks_code in SUCCESS | {None}:
        return Standing.DONE
    return Standing.REFUSED


def refusal(
    reply: FlinksReply | None, http_status: int, endpoint: Endpoint
) -> Refused | OutcomeUnknown:
    """Return what an answer means that is no success.

    Without a code, 429 throttles, and what passes or is a success without its marks leaves open
    whether the call had its effect; a body that says 2xx and brings a code of code contradicts
    itself and is not understood.
    """
    status = _said(reply, http_status)
    if reply is None or reply.flinks_code is None:
        if _THROTTLED in {http_status, status}:
            return Refused(code=ErrorCode.THROTTLED)
        if reply is None or _passes(status) or 200 <= status < 300:
            return OutcomeUnknown(why=f"HTTP {http_status} without a FlinksCode")
    if reply.http_status_code is not None and 200 <= reply.http_status_code < 300:
        return _UNRECOGNISED
    code = error_code_of(endpoint, reply.flinks_code, reply.message)
    return Refused(code=code, request_id=_request_id(reply))


def authorize_answer(
    outcome: Outcome, endpoint: Endpoint, asked: LoginId | None
) -> AuthorizeAnswer:
    """Return what an answer of `/Authorize` or `/AuthorizeAsync` means.

    `asked`: the LoginId that was sent. GUIDs have no case, so an answer for the same login names
    it in our spelling.
    """
    match outcome:
        case Unsent(why=why):
            return NotSent(why=why)
        case Lost(why=why):
            return OutcomeUnknown(why=why)
        case Oversized(status=status):
            return OutcomeUnknown(why=f"HTTP {status} with a body above the limit")
        case ParsedReply(reply=reply, status=status):
            return _authorize_heard(reply, status, endpoint, asked)


def accounts_answer(outcome: Outcome, endpoint: Endpoint, asked: RequestId) -> AccountsAnswer:
    """Return what an answer of `/GetAccountsDetail` or its polling arm means.

    `asked`: the RequestId that was sent; an answer for another one is not ours to take.
    """
    match outcome:
        case Unsent(why=why):
            return NotSent(why=why)
        case Lost(why=why):
            return OutcomeUnknown(why=why)
        case Oversized():
            return _UNRECOGNISED
        case ParsedReply(reply=reply, status=status):
            return _accounts_heard(reply, status, endpoint, asked)


def refuses_keys(outcome: Outcome, endpoint: Endpoint) -> bool:
    """Whether Flinks refused our keys, before it did anything."""
    if not isinstance(outcome, ParsedReply) or outcome.reply is None:
        return False
    if standing(outcome.reply, outcome.status) is not Standing.REFUSED:
        return False
    answer = refusal(outcome.reply, outcome.status, endpoint)
    return isinstance(answer, Refused) and answer.code is ErrorCode.ACCESS_REFUSED


def success_of(outcome: Outcome) -> FlinksReply | None:
    """Return the reply of a success, or None."""
    if not isinstance(outcome, ParsedReply) or outcome.reply is None:
        return None
    done = standing(outcome.reply, outcome.status) is Standing.DONE
    return outcome.reply if done else None


def why_no_token(outcome: Outcome) -> ErrorCode:
    """Return why minting brought no token.

    It touches no bank, so a lost answer costs nothing and may simply be tried again.
    """
    if not isinstance(outcome, ParsedReply):
        return ErrorCode.FLINKS_UNAVAILABLE
    answer = refusal(outcome.reply, outcome.status, Endpoint.MINT)
    if isinstance(answer, Refused):
        return answer.code
    passes = _passes(_said(outcome.reply, outcome.status))
    return ErrorCode.FLINKS_UNAVAILABLE if passes else ErrorCode.UNRECOGNISED


def why_not_deleted(outcome: Outcome) -> ErrorCode | None:
    """Return why a login is not known to be deleted; None: it is gone, or was gone before."""
    if not isinstance(outcome, ParsedReply):
        return ErrorCode.FLINKS_UNAVAILABLE
    if outcome.reply is not None:
        match standing(outcome.reply, outcome.status):
            case Standing.DONE if outcome.reply.http_status_code or outcome.reply.message:
                return None
            case Standing.RUNNING:
                return ErrorCode.STILL_IN_USE
            case Standing.DONE | Standing.CHALLENGED:
                return ErrorCode.UNRECOGNISED
    answer = refusal(outcome.reply, outcome.status, Endpoint.DELETE)
    if isinstance(answer, Refused):
        return None if answer.code is ErrorCode.LOGIN_UNKNOWN else answer.code
    passes = _passes(_said(outcome.reply, outcome.status))
    return ErrorCode.FLINKS_UNAVAILABLE if passes else ErrorCode.UNRECOGNISED


def institution_of(reply: FlinksReply) -> Institution:
    """Return the bank, as far as it is named; an id of zero names none."""
    known = reply.institution_id if reply.institution_id != "0" else None
    return Institution(id=known, name=reply.institution_name or reply.institution)


def _authorize_heard(
    reply: FlinksReply | None, status: int, endpoint: Endpoint, asked: LoginId | None
) -> AuthorizeAnswer:
    if reply is None:
        return refusal(reply, status, endpoint)
    match standing(reply, status):
        case Standing.DONE:
            return _authorized(reply, asked)
        case Standing.CHALLENGED:
            request_id = _request_id(reply)
            return ChallengeAsked(request_id=request_id) if request_id else _NAMELESS
        case Standing.RUNNING:
            return StillRunning(request_id=_request_id(reply))
        case Standing.REFUSED:
            return refusal(reply, status, endpoint)


def _authorized(reply: FlinksReply, asked: LoginId | None) -> Authorized | OutcomeUnknown:
    request_id, login_id = _request_id(reply), reply.login.id
    if request_id is None or login_id is None:
        return _NAMELESS
    if asked is not None and login_id.lower() == asked.lower():
        login_id = asked
    return Authorized(
        request_id=request_id,
        login_id=LoginId(login_id),
        last_refresh=reply.login.last_refresh,
        institution=institution_of(reply),
    )


def _accounts_heard(
    reply: FlinksReply | None, status: int, endpoint: Endpoint, asked: RequestId
) -> AccountsAnswer:
    if reply is None:
        return refusal(reply, status, endpoint)
    match standing(reply, status):
        case Standing.DONE:
            return _collected(reply, asked)
        case Standing.CHALLENGED:
            return Refused(code=ErrorCode.NOT_YET_AUTHORIZED, request_id=_request_id(reply))
        case Standing.RUNNING:
            return StillCollecting()
        case Standing.REFUSED:
            return refusal(reply, status, endpoint)


def _collected(reply: FlinksReply, asked: RequestId) -> AccountsCollected | OutcomeUnknown:
    """A partial answer, or one about another session, ends nothing (rule R14)."""
    named = reply.request_id or asked
    if reply.login.id is None or reply.accounts is None or named.lower() != asked.lower():
        return OutcomeUnknown(why="a success without the data of this session")
    return AccountsCollected(
        request_id=asked,
        login_id=LoginId(reply.login.id),
        last_refresh=reply.login.last_refresh,
        accounts=reply.accounts,
        misshapen=reply.misshapen,
        institution=institution_of(reply),
    )


def _request_id(reply: FlinksReply) -> RequestId | None:
    return RequestId(reply.request_id) if reply.request_id else None


def _said(reply: FlinksReply | None, http_status: int) -> int:
    return (reply and reply.http_status_code) or http_status


def _passes(status: int) -> bool:
    return status >= 500 or status in _PASSING
