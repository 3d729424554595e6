"""What a browser may see: no LoginId, no RequestId, no account id."""

from datetime import UTC, datetime
from typing import Any

from demo.connections import BankConnection
from demo.reconnect_api import ConnectUrl, Link, Problem, Refresh


def list_view(connections: list[dict[str, Any]], *, api_origin: str) -> dict[str, Any]:
    """Return all cards, and the origin that the callback page will speak from."""
    return {"now": _now(), "apiOrigin": api_origin, "connections": connections}


def connection_view(connection: BankConnection) -> dict[str, Any]:
    """Return one card, with the time here, for the page counts down by it."""
    return {
        "now": _now(),
        "reference": connection.reference,
        "label": connection.label,
        "bank": connection.bank,
        "hint": connection.hint,
        "accounts": [
            {"title": each.title, "lastFour": each.last_four} for each in connection.chosen
        ],
        "updatedAt": connection.updated_at,
        "refresh": _refresh_view(connection.refresh) if connection.refresh else None,
    }


def connect_view(issued: ConnectUrl) -> dict[str, Any]:
    """Return where the iframe goes. This one address carries Flinks' ids; it is shown once."""
    return {
        "now": _now(),
        "url": issued["url"],
        "origin": issued["origin"],
        "answerBy": issued["requestIdExpiresAt"],
    }


def sent_view(connection: BankConnection, link: Link) -> dict[str, Any]:
    """Return the message that was sent, this once: its address is the person's way in."""
    message = {"url": link["url"], "expiresAt": link["expiresAt"]}
    return {"connection": connection_view(connection), "message": message}


def problem_view(problem: Problem) -> dict[str, Any]:
    """Return what the page needs to choose its words; the API's prose stays here."""
    return {
        "status": problem.status,
        "code": problem.code,
        "owner": problem.owner,
        "nextAction": problem.next_action,
        "retryAt": problem.retry_at,
    }


def _refresh_view(refresh: Refresh) -> dict[str, Any]:
    attempt, link, error = refresh["attempt"], refresh["link"], refresh["error"]
    return {
        "id": refresh["id"],
        "supportCode": _support_code(refresh["id"]),
        "status": refresh["status"],
        "nextAction": refresh["nextAction"],
        "retryAt": refresh["retryAt"],
        "attempt": attempt["number"] if attempt else 0,
        "answerBy": attempt["expiresAt"] if attempt else None,
        "link": link and {"state": link["state"], "expiresAt": link["expiresAt"]},
        "error": error and {"code": error["code"], "owner": error["owner"]},
        "expiresAt": refresh["expiresAt"],
        "completedAt": refresh["completedAt"],
    }


def _support_code(refresh_id: str) -> str:
    """Return what a person mentions to support: the end of the id, as the hosted page shows it."""
    return f"{refresh_id[-8:-4]}-{refresh_id[-4:]}".upper()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
