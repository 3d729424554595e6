"""Sessions: what a RequestId names, and when it dies.

8 minutes without activity while authorizing, 30 minutes once data are being collected
(key concepts and Reconnect pages). An accepted GetAccountsDetail uses the RequestId up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from .bankdata import Wanted
from .challenges import Challenge, Round
from .codes import FlinksError
from .logins import Login
from .settings import Readings

IDLE: Final = timedelta(minutes=8)
PROCESSING: Final = timedelta(minutes=30)

type Status = Literal["authorizing", "mfa", "authorized", "failed"]
type Origin = Literal["api", "async", "widget", "nightly"]


@dataclass(slots=True)
class Collection:
    """Data being collected for one kind of data call."""

    started_at: datetime
    polls_left: int
    wanted: Wanted
    accounts: frozenset[str] | None
    delivered: bool = False
    statements: str = "MostRecent"
    background: bool = False
    """Begun by Flinks itself after the widget or a dispatched call; a data call may still come."""


@dataclass(slots=True)
class Session:
    """One visit to a bank, or to the data already kept of it."""

    request_id: str
    login: Login
    live: bool
    origin: Origin
    language: str
    opened_at: datetime
    touched_at: datetime
    data_at: datetime
    """The refresh whose data this session reads."""
    status: Status = "authorizing"
    tag: str | None = None
    save: bool = True
    password: str | None = None
    """The password typed in a full sign-in; None: the stored one is used."""
    token: str | None = None
    rounds: list[Round] = field(default_factory=list)
    code: str | None = None
    only_accounts: frozenset[str] | None = None
    """The filter of `resumeSelectedAccounts`."""
    pending_until: datetime | None = None
    pending_polls: int = 0
    pending_code: str = "OPERATION_PENDING"
    finished_in_widget: bool = False
    delivered_by_webhook: bool = False
    """The integrator answered the data message with 200: nothing is left to fetch."""
    in_widget: bool = False
    """A person answers in the widget; the data message goes out when they are sent back."""
    days: int = 90
    """Days of transactions to read unless a data call says otherwise."""
    collections: dict[str, Collection] = field(default_factory=dict)

    @property
    def challenges(self) -> tuple[Challenge, ...]:
        """What the bank asks now."""
        return self.rounds[0] if self.rounds else ()

    @property
    def readable(self) -> bool:
        """Say whether data calls may use it: authorized, or a cached look at older data."""
        return self.status == "authorized" or (self.status == "failed" and not self.live)

    def is_closed(self) -> bool:
        """Say whether the visit to the bank is over, so that another may begin."""
        return (
            self.status == "failed"
            or self.finished_in_widget
            or self.delivered_by_webhook
            or self._is_delivered()
        )

    def is_at_work(self) -> bool:
        """Say whether Flinks is busy with it: signing in, or collecting. A question just waits."""
        if self.is_closed():
            return False
        return self.status == "authorizing" or bool(self.collections)

    def _is_delivered(self) -> bool:
        """Say whether the details were read, or whatever else was asked for instead."""
        detail = self.collections.get("AccountsDetail")
        if detail is not None:
            return detail.delivered
        others = self.collections.values()
        return bool(others) and all(each.delivered for each in others)


def dies_at(session: Session, readings: Readings) -> datetime:
    """Return the instant from which the RequestId is refused."""
    if readings.session_life == "flat30":
        return session.opened_at + PROCESSING
    if session.collections:
        return max(each.started_at for each in session.collections.values()) + PROCESSING
    return max(session.touched_at, session.pending_until or session.touched_at) + IDLE


class Sessions:
    """All sessions since the last reset; dead ones stay for the listing."""

    def __init__(self) -> None:
        """Start without any."""
        self._by_id: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        """Walk through them, oldest first."""
        return iter(self._by_id.values())

    def add(self, session: Session) -> Session:
        """Keep a new session."""
        self._by_id[session.request_id] = session
        return session

    def named(self, request_id: str | None) -> Session | None:
        """Return a session, dead or alive, or None where there never was one."""
        return self._by_id.get((request_id or "").strip().lower())

    def find(self, request_id: str, now: datetime, readings: Readings) -> Session:
        """Return a session that still lives, or raise SESSION_NONEXISTENT."""
        session = self.named(request_id)
        if session is None:
            raise FlinksError("SESSION_NONEXISTENT")
        if now >= dies_at(session, readings):
            raise FlinksError(readings.expired_session_code)
        return session

    def open_ones(self, login: Login, now: datetime, readings: Readings) -> list[Session]:
        """Return the live sessions that are open on a login, oldest first."""
        return [
            each
            for each in self._by_id.values()
            if each.login is login
            and each.live
            and not each.is_closed()
            and now < dies_at(each, readings)
        ]

    def forget(self, login: Login) -> None:
        """Drop the sessions of a deleted card."""
        self._by_id = {key: each for key, each in self._by_id.items() if each.login is not login}
