"""Webhooks: signed like Flinks', delivered at least once, retried on the sandbox clock.

Anything but HTTP 200 is a failure; at most 10 attempts, 30 minutes apart (webhook pages).
"""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from .wire import instant

ATTEMPTS: Final = 10
BETWEEN: Final = timedelta(minutes=30)
TIMEOUT_SECONDS: Final = 10


@dataclass(slots=True, kw_only=True)
class Subscription:
    """Where webhooks go; Flinks sets this by support ticket."""

    url: str | None = None
    secret: str
    header_name: str
    enabled: bool = False
    kyc: bool = False
    """Send the KYC message before the detail."""
    delay_seconds: float = 0


@dataclass(slots=True)
class Attempt:
    """One try to deliver."""

    at: datetime
    status: int | None
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One message on its way."""

    id: str
    url: str
    headers: dict[str, str]
    body: bytes
    due_at: datetime
    response_type: str
    login_id: str | None
    request_id: str | None
    signature: str
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "waiting"

    def view(self) -> dict[str, Any]:
        """Render it for the control API, without the body."""
        return {
            "id": self.id,
            "url": self.url,
            "responseType": self.response_type,
            "loginId": self.login_id,
            "requestId": self.request_id,
            "signature": self.signature,
            "bodyBytes": len(self.body),
            "bodySha256": hashlib.sha256(self.body).hexdigest(),
            "state": self.state,
            "dueAt": instant(self.due_at) + "Z",
            "attempts": [
                {"at": instant(each.at) + "Z", "status": each.status, "error": each.error}
                for each in self.attempts
            ],
        }


def sign(secret: str, body: bytes) -> str:
    """Compute base64(HMAC-SHA256(secret as UTF-8, raw body)), as the HMAC page says."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send one message and return the status; redirects are not followed."""
    address = urlsplit(url)
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", target, body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Webhooks:
    """The outbox."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        subscription: Subscription,
        send: Callable[..., int] = post,
    ) -> None:
        """Start with an empty outbox."""
        self._clock, self.send = clock, send
        self.subscription = subscription
        self.deliveries: list[Delivery] = []

    def due(self) -> list[Delivery]:
        """Return what should be sent now, oldest first."""
        now = self._clock()
        waiting = [each for each in self.deliveries if each.state == "waiting"]
        return sorted((each for each in waiting if each.due_at <= now), key=lambda it: it.due_at)

    def attempt(self, delivery: Delivery) -> Attempt:
        """Try once. Runs in a thread, so it changes nothing."""
        try:
            status = self.send(delivery.url, delivery.headers, delivery.body)
            return Attempt(self._clock(), status)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Attempt(self._clock(), None, type(error).__name__)

    def record(self, delivery: Delivery, attempt: Attempt) -> None:
        """Note the outcome, and when to try again."""
        delivery.attempts.append(attempt)
        if attempt.status == 200:
            delivery.state = "delivered"
        elif len(delivery.attempts) >= ATTEMPTS:
            delivery.state = "given_up"
        else:
            delivery.state, delivery.due_at = "waiting", attempt.at + BETWEEN
