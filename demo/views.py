"""What a browser may see: no LoginId, no RequestId, no account id."""

from datetime import UTC, datetime
from typing import Any

from flinks_reconnect_client import IframeUrl, Link, Problem, Refresh

from demo.connections import BankConnection, timestamp


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
        "isBroken": connection.is_broken,
        "refresh": _refresh_view(connection.refresh) if connection.refresh else None,
    }


def connect_view(issued: IframeUrl) -> dict[str, Any]:
    """Return where the iframe goes. This one address carries Flinks' ids; it is shown once."""
    return {
        "now": _now(),
        "url": issued.url,
        "origin": issued.origin,
        "answerBy": _told(issued.request_id_expires_at),
    }


def sent_view(connection: BankConnection, link: Link) -> dict[str, Any]:
    """Return the message that was sent, this once: its address is the person's way in."""
    message = {"url": link.url, "expiresAt": timestamp(link.expires_at)}
    return {"connection": connection_view(connection), "message": message}


def problem_view(problem: Problem) -> dict[str, Any]:
    """Return what the page needs to choose its words; the API's prose stays here."""
    return {
        "status": problem.status,
        "code": problem.code,
        "owner": problem.owner,
        "nextAction": problem.next_action,
        "retryAt": _told(problem.retry_at),
    }


def _refresh_view(refresh: Refresh) -> dict[str, Any]:
    attempt, link, error = refresh.attempt, refresh.link, refresh.error
    return {
        "id": refresh.id,
        "supportCode": refresh.support_code,
        "status": refresh.status,
        "nextAction": refresh.next_action,
        "retryAt": _told(refresh.retry_at),
        "attempt": attempt.number if attempt else 0,
        "answerBy": _told(attempt.expires_at) if attempt else None,
        "link": link and {"state": link.state, "expiresAt": timestamp(link.expires_at)},
        "error": error and {"code": error.code, "owner": error.owner},
        "expiresAt": timestamp(refresh.expires_at),
        "completedAt": _told(refresh.completed_at),
    }


def _told(instant: datetime | None) -> str | None:
    return timestamp(instant) if instant else None


def _now() -> str:
    return timestamp(datetime.now(UTC))
