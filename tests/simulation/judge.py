"""Judges after every step by what Flinks, the person and the integrator can see, and by the truth.

Nothing here knows how the service decides: the answers of its API (read after every write), the
calls that reach Flinks, what is put into the bucket, the events, and what really happened at the
bank. Each verdict names the rule (R1 to R17), the invariant (S1 to S23) or the promise (L1 to L11).
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.bank import IDLE, Bank, Login, Session, Token
from tests.simulation.clockwork import Clockwork, Invocation

TERMINAL = frozenset({"completed", "failed", "expired", "cancelled"})
API_MAY_CALL = frozenset({"GenerateAuthorizeToken", "DeleteCard"})
WORKERS = frozenset({"authorize", "fetch_accounts", "nightly_check"})
SKEW = 60.0
WINDOW = 300.0
RACE = 5.0
"""Seconds between reading what is allowed and storing it that no judge can hold against us."""
_WAITS = frozenset({"session_concurrent", "earlier_session_open"})
MOST_POLLS = 185
"""Collection over poll, and five (design, section 10)."""
FLINKS_ID = "f11f0000-"
EXACT = "12345678901234567.890"
"""A balance that no float holds."""
type Json = dict[str, Any]


@dataclass(eq=False)
class Seen:
    """A refresh as its answers showed it."""

    id: str
    connection: str
    created: float
    login: Login | None = None
    adopted: Session | None = None
    asked_selection: Any = None
    status: str = ""
    number: int = 0
    began_for_good: list[float] = field(default_factory=list)
    """When each attempt began that reached the bank; one that was refused changed nothing."""
    view: Json = field(default_factory=dict)
    cancelled: bool = False
    cancel_tried: bool = False
    """Whether somebody tried to, so that it may be so without their having heard of it."""
    promised: tuple[float, float] | None = None
    """(given at, to be kept at)."""
    calls_at_promise: int = 0
    worked: list[tuple[float, Session]] = field(default_factory=list)
    """When the person answered rightly."""
    left_asking: bool = False
    """Whether it was cancelled while the bank waited for the answer."""
    expired_at: float | None = None
    ended_at: float | None = None
    snapshots: list[tuple[float, set[Any], int]] = field(default_factory=list)


@dataclass
class Judge:
    """`fault` ends the world with a verdict."""

    clockwork: Clockwork
    say: Callable[[str], None]
    look: Callable[[str], Json | None]
    """A connection as GET shows it, without a trace."""
    bank: Bank = None  # type: ignore[assignment] # set when the world is complete
    deaf_to: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)
    refreshes: dict[str, Seen] = field(default_factory=dict)
    connections: dict[str, Json] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    """Which login a connection stands for."""
    acts: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When a human act for a login was sent, whatever became of it."""
    noticed: dict[str, float] = field(default_factory=dict)
    """By refresh: when the last click began of which the service said that it took it."""
    policy: defaultdict[str, list[tuple[float, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unsure: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When a change of the policy had no answer, so that nobody knows."""
    selections: defaultdict[str, list[tuple[float, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """What a connection's selection was from when on, as GET showed it."""
    requested: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    """Every selection that the integrator ever asked for."""
    sent: Counter[tuple[str, int]] = field(default_factory=Counter)
    live_calls: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    broke_at: dict[str, float] = field(default_factory=dict)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: defaultdict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    in_doubt: set[str] = field(default_factory=set)
    """Refreshes of which a worker died or failed, or had no answer from Flinks that says a word."""
    closing: set[str] = field(default_factory=set)
    minted_by: Counter[str] = field(default_factory=Counter)
    throttled: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By session: when Flinks asked for patience, and since when the service knows."""
    proofs: dict[str, float] = field(default_factory=dict)
    """The newest data that we were told of well, per connection."""
    pending: dict[str, float] = field(default_factory=dict)
    """When the data of a webhook that we took was collected, by its digest."""

    def fault(self, rule: str, text: str) -> None:
        """Something is so that must never be."""
        if rule in self.deaf_to or rule.split()[0] in self.deaf_to:
            return
        self.faults.append(f"{rule}: {text}")
        self.say(f"!! {rule}: {text}")
        self.clockwork.stopped = True

    # What the integrator and the person see

    def started(
        self, refresh: Json, login: Login | None, adopted: Session | None, selection: Any
    ) -> None:
        """A start was answered with this refresh."""
        known = self.refreshes.get(refresh["id"])
        if known is None:
            known = self._known(refresh)
        known.login = known.login or login
        known.adopted = known.adopted or adopted
        if known.asked_selection is None:
            known.asked_selection = selection

    def wrote(self, partition: str) -> None:
        """Something of this connection was written: look at it as the integrator would."""
        connection = self.look(partition)
        if connection is None:
            return
        self._judge_connection(connection)
        self.connections[connection["id"]] = connection
        if connection["refresh"] is not None:
            self._judge_refresh(connection["refresh"], connection)

    def shown(self, refresh: Json) -> None:
        """A refresh was shown to somebody in an answer."""
        now = self.clockwork.now
        status, at = refresh["status"], refresh.get("attempt") or {}
        if (
            status == "mfa_required"
            and at.get("expiresAt")
            and self._at(at["expiresAt"]) <= now - 1
        ):
            self.fault("R6", f"{status} is shown after its deadline")
        if status == "invited" and self._at(refresh["expiresAt"]) <= now - 1:
            self.fault("R6", "invited is shown after its expiry")
        told_late = (refresh["error"] or {}).get("code") == "asked_too_long_ago"
        if status == "invited" and told_late and refresh["id"] in self.refreshes:
            self._judge_too_long_ago(self.refreshes[refresh["id"]])
        if status == "starting" and self._at(refresh["expiresAt"]) <= now - 300:
            self.fault("K", "starting is shown long after the refresh's expiry")

    def clicked(self, before: Json | None, told: Json, login: Login) -> None:
        """E, D2: what a person who clicks is told."""
        error = (told["error"] or {}).get("code")
        if told["status"] not in {"retry_scheduled", "invited"} or error not in _WAITS:
            return
        now, calls = self.clockwork.now, self.live_calls[told["id"]]
        if calls and now - calls[-1] < 20:
            return
        if before is not None and before["status"] == "invited":
            due = self._at(before["retryAt"]) if before["retryAt"] else 0
            late = told["retryAt"] and self._at(told["retryAt"]) > now + 5
            if due <= now - 5 and late and calls:
                self.fault("E", "invited to start now, and then told to wait for our own lease")
        last = self._before(told, login)
        if last is None or not last.left_asking:
            return
        for session in self.bank.sessions.values():
            ours = session.login is login and session.origin == "live"
            ours = ours and session.opened_at >= last.created
            left = session.known_alive + IDLE - now
            if ours and session.state == "asking" and session.is_alive(now) and left > 90:
                self.fault("D2", f"kept out by our own session {session.id[-4:]}, which still asks")

    def _before(self, told: Json, login: Login) -> Seen | None:
        """The refresh of this login that came before."""
        others = [
            each
            for each in self.refreshes.values()
            if each.login is login and each.id != told["id"]
        ]
        return max(others, key=lambda each: each.created, default=None)

    def _known(self, refresh: Json) -> Seen:
        created = self._at(refresh["createdAt"])
        known = Seen(refresh["id"], refresh["connectionId"], created)
        known.login = self.logins.get(refresh["connectionId"])
        self.refreshes[refresh["id"]] = known
        return known

    def _judge_connection(self, told: Json) -> None:
        now, name = self.clockwork.now, told["id"]
        before = self.connections.get(name)
        as_of = self._at(told["dataAsOf"]) if told["dataAsOf"] else None
        if as_of is not None and as_of > now + 1:
            self.fault("R13 future", f"dataAsOf lies {as_of - now:.0f} s in the future")
        reopened = before is not None and before["closedAt"] and not told["closedAt"]
        stays = before and before["dataAsOf"] and not reopened and not told["closedAt"]
        was = self._at(before["dataAsOf"]) if before and stays else float("-inf")
        if stays and (as_of is None or as_of < was - 0.001):
            self.fault("R13 falls", f"dataAsOf fell from {was:.0f} to {told['dataAsOf']}")
        if told["closedAt"]:
            self._judge_closed(told)
        self._judge_health(told, before)
        self._judge_selection(told, before)

    def _judge_closed(self, told: Json) -> None:
        """R1, S9: what nobody shares any more stays as it is."""
        refresh = told["refresh"]
        if refresh is not None and refresh["status"] not in TERMINAL:
            self.fault("S9", f"a refresh of a closed connection is {refresh['status']}")
        if told["health"]["status"] != "closed":
            self.fault("S9", f"a closed connection is called {told['health']['status']}")

    def _judge_health(self, told: Json, before: Json | None) -> None:
        name, health = told["id"], told["health"]["status"]
        was = before["health"]["status"] if before else "unknown"
        login = self.logins.get(name)
        if health == was or login is None:
            return
        self.say(f"   {name[:8]} health {was} -> {health} {told['health']['cause']}")
        if health == "reconnect_required":
            self.marks[name, "connection.reconnect_required"] += 1
            self._judge_break(name, login)
        if health == "healthy" and was == "reconnect_required":
            self.marks[name, "connection.repaired"] += 1
            if login.good[-1] < self.broke_at.get(name, 0) - SKEW:
                self.fault("R4", "health clears, and there is no data newer than the break")

    def _judge_break(self, name: str, login: Login) -> None:
        """R10, F: a connection breaks only by what Flinks said of the login."""
        self.broke_at[name] = self.clockwork.now
        said = login.broken_told and login.broken_told[-1] >= login.good[-1] - SKEW
        listed = self.bank.nightly.get(login.id)
        persons = listed is not None and _is_persons(listed)
        if not said and not persons:
            self.fault("R10", "a connection is called broken, and Flinks never said so")
        if persons:
            self.broke_at[name] = min(self.clockwork.now, self.bank.nightly_at)

    def _judge_selection(self, told: Json, before: Json | None) -> None:
        name, selection = told["id"], told["selectedAccounts"]
        if before is not None and before["selectedAccounts"] == selection:
            return
        if selection is not None and selection not in self.requested[self._login_key(name)]:
            self.fault("R5", "the stored selection became what nobody asked for")
        self.selections[name].append((self.clockwork.now, selection))

    def _login_key(self, connection: str) -> str:
        login = self.logins.get(connection)
        return login.id if login else connection

    def _judge_refresh(self, told: Json, connection: Json) -> None:
        known = self.refreshes.get(told["id"]) or self._known(told)
        known.connection = connection["id"]
        known.login = known.login or self.logins.get(connection["id"])
        number = (told["attempt"] or {}).get("number", 0)
        if number < known.number:
            self.fault("S19", "an attempt went back")
        known.number = number
        if told["status"] != known.status:
            self._moved(known, told)
        self._judge_promise(known, told)
        known.view = told
        self.shown(told)

    def _moved(self, known: Seen, told: Json) -> None:
        was, status = known.status, told["status"]
        error = (told["error"] or {}).get("code")
        until = f"until {told['retryAt'][11:19]}" if told["retryAt"] else ""
        moved = f"{was or '-'} -> {status} #{known.number}"
        self.say(f"   {known.id[-8:]} {moved} {error or ''} {until}")
        known.status = status
        if was in TERMINAL and not (was == "expired" and status == "completed" and told["late"]):
            self.fault("S9", f"{was} became {status}")
        self._note(known, was, told)
        if status == "invited" and error == "asked_too_long_ago":
            self._judge_too_long_ago(known)
        if error == "outcome_unknown":
            self._judge_unknown(known)
        if status == "completed":
            self._judge_completed(known)
        if status == "failed":
            self._judge_failed(known, error)

    def _note(self, known: Seen, was: str, told: Json) -> None:
        now, status = self.clockwork.now, told["status"]
        if status == "credentials_required" and was != "verifying":
            known.began_for_good.append(now)
        if status == "expired":
            known.expired_at = now
        known.left_asking = was == "mfa_required" and status == "cancelled"
        if status in TERMINAL:
            known.ended_at = now
            if told["nextAction"] == "wait":
                self.fault("R15", f"{status} says wait")

    def _judge_unknown(self, known: Seen) -> None:
        """A5: only of a call that was made, or may have been, is the outcome unknown."""
        if not self.sent[known.id, known.number] and known.id not in self.in_doubt:
            self.fault("A5", "an outcome is called unknown, and the bank was never called")

    def _judge_too_long_ago(self, known: Seen) -> None:
        """D4: a click that was taken is a human act; of one without an answer nobody can tell."""
        now, noticed = self.clockwork.now, self.noticed.get(known.id, float("-inf"))
        if now - WINDOW + 40 < noticed < now - 20:
            self.fault("D4", "asked too long ago, and a click of just now was taken")

    def _judge_completed(self, known: Seen) -> None:
        """R2, R13, R5: proven by newer data, of this login, and not wider than allowed now."""
        now, login = self.clockwork.now, known.login
        if not known.snapshots:
            self.fault("R2", "completed, and nothing was stored")
            return
        stored_at, accounts, generation = known.snapshots[-1]
        if login is None:
            return
        since = max(known.began_for_good, default=known.created)
        # Of accounts of somebody else nobody here can tell the age, nor can the service.
        is_theirs = set(accounts) <= set(login.accounts)
        # What an earlier refresh's session brings, which this one took over, may be older than it.
        own = known.adopted is None and (known.began_for_good or not known.number)
        judged = is_theirs and own and generation >= 0
        # Both clocks may be off by the skew: the one that is shown, and the one it is measured on.
        if judged and login.good[generation] < since - 2 * SKEW:
            self.fault(
                "R13 old", f"completed with data {since - login.good[generation]:.0f} s too old"
            )
        if known.cancelled:
            self.fault("S9", "completed after it was cancelled")
        # What counts is what is allowed at the moment of storing; the write may follow later.
        allowed = self._allowed(known, now, now - stored_at + RACE)
        if not any(_within(accounts, each) for each in allowed):
            self.fault("R5", f"completed with accounts that are not allowed now: {allowed}")

    def _judge_failed(self, known: Seen, error: str | None) -> None:
        login = known.login
        if login is None:
            return
        if error == "accounts_vanished" and not self.has_vanished(known):
            self.fault("R14 vanished", "failed as accounts_vanished, and they are there")
        if error == "identity_mismatch" and not any(
            each.tag == known.id and each.login is not login for each in self.bank.sessions.values()
        ):
            self.fault(
                "R14 identity", "failed as identity_mismatch, and nobody signed in as another"
            )
        self._judge_blame(error)
        if error == "data_timeout":
            self._judge_timeout(known, login)

    def has_vanished(self, known: Seen) -> bool:
        """Whether none of the chosen accounts exists any more."""
        return all(self._of_vanished(known, RACE))

    def _of_vanished(self, known: Seen, race: float) -> list[bool]:
        """Of each selection that was in force lately: whether none of its accounts exists."""
        if known.login is None:
            return [False]
        there = set(known.login.open_accounts())
        chosen = self._allowed(known, self.clockwork.now, race)
        return [each != "all" and not set(each or ()) & there for each in chosen]

    def _judge_blame(self, error: str | None) -> None:
        """R8: nobody is blamed for what Flinks never said."""
        happened = self.bank.weather.happened
        blames = {
            "access_refused": happened["flinks_keys_refused"],
            "token_refused": happened["flinks_token_refused"],
            "unrecognised_answer": 0,
            "request_refused": 0,
            "not_enabled": 0,
            "bank_needs_person": happened["bank_needs_person"],
        }
        if error in blames and not blames[error]:
            self.fault("R8", f"failed as {error}, and Flinks never said so")

    def _judge_timeout(self, known: Seen, login: Login) -> None:
        """A5: nobody gives up on data that are there."""
        happened = self.bank.weather.happened
        slow = any(
            each.login is login and each.ready_at > each.opened_at + 1500
            for each in self.bank.sessions.values()
        )
        troubled = happened["flinks_throttles"] > 3 or self.bank.down_until
        empty = happened["no_accounts"] or any(self._of_vanished(known, 1900))
        # Flinks gives data out once: what a run was killed with is there no more.
        died = any(
            each.login is login and each.given_to is not None and each.given_to.died
            for each in self.bank.sessions.values()
        )
        if not slow and not troubled and not empty and not died:
            self.fault("A5", "failed as data_timeout, and Flinks had the data long ago")

    def _judge_promise(self, known: Seen, told: Json) -> None:
        """R15: `wait` with a date is followed by an attempt then, or by something better."""
        now = self.clockwork.now
        kept_at = known.promised
        if kept_at is not None and told["status"] != "retry_scheduled":
            known.promised = None
            tried = (
                self.minted_by[known.id] + len(self.live_calls[known.id]) > known.calls_at_promise
            )
            excused = (
                told["status"] != "invited"
                or now < kept_at[1] - 1
                or tried
                or self._policy_fell(known, kept_at[0], now)
                or kept_at[1] >= self._at(told["expiresAt"]) - 1
                or (told["error"] or {}).get("code") == "attempts_exhausted"
                or now > kept_at[1] + 60
            )
            if not excused:
                self.fault(
                    "R15", f"a wait was promised until {kept_at[1]:.0f}, and nothing was tried"
                )
        if told["status"] == "retry_scheduled" and told["retryAt"]:
            until = self._at(told["retryAt"])
            same = kept_at is not None and kept_at[1] == until
            known.promised = kept_at if same else (now, until)
            known.calls_at_promise = self.minted_by[known.id] + len(self.live_calls[known.id])

    def _policy_fell(self, known: Seen, since: float, until: float) -> bool:
        changes = self.policy[known.login.id] if known.login else []
        unsure = self.unsure[known.login.id] if known.login else []
        fell = [at for at, on in changes if not on] + unsure
        return any(since - 60 <= at <= until for at in fell)

    # What Flinks sees

    def called(self, endpoint: str, invocation: Invocation | None) -> None:
        if invocation is None:
            return
        if invocation.function not in WORKERS and endpoint not in API_MAY_CALL:
            self.fault("R9", f"{invocation.function} waits for {endpoint}")
        if endpoint == "GenerateAuthorizeToken":
            self.minted_by[refresh_in(invocation.cause)] += 1

    def told(self, endpoint: str, told: Json, invocation: Invocation | None) -> None:
        """An answer reached us: a sign of life is known once the run ends well."""
        if invocation is None or endpoint not in {"Authorize", "AuthorizeAsync"}:
            return
        session = self.bank.sessions.get(str(told.get("RequestId", "")))
        if session is not None and told.get("HttpStatusCode") in {200, 202, 203}:
            invocation.touched[session.id] = self.clockwork.now
            if told["HttpStatusCode"] == 200 and session.origin == "live":
                session.told_open = self.clockwork.now
            if told["HttpStatusCode"] == 203:
                invocation.asked = session.id

    def answer_kept(self, run: Invocation, *, failed: bool) -> None:
        """C4: a 203 is never dropped while the worker has time."""
        refresh = self.refreshes.get(refresh_in(run.cause))
        if refresh is None or run.died == "killed":
            return
        if failed and run.deadline - self.clockwork.now > 60:
            self.fault(
                "C4", f"a 203 is dropped with {run.deadline - self.clockwork.now:.0f} s left"
            )
        if not failed and refresh.status == "starting":
            self.fault("C4", "a 203 was heard, and it is still starting")

    def refused(self, endpoint: str, request_id: str, status: int) -> None:
        """F: an answer that asks for patience reached the run."""
        run = self.clockwork.invocation
        if run is not None and status == 429 and endpoint.startswith("GetAccountsDetail"):
            run.refused, run.refused_at = request_id, self.clockwork.now

    def token_used(self, token: Token) -> None:
        if token.used:
            self.fault("S3", "a token is used twice")
        if self.clockwork.now > token.minted_at + 780:
            self.fault("S3", "a token older than 13 minutes is used")

    def live_call(self, login: Login, invocation: Invocation | None) -> None:
        """S1, S2, R1, R7: may this bank login be?"""
        now = self.clockwork.now
        refresh = self.refreshes.get(refresh_in(invocation.cause if invocation else ""))
        if refresh is None:
            self.fault("S2", "a live call for no refresh")
            return
        self.live_calls[refresh.id].append(now)
        if len(self.live_calls[refresh.id]) > 30:
            self.fault("S17", "more than 30 live calls for one refresh")
        key = (refresh.id, refresh.number)
        self.sent[key] += 1
        if self.sent[key] > 1:
            self.fault("S2", f"attempt {refresh.number} sends /Authorize twice")
        for session in self.bank.sessions.values():
            known = session.login is login and now < session.known_alive + IDLE
            if known and session.is_alive(now) and not self._is_anonymous(session):
                self.fault(
                    "R7",
                    f"a live call beside {session.id[-4:]}, known to be alive ({session.state})",
                )
        began = invocation.began if invocation else now
        if refresh.ended_at is not None and refresh.ended_at < began:
            self.fault("S9", "a live call for a refresh that is over")
        if not self._may_call(login):
            self.fault("R1", "a bank login without a human act shortly before")

    def _is_anonymous(self, session: Session) -> bool:
        """Whether we were never told which login this adopted session is of."""
        return any(
            each.adopted is session and each.connection not in self.logins
            for each in self.refreshes.values()
        )

    def _may_call(self, login: Login) -> bool:
        now = self.clockwork.now
        if any(now <= at + WINDOW + 20 for at in self.acts[login.id]):
            return True
        changes = self.policy[login.id]
        if changes and changes[-1][1]:
            return True
        return any(now <= at + WINDOW for at, on in changes if not on)

    def live_opened(self, session: Session) -> None:
        """A bank login has begun."""
        run = self.clockwork.invocation
        refresh = self.refreshes.get(refresh_in(run.cause)) if run else None
        if refresh is not None:
            refresh.began_for_good.append(self.clockwork.now)

    def probed(self, login: Login) -> None:
        return None

    def data_called(
        self, session: Session | None, given: Json, invocation: Invocation | None
    ) -> None:
        if session is None:
            return
        now = self.clockwork.now
        # Of a session without a LoginId nothing else can tell whether a lost call was taken.
        if session.data_calls and not self._is_anonymous(session):
            name = session.id[-4:]
            self.fault("S23", f"a second data call on {name}, which had one ({session.state})")
        if session.told_open is not None and now >= session.told_open + IDLE:
            self.fault("S23", f"a data call on {session.id[-4:]}, which is known to be dead")
        if session.probes and now - session.probes[-1] < 8 and session.state == "asking":
            self.fault(
                "C3", f"two questions in {now - session.probes[-1]:.1f} s while nobody has answered"
            )
        session.probes.append(now)
        self._judge_patience(session)
        if invocation is not None and session.state in {"open", "collecting", "running"}:
            invocation.touched[session.id] = self.clockwork.now

    def data_polled(self, session: Session | None, invocation: Invocation | None) -> None:
        if session is None:
            return
        if session.polls > MOST_POLLS:
            self.fault("S17", f"{session.polls} polls of one RequestId")
        self._judge_patience(session)
        if invocation is not None and session.state == "collecting":
            invocation.touched[session.id] = self.clockwork.now

    def _judge_patience(self, session: Session) -> None:
        told_at, known_at = self.throttled.pop(session.id, (float("-inf"), float("inf")))
        run = self.clockwork.invocation
        # A run that was frozen with its call in hand cannot know what another was told meanwhile.
        knows = run is not None and run.began > known_at
        if knows and self.clockwork.now < told_at + 25:
            self.fault(
                "F", f"asked again {self.clockwork.now - told_at:.0f} s after being throttled"
            )

    def widget_opened(self, query: Json, token: Token | None, session: Session | None) -> None:
        """S4 and the person: a URL that we handed out opens something."""
        if token is not None:
            self.token_used_in_widget(token)

    def token_used_in_widget(self, token: Token) -> None:
        if token.used > 1:
            self.fault("S3", "one token in two URLs")

    def succeeded(self, session: Session, takes: float) -> None:
        """The bank let the person in."""
        known = self.refreshes.get(session.tag)
        whose, number = f"{session.id[-4:]} of {session.login.number}", session.generation
        self.say(f"   bank: {whose} is done (gen {number})")
        if known is not None and session.answered_at is not None and takes < 1500:
            same = known.login is None or known.login is session.login
            if same and known.status not in {"completed", "cancelled", "failed"}:
                known.worked.append((self.clockwork.now, session))

    def ended_well(self, invocation: Invocation) -> None:
        """What the run was told of is known from now on."""
        for request_id, told_at in invocation.touched.items():
            session = self.bank.sessions[request_id]
            session.known_alive = max(session.known_alive, told_at)
        if invocation.refused:
            self.throttled[invocation.refused] = (invocation.refused_at, self.clockwork.now)
        place = invocation.cause.find('"webhook"')
        if place >= 0 and invocation.function == "fetch_accounts":
            self._proved(invocation.cause, invocation.began)

    def _proved(self, cause: str, began: float) -> None:
        """R13, A3: a webhook with data was taken; every proof moves dataAsOf."""
        digest = json.loads(cause)["webhook"]
        collected = self.pending.get(digest)
        login = self.bank.of_webhook.get(digest)
        if collected is None or login is None:
            return
        home = next(name for name, each in self.logins.items() if each is login)
        known = self.connections.get(home)
        if known is not None and not known["closedAt"] and not _may_be_too_old_for(known):
            shown = min(collected + self.bank.offset, began)
            self.proofs[home] = max(self.proofs.get(home, shown), shown)

    def judge_proofs(self) -> None:
        """A3: what we were told of is seen in dataAsOf."""
        for home, newest in self.proofs.items():
            told = self.connections[home]
            as_of = self._at(told["dataAsOf"]) if told["dataAsOf"] else float("-inf")
            if (
                not told["closedAt"]
                and home not in self.closing
                and as_of < newest - 1 - max(0.0, self.bank.offset)
            ):
                self.fault(
                    "A3", f"dataAsOf of {home} is {newest - as_of:.0f} s behind what was proven"
                )

    def issued(self, refresh_id: str, told: Json) -> None:
        """S4: a URL was handed out; it must be good for a while."""
        known = self.refreshes[refresh_id]
        own = known.connection in self.logins
        everything = own and self._allowed(known, self.clockwork.now, 300) == ["all"]
        if everything and "accountSelectorEnable=false" not in told["url"]:
            self.fault("H", "the URL offers a choice of accounts that nobody honours")
        if told["requestIdExpiresAt"]:
            left = self._at(told["requestIdExpiresAt"]) - self.clockwork.now
            if left < 55:
                self.fault("S4", f"a URL is issued {left:.0f} s before its session dies")

    def came_back(self, answer: Any, url: str, return_url: str, base_url: str) -> None:
        """S18: the browser is sent to a listed address only, with nothing but the refresh."""
        location = answer.headers.get("Location")
        if location is not None and not location.startswith(f"{return_url}?refreshId=rf_"):
            self.fault("S18", f"the callback redirects to {location}")

    # What leaves

    def stored(self, key: str, body: bytes) -> None:
        """S14, R5: nothing is stored for others that is not allowed now."""
        if not key.startswith("snapshots/"):
            return
        text = gzip.decompress(body).decode()
        try:
            document = json.loads(text, parse_constant=_no_number)
        except ValueError:
            self.fault("I", "a snapshot is no JSON")
            return
        if document["accounts"] and EXACT not in text:
            self.fault("I", f"the number {EXACT} is not as it came")
        known = self.refreshes.get(key.split("/")[1])
        if known is None:
            self.fault("S6", "a snapshot of no refresh")
            return
        lowered = [
            {name.lower(): value for name, value in each.items()} for each in document["accounts"]
        ]
        generations = [int(str(each.get("title", "gen=-1")).split("=")[-1]) for each in lowered]
        accounts = {each.get("id") for each in lowered}
        known.snapshots.append((self.clockwork.now, accounts, min(generations, default=-1)))
        if -7 in generations:
            self.fault("S22", "forged data is stored")
        self._judge_stored(known, accounts)

    def _judge_stored(self, known: Seen, accounts: set[Any]) -> None:
        # A signed webhook that gives out other accounts as this login's, where all are chosen,
        # cannot be told from the truth.
        named = "all" not in self._allowed(known, self.clockwork.now)
        foreign = known.login is not None and not accounts <= {*known.login.accounts, None}
        if named and foreign:
            self.fault("S6", "accounts of another login are stored")
        run = self.clockwork.invocation
        race = max(RACE, self.clockwork.now - run.began) if run else RACE
        allowed = self._allowed(known, self.clockwork.now, race)
        if not any(_within(accounts, each) for each in allowed):
            self.fault("S14", f"an account is stored that is not allowed: {allowed}")

    def _allowed(self, known: Seen, now: float, race: float = RACE) -> list[Any]:
        """Every selection that was in force within the last moments."""
        home = known.connection
        if known.login is not None:
            named = [name for name, each in self.logins.items() if each is known.login]
            home = named[0] if named and self.selections[named[0]] else home
        history = self.selections[home]
        inside = [selection for at, selection in history if at >= now - race]
        before = [selection for at, selection in history if at < now - race]
        found = inside + before[-1:]
        kept = [each for each in found if each is not None]
        return kept or [known.asked_selection]

    def message(self, body: str) -> None:
        if FLINKS_ID in body or "token-" in body:
            self.fault("R12", "a queue message carries a secret")

    def answered(self, text: str, resource: str) -> None:
        if FLINKS_ID in text and "iframe-url" not in resource:
            self.fault("R12", f"an answer of {resource} carries an id of Flinks")

    def event(self, detail: Json) -> None:
        """R3, S8, S21: each end is told once, thinly, and only when it is so."""
        if FLINKS_ID in json.dumps(detail):
            self.fault("R12", "an event carries an id of Flinks")
        subject = detail.get("refreshId") or detail["connectionId"]
        known = self.events[subject].get(detail["id"])
        if known is None:
            self.say(f"   event {detail['type']} of {subject[-8:]}")
        if known is not None and _said(known) != _said(detail):
            self.fault("R3", "one event id says two things")
        self.events[subject][detail["id"]] = detail
        ends = {each["type"] for each in self.events[subject].values()} & ENDS
        if len(ends) > 1 and ends != {"refresh.expired", "refresh.completed"}:
            self.fault("R3", f"two ends are told: {sorted(ends)}")

    # At rest

    def _at(self, text: str) -> float:
        from datetime import datetime

        return self.clockwork.seconds(datetime.fromisoformat(text))


ENDS = frozenset({"refresh.completed", "refresh.failed", "refresh.expired", "refresh.cancelled"})


def _said(detail: Json) -> Json:
    """What must stay the same under one id; an adopted session's login may be proven meanwhile."""
    return {name: value for name, value in detail.items() if name not in _MOVES}


_MOVES = frozenset({"connectionId", "reference"})


def _within(accounts: set[Any], selection: Any) -> bool:
    return selection == "all" or accounts <= set(selection or ())


def _is_persons(listed: Json) -> bool:
    code = listed["LastRefreshErrorCode"]
    if code is None:
        return "challenge" in listed["LastRefreshState"].lower()
    return code in {
        "INVALID_LOGIN",
        "INVALID_PASSWORD",
        "INVALID_USERNAME",
        "QUESTION_NOT_FOUND",
        "DISABLED_LOGIN",
        "UNAUTHORIZED",
        "INVALID_SECURITY_RESPONSE",
    }


def _no_number(name: str) -> None:
    raise ValueError(name)


def refresh_in(cause: str) -> str:
    """The refresh that a message or a route names."""
    place = cause.find("rf_")
    return cause[place : place + 45] if place >= 0 else ""


def _may_be_too_old_for(known: Json) -> bool:
    """Whether data may be older than what goes on: where no age is known, they prove nothing."""
    refresh = known["refresh"]
    under_way = refresh is not None and refresh["status"] not in TERMINAL and refresh["attempt"]
    return known["dataAsOf"] is None and bool(under_way)
