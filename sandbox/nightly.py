"""The nightly refresh: who is eligible, what a night leaves behind, and the status list.

Rules from the nightly refresh page and its help articles.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from .bank import Bank
from .codes import FlinksError
from .logins import Login
from .settings import Readings
from .wire import instant

HOUR: Final = 5
"""Nights run between 04:00 and 08:00 UTC; ours at 05:00."""
WINDOW: Final = timedelta(days=7)
TOLERATED: Final = frozenset(
    {
        "RETRY_LATER",
        "AGGREGATION_ERROR",
        "SESSION_EXPIRED",
        "DISABLED_INSTITUTION",
        "UNAUTHORIZED",
        "SESSION_NONEXISTENT",
        "BANK_MAINTENANCE_RETRY_LATER",
    }
)


class Nightly:
    """Refreshes stored logins without the person."""

    def __init__(
        self,
        bank: Bank,
        clock: Callable[[], datetime],
        has_webhooks: Callable[[], bool],
        readings: Callable[[], Readings],
    ) -> None:
        """Plan the first night."""
        self._bank, self._clock, self._has_webhooks = bank, clock, has_webhooks
        self._readings = readings
        self._next_run = self._following_run(clock())

    def _following_run(self, now: datetime) -> datetime:
        today = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)

    def run_if_due(self) -> bool:
        """Run once if the clock has passed the hour; a long jump still runs one night."""
        if self._clock() < self._next_run:
            return False
        if not self._readings().nightly_runs:
            self.reschedule()
            return False
        self.run()
        return True

    def reschedule(self) -> None:
        """Choose the next night again, after the clock was set back."""
        self._next_run = self._following_run(self._clock())

    def run(self) -> list[dict[str, Any]]:
        """Refresh every eligible login; return what happened to each."""
        self._next_run = self._following_run(self._clock())
        scheduled = [login for login in self._bank.logins if login.scheduled]
        return [self._refresh(login) for login in scheduled]

    def eligible(self, login: Login) -> bool:
        """Say whether a login takes part tonight."""
        now = self._clock()
        recent = now - login.last_refresh < WINDOW
        watched = self._has_webhooks() or now - login.last_cached_call < WINDOW
        clean = login.last_code is None or login.last_code in TOLERATED
        return login.scheduled and recent and watched and clean and not login.nightly_failed

    def _refresh(self, login: Login) -> dict[str, Any]:
        if not self.eligible(login):
            return {"loginId": login.login_id, "outcome": "ineligible"}
        if self._bank.occupant(login):
            return {"loginId": login.login_id, "outcome": "busy"}
        code = login.nightly_fails_next or self._sign_in(login)
        if login.nightly_fails_next:
            login.last_code, login.nightly_fails_next = code, None
        login.nightly_code = None if code == "QUESTION_NOT_FOUND" else code
        return {"loginId": login.login_id, "outcome": code or "refreshed"}

    def _sign_in(self, login: Login) -> str | None:
        """Sign in with nobody there to answer; return the code it stopped at."""
        session = self._bank.open(login, live=True, origin="nightly")
        try:
            self._bank.sign_in(session)
        except FlinksError as error:
            return error.code
        if session.status == "mfa":
            session.status, session.code = "failed", "QUESTION_NOT_FOUND"
            return "QUESTION_NOT_FOUND"
        session.finished_in_widget = True
        return None

    def status(self) -> list[dict[str, Any]]:
        """List the logins that are switched on but do not take part any more."""
        return [
            {
                "LoginId": login.login_id,
                "LastRefreshDate": instant(login.last_refresh)[:19],
                "LastRefreshState": login.nightly_state,
                "LastRefreshErrorCode": _shown(login),
            }
            for login in self._bank.logins
            if login.scheduled and not self.eligible(login)
        ]


def _shown(login: Login) -> str | None:
    """Return the error code; a question without an answer is told by the state alone."""
    code = login.nightly_code or login.last_code
    return None if code == "QUESTION_NOT_FOUND" else code
