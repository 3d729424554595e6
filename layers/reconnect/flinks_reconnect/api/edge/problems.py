"""Everything that can be answered with an error, as `application/problem+json` (RFC 9457).

A problem names a stable code, who must act, what next, and when. It never echoes a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flinks_reconnect.domain.errors import FieldError, NextAction, Owner

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.problems import FieldErrorAnswer, WrongFields

CONTENT_TYPE: Final = "application/problem+json"
PAGE: Final = "docs/errors.md"
"""Where every code is explained, in the repository that this was deployed from."""
_NOBODY: Final = NextAction.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One error answer."""

    status: int
    code: str
    title: str
    owner: Owner = Owner.OPERATOR
    next_action: NextAction = _NOBODY
    retry_at: datetime | None = None
    more: tuple[tuple[str, Any], ...] = ()

    def body(self) -> dict[str, Any]:
        """Return the JSON object."""
        fields: dict[str, Any] = {
            "type": f"{PAGE}#{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "owner": self.owner.value,
            "nextAction": self.next_action.value,
        }
        if self.retry_at is not None:
            fields["retryAt"] = timestamp(self.retry_at)
        return fields | dict(self.more)


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem."""
        super().__init__(problem.code)
        self.problem = problem


def timestamp(instant: datetime) -> str:
    """Return the instant as RFC 3339 with milliseconds."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def invalid(*wrong: FieldError) -> Problem:
    """Return the problem of a request with these fields missing, unknown or not valid."""
    return Problem(
        status=422,
        code="invalid_request",
        title="The request has fields that are missing, unknown or not valid.",
        more=tuple(wrong_view(wrong).items()),
    )


def wrong_view(wrong: Sequence[FieldError]) -> "WrongFields":
    """Return which fields are wrong, and of each what."""
    return {
        "fields": sorted({each.top for each in wrong}),
        "errors": [_field_error(each) for each in wrong],
    }


def _field_error(wrong: FieldError) -> "FieldErrorAnswer":
    answer: FieldErrorAnswer = {"field": wrong.field, "message": wrong.message}
    if wrong.nearest:
        answer["nearest"] = wrong.nearest
    return answer


def _selected_accounts(message: str) -> tuple[tuple[str, Any], ...]:
    return tuple(wrong_view([FieldError("selectedAccounts", message)]).items())


NOT_FOUND: Final = Problem(status=404, code="not_found", title="There is no such refresh.")
CONNECTION_NOT_FOUND: Final = Problem(
    status=404, code="connection_not_found", title="There is no such connection."
)
BROKEN: Final = Problem(
    status=500,
    code="internal_error",
    title="Something broke on our side; nothing was lost.",
    next_action=NextAction.CONTACT_SUPPORT,
)
UNAVAILABLE: Final = Problem(
    status=503,
    code="unavailable",
    title="A part that this request needs cannot be reached; try again.",
    next_action=NextAction.WAIT,
)
BUSY: Final = Problem(
    status=409,
    code="busy",
    title="Too many writers at once; try again.",
    owner=Owner.OPERATOR,
    next_action=NextAction.WAIT,
)
KEY_REUSED: Final = Problem(
    status=422,
    code="idempotency_key_reused",
    title="This Idempotency-Key came before, with another body.",
)
SELECTION_REQUIRED: Final = Problem(
    status=422,
    code="selection_required",
    title='The first start of a connection needs selectedAccounts: a list of ids, or "all".',
    more=_selected_accounts("is required at the first start: 'all' or a list"),
)
SELECTION_DIFFERS: Final = Problem(
    status=422,
    code="selection_differs",
    title="selectedAccounts differs from the stored selection; a start never changes it.",
    more=_selected_accounts("must be left out, or be exactly what is stored"),
)
OTHER_SESSION_OPEN: Final = Problem(
    status=409,
    code="other_session_open",
    title="This connection is already being refreshed under another session.",
    next_action=NextAction.WAIT,
)
ALREADY_SETTLED: Final = Problem(
    status=409, code="already_settled", title="The refresh has already ended otherwise."
)
ACCOUNTS_NOT_YET: Final = Problem(
    status=409,
    code="accounts_not_ready",
    title="The accounts of this refresh are not there yet.",
    next_action=NextAction.WAIT,
)
ACCOUNTS_GONE: Final = Problem(
    status=410,
    code="accounts_gone",
    title="This refresh has no accounts to read any more.",
    next_action=NextAction.START_NEW_SESSION,
)
CONNECTION_CLOSED: Final = Problem(
    status=410,
    code="connection_closed",
    title="The person has stopped sharing this login.",
    owner=Owner.USER,
    next_action=NextAction.START_NEW_SESSION,
)
STILL_IN_USE: Final = Problem(
    status=409,
    code="still_in_use",
    title="Flinks is still working on this login; try again.",
    owner=Owner.FLINKS,
    next_action=NextAction.WAIT,
)
LOGIN_NOT_PROVEN: Final = Problem(
    status=409,
    code="login_not_proven",
    title="The adopted session has not shown yet which login it is of.",
    next_action=NextAction.WAIT,
)
TOO_MANY_LINKS: Final = Problem(
    status=429,
    code="too_many_links",
    title="This refresh has had as many links as one may have; cancel it and start another.",
    next_action=NextAction.START_NEW_SESSION,
)
NO_LINK: Final = Problem(
    status=400,
    code="invalid_link",
    title="This is no link of ours, or not the whole of one.",
    owner=Owner.USER,
    next_action=NextAction.START_NEW_SESSION,
)
LINK_GONE: Final = Problem(
    status=410,
    code="link_gone",
    title="This link opens nothing any more; ask for a new one.",
    owner=Owner.USER,
    next_action=NextAction.START_NEW_SESSION,
)
LINK_REPLACED: Final = replace(LINK_GONE, more=(("reason", "replaced"),))
VISIT_OVER: Final = Problem(
    status=401,
    code="visit_over",
    title="This visit is over; open the link again.",
    owner=Owner.USER,
    next_action=NextAction.OPEN_LINK,
)
NO_SUCH_ROUTE: Final = Problem(
    status=403,
    code="forbidden",
    title="There is no such route or the call is not signed. / Cette adresse n’existe pas.",
)
ORIGIN_NOT_ALLOWED: Final = Problem(
    status=403,
    code="origin_not_allowed",
    title="Pages of this origin may not call; see the parameter EmbedOrigins.",
)
