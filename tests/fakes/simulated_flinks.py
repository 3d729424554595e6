"""The fake Flinks with a person at its widget, and with eyes: it judges us from Flinks' side.

What it watches: one live `/Authorize` per attempt (S2), never a second session beside one that
our server knows to be possibly live (S1), tokens used once and young (S3), data calls only on
sessions not known dead and once per RequestId (S23), and no bank login without a human act
shortly before (rule R1). `faults` collects what it saw, in words.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flinks_reconnect.domain.accounts import AccountsOptions, Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsAnswer,
    AuthorizeAnswer,
    Authorized,
    NotSent,
    Refused,
    StillCollecting,
    WebhookAccounts,
    WebhookIgnored,
    WebhookReason,
)
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.usecases.ports import AuthorizeToken

from tests.fakes.flinks import IDLE, FakeFlinks, FakeLogin, FakeSession

OLDEST_TOKEN = timedelta(minutes=13)
HUMAN_ACT_WINDOW = timedelta(minutes=5)

type Attempted = tuple[RefreshId, int]


@dataclass
class SimulatedFlinks(FakeFlinks):
    """`whose` tells which attempt the service says it is working for."""

    whose: Callable[[LoginId], Attempted | None] = lambda _: None
    ignores_filter: bool = True
    """Flinks returns every account whatever was asked: our own filter must hold."""
    spend: Callable[[float], None] = lambda _: None
    """Lets time pass while the bank is asked."""
    faults: list[str] = field(default_factory=list)
    session_count: int = 0
    sent: Counter[Attempted] = field(default_factory=Counter)
    consumed: Counter[str] = field(default_factory=Counter)
    acted_at: dict[LoginId, datetime] = field(default_factory=dict)
    unattended: set[LoginId] = field(default_factory=set)
    seen_at: dict[RequestId, datetime] = field(default_factory=dict)
    known_open: set[RequestId] = field(default_factory=set)
    polled: Counter[RequestId] = field(default_factory=Counter)
    opened: dict[LoginId, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    accepted: set[RequestId] = field(default_factory=set)

    # The person and the bank

    def person_acts(self, login_id: LoginId) -> None:
        """Note a human act; bank logins may follow from it for five minutes."""
        self.acted_at[login_id] = self.clock()

    def server_saw(self, request_id: RequestId) -> None:
        """Note activity of a session that our server saw (a callback)."""
        self.seen_at[request_id] = self.clock()

    def asking(self) -> list[RequestId]:
        """Return the sessions whose question can still be answered."""
        return [
            request_id
            for request_id, session in self.sessions.items()
            if session.state == "asking" and self.clock() < session.touched_at + IDLE
        ]

    def answer_wrong(self, request_id: RequestId) -> None:
        """Answer wrongly in the widget; the bank asks again, and Flinks' clock moves."""
        self.sessions[request_id].touched_at = self.clock()

    def interrupt(self, login_id: LoginId) -> RequestId:
        """Open a session elsewhere and walk away from its question."""
        self.deleted.discard(login_id)
        session = self._open(self.logins[login_id], "asking", live=False)
        return session.request_id

    def sign_in(self, login_id: LoginId) -> RequestId:
        """Sign in anew in the widget, rightly."""
        login = self.logins[login_id]
        self.deleted.discard(login_id)
        login.trouble = None
        session = self._open(login, "open", live=False)
        self._succeed(session)
        return session.request_id

    def collected(self, login_id: LoginId) -> list[RequestId]:
        """Return the sessions of a login whose data Flinks has collected by now."""
        return [
            request_id
            for request_id, session in self.sessions.items()
            if session.login.login_id == login_id and session.state == "spent"
        ]

    def calm_down(self) -> None:
        """Be in no trouble any more, whatever was scripted."""
        self._scripted.clear()
        for login in self.logins.values():
            login.trouble, login.loses_answer = None, False

    def webhook(self, login_id: LoginId, request_id: RequestId | None) -> bytes:
        """Return the body that Flinks would send about this login's data as they stand."""
        login = self.logins[login_id]
        body = {
            "requestId": request_id,
            "loginId": login_id,
            "lastRefresh": login.last_refresh and login.last_refresh.isoformat(),
            "accounts": login.accounts,
        }
        return json.dumps(body).encode()

    # What the service asks

    def authorize_live(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        attempted, overlapping = self.whose(login_id), self._known_live(login_id)
        allowed = self._is_allowed(login_id)
        self._judge_token(token)
        sessions = set(self.sessions)
        self.spend(1)
        answer = super().authorize_live(token, login_id)
        if isinstance(answer, NotSent):
            return answer
        self.consumed[token.value] += 1
        if attempted is None:
            self.faults.append("S2: a live call for no attempt at all")
            return answer
        self.sent[attempted] += 1
        self._judge_live_call(attempted, overlapping=overlapping, allowed=allowed)
        for request_id in set(self.sessions) - sessions:
            self.seen_at[request_id] = self.clock()
        if isinstance(answer, Authorized):
            self.known_open.add(answer.request_id)
        return answer

    def authorize_cached(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        self._judge_token(token)
        answer = super().authorize_cached(token, login_id)
        if not isinstance(answer, NotSent):
            self.consumed[token.value] += 1
        return answer

    def call_accounts(
        self, request_id: RequestId, selection: Selection, options: AccountsOptions
    ) -> AccountsAnswer:
        if request_id in self.accepted:
            self.faults.append("S23: a second data call on a RequestId that had one accepted")
        seen = self.seen_at.get(request_id)
        if request_id in self.known_open and seen and self.clock() >= seen + IDLE:
            self.faults.append("S23: a data call on a RequestId that is known dead")
        answer = self._told(request_id, super().call_accounts(request_id, selection, options))
        session = self.sessions.get(request_id)
        if session is not None and session.state == "spent":
            self.accepted.add(request_id)
        return answer

    def poll_accounts(self, request_id: RequestId) -> AccountsAnswer:
        self.polled[request_id] += 1
        return self._told(request_id, super().poll_accounts(request_id))

    def consume(self, token: AuthorizeToken) -> None:
        """Use a token in the widget."""
        self._judge_token(token)
        self.consumed[token.value] += 1

    def _told(self, request_id: RequestId, answer: AccountsAnswer) -> AccountsAnswer:
        """What we called gone, our server need not take for alive."""
        if isinstance(answer, Refused) and answer.code is ErrorCode.SESSION_GONE:
            self.seen_at.pop(request_id, None)
        return answer

    # Judgement

    def _judge_token(self, token: AuthorizeToken) -> None:
        if self.consumed[token.value]:
            self.faults.append("S3: a token was used twice")
        if self.clock() > token.minted_at + OLDEST_TOKEN:
            self.faults.append("S3: a token older than 13 minutes was used")

    def _judge_live_call(self, attempted: Attempted, *, overlapping: bool, allowed: bool) -> None:
        if self.sent[attempted] > 1:
            self.faults.append("S2: one attempt sent /Authorize twice")
        if overlapping:
            self.faults.append("S1: a second session beside one known to be possibly live")
        if not allowed:
            self.faults.append("R1: a bank login without a human act shortly before")

    def _is_allowed(self, login_id: LoginId) -> bool:
        """Whether a person acted shortly before, or the policy does without one."""
        acted = self.acted_at.get(login_id)
        recent = acted is not None and self.clock() <= acted + HUMAN_ACT_WINDOW
        return recent or login_id in self.unattended

    def _known_live(self, login_id: LoginId) -> bool:
        """Whether a session of ours may be live as far as our server has seen."""
        return any(
            session.login.login_id == login_id
            and (session.state == "asking" or (session.live and session.state != "spent"))
            and request_id in self.seen_at
            and self.clock() < self.seen_at[request_id] + IDLE
            for request_id, session in self.sessions.items()
        )

    def _open(self, login: FakeLogin, state: str, *, live: bool) -> FakeSession:
        """Open a session whose RequestId no other ever had."""
        self.session_count += 1
        session = FakeSession(
            request_id=RequestId(f"20000000-0000-4000-8000-{self.session_count:012d}"),
            login=login,
            touched_at=self.clock(),
            state=state,
            live=live,
        )
        self.sessions[session.request_id] = session
        return session

    def _collect(self, session: FakeSession) -> AccountsAnswer:
        if self.ignores_filter:
            session.kept = session.login.accounts
        answer = super()._collect(session)
        if not isinstance(answer, StillCollecting):
            self.seen_at[session.request_id] = self.clock()
        return answer


def read_body(body: bytes) -> WebhookAccounts | WebhookIgnored:
    """Read what `SimulatedFlinks.webhook` writes; anything else is malformed."""
    try:
        told = json.loads(body)
        return WebhookAccounts(
            request_id=told["requestId"],
            login_id=LoginId(told["loginId"]),
            last_refresh=told["lastRefresh"] and datetime.fromisoformat(told["lastRefresh"]),
            accounts=tuple(told["accounts"]),
        )
    except (ValueError, KeyError, TypeError):
        return WebhookIgnored(WebhookReason.MALFORMED)
