"""A whole world from one seed: the deployed service, AWS, Flinks, people; and the judges."""

import base64
import hashlib
import hmac
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flinks_reconnect.aws.codec import instant

from tests.simulation.bank import Bank, Login, Session
from tests.simulation.clockwork import Clockwork
from tests.simulation.cloud import Bucket, Bus, Queues, Secrets, Source, Stream
from tests.simulation.deployment import (
    SECRETS,
    Answer,
    Deployment,
    answer_of,
    api_event,
)
from tests.simulation.dynamodb import Item, Key, Table
from tests.simulation.judge import TERMINAL, Judge, Seen, refresh_in
from tests.simulation.people import Integrator, forged, nightly
from tests.simulation.weather import Weather

HOUR = 3600.0
MINUTE = 60.0
_BEFORE_ANY_WARNING = 48 * HOUR


@dataclass
class Plan:
    """How long a world is bad, and how long it is watched after."""

    faulty: float = 2.5 * HOUR
    settle: float = 80 * MINUTE
    rest: float = 14 * HOUR
    logins: int = 3


@dataclass
class World:
    """`run` lets it go its way; `judge.faults` says what must never be."""

    deployment: Deployment
    seed: int
    plan: Plan = field(default_factory=Plan)
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    deaf_to: frozenset[str] = frozenset()
    stirs: tuple[str, ...] = ()
    tracing: bool = False
    trace: deque[str] = field(default_factory=lambda: deque(maxlen=6000))

    def __post_init__(self) -> None:
        self.clockwork = clockwork = Clockwork(self.seed)
        self.weather = weather = Weather(clockwork, self.plan.faulty, self.without, self.only)
        weather.stir(self.stirs)
        self.judge = Judge(clockwork, self.say, self._look, deaf_to=self.deaf_to)
        self.stream = Stream(clockwork, weather, self.invoke)
        self.table = Table(clockwork, weather, self._changed)
        sources = {
            "authorize": Source("authorize", 1800, clockwork.dice.choice((2, 20))),
            "accounts": Source("fetch_accounts", 1320, clockwork.dice.choice((2, 20))),
        }
        self.queues = Queues(clockwork, weather, self.invoke, sources, heard=self.judge.message)
        self.bucket = Bucket(clockwork, weather, self.judge.stored)
        self.bus = Bus(clockwork, weather, self.judge.event)
        self.secrets = Secrets(weather, SECRETS)
        self.bank = Bank(clockwork, weather, self.judge, self._webhook)
        self.judge.bank = self.bank
        self._clients = {
            "dynamodb": self.table,
            "sqs": self.queues,
            "s3": self.bucket,
            "events": self.bus,
            "secretsmanager": self.secrets,
        }
        self.deployment.enter(self, self.seed)
        self.integrators: list[Integrator] = []
        self.covered: Counter[tuple[str, str, str]] = Counter()
        """How often a run about a refresh in this status met this fault (or none)."""

    # The people

    def populate(self) -> None:
        """Let people and integrators in, and the schedules run."""
        dice = self.clockwork.dice
        for _ in range(self.plan.logins):
            login = self.bank.add_login()
            login.asks = dice.random() < 0.65
            login.unattended = not login.asks and dice.random() < 0.7
            if "changes_policy" in self.stirs:
                login.asks, login.unattended = False, True
            self._adopt(login)
            integrator = Integrator(self, login)
            self.integrators.append(integrator)
            self.clockwork.spawn(f"app of {login.number}", integrator.live)
            self.clockwork.spawn(f"admin of {login.number}", integrator.administer)
        self.clockwork.after(MINUTE, self._tick)
        self._expect_trouble()

    def _expect_trouble(self) -> None:
        """What befalls everybody, once or a few times."""
        dice = self.clockwork.dice
        if self.weather.is_on("nightly"):
            for _ in range(12 if "nightly" in self.stirs else dice.randint(1, 3)):
                self.clockwork.spawn(
                    "night", partial(nightly, self), delay=dice.uniform(0, self.plan.faulty)
                )
        if self.weather.is_on("webhook_forged"):
            self.clockwork.spawn(
                "stranger", partial(forged, self), delay=dice.uniform(600, self.plan.faulty)
            )
        if self.weather.is_on("account_vanishes"):
            self.clockwork.after(dice.uniform(0, self.plan.faulty), self._vanish)
        outages = 1.0 if "flinks_unreachable" in self.stirs else 0.3
        if self.weather.is_on("flinks_unreachable") and dice.random() < outages:
            self.clockwork.after(dice.uniform(0, self.plan.faulty), self._outage)

        if self.weather.is_on("table_outage"):
            for _ in range(dice.randint(1, 5)):
                self.clockwork.after(dice.uniform(0, self.plan.faulty - 120), self._table_outage)

    def schedule(self) -> None:
        """Let the schedules alone run, for a story that is told by a test."""
        self.clockwork.after(MINUTE, self._tick)

    def come(self, name: str, live: Callable[[], None]) -> None:
        """Somebody of a story comes."""
        self.people += 1

        def lives() -> None:
            live()
            self.people -= 1

        self.clockwork.spawn(name, lives)

    def new_app(self, *, asks: bool = True, **more: Any) -> Integrator:
        """A login with an integrator's app."""
        login = self.bank.add_login()
        login.asks = asks
        for name, value in more.items():
            setattr(login, name, value)
        self._adopt(login)
        return Integrator(self, login)

    def run(self, most: float = float("inf")) -> None:
        """From the first click to the last look."""
        self.populate()
        self.clockwork.run(self.plan.faulty + self.plan.settle, most=most)
        if not self.clockwork.stopped and self.clockwork.steps < most:
            self._judge_settled()
        self.clockwork.run(self.plan.faulty + self.plan.rest, most=most)
        if not self.clockwork.stopped and self.clockwork.steps < most:
            self._judge_rest()

    @property
    def is_evening(self) -> bool:
        """Nobody begins anything any more."""
        return self.clockwork.now > self.plan.faulty - 10 * MINUTE

    @property
    def is_night(self) -> bool:
        """Nobody is at a page any more."""
        return self.clockwork.now > self.plan.faulty + 5 * MINUTE

    def acting(self, login: Login) -> None:
        """A human act begins: from now on it may be seen."""
        self.judge.acts[login.id].append(self.clockwork.now)

    def acted(self, login: Login) -> None:
        """A human act was sent; whether the service knows of it its answer alone can tell."""
        self.judge.acts[login.id].append(self.clockwork.now)

    def home_of(self, login: Login) -> str:
        """The id of a login's connection."""
        from flinks_reconnect.domain.ids import LoginId, connection_id

        key = SECRETS["secret:id"]["current"].encode()
        return connection_id(key, LoginId(login.id))

    def provisional_of(self, session: Session) -> str:
        """The id under which an adopted session waits for its login."""
        from flinks_reconnect.domain.ids import RequestId, provisional_connection_id

        key = SECRETS["secret:id"]["current"].encode()
        return provisional_connection_id(key, RequestId(session.id))

    def state_in(self, url: str) -> str:
        """The callback's state that a Connect URL carries."""
        return dict(parse_qsl(urlsplit(url).query))["redirectUrl"].rpartition("/")[2]

    def parse(self, text: str) -> datetime:
        return datetime.fromisoformat(text)

    # The service

    def api(
        self,
        function: str,
        method: str,
        resource: str,
        *,
        path: dict[str, str] | None = None,
        body: Any = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        """Call a route over HTTP."""
        given = dict(headers or {}) | ({"Idempotency-Key": key} if key else {})
        event = api_event(method, resource, path=path, body=body, headers=given, query=query)
        cause = f"{method} {resource} {' '.join((path or {}).values())}"
        before = self.table.writes
        answer = answer_of(self.invoke(function, event, cause))
        if self.tracing:
            code = answer.body.get("code") or answer.body.get("status") or ""
            self.say(f"{cause} = {answer.status} {code}")
        if method == "GET" and "callback" not in resource:
            self._judge_safe(before)
        if answer.status == 500:
            self.judge.fault("K", f"{cause[:40]} answers 500 {answer.body.get('code')}")
        if resource != "/callback/{state}":
            self.judge.answered(answer.text, resource)
        return answer

    def _judge_safe(self, before: int) -> None:
        """S12 is judged by the run's own writes (others go on meanwhile): see `invoke`."""

    def invoke(self, function: str, event: dict[str, Any], cause: str = "") -> Any:
        """Run a function; what it was told of is known once it has ended well."""
        task = self.clockwork.task
        assert task is not None
        seen: list[Any] = []
        status = self._status_for(event, cause)
        inside = task.inside
        task.inside = _Noting(inside, seen)
        try:
            answer = self.deployment.invoke(function, event, cause)
        finally:
            task.inside = inside
        run = seen[0]
        for fault in run.struck or ["-"]:
            self.covered[status, _kind_of(function, cause), fault] += 1
        failed = bool(run.died) or (isinstance(answer, dict) and answer.get("batchItemFailures"))
        if self.tracing and (failed or function not in {"sweep", "publish_events", "refreshes"}):
            self.say(f"{function} {cause[:70]} {run.died}{' FAILED' if failed else ''}")
        if not failed:
            self.judge.ended_well(run)
        if failed and function == "authorize":
            self.judge.in_doubt.add(refresh_in(cause))
        if run.asked:
            self.judge.answer_kept(run, failed=bool(failed))
        reads = cause.startswith("GET") and "callback" not in cause
        if reads and run.writes:
            self.judge.fault("S12", f"{cause} wrote")
        return answer

    def client(self, service: str) -> Any:
        return self._clients[service]

    def exchange(self, call: Any) -> Any:
        answer = self.bank.exchange(call)
        run = self.clockwork.invocation
        if run is not None and not getattr(answer, "body", b"").startswith(b"{"):
            self.judge.in_doubt.add(refresh_in(run.cause))
        if self.tracing:
            path = call.url.rsplit("/BankingServices/", 1)[1]
            told = getattr(answer, "body", b"")
            text = told[:110].decode(errors="replace") if told else type(answer).__name__
            self.say(f"   flinks {path[:60]} {call.content[:60].decode()} = {text}")
        return answer

    def say(self, text: str) -> None:
        """Note it down for whoever reads the trace."""
        if self.tracing:
            self.trace.append(f"{self.clockwork.now:9.2f} {text}")

    # What goes on by itself

    def _tick(self) -> None:
        calm = self.clockwork.now > self.plan.faulty + self.plan.settle
        self.clockwork.after(20 * MINUTE if calm else MINUTE, self._tick)
        if self.weather.strikes("sweep_missed"):
            return
        for _ in range(2 if self.weather.strikes("sweep_twice") else 1):
            self.clockwork.spawn("sweep", partial(self.invoke, "sweep", {}, "sweep"))

    def _status_for(self, event: dict[str, Any], cause: str) -> str:
        """The status of the refresh that a run is about, before it."""
        text = f"{cause} {event.get('headers')} {event.get('body')}"
        seen = self.judge.refreshes.get(refresh_in(text))
        if seen is not None:
            return seen.status
        digest = cause[13:77] if cause.startswith('{"webhook"') else ""
        named = [each for each in self.bank.logins.values() if each.id in text]
        login = self.bank.of_webhook.get(digest) or (named[0] if named else None)
        told = self.judge.connections.get(self.home_of(login)) if login else None
        return told["refresh"]["status"] if told and told["refresh"] else "none"

    _last_step: int = 0
    people: int = 0
    """How many people of a story have not done yet what they came for."""

    def _changed(self, key: Key, old: Item | None, new: Item) -> None:
        self._last_step = self.clockwork.steps + 2
        self.stream.record(key, new)
        if not key[0].startswith("CN#") or key[1] not in {"LIVE", "CN"}:
            return
        self.judge.wrote(key[0].removeprefix("CN#"))

    def _look(self, connection: str) -> dict[str, Any] | None:
        """GET /connections/{id}, outside of time."""
        if self.clockwork.watching:
            return None
        self.clockwork.watching = True
        try:
            event = api_event("GET", "/connections/{id}", path={"id": connection})
            answer = answer_of(self.deployment.invoke("connections", event))
        finally:
            self.clockwork.watching = False
        if answer.status >= 500:
            self.judge.fault("R6", f"a connection cannot be read: {answer.body}")
        return answer.body if answer.ok else None

    def _webhook(self, raw: bytes, proves: float | None = None) -> bool:
        secret = SECRETS["secret:webhook"]["current"].encode()
        signature = base64.b64encode(hmac.digest(secret, raw, "sha256")).decode()
        headers = {"flinks-authenticity-key": signature, "Content-Type": "application/json"}
        answer = self.api(
            "flinks_webhook", "POST", "/webhooks/flinks", body=raw.decode(), headers=headers
        )
        if answer.status == 200 and proves is not None:
            self.judge.pending[hashlib.sha256(raw).hexdigest()] = proves
        return answer.status == 200

    def _adopt(self, login: Login) -> None:
        self.judge.logins[self.home_of(login)] = login

    def _vanish(self) -> None:
        login = self.clockwork.dice.choice(list(self.bank.logins.values()))
        login.closed_accounts.add(self.clockwork.dice.choice(login.accounts))

    def _table_outage(self) -> None:
        self.table.down_until = self.clockwork.now + self.clockwork.dice.choice((1, 5, 30, 100))
        self.weather.happened["table_outage"] += 1

    def _outage(self) -> None:
        self.bank.down_until = self.clockwork.now + self.clockwork.dice.uniform(60, 1500)
        self.bank.outages.append((self.clockwork.now, self.bank.down_until))

    # At rest

    def judge_end(self) -> None:
        """What a story must leave behind, judged by the same judges."""
        if not self.clockwork.stopped:
            self._judge_settled()
        if not self.clockwork.stopped:
            self._judge_rest()

    @property
    def is_quiet(self) -> bool:
        """Whether everything is over and told, so that nothing can follow any more."""
        if self.clockwork.stopped:
            return True
        over = all(seen.status in TERMINAL for seen in self.judge.refreshes.values())
        self.table.catch_up()
        due = self._rows_due_soon() > 0
        told = not any("ev_count" in item for item in self.table.items.values())
        return over and told and not due and self.people == 0

    def _rows_due_soon(self) -> int:
        """How many rows wait for more than the next warning, which comes days after the data."""
        horizon = self.clockwork.now + _BEFORE_ANY_WARNING
        wakes = [at for entries in self.table.entries.values() for at in entries.values()]
        return sum(self.clockwork.seconds(instant(int(at))) <= horizon for at in wakes)

    @property
    def last_call(self) -> int:
        """The last step at which anything but an idle sweep was done."""
        return self._last_step

    def _judge_settled(self) -> None:
        """L1: what a person was present for is over within 75 minutes of the last fault."""
        self._read_all()
        for seen in self.judge.refreshes.values():
            self._judge_lost_work(seen)
        self.judge.judge_proofs()

    def _judge_lost_work(self, seen: Seen) -> None:
        if not seen.worked or seen.status == "completed":
            return
        answered, session = seen.worked[-1]
        # Who stops sharing takes back what was answered, in an adopted session of theirs too.
        deleted = seen.login is not None and seen.login.deleted
        cancelled = seen.cancelled or (seen.cancel_tried and seen.status == "cancelled")
        taken_back = cancelled or deleted or seen.connection in self.judge.closing
        too_late = seen.expired_at is not None and answered > seen.expired_at + 590
        moved_on = [at for at in self.judge.live_calls[seen.id] if at > answered]
        later = any(
            each is not seen and each.login is seen.login and each.created > seen.created
            for each in self.judge.refreshes.values()
        )
        vanished = self.judge.has_vanished(seen)
        # Flinks was away for most of the half hour in which its sessions give out their data.
        away = any(
            until - since > 600 and since < answered + 1800 and until > answered
            for since, until in self.bank.outages
        )
        if not any((taken_back, too_late, moved_on, later, vanished, away)):
            self.judge.fault(
                "lost work",
                f"{seen.id[-8:]} was answered rightly at {answered:.0f} ({session.id[-4:]},"
                f" {session.origin}), and is {seen.status}",
            )

    def _judge_rest(self) -> None:
        """L1, L2, R3: everything is over, told once, and nobody is asked any more."""
        self._read_all()
        for seen in self.judge.refreshes.values():
            self._judge_told(seen)
        for (name, kind), count in self.judge.marks.items():
            told_ids = [each for each in self.judge.events[name].values() if each["type"] == kind]
            if len(told_ids) != count:
                self.judge.fault("L2", f"{kind}: {count} times so, told {len(told_ids)} times")
        unpublished = [key for key, item in self.table.items.items() if "ev_count" in item]
        if unpublished:
            self.judge.fault("L2", "events are never published")
        due = self._rows_due_soon()
        if due:
            self.judge.fault("G", f"{due} rows are looked at for ever")

    def _judge_told(self, seen: Seen) -> None:
        if seen.status not in TERMINAL:
            self.judge.fault("L1", f"{seen.id[-8:]} never ends: {seen.status}")
        told = [each["type"] for each in self.judge.events[seen.id].values()]
        ends = [each for each in told if each.removeprefix("refresh.") in TERMINAL]
        wanted = [f"refresh.{seen.status}"]
        if seen.view.get("late"):
            wanted = ["refresh.completed", "refresh.expired"]
        if sorted(ends) != wanted:
            self.judge.fault("R3", f"{seen.id[-8:]} is {seen.status}, and told are {ends}")

    def _read_all(self) -> None:
        self.clockwork.watching = True
        try:
            for refresh_id, seen in self.judge.refreshes.items():
                event = api_event("GET", "/refreshes/{id}", path={"id": refresh_id})
                answer = answer_of(self.deployment.invoke("refreshes", event))
                if answer.ok:
                    seen.view, seen.status = answer.body, answer.body["status"]
        finally:
            self.clockwork.watching = False


def _kind_of(function: str, cause: str) -> str:
    """What happened, in a word."""
    if cause.startswith('{"webhook"'):
        return "webhook looked at"
    route = cause.split(" ")[1] if " /" in cause else ""
    return f"{function} {route.rsplit('/', 1)[-1].strip('{}')}".strip() if route else function


class _Noting(list[Any]):
    """A list that remembers what was appended to it first."""

    def __init__(self, given: list[Any], seen: list[Any]) -> None:
        super().__init__(given)
        self._seen = seen

    def append(self, item: Any) -> None:
        self._seen.append(item)
        super().append(item)
