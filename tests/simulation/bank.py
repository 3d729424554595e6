"""A Flinks with a truth of its own, and the banks behind it.

What it does as the real one is said to (docs.flinks.com; the pages are named in flinks/codes.py):
single-use tokens; one live session for a login; calls that go to the background at 210 s; sessions
that die of eight idle minutes; one data call per RequestId, then polls; cached calls that repeat
the last attempt's trouble; LastRefresh in UTC without saying so; errors told by code and message;
webhooks, signed, ten times half an hour apart. Beside that it is as bad as it may be: answers lost,
HTML, clocks off by up to a minute, success shown late, caches stale, filters ignored, keys in
another case, empty and odd accounts.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulation.clockwork import Clockwork, Invocation
from tests.simulation.weather import Weather

IDLE = 480.0
TOKEN_LIFE = 900.0
DISPATCH = 210.0
TROUBLES = (
    ("RETRY_LATER", "Please try again later"),
    ("AGGREGATION_ERROR", "An error occurred while retrieving"),
    ("DISABLED_INSTITUTION", "The institution is disabled"),
    ("BANK_MAINTENANCE_RETRY_LATER", "The bank is under maintenance"),
    ("INVALID_SECURITY_RESPONSE", "The answer was not accepted"),
)
PERSONS_TROUBLES = (
    ("DISABLED_LOGIN", "The account must be unlocked at the bank"),
    ("UNAUTHORIZED", "The institution did not authorize access; visit the bank's website"),
)
CREDENTIALS = (
    ("INVALID_PASSWORD", "The password is not valid"),
    ("INVALID_USERNAME", "The username is not valid"),
    ("QUESTION_NOT_FOUND", "No answer is stored"),
)
_PERSONS = frozenset(
    {"INVALID_LOGIN", "INVALID_PASSWORD", "INVALID_USERNAME", "QUESTION_NOT_FOUND"}
    | {"DISABLED_LOGIN", "UNAUTHORIZED", "INVALID_SECURITY_RESPONSE"}
)
_EXACT = 777.125
"""Stands for a number that no float holds, until the body is written."""
type Json = dict[str, Any]


def written(told: Json) -> bytes:
    """The body as it goes over the wire."""
    return json.dumps(told, sort_keys=True).replace("777.125", "12345678901234567.890").encode()


@dataclass(eq=False)
class Login:
    """One stored login. `good` is the truth: what was collected, and when."""

    id: str
    number: int
    accounts: list[str]
    good: list[float]
    """When its data was collected: one instant per generation, the last is the newest."""
    asks: bool = True
    unattended: bool = False
    """The bank works without a person."""
    credentials: tuple[str, str] | None = None
    """Why stored credentials no longer work."""
    trouble: tuple[str, str] | None = None
    trouble_until: float = 0.0
    last_attempt: tuple[str, str] | None = None
    """What a cached call repeats."""
    seen_as: tuple[str, str] | None = None
    """What a stale cache still repeats, until then."""
    stale_until: float = 0.0
    shown_from: dict[int, float] = field(default_factory=dict)
    """From when a generation's LastRefresh is shown."""
    deleted: bool = False
    closed_accounts: set[str] = field(default_factory=set)
    broken_told: list[float] = field(default_factory=list)
    """When we were told of a trouble that a person must cure."""

    @property
    def generation(self) -> int:
        """The number of the newest data."""
        return len(self.good) - 1

    def open_accounts(self) -> list[str]:
        """The accounts that exist."""
        return [each for each in self.accounts if each not in self.closed_accounts]


@dataclass(eq=False)
class Session:
    """One RequestId."""

    id: str
    login: Login
    origin: str
    """live (our call), cached, widget (a full sign-in), elsewhere (the integrator's own)."""
    state: str
    """running, asking, open, collecting, done, gone."""
    touched: float
    opened_at: float
    generation: int = 0
    ready_at: float = float("inf")
    filter: list[str] | None = None
    outcome_at: float = 0.0
    background: bool = False
    data_calls: int = 0
    polls: int = 0
    known_alive: float = float("-inf")
    given_to: Invocation | None = None
    """The run that was given its data; with that run they may have died."""
    """The last sign of life of which the service was told by an answer that it survived."""
    told_open: float | None = None
    """When we were told that it is open."""
    answered_at: float | None = None
    tag: str = ""
    probes: list[float] = field(default_factory=list)
    asks_left: int = 1

    def is_alive(self, now: float) -> bool:
        """Whether it keeps the login busy at Flinks."""
        if self.origin == "cached" or self.state in {"done", "gone"}:
            return False
        if self.state == "running":
            return True
        if self.state in {"open", "collecting"} and now >= self.ready_at:
            return False
        if self.state == "collecting":
            return True
        return now < self.touched + IDLE


@dataclass(eq=False)
class Token:
    """An authorize token."""

    minted_at: float
    used: int = 0


@dataclass
class Bank:
    """`exchange` takes the place of one HTTP exchange; `judge` sees what Flinks sees."""

    clockwork: Clockwork
    weather: Weather
    judge: Any
    send_webhook: Callable[[bytes, float | None], bool]
    """Hand a body to our webhook route; whether the answer was exactly 200."""
    logins: dict[str, Login] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    offset: float = 0.0
    """How far Flinks' clock leads ours, in seconds."""
    calls: Counter[str] = field(default_factory=Counter)
    nightly: dict[str, Json] = field(default_factory=dict)
    nightly_at: float = 0.0
    of_webhook: dict[str, Login] = field(default_factory=dict)
    down_until: float = 0.0
    outages: list[tuple[float, float]] = field(default_factory=list)
    takes: float | None = None
    """How long a bank takes, where a story says so."""
    _numbers: int = 0

    def __post_init__(self) -> None:
        if self.weather.is_on("clock_lags"):
            self.offset = -self.clockwork.dice.uniform(1, 55)
        elif self.weather.is_on("clock_leads"):
            self.offset = self.clockwork.dice.uniform(1, 55)

    # The world's side

    def add_login(self, accounts: int = 3) -> Login:
        """Store a login that was refreshed last night."""
        number = len(self.logins) + 1
        login = Login(
            id=self._guid(),
            number=number,
            accounts=[self._guid("acc0") for _ in range(accounts)],
            good=[self.clockwork.now - self.clockwork.dice.uniform(3600, 30 * 3600)],
        )
        self.logins[login.id] = login
        return login

    def open_session(self, login: Login, origin: str, state: str, tag: str = "") -> Session:
        """Begin a session."""
        session = Session(
            id=self._guid(),
            login=login,
            origin=origin,
            state=state,
            touched=self.clockwork.now,
            opened_at=self.clockwork.now,
            tag=tag,
        )
        self.sessions[session.id] = session
        return session

    def succeed(self, session: Session) -> None:
        """The bank has let the person in: Flinks collects, and says so as it may."""
        login, now = session.login, self.clockwork.now
        login.good.append(now)
        session.generation = login.generation
        late = self.clockwork.dice.uniform(5, 90) if self.weather.strikes("shown_late") else 0.0
        login.shown_from[login.generation] = now + late
        if self.weather.strikes("stale_cache"):
            login.seen_as = login.last_attempt or ("QUESTION_NOT_FOUND", "No answer is stored")
            login.stale_until = now + self.clockwork.dice.uniform(10, 400)
        login.last_attempt, login.trouble = None, None
        session.state, session.touched = "open", now
        takes = self.clockwork.dice.choice((0.0, 3.0, 12.0, 45.0))
        if self.weather.strikes("collects_long"):
            takes = self.clockwork.dice.uniform(300, 1500)
        if self.weather.strikes("never_collects"):
            takes = 1e9
        session.ready_at = now + takes
        self.judge.succeeded(session, takes)
        self._announce(session, takes)

    def fail(self, session: Session, trouble: tuple[str, str]) -> None:
        """The bank has said no."""
        session.state = "gone"
        session.login.last_attempt = trouble

    def nightly_run(self) -> None:
        """Refresh each login as Flinks does every night."""
        self.nightly_at = self.clockwork.now
        for login in self.logins.values():
            if login.deleted:
                continue
            code = self._trouble_of(login)
            if code is None and login.asks and self.clockwork.dice.random() < 0.6:
                code = ("", "AnsweringSecurityChallenge")
            if code is None:
                login.good.append(self.clockwork.now)
                login.shown_from[login.generation] = self.clockwork.now
                login.last_attempt = None
                self.nightly.pop(login.id, None)
                late = self.clockwork.dice.uniform(300, 9000)
                delay = late if self.weather.strikes("webhook_late") else 5
                self._deliver(self._body(login, None, login.generation), delay, login.good[-1])
                continue
            login.last_attempt = code if code[0] else ("QUESTION_NOT_FOUND", "No answer is stored")
            self.nightly[login.id] = {
                "LoginId": login.id,
                "LastRefreshDate": self._printed(login.good[-1])[:19],
                "LastRefreshState": code[1] if not code[0] else "Failed",
                "LastRefreshErrorCode": code[0] or None,
            }

    # The widget's side

    def open_widget(self, url: str) -> Session | None:
        """A browser loads a Connect URL; None: Flinks shows an error."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        token = self.tokens.get(query.get("authorizeToken", ""))
        good = token is not None and not token.used
        if token is not None:
            token.used += 1
            good = good and self.clockwork.now < token.minted_at + TOKEN_LIFE
        session = self.sessions.get(query.get("requestId", ""))
        self.judge.widget_opened(query, token, session)
        if not good or session is None:
            return None
        if session.state != "asking" or not session.is_alive(self.clockwork.now):
            return None
        session.touched, session.tag = self.clockwork.now, query.get("tag", "")
        return session

    def open_sign_in(self, url: str, login: Login) -> Session | None:
        """A browser loads a Connect URL for a full sign-in; the person types what is right."""
        query = dict(parse_qsl(urlsplit(url).query))
        token = self.tokens.get(query.get("authorizeToken", ""))
        good = token is not None and not token.used
        if token is not None:
            token.used += 1
            good = good and self.clockwork.now < token.minted_at + TOKEN_LIFE
        self.judge.widget_opened(query, token, None)
        if not good:
            return None
        return self.open_session(login, "widget", "asking", query.get("tag", ""))

    def answer(self, session: Session) -> bool:
        """The person answers rightly; whether the session still listened."""
        if session.state != "asking" or not session.is_alive(self.clockwork.now):
            return False
        session.answered_at = self.clockwork.now
        session.login.credentials = (
            None if session.origin == "widget" else session.login.credentials
        )
        session.login.deleted = False
        self.succeed(session)
        return True

    # The API's side

    def exchange(self, call: Any) -> Any:
        """One HTTP exchange, with everything that can go wrong around it."""
        from flinks_reconnect.flinks.exchange import Lost, Received, Unsent

        path = urlsplit(call.url).path.split("/BankingServices/", 1)[1]
        endpoint, _, last = path.partition("/")
        self.weather.pause(0.05)
        if self.clockwork.now < self.down_until or self.weather.strikes("flinks_unreachable"):
            return Unsent("ConnectError")
        self.calls[endpoint] += 1
        self.judge.called(endpoint, self.clockwork.invocation)
        if self.weather.strikes("flinks_throttles"):
            answer: tuple[int, Json | str] = self._refusal("TOO_MANY_REQUESTS", "Slow down", 429)
        elif self.weather.strikes("flinks_keys_refused") and endpoint != "Authorize":
            answer = self._refusal("UNAUTHORIZED", "Invalid API key", 401)
        else:
            given = json.loads(call.content) if call.content else {}
            answer = self._serve(endpoint, last, given, dict(call.headers), call.seconds)
        if self.weather.strikes("flinks_html"):
            answer = (self.clockwork.dice.choice((502, 503, 504)), "<html>Bad gateway</html>")
        if endpoint.startswith("GetAccounts") and self.weather.strikes("flinks_plain"):
            answer = (self.clockwork.dice.choice((408, 409)), "")
        if answer[0] == 0 or self.weather.strikes("flinks_answer_lost"):
            self.weather.pause(0.05)
            return Lost("ReadTimeout")
        status, told = answer
        self.weather.pause(0.05)
        if isinstance(told, str):
            return Received(status, told.encode())
        self.judge.refused(endpoint, last or self._asked(call), status)
        self.judge.told(endpoint, told, self.clockwork.invocation)
        return Received(status, written(self._cased(told)))

    def _asked(self, call: Any) -> str:
        return str(json.loads(call.content).get("RequestId", "")) if call.content else ""

    def _serve(
        self, endpoint: str, last: str, given: Json, headers: dict[str, str], limit: float
    ) -> tuple[int, Json | str]:
        match endpoint:
            case "GenerateAuthorizeToken":
                return self._mint()
            case "Authorize":
                return self._authorize(given, headers, limit)
            case "AuthorizeAsync":
                return self._authorize_async(given, headers)
            case "GetAccountsDetail":
                return self._data(given)
            case "GetAccountsDetailAsync":
                return self._poll(last)
            case "GetNightlyRefreshStatus":
                return 200, {"HttpStatusCode": 200, "IneligibleCards": list(self.nightly.values())}
            case "DeleteCard":
                return self._delete(last)
        raise NotImplementedError(endpoint)

    def _mint(self) -> tuple[int, Json | str]:
        token = f"token-{self._guid()}"
        self.tokens[token] = Token(self.clockwork.now)
        return 200, {"HttpStatusCode": 200, "Token": token}

    def _admits(self, headers: dict[str, str]) -> bool:
        token = self.tokens.get(headers.get("flinks-auth-key", ""))
        if token is None:
            return False
        self.judge.token_used(token)
        token.used += 1
        good = token.used == 1 and self.clockwork.now < token.minted_at + TOKEN_LIFE
        return good and not self.weather.strikes("flinks_token_refused")

    def _authorize(
        self, given: Json, headers: dict[str, str], limit: float
    ) -> tuple[int, Json | str]:
        login = self.logins.get(given["LoginId"])
        live = not given["MostRecentCached"]
        if not self._admits(headers):
            return self._refusal("UNAUTHORIZED", "Please use a valid authorize token", 401)
        if login is None or login.deleted:
            self._tell_broken(login)
            return self._refusal("INVALID_LOGIN", "The LoginId was not found", 401)
        return self._live(login, limit) if live else self._cached(login)

    def _live(self, login: Login, limit: float) -> tuple[int, Json | str]:
        self.judge.live_call(login, self.clockwork.invocation)
        busy = [each for each in self._alive(login)]
        if busy:
            return self._refusal("CONCURRENT_SESSION", "Another session is open", 401)
        session = self.open_session(login, "live", "running")
        self.judge.live_opened(session)
        takes = self.clockwork.dice.choice((1.0, 4.0, 15.0, 60.0))
        if self.weather.strikes("bank_slow"):
            takes = self.clockwork.dice.uniform(100, 208)
        if self.weather.strikes("flinks_background"):
            takes = self.clockwork.dice.uniform(212, 420)
        takes = self.takes if self.takes is not None else takes
        session.outcome_at = self.clockwork.now + takes
        self.clockwork.after(takes, partial(self._outcome, session))
        self.clockwork.sleep(min(takes, DISPATCH, limit) + 0.01)
        if min(DISPATCH, takes) > limit:
            return 0, ""
        return self._standing(session)

    def _outcome(self, session: Session) -> None:
        """The bank has made up its mind, whether anybody still listens or not."""
        login = session.login
        if session.state != "running":
            return
        trouble = self._trouble_of(login)
        if trouble is not None:
            self.fail(session, trouble)
            return
        if login.asks:
            session.state, session.touched = "asking", self.clockwork.now
            login.last_attempt = ("QUESTION_NOT_FOUND", "No answer is stored")
            return
        self.succeed(session)

    def _trouble_of(self, login: Login) -> tuple[str, str] | None:
        if login.credentials is not None:
            return login.credentials
        if login.trouble is not None and self.clockwork.now < login.trouble_until:
            return login.trouble
        if self.weather.strikes("credentials_die"):
            login.credentials = self.clockwork.dice.choice(CREDENTIALS)
            return login.credentials
        if self.weather.strikes("bank_trouble"):
            login.trouble = self.clockwork.dice.choice(TROUBLES)
            login.trouble_until = self.clockwork.now + self.clockwork.dice.uniform(0, 1800)
            return login.trouble
        if self.weather.strikes("bank_needs_person"):
            return self.clockwork.dice.choice(PERSONS_TROUBLES)
        return None

    def _standing(self, session: Session) -> tuple[int, Json | str]:
        match session.state:
            case "running":
                session.background = True
                return 202, {
                    "HttpStatusCode": 202,
                    "FlinksCode": "OPERATION_DISPATCHED",
                    "RequestId": session.id,
                }
            case "asking":
                if not session.is_alive(self.clockwork.now):
                    return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
                return 203, {
                    "HttpStatusCode": 203,
                    "SecurityChallenges": [{"Type": "QuestionAndAnswer", "Prompt": "Which city?"}],
                    "Institution": "FlinksCapital",
                    "RequestId": session.id,
                }
            case "open" | "collecting":
                return 200, self._authorized(session.login, session.id, session.generation)
        code, message = session.login.last_attempt or ("SESSION_NONEXISTENT", "It is gone")
        self._tell_broken(session.login, code)
        return self._refusal(code, message, 401)

    def _authorize_async(self, given: Json, headers: dict[str, str]) -> tuple[int, Json | str]:
        if not self._admits(headers):
            return self._refusal("UNAUTHORIZED", "Please use a valid authorize token", 401)
        session = self.sessions.get(given["RequestId"])
        if session is None or session.state == "done":
            return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
        return self._standing(session)

    def _cached(self, login: Login) -> tuple[int, Json | str]:
        self.judge.probed(login)
        now = self.clockwork.now
        if any(each.state == "running" for each in self._alive(login)):
            return 202, {"HttpStatusCode": 202, "FlinksCode": "OPERATION_PENDING"}
        trouble = login.last_attempt
        if now < login.stale_until:
            trouble = login.seen_as
        session = self.open_session(login, "cached", "open")
        session.generation, session.ready_at = self._shown(login), now
        if trouble is not None:
            code, message = trouble
            self._tell_broken(login, code)
            return 401, {**self._refusal(code, message, 401)[1], "RequestId": session.id}
        return 200, self._authorized(login, session.id, session.generation)

    def _data(self, given: Json) -> tuple[int, Json | str]:
        session = self.sessions.get(given["RequestId"])
        now = self.clockwork.now
        self.judge.data_called(session, given, self.clockwork.invocation)
        if session is None or session.state in {"gone", "done"}:
            return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
        if session.state == "running":
            return 202, {"HttpStatusCode": 202, "FlinksCode": "OPERATION_PENDING"}
        idle = session.state in {"asking", "open"} and now >= session.touched + IDLE
        if idle or session.state == "collecting":
            return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
        if session.state == "asking":
            return self._refusal("UNAUTHORIZED", "Not authorized", 401)
        session.data_calls += 1
        session.filter = given.get("AccountsFilter")
        session.state, session.touched = "collecting", now
        return self._collected(session)

    def _poll(self, request_id: str) -> tuple[int, Json | str]:
        session = self.sessions.get(request_id)
        self.judge.data_polled(session, self.clockwork.invocation)
        if session is None or session.state != "collecting":
            done = session is not None and session.state == "done"
            if done and self.clockwork.now < session.touched + IDLE:  # type: ignore[union-attr] # done
                return self._collected(session)  # type: ignore[arg-type] # done
            return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
        session.polls += 1
        return self._collected(session)

    def _collected(self, session: Session) -> tuple[int, Json | str]:
        now = self.clockwork.now
        if now < session.ready_at:
            if now > session.opened_at + 3600:
                session.state = "gone"
                return self._refusal("SESSION_NONEXISTENT", "The session is gone", 400)
            session.touched = now
            return 202, {"HttpStatusCode": 202, "FlinksCode": "OPERATION_PENDING"}
        session.state, session.touched = "done", now
        session.given_to = self.clockwork.invocation
        body = self._body(session.login, session, session.generation)
        if session.filter is not None and not self.weather.strikes("ignores_filter"):
            wanted = set(session.filter)
            body["Accounts"] = [each for each in body["Accounts"] if each["Id"] in wanted]
        if self.weather.strikes("no_accounts"):
            body["Accounts"] = []
            session.state = "collecting"
        return 200, body

    def _delete(self, login_id: str) -> tuple[int, Json | str]:
        login = self.logins.get(login_id)
        if login is None or login.deleted:
            return self._refusal("INVALID_LOGIN", "The LoginId was not found", 401)
        if any(each.state == "running" for each in self._alive(login)):
            return self._refusal("CARD_IN_USE", "The card is in use", 400)
        login.deleted = True
        for session in self.sessions.values():
            if session.login is login:
                session.state = "gone"
        return 200, {"HttpStatusCode": 200, "Message": "The card was deleted"}

    # What it says

    def _alive(self, login: Login) -> list[Session]:
        now = self.clockwork.now
        return [
            each for each in self.sessions.values() if each.login is login and each.is_alive(now)
        ]

    def _shown(self, login: Login) -> int:
        """The newest generation that a cached call shows by now."""
        now = self.clockwork.now
        shown = [
            number
            for number in range(len(login.good))
            if login.shown_from.get(number, float("-inf")) <= now
        ]
        return shown[-1]

    def _authorized(self, login: Login, request_id: str, generation: int) -> Json:
        shown = min(generation, self._shown(login))
        return {
            "HttpStatusCode": 200,
            "Links": [],
            "Institution": "FlinksCapital",
            "InstitutionId": 14,
            "Login": {"Id": login.id, "LastRefresh": self._printed(login.good[shown])},
            "RequestId": request_id,
        }

    def _body(self, login: Login, session: Session | None, generation: int) -> Json:
        accounts: list[Any] = [
            {"Id": each, "Title": f"gen={generation}", "Balance": {"Current": _EXACT}}
            for each in login.open_accounts()
        ]
        if self.weather.strikes("odd_accounts"):
            accounts.insert(0, {"Id": None, "Title": None})
        told: Json = {
            "HttpStatusCode": 200,
            "Accounts": accounts,
            "Institution": "FlinksCapital",
            "InstitutionId": 14,
            "Login": {"Id": login.id, "LastRefresh": self._printed(login.good[generation])},
        }
        if session is not None:
            told["RequestId"] = session.id
        return told

    def _printed(self, at: float) -> str:
        moment = self.clockwork.instant() + timedelta(seconds=at + self.offset - self.clockwork.now)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"

    def _refusal(self, code: str, message: str, status: int) -> tuple[int, Json]:
        return status, {"HttpStatusCode": status, "FlinksCode": code, "Message": message}

    def _cased(self, told: Json) -> Json:
        if not self.weather.strikes("camel_case"):
            return told
        cased = {name[0].lower() + name[1:]: value for name, value in told.items()}
        if "login" in cased:
            cased["login"] = {name[0].lower() + name[1:]: v for name, v in cased["login"].items()}
        if "accounts" in cased:
            cased["accounts"] = [
                {name[0].lower() + name[1:]: v for name, v in each.items()}
                for each in cased["accounts"]
            ]
        return cased

    def _tell_broken(self, login: Login | None, code: str = "INVALID_LOGIN") -> None:
        if login is not None and code in _PERSONS:
            login.broken_told.append(self.clockwork.now)

    # Webhooks

    def _announce(self, session: Session, takes: float) -> None:
        """Tell our webhook what was collected; often late, twice, of old data, or not at all."""
        if takes > 3000 or self.weather.strikes("webhook_missing"):
            return
        login = session.login
        body = self._body(login, session, session.generation)
        late = (
            self.clockwork.dice.uniform(300, 20000) if self.weather.strikes("webhook_late") else 1
        )
        self._deliver(body, takes + late, login.good[session.generation])
        if self.weather.strikes("webhook_twice"):
            self._deliver(body, takes + self.clockwork.dice.uniform(1, 3600))
        if self.weather.strikes("webhook_old") and session.generation > 0:
            self._deliver(self._body(login, None, session.generation - 1), takes)
        if self.weather.strikes("webhook_empty"):
            self._deliver({**body, "Accounts": []}, self.clockwork.dice.uniform(0, 60))
        if self.weather.strikes("webhook_foreign"):
            others = [each for each in self.logins.values() if each is not login]
            other = self.clockwork.dice.choice(others)
            foreign = self._body(other, None, self._shown(other))
            self._deliver({**body, "Accounts": foreign["Accounts"]}, takes + 5)

    def _deliver(
        self,
        body: Json,
        delay: float,
        proves: float | None = None,
    ) -> None:
        kind = self._cased({**body, "ResponseType": "GetAccountsDetail"})
        raw = written(kind)
        self.of_webhook[hashlib.sha256(raw).hexdigest()] = self.logins[body["Login"]["Id"]]
        self.clockwork.spawn("webhook", partial(self._push, raw, proves), delay=delay)

    def _push(self, raw: bytes, proves: float | None) -> None:
        """Ten times, until it is taken."""
        for _ in range(10):
            if self.send_webhook(raw, proves):
                return
            self.clockwork.sleep(1800)

    def _guid(self, kind: str = "f11f") -> str:
        self._numbers += 1
        return f"{kind}0000-0000-4000-8000-{self._numbers:012d}"


def signs_of_life(told: Json, sessions: dict[str, Session]) -> Session | None:
    """The session that an answer shows to be alive."""
    session = sessions.get(str(told.get("RequestId", "")))
    status = told.get("HttpStatusCode")
    return session if session is not None and status in {200, 202, 203} else None
