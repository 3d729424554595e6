"""Everybody at once: the integrator, the person, Flinks, queues, stream, sweep and failing parts.

Each rule is one act of one of them, in any order, with any of them crashing or cut in upon at any
call to a port. After every act the invariants are judged; at the end the faults stop and
everything must come to rest: each refresh ended, each event told.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar, Final

from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import Authorized, NotSent, OutcomeUnknown, Refused
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.link import Channel
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.machine.signals import Answered
from flinks_reconnect.domain.refresh import Kind, Refresh, Status
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    ConnectionUnknownError,
    DeletionError,
    LinkGoneError,
    LoginNotProvenError,
    MintError,
    NotCancellableError,
    NoUrlError,
    OtherSessionOpenError,
    PublishError,
    RefreshSettledError,
    StillInUseError,
    TooManyLinksError,
    UnknownCallbackError,
)
from flinks_reconnect.usecases.ports import NightlyFailure
from flinks_reconnect.usecases.register_connection import Registration
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.fakes.command_queue import Message
from tests.fakes.service import CrashError, Parts, Service, crash
from tests.fakes.witness import Witness

BANK_TROUBLES = (
    ErrorCode.CREDENTIALS_REJECTED,
    ErrorCode.BANK_UNAVAILABLE,
    ErrorCode.BANK_NEEDS_PERSON,
    ErrorCode.THROTTLED,
    ErrorCode.UNRECOGNISED,
    ErrorCode.SESSION_CONCURRENT,
    ErrorCode.QUESTION_UNANSWERED,
    None,
)
BROKEN_CALLS = (
    None,
    None,
    ("mint_token", MintError(ErrorCode.FLINKS_UNAVAILABLE)),
    ("authorize_live", NotSent(why="refused")),
    ("authorize_cached", OutcomeUnknown(why="502")),
    ("call_accounts", OutcomeUnknown(why="502")),
    ("call_accounts", Refused(code=ErrorCode.THROTTLED)),
    ("poll_accounts", Refused(code=ErrorCode.SESSION_GONE)),
    ("poll_accounts", OutcomeUnknown(why="half a body")),
)
STRIDES = (1, 11, 61, 130, 245, 301, 421, 481, 545, 700, 1055, 1801, 7200, 86400)
PROVEN_BY_A_HINT = {Status.FETCHING, Status.COMPLETED, Status.FAILED}

type Disturbance = tuple[Callable[[], object], int, bool]
"""What happens right before (true) or after which call of the next act."""
CALM: Final[Disturbance] = (lambda: None, 0, True)

picks = st.integers(min_value=0, max_value=20)
seconds = st.sampled_from(STRIDES)


class ReconnectMachine(RuleBasedStateMachine):
    """The rules; the state is the service itself."""

    parts: ClassVar[Parts] = Parts()

    @initialize(asks=st.booleans(), present=st.booleans())
    def open_for_business(self, asks: bool, present: bool) -> None:
        self.service = Service(parts=self.parts)
        self.witness = Witness(self.service)
        self.logins = [
            self.service.login(1, asks=asks),
            self.service.login(2, asks=not asks, data_polls=2),
        ]
        first = self.service.account_ids(self.logins[0])
        self.witness.chosen = {
            self.logins[0]: Selection(ids=first[:2]),
            self.logins[1]: EVERYTHING,
        }
        self.disturbance = CALM
        self.asked: list[RefreshId] = []
        self.links: list[str] = []
        self.issued: list[tuple[RefreshId, RequestId | None]] = []
        self._start(self.logins[0], present)

    # The integrator

    @rule(which=picks, present=st.booleans())
    def start(self, which: int, present: bool) -> None:
        login_id = self._login(which)
        self._try(lambda: self._start(login_id, present))

    @rule(which=picks, known=st.booleans(), ago=seconds)
    def adopt(self, which: int, known: bool, ago: int) -> None:
        login_id = self._login(which)
        request_id = self.service.flinks.interrupt(login_id)
        last = self.service.now - timedelta(seconds=ago)

        def start() -> None:
            begun = self.service.begin(
                login_id if known else None,
                request_id=request_id,
                last_activity_at=last,
                selection=self.witness.chosen[login_id],
            )
            self._know(begun.found.refresh.id)

        self._try(start)

    @precondition(lambda self: self.asked)
    @rule(which=picks)
    def ask_for_the_next_attempt(self, which: int) -> None:
        self._try(lambda: self.service.next_attempt(self._refresh_id(which)))

    @precondition(lambda self: self.asked)
    @rule(which=picks)
    def cancel(self, which: int) -> None:
        refresh_id = self._refresh_id(which)
        before = self._health(refresh_id)
        self._try(lambda: self.service.read.cancel(refresh_id))
        assert self._health(refresh_id) is before, "R10: a cancel changed the health"

    @rule(which=picks, sure=picks)
    def stop_sharing(self, which: int, sure: int) -> None:
        """Now and then: what is closed has no more stories to tell but that it stays closed."""
        if sure == 7:
            home = self.service.home_of(self._login(which))
            self._try(lambda: self.service.stop_sharing(home))

    @rule(which=picks, unattended=st.booleans())
    def register(self, which: int, unattended: bool) -> None:
        """Which accounts were chosen stays; whether the policy does without a person may not."""
        login_id = self._login(which)
        chosen = self.witness.chosen[login_id]
        if unattended:
            self.service.flinks.unattended.add(login_id)
        told = Registration(login_id=login_id, selection=chosen, unattended=unattended)
        self._try(lambda: self.service.register(told))

    @precondition(lambda self: self.asked)
    @rule(which=picks)
    def issue_a_url(self, which: int) -> None:
        refresh_id = self._refresh_id(which)
        self._try(lambda: self._issue(refresh_id))

    # The person

    @precondition(lambda self: self.asked)
    @rule(which=picks, channel=st.sampled_from(Channel))
    def hand_out_a_link(self, which: int, channel: Channel) -> None:
        refresh_id = self._refresh_id(which)

        def issue() -> None:
            self.links.append(self.service.link(refresh_id, channel))

        self._try(issue)

    @precondition(lambda self: self.links)
    @rule(which=picks, clicks=st.booleans())
    def open_a_link(self, which: int, clicks: bool) -> None:
        """S12, R1: opening it, even by a scanner, starts nothing; a click does."""
        secret = self.links[which % len(self.links)]
        if clicks:
            self._try(lambda: self.service.click(secret))
            return
        _forgiving(lambda: self.service.visits.open(secret))  # its one write only tells of it
        written, queued = len(self.service.store.written), list(self.service.queue.messages)
        _forgiving(lambda: self.service.visits.open(secret))
        assert len(self.service.store.written) == written, "S12: a link was spent by opening it"
        assert self.service.queue.messages == queued, "S12: opening a link started something"

    @precondition(lambda self: self.issued)
    @rule(which=picks, right=st.booleans())
    def answer_in_the_widget(self, which: int, right: bool) -> None:
        _, request_id = self.issued[which % len(self.issued)]
        flinks = self.service.flinks
        if request_id not in flinks.asking():
            return
        (flinks.answer if right else flinks.answer_wrong)(request_id)

    @precondition(lambda self: self.issued)
    @rule(which=picks)
    def sign_in_anew_in_the_widget(self, which: int) -> None:
        refresh_id, request_id = self.issued[which % len(self.issued)]
        login_id = self.service.login_of(refresh_id)
        if request_id is None and login_id is not None:
            self.service.flinks.sign_in(login_id)

    @precondition(lambda self: self.issued)
    @rule(which=picks, forged=st.booleans(), other_login=st.booleans())
    def come_back(self, which: int, forged: bool, other_login: bool) -> None:
        place = which % len(self.issued)
        state = self.service.state_of_url(place)
        claimed = LoginId("99999999-0000-4000-8000-000000000000") if other_login else None
        self._try(lambda: self._come_back(state, claimed, place, forged=forged))

    @precondition(lambda self: self.asked)
    @rule(which=picks, times=st.integers(min_value=1, max_value=5))
    def carry_on(self, which: int, times: int) -> None:
        """The story goes on as it should, a few steps."""
        for _ in range(times):
            self._carry_on(self._refresh_id(which))

    # Flinks and the bank

    @rule(which=picks, ours=st.booleans(), known=st.booleans())
    def send_a_webhook(self, which: int, ours: bool, known: bool) -> None:
        """With data as they stand: fresh, or as old as the last success; of a session or none."""
        flinks, login_id = self.service.flinks, self._login(which)
        sessions = flinks.collected(login_id)
        request_id = sessions[-1] if ours and sessions else None
        body = flinks.webhook(login_id, request_id) if known else b'{"what": "is this"}'
        self._try(lambda: self.service.keep_webhook(body))

    @rule(which=picks, trouble=st.sampled_from(BANK_TROUBLES))
    def change_the_banks_mind(self, which: int, trouble: ErrorCode | None) -> None:
        self.service.flinks.logins[self._login(which)].trouble = trouble

    @rule(which=picks, what=st.sampled_from(BROKEN_CALLS))
    def break_the_next_call(self, which: int, what: tuple[str, object] | None) -> None:
        if what is None:
            self.service.flinks.logins[self._login(which)].loses_answer = True
        else:
            self.service.flinks.will(*what)

    @rule(which=picks)
    def fail_at_night(self, which: int) -> None:
        login = self.service.flinks.logins[self._login(which)]
        failure = NightlyFailure(
            login_id=login.login_id,
            cause=ErrorCode.QUESTION_UNANSWERED,
            last_refresh=login.last_refresh,
        )
        self.service.flinks.nightly = [failure]
        self._try(lambda: self.service.nightly())

    @rule(which=picks)
    def close_an_account(self, which: int) -> None:
        login = self.service.flinks.logins[self._login(which)]
        login.accounts = login.accounts[1:]

    # The machinery

    @precondition(lambda self: self.service.queue.messages)
    @rule(which=picks, how=st.sampled_from(("once", "once", "twice", "never")))
    def deliver(self, which: int, how: str) -> None:
        message = self._message(which)
        if message is None:
            return
        if how == "never":
            self.service.queue.take(message)
        else:
            self._try(lambda: self.service.deliver(message, keep=how == "twice"))

    @precondition(lambda self: self.service.queue.messages)
    @rule()
    def deliver_all(self) -> None:
        self._try(lambda: self.service.work())

    @rule()
    def sweep(self) -> None:
        self._try(lambda: self.service.look_over())

    @rule(fails=st.booleans())
    def publish(self, fails: bool) -> None:
        self.service.bus.failures_left = int(fails)
        self._try(self.service.publish_all)

    @rule(by=seconds)
    def pass_time(self, by: int) -> None:
        self.service.pass_time(by)

    @precondition(lambda self: self.asked)
    @rule(
        calls=st.integers(min_value=1, max_value=9),
        first=st.booleans(),
        what=st.sampled_from(("crash", "cancel", "deliver", "come_back", "start", "sweep", "look")),
        which=picks,
    )
    def disturb_the_next_act(self, calls: int, first: bool, what: str, which: int) -> None:
        """Right before or after one of its calls its process dies, or somebody else cuts in."""
        deeds: dict[str, Callable[[], object]] = {
            "crash": crash,
            "cancel": lambda: self.service.read.cancel(self._refresh_id(which)),
            "deliver": lambda: self._deliver_one(which),
            "come_back": lambda: self.service.come_back(self.service.state_of_url()),
            "start": lambda: self._start(self._login(which), present=True),
            "sweep": lambda: self.service.look_over(),
            "look": lambda: self._look(which),
        }
        self.disturbance = (lambda: _forgiving(deeds[what]), calls, first)
        if self.service.queue.visible():
            self._try(self.service.work)

    @precondition(lambda self: self.asked)
    @rule(which=picks)
    def report_from_a_past_attempt(self, which: int) -> None:
        """S19: a worker that slept through an attempt tells what it once heard."""
        refresh_id = self._refresh_id(which)
        refresh, login_id = self._refresh(refresh_id), self.service.login_of(refresh_id)
        if refresh.attempt is None or refresh.attempt.number == 1 or login_id is None:
            return
        answer = Authorized(
            request_id=RequestId("20000000-0000-4000-8000-999999999999"),
            login_id=login_id,
            last_refresh=self.service.now,
        )
        with suppress(RefreshSettledError):
            stale = Answered(refresh.attempt.number - 1, answer)
            assert not self.service.advance.refresh(refresh_id, stale).changed, "S19"

    @invariant()
    def nothing_forbidden_has_happened(self) -> None:
        if hasattr(self, "witness"):
            self.witness.check()

    @invariant()
    def reading_changes_nothing(self) -> None:
        if hasattr(self, "witness") and self.asked:
            written = len(self.service.store.written)
            self.service.read(self.asked[-1])
            assert len(self.service.store.written) == written

    def teardown(self) -> None:
        """The faults stop, and the clock goes on."""
        if not hasattr(self, "witness"):
            return
        self.service.gate.disarm()
        self.service.bus.failures_left = 0
        self.service.flinks.calm_down()
        self.service.come_to_rest()
        self.witness.check_at_rest()

    # How

    def _try(self, act: Callable[[], object]) -> None:
        """Do it, disturbed if that was asked for; a disturbance that comes too late is over."""
        deed, calls, first = self.disturbance
        self.disturbance = CALM
        self.service.gate.arm(deed, before=calls * first, after=calls * (not first))
        with suppress(CrashError):
            _forgiving(act)
        self.service.gate.disarm()

    def _carry_on(self, refresh_id: RefreshId) -> None:
        refresh = self._refresh(refresh_id)
        match refresh.status:
            case Status.MFA_REQUIRED | Status.CREDENTIALS_REQUIRED:
                issued = len(self.issued)
                self._try(lambda: self._issue(refresh_id))
                if len(self.issued) > issued:
                    self._finish_in_the_widget(issued)
            case Status.INVITED:
                self._try(lambda: self.service.next_attempt(refresh_id))
            case Status.RETRY_SCHEDULED:
                self.service.now = max(self.service.now, refresh.due_at)
        self.service.pass_time(1)
        self._try(lambda: self.service.work())

    def _finish_in_the_widget(self, place: int) -> None:
        self.answer_in_the_widget(place, right=True)
        self.sign_in_anew_in_the_widget(place)
        state = self.service.state_of_url(place)
        self._try(lambda: self._come_back(state, None, place, forged=False))

    def _start(self, login_id: LoginId, present: bool) -> None:
        chosen = self.witness.chosen[login_id]
        begun = self.service.begin(login_id, present=present, selection=chosen)
        self._know(begun.found.refresh.id)

    def _issue(self, refresh_id: RefreshId) -> None:
        deeds = self.service.gate.deeds
        self.service.issue_url(refresh_id)
        refresh, now = self._refresh(refresh_id), self.service.now
        target, token = self.service.urls.built[-1]
        self.issued.append((refresh_id, target.request_id))
        self.service.flinks.consume(token)
        if self.service.gate.deeds > deeds:
            return  # somebody cut in, perhaps between the last guard and now
        if target.request_id is None:
            assert refresh.attempt is not None
            assert refresh.attempt.kind is Kind.SIGN_IN
            return
        assert refresh.status in {Status.MFA_REQUIRED, Status.VERIFYING}, "S4"
        assert now < _idle_out(self.service, refresh) - self.service.clocks.url_margin, "S4"

    def _come_back(self, state: str, claimed: LoginId | None, place: int, *, forged: bool) -> None:
        """S5: a hint alone proves nothing; a forged one does nothing at all."""
        before = list(self.service.store.written)
        refresh_id, request_id = self.issued[place]
        if forged:
            with suppress(UnknownCallbackError):
                self.service.come_back(state[:-1] + ("A" if state[-1] != "A" else "B"), claimed)
                raise AssertionError("S5: a forged state was taken")
            assert self.service.store.written == before
            return
        # What the clock has ended meanwhile, ends with the next look, whoever looks.
        status = self.service.read(refresh_id).refresh.status
        self.service.come_back(state, claimed)
        refresh = self._refresh(refresh_id)
        proven = refresh.status in PROVEN_BY_A_HINT
        assert refresh.status is status or not proven, "S5: a hint alone proved something"
        moved = refresh.attempt is not None and refresh.attempt.activity_at == self.service.now
        if request_id is not None and moved and self.service.login_of(refresh_id):
            self.service.flinks.server_saw(request_id)

    def _deliver_one(self, which: int) -> None:
        message = self._message(which)
        if message is not None:
            self.service.deliver(message)

    def _look(self, which: int) -> None:
        worker = Worker.AUTHORIZE if which % 2 else Worker.ACCOUNTS
        self.service.look(worker, self._refresh_id(which // 2))

    def _message(self, which: int) -> Message | None:
        ready = self.service.queue.visible()
        return ready[which % len(ready)] if ready else None

    def _know(self, refresh_id: RefreshId) -> None:
        if refresh_id not in self.asked:
            self.asked.append(refresh_id)

    def _login(self, which: int) -> LoginId:
        return self.logins[which % len(self.logins)]

    def _refresh_id(self, which: int) -> RefreshId:
        """The latest ones first: most acts are about what is going on now."""
        return self.asked[-1 - which % len(self.asked)]

    def _refresh(self, refresh_id: RefreshId) -> Refresh:
        return self.service.refresh(refresh_id)

    def _health(self, refresh_id: RefreshId) -> Health | None:
        found = self.service.store.find(refresh_id)
        known = self.service.store.load(found.settings.id) if found else None
        return known.connection.health if known else None


def _forgiving(act: Callable[[], object]) -> None:
    """Do it; a refusal that is part of the contract is an answer, not a failure."""
    with suppress(
        ConnectionClosedError,
        ConnectionUnknownError,
        DeletionError,
        LoginNotProvenError,
        NoUrlError,
        MintError,
        NotCancellableError,
        OtherSessionOpenError,
        PublishError,
        RefreshSettledError,
        StillInUseError,
        UnknownCallbackError,
        TooManyLinksError,
        LinkGoneError,
        IndexError,
    ):
        act()


def _idle_out(service: Service, refresh: Refresh) -> datetime:
    assert refresh.attempt is not None
    assert refresh.attempt.activity_at is not None
    return refresh.attempt.activity_at + service.clocks.request_id_idle
