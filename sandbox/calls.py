"""The log of API calls: what was asked and answered, with secrets masked."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .wire import instant

SECRET_FIELDS: Final = frozenset({"password", "secret", "securityresponses", "questions"})


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call to the API. Keys, tokens, passwords and MFA answers are not kept at all."""

    at: datetime
    endpoint: str
    method: str
    mode: str | None
    login_id: str | None
    request_id: str | None
    http_status: int | None
    flinks_code: str | None
    fault: str | None
    asked: dict[str, Any] | None = None
    """The fields of the request, secrets masked."""

    @property
    def counted_as(self) -> str:
        """Name it in the counts; live and cached authorizations are told apart."""
        return f"{self.endpoint}.{self.mode}" if self.mode else self.endpoint

    def view(self) -> dict[str, Any]:
        """Render it for the control API."""
        return {
            "at": instant(self.at) + "Z",
            "endpoint": self.endpoint,
            "method": self.method,
            "mode": self.mode,
            "loginId": self.login_id,
            "requestId": self.request_id,
            "httpStatus": self.http_status,
            "flinksCode": self.flinks_code,
            "fault": self.fault,
            "asked": self.asked,
        }


def without_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the fields of a request, but for passwords, secrets and answers to a bank."""
    return {
        name: "***" if name.lower() in SECRET_FIELDS else value for name, value in fields.items()
    }


def counts(calls: Iterable[LoggedCall]) -> dict[str, int]:
    """Count calls by endpoint."""
    return dict(Counter(call.counted_as for call in calls))
