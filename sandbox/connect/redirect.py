"""The end of a visit: the REDIRECT event, the address with its parameters, and who goes there."""

from dataclasses import dataclass
from typing import Any

from ..sessions import Session
from ..settings import Readings
from .parameters import Parameters, may_navigate_to, with_query


def account_ids(chosen: list[str], readings: Readings) -> str | list[str]:
    """Write account ids as events carry them; clients accept either shape."""
    return chosen if readings.account_id_shape == "array" else ",".join(chosen)


@dataclass(frozen=True, slots=True)
class Redirect:
    """What is told when a visit has ended well."""

    parameters: Parameters
    session: Session
    institution: str
    chosen: list[str]
    home: str
    """Where people land when the integrator gave no address."""

    @property
    def url(self) -> str:
        """Build the address: loginId, accountId, tag, institution, onto the query it has."""
        added = {"loginId": self.session.login.login_id}
        if self.chosen:
            added["accountId"] = ",".join(self.chosen)
        tag = self.parameters.text("tag")
        added |= {"tag": tag} if tag else {}
        return with_query(self._target, added | {"institution": self.institution})

    @property
    def _target(self) -> str:
        given = self.parameters.redirect_url
        return given if given and may_navigate_to(given) else self.home

    @property
    def where(self) -> str:
        """Say who goes there: the parent page, the frame itself, or nobody."""
        if self.parameters.flag("jsRedirect") or self._target == self.home:
            return "none"
        return "inner" if self.parameters.flag("innerRedirect") else "parent"

    def event(self, readings: Readings) -> dict[str, Any]:
        """Render REDIRECT in its old shape, its new one, or both at once."""
        event: dict[str, Any] = {"step": "REDIRECT", "institution": self.institution}
        if readings.redirect_shape in ("both", "old"):
            event["url"] = "" if self._target == self.home else self.url
        if readings.redirect_shape in ("both", "new"):
            event["loginId"] = self.session.login.login_id
            event["requestId"] = self.session.request_id
        if self.chosen:
            event["accountId"] = account_ids(self.chosen, readings)
        tag = self.parameters.text("tag")
        return event | ({"tag": tag} if tag else {})
