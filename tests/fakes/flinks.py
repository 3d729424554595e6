"""A Flinks of the imagination: the gateway's port, with a bank behind it that tests can move.

It keeps the same contract as the real client over the sandbox (tests/contract/flinks). Beside
that, `will` scripts the next answers of a method, for what no bank does on demand.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flinks_reconnect.domain.accounts import AccountsOptions, Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsAnswer,
    AccountsCollected,
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    Institution,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.usecases.errors import DeletionError, MintError, NightlyStatusError
from flinks_reconnect.usecases.ports import AuthorizeToken, Clock, NightlyFailure

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
IDLE = timedelta(minutes=8)
TOKEN_LIFE = timedelta(minutes=15)
CAPITAL = Institution(id="14", name="FlinksCapital")


@dataclass(kw_only=True)
class FakeLogin:
    """Stored bank credentials, and what the bank does with them."""

    login_id: LoginId
    accounts: tuple[dict[str, Any], ...]
    last_refresh: datetime | None
    asks: bool = False
    trouble: ErrorCode | None = None
    loses_answer: bool = False
    background_polls: int = 0
    data_polls: int = 1
    institution: Institution = CAPITAL
    last_trouble: ErrorCode | None = None


@dataclass(kw_only=True)
class FakeSession:
    """One RequestId."""

    request_id: RequestId
    login: FakeLogin
    touched_at: datetime
    state: str
    """running, asking, open, spent, or gone with its login."""
    live: bool
    """Whether it keeps the login busy at the bank."""
    kept: tuple[dict[str, Any], ...] = ()
    polls_left: int = 0
    collecting: bool = False


@dataclass
class FakeFlinks:
    """Implements `FlinksGateway`; `calls` counts what was asked of it, in the port's words."""

    clock: Clock
    authorize_async: bool = False
    plugged_in: bool = True
    keys_good: bool = True
    calls: Counter[str] = field(default_factory=Counter)
    asked_for: list[Selection] = field(default_factory=list)
    logins: dict[LoginId, FakeLogin] = field(default_factory=dict)
    sessions: dict[RequestId, FakeSession] = field(default_factory=dict)
    nightly: list[NightlyFailure | None] = field(default_factory=list)
    deleted: set[LoginId] = field(default_factory=set)
    """Gone at Flinks; a person who connects the same account anew gets the same LoginId."""
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _scripted: defaultdict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))

    # What a test does

    def will(self, method: str, *answers: object) -> None:
        """Script the next answers of a method; an exception among them is raised."""
        self._scripted[method].extend(answers)

    def add_login(self, number: int = 1, *, accounts: int = 3, **traits: Any) -> LoginId:
        """Store a login with accounts of its own, last refreshed a day ago."""
        login_id = LoginId(f"10000000-0000-4000-8000-{number:012d}")
        self.deleted.discard(login_id)
        self.logins[login_id] = FakeLogin(
            login_id=login_id,
            accounts=tuple(_account(number, index) for index in range(accounts)),
            last_refresh=self.clock() - timedelta(days=1),
            **traits,
        )
        return login_id

    def answer(self, request_id: RequestId) -> None:
        """Answer the bank's question in the widget, rightly."""
        session = self.sessions[request_id]
        assert session.state == "asking"
        session.live = False
        self._succeed(session)

    # The port

    def mint_token(self) -> AuthorizeToken:
        return self._say("mint_token", self._mint)

    def authorize_live(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        return self._say("authorize_live", lambda: self._admit(token, login_id, self._live))

    def authorize_cached(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        return self._say("authorize_cached", lambda: self._admit(token, login_id, self._cached))

    def authorize_poll(self, request_id: RequestId) -> AuthorizeAnswer:
        return self._say("authorize_poll", lambda: self._poll_authorize(request_id))

    def call_accounts(
        self, request_id: RequestId, selection: Selection, options: AccountsOptions
    ) -> AccountsAnswer:
        self.asked_for.append(selection)
        return self._say("call_accounts", lambda: self._call_accounts(request_id, selection))

    def poll_accounts(self, request_id: RequestId) -> AccountsAnswer:
        return self._say("poll_accounts", lambda: self._poll_accounts(request_id))

    def nightly_failures(self) -> Iterator[NightlyFailure | None]:
        return iter(self._say("nightly_failures", self._nightly))

    def delete_login(self, login_id: LoginId) -> None:
        self._say("delete_login", lambda: self._delete(login_id))

    # The bank

    def _say[T](self, method: str, otherwise: Callable[[], T]) -> T:
        """Give the scripted answer, or else the bank's."""
        self.calls[method] += 1
        if not self._scripted[method]:
            return otherwise()
        scripted: T = self._scripted[method].popleft()
        if isinstance(scripted, Exception):
            raise scripted
        return scripted

    def _mint(self) -> AuthorizeToken:
        if not self.plugged_in:
            raise MintError(ErrorCode.FLINKS_UNAVAILABLE)
        if not self.keys_good:
            raise MintError(ErrorCode.ACCESS_REFUSED)
        token = AuthorizeToken(f"token-{self.calls['mint_token']}", self.clock())
        self._tokens[token.value] = token.minted_at
        return token

    def _admit(
        self,
        token: AuthorizeToken,
        login_id: LoginId,
        act: Callable[[FakeLogin], AuthorizeAnswer],
    ) -> AuthorizeAnswer:
        if not self.plugged_in:
            return NotSent(why="unplugged")
        minted_at = self._tokens.pop(token.value, None)
        if minted_at is None or self.clock() >= minted_at + TOKEN_LIFE:
            return Refused(code=ErrorCode.TOKEN_REFUSED)
        login = self.logins.get(login_id)
        if login is None or login_id in self.deleted:
            return Refused(code=ErrorCode.LOGIN_UNKNOWN)
        return act(login)

    def _poll_authorize(self, request_id: RequestId) -> AuthorizeAnswer:
        if not self.plugged_in:
            return StillRunning(request_id=request_id)
        session = self._session(request_id)
        if session is None:
            return Refused(code=ErrorCode.SESSION_GONE)
        if session.state == "running" and session.login.background_polls > 0:
            session.login.background_polls -= 1
            return StillRunning(request_id=request_id)
        return self._outcome(session) if session.state == "running" else self._state_of(session)

    def _call_accounts(self, request_id: RequestId, selection: Selection) -> AccountsAnswer:
        if not selection.everything and not selection.ids:
            return Refused(code=ErrorCode.REQUEST_REFUSED)
        if not self.plugged_in or not self.keys_good:
            return self._unable()
        session = self._session(request_id)
        if session is None or session.state == "spent":
            return Refused(code=ErrorCode.SESSION_GONE)
        if session.state != "open":
            return Refused(code=ErrorCode.NOT_YET_AUTHORIZED)
        session.state, session.touched_at = "spent", self.clock()
        session.kept = selection.keep(session.login.accounts)
        session.polls_left, session.collecting = session.login.data_polls, True
        return self._collect(session)

    def _poll_accounts(self, request_id: RequestId) -> AccountsAnswer:
        if not self.plugged_in or not self.keys_good:
            return self._unable()
        session = self.sessions.get(request_id)
        if session is None or session.state != "spent":
            return Refused(code=ErrorCode.SESSION_GONE)
        return self._collect(session)

    def _unable(self) -> Refused | NotSent:
        if not self.plugged_in:
            return NotSent(why="unplugged")
        return Refused(code=ErrorCode.ACCESS_REFUSED)

    def _nightly(self) -> tuple[NightlyFailure | None, ...]:
        if not self.plugged_in or not self.keys_good:
            raise NightlyStatusError("no readable answer")
        return tuple(self.nightly)

    def _delete(self, login_id: LoginId) -> None:
        if not self.plugged_in:
            raise DeletionError(ErrorCode.FLINKS_UNAVAILABLE)
        if not self.keys_good:
            raise DeletionError(ErrorCode.ACCESS_REFUSED)
        theirs = [each for each in self.sessions.values() if each.login.login_id == login_id]
        alive = (each for each in theirs if self.clock() < each.touched_at + IDLE)
        if any(each.state == "running" or each.collecting for each in alive):
            raise DeletionError(ErrorCode.STILL_IN_USE)
        self.deleted.add(login_id)
        for session in theirs:
            session.state, session.live, session.touched_at = "gone", False, LONG_AGO

    def _live(self, login: FakeLogin) -> AuthorizeAnswer:
        if any(self._is_alive(session, login) for session in self.sessions.values()):
            return Refused(code=ErrorCode.SESSION_CONCURRENT)
        session = self._open(login, "running", live=True)
        if login.background_polls:
            if self.authorize_async:
                return StillRunning(request_id=session.request_id)
            return OutcomeUnknown(why="still running")
        answer = self._outcome(session)
        if login.loses_answer:
            login.loses_answer = False
            return OutcomeUnknown(why="lost")
        return answer

    def _cached(self, login: FakeLogin) -> AuthorizeAnswer:
        session = self._open(login, "open", live=False)
        if login.last_trouble is not None:
            return Refused(code=login.last_trouble, request_id=session.request_id)
        return self._state_of(session)

    def _outcome(self, session: FakeSession) -> AuthorizeAnswer:
        login = session.login
        if login.trouble is not None:
            del self.sessions[session.request_id]
            login.last_trouble = login.trouble
            return Refused(code=login.trouble)
        if login.asks:
            session.state, login.last_trouble = "asking", ErrorCode.QUESTION_UNANSWERED
        else:
            self._succeed(session)
        return self._state_of(session)

    def _succeed(self, session: FakeSession) -> None:
        session.state, session.touched_at = "open", self.clock()
        session.login.last_refresh, session.login.last_trouble = self.clock(), None

    def _open(self, login: FakeLogin, state: str, *, live: bool) -> FakeSession:
        request_id = RequestId(f"20000000-0000-4000-8000-{len(self.sessions) + 1:012d}")
        session = FakeSession(
            request_id=request_id, login=login, touched_at=self.clock(), state=state, live=live
        )
        self.sessions[request_id] = session
        return session

    def _session(self, request_id: RequestId) -> FakeSession | None:
        session = self.sessions.get(request_id)
        alive = session is not None and self.clock() < session.touched_at + IDLE
        return session if alive else None

    def _is_alive(self, session: FakeSession, login: FakeLogin) -> bool:
        busy = session.live and session.login is login and session.state != "spent"
        return busy and self.clock() < session.touched_at + IDLE

    def _state_of(self, session: FakeSession) -> AuthorizeAnswer:
        if session.state == "asking":
            return ChallengeAsked(request_id=session.request_id)
        return Authorized(
            request_id=session.request_id,
            login_id=session.login.login_id,
            last_refresh=session.login.last_refresh,
            institution=session.login.institution,
        )

    def _collect(self, session: FakeSession) -> AccountsAnswer:
        if session.polls_left > 0:
            session.polls_left -= 1
            return StillCollecting()
        session.collecting = False
        return AccountsCollected(
            request_id=session.request_id,
            login_id=session.login.login_id,
            last_refresh=session.login.last_refresh,
            accounts=session.kept,
            institution=session.login.institution,
        )


def _account(login: int, index: int) -> dict[str, Any]:
    return {
        "Id": f"30000000-0000-4000-8000-{login:06d}{index:06d}",
        "Title": f"Account {index}",
        "Transactions": [],
    }
