"""Faults to inject: what goes wrong on the next calls of an endpoint, login or bank."""

from dataclasses import dataclass
from typing import Any, Final

from .codes import CODES

CONNECT: Final = "connect"
"""The name under which the widget's page is struck; * means the API only."""
WIDGET: Final = "widget"
"""The name under which a sign-in inside the widget is struck."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault, and for how many calls more it holds."""

    id: str
    endpoint: str = "*"
    login_id: str | None = None
    institution: int | None = None
    times: int = 1
    status: int | None = None
    flinks_code: str | None = None
    message: str | None = None
    headers: dict[str, str] | None = None
    latency_seconds: float = 0
    virtual: bool = True
    """Latency moves the sandbox clock instead of waiting."""
    drop_before: bool = False
    drop_after: bool = False
    truncate: bool = False
    html: str | None = None
    slow_drip: bool = False

    def matches(self, endpoint: str, login_id: str | None, institution: int | None) -> bool:
        """Say whether it strikes this call."""
        return (
            self.times > 0
            and self._names(endpoint)
            and self.login_id in (None, login_id)
            and self.institution in (None, institution)
        )

    def _names(self, endpoint: str) -> bool:
        named = self.endpoint.lower()
        return named == endpoint.lower() or (named == "*" and endpoint not in (CONNECT, WIDGET))

    @property
    def replaces_answer(self) -> bool:
        """Say whether the call is answered without being carried out."""
        return self.html is not None or self.status is not None or self.flinks_code is not None

    def body(self) -> dict[str, Any]:
        """Render the error body it answers with."""
        code = self.flinks_code
        status = self.status or (CODES[code].status if code in CODES else 500)
        body: dict[str, Any] = {"HttpStatusCode": status}
        if code:
            body["FlinksCode"] = code
            default = CODES[code].message if code in CODES else code
            body["Message"] = self.message or default
        elif self.message:
            body["Message"] = self.message
        return body


class Faults:
    """The faults that wait to strike."""

    def __init__(self) -> None:
        """Start without any."""
        self.waiting: list[Fault] = []

    def strike(self, endpoint: str, login_id: str | None, institution: int | None) -> Fault | None:
        """Return the first fault that fits, one time fewer."""
        for fault in self.waiting:
            if fault.matches(endpoint, login_id, institution):
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return fault
        return None
