"""`GET /connections` and `DELETE /connections`: what is sought or erased stands in the query."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from flinks_reconnect.api.connections import connection_view
from flinks_reconnect.api.edge.problems import ProblemError, invalid, timestamp
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response
from flinks_reconnect.api.refreshes import when
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import ConnectionId, is_connection_id, read_support_code
from flinks_reconnect.usecases.erase_reference import EraseReference, Receipt
from flinks_reconnect.usecases.find_connections import FindConnections, Sought

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.connections import (
        ErasedAnswer,
        FoundConnectionsAnswer,
        ReceiptAnswer,
    )

REFERENCE: Final = re.compile(r"[\x21-\x7e]{1,64}")
_INSTITUTION: Final = re.compile(r"[0-9]{1,9}")
_NAMED: Final = frozenset({"reference", "supportCode", "health"})
_ONE_OF: Final = FieldError(
    "query", "must hold reference, supportCode or health=reconnect_required"
)


def found(request: Request, find: FindConnections, clocks: Clocks, now: datetime) -> Response:
    """Answer 200 with a page of the connections that are sought; raises a 422 problem."""
    sought, after = _sought(request)
    page = find(sought, limit=request.limit, after=after)
    items = [connection_view(each, clocks, now) for each in page.connections]
    answer: FoundConnectionsAnswer = {"items": items, "next": page.next}
    return json_response(200, answer)


def erased(request: Request, erase: EraseReference) -> Response:
    """Answer 200 with a receipt; what is not erased yet is in it. Raises a 4xx problem."""
    request.empty()
    reference = _reference(request.query("reference"))
    if reference is None:
        raise ProblemError(invalid(FieldError("reference", "is required")))
    return json_response(200, receipt_view(reference, erase(reference)))


def receipt_view(reference: str, receipt: Receipt) -> "ReceiptAnswer":
    """Return what was erased of a reference; neither a LoginId nor an account is in it."""
    lines: list[ErasedAnswer] = [
        {"id": each.id, "outcome": each.outcome, "closedAt": when(each.closed_at)}
        for each in receipt.connections
    ]
    return {
        "reference": reference,
        "at": timestamp(receipt.at),
        "complete": receipt.is_complete,
        "connections": lines,
    }


def _sought(request: Request) -> tuple[Sought, ConnectionId | None]:
    asked = {each: request.query(each) for each in _NAMED}
    if not any(asked.values()):
        raise ProblemError(invalid(_ONE_OF))
    sought = Sought(
        reference=_reference(asked["reference"]),
        code=_code(asked["supportCode"]),
        is_broken=_is_broken(asked["health"]),
        institution_id=_institution(request.query("institutionId")),
    )
    return sought, _after(request.query("after"))


def _reference(text: str | None) -> str | None:
    if text is not None and not REFERENCE.fullmatch(text):
        _wrong("reference", "must be 1 to 64 printable ASCII characters without spaces")
    return text


def _code(text: str | None) -> str | None:
    code = read_support_code(text) if text is not None else None
    if text is not None and code is None:
        _wrong("supportCode", "must be eight letters and digits 2 to 7, as the page shows them")
    return code


def _is_broken(text: str | None) -> bool:
    if text not in {None, Health.RECONNECT_REQUIRED.value}:
        _wrong("health", "must be reconnect_required, the only health that an index holds")
    return text is not None


def _institution(text: str | None) -> str | None:
    if text is not None and not _INSTITUTION.fullmatch(text):
        _wrong("institutionId", "must be 1 to 9 digits")
    return text


def _after(text: str | None) -> ConnectionId | None:
    if text is not None and not is_connection_id(text):
        _wrong("after", "must be the `next` of an earlier page")
    return ConnectionId(text) if text is not None else None


def _wrong(field: str, message: str) -> None:
    raise ProblemError(invalid(FieldError(field, message)))
