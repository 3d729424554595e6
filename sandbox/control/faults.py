"""Reading a fault."""

from typing import Any

from ..faults import Fault
from ..institutions import find_institution
from ..world import World
from .body import ControlBody, ControlError

LONGEST_WAIT = 300
LONGEST_VIRTUAL_WAIT = 10_000_000


def create_fault(world: World, body: ControlBody) -> Fault:
    """Let something go wrong on the next calls that fit."""
    virtual = body.flag("virtual", True)
    institution = body.take("institution", str)
    bank = find_institution(institution) if institution else None
    if institution and bank is None:
        raise ControlError("no such institution")
    fault = Fault(
        id=f"fault-{world.guids()[:8]}",
        endpoint=body.take("endpoint", str) or "*",
        login_id=_lower(body.take("loginId", str)),
        institution=bank.id if bank else None,
        times=body.count("times", 1, 1_000_000),
        status=_status(body),
        flinks_code=body.take("flinksCode", str),
        message=body.take("message", str),
        headers=_headers(body),
        latency_seconds=body.seconds(
            "latencySeconds", 0, LONGEST_VIRTUAL_WAIT if virtual else LONGEST_WAIT
        ),
        virtual=virtual,
        drop_before=body.flag("dropBefore"),
        drop_after=body.flag("dropAfter"),
        truncate=body.flag("truncate"),
        html=body.take("html", str),
        slow_drip=body.flag("slowDrip"),
    )
    body.done()
    world.faults.waiting.append(fault)
    return fault


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None


def _status(body: ControlBody) -> int | None:
    status = body.take("status", int)
    if status is not None and not 200 <= status <= 599:
        raise ControlError("status must lie between 200 and 599")
    return status


def _headers(body: ControlBody) -> dict[str, str] | None:
    headers = body.take("headers", dict)
    if headers is None:
        return None
    for name, value in headers.items():
        if not (isinstance(value, str) and _plain(name) and _plain(value)):
            raise ControlError("headers must map names to plain ASCII strings")
    return headers


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and bool(text) and ":" not in text[:1]


def fault_view(fault: Fault) -> dict[str, Any]:
    """Show a fault that waits."""
    return {
        "id": fault.id,
        "endpoint": fault.endpoint,
        "loginId": fault.login_id,
        "institution": fault.institution,
        "times": fault.times,
        "status": fault.status,
        "flinksCode": fault.flinks_code,
        "latencySeconds": fault.latency_seconds,
        "virtual": fault.virtual,
        "dropBefore": fault.drop_before,
        "dropAfter": fault.drop_after,
        "truncate": fault.truncate,
        "html": fault.html is not None,
        "slowDrip": fault.slow_drip,
    }
