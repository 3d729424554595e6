"""The whole core over fakes: what a deployed stack is, in memory, with a clock one can move.

Every call from a use case to a port passes the gate. A test arms it to do something right before
or after the n-th call: to crash there, or to let somebody else run in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import (
    AccountId,
    ConnectionId,
    LoginId,
    RefreshId,
    RequestId,
    connection_id,
)
from flinks_reconnect.domain.link import Channel
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.faults import is_passing
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.authorize import AuthorizeConnection
from flinks_reconnect.usecases.authorize_in_turn import AuthorizeInTurn
from flinks_reconnect.usecases.check_nightly import (
    CheckNightly,
    MarkNightly,
    MarkSlice,
    NightlyReport,
)
from flinks_reconnect.usecases.deliver_accounts import DeliverAccounts
from flinks_reconnect.usecases.errors import RefreshNotFoundError, RefreshSettledError
from flinks_reconnect.usecases.fetch_accounts import FetchAccounts
from flinks_reconnect.usecases.import_connections import ImportConnections
from flinks_reconnect.usecases.issue_connect_url import IssueConnectUrl
from flinks_reconnect.usecases.issue_link import IssueLink, WantedLink
from flinks_reconnect.usecases.keep_webhook import KeepWebhook
from flinks_reconnect.usecases.ports import (
    Clock,
    CommandQueue,
    ConnectionStore,
    EventBus,
    FlinksGateway,
    SnapshotStore,
)
from flinks_reconnect.usecases.publish_events import PublishEvents
from flinks_reconnect.usecases.read_connection import ReadConnection
from flinks_reconnect.usecases.read_refresh import ReadAccounts, ReadRefresh
from flinks_reconnect.usecases.register_connection import RegisterConnection
from flinks_reconnect.usecases.start_refresh import Started, StartRefresh, StartRequest
from flinks_reconnect.usecases.stop_sharing import StopSharing
from flinks_reconnect.usecases.sweep import Sweep, SweepReport
from flinks_reconnect.usecases.take_callback import TakeCallback
from flinks_reconnect.usecases.take_webhook import TakeWebhook
from flinks_reconnect.usecases.visits import Visits
from flinks_reconnect.usecases.webhook_ports import WebhookInbox

from tests.fakes.command_queue import MemoryQueue, Message
from tests.fakes.connect_urls import RecordingUrls
from tests.fakes.connection_store import INDEX_LAG, MemoryConnectionStore
from tests.fakes.event_bus import MemoryBus
from tests.fakes.seats import MemorySeats
from tests.fakes.simulated_flinks import Attempted, SimulatedFlinks, read_body
from tests.fakes.storage import MemoryInbox, MemorySlices, MemorySnapshots

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS = timedelta(seconds=1)
BASE_URL = "https://api.invalid/v1"
ID_KEY = b"the key that makes ids"
SIGNING_KEY = b"the key that seals states"


def one_by_one[T, R](act: Callable[[T], R], on: Sequence[T]) -> list[R]:
    """Without threads, so that a run can be repeated exactly."""
    return [act(each) for each in on]


@dataclass
class Invocation:
    """The time that is left of a Lambda invocation; each look at it costs a little."""

    left: float = 300.0

    def __call__(self) -> float:
        self.left -= 0.1
        return self.left


class CrashError(BaseException):
    """The process is gone; nothing catches this but the test."""


@dataclass
class Gate:
    """Counts calls to ports, and does something once around the one it is armed for."""

    calls: int = 0
    deeds: int = 0
    _before: int | None = None
    _after: int | None = None
    _deed: Callable[[], object] = lambda: None

    def arm(
        self, deed: Callable[[], object], *, before: int | None = None, after: int | None = None
    ) -> None:
        """Do the deed around this many calls from now (1 is the next one, 0 none), once."""
        self._deed = deed
        self._before = self.calls + before if before else None
        self._after = self.calls + after if after else None

    def disarm(self) -> None:
        """Do nothing any more."""
        self._before = self._after = None

    def passing[T](self, call: Callable[[], T]) -> T:
        """Let a call through."""
        self.calls += 1
        number = self.calls
        if number == self._before:
            self._act()
        result = call()
        if number == self._after:
            self._act()
        return result

    def _act(self) -> None:
        self.disarm()
        self.deeds += 1
        self._deed()


def crash() -> None:
    """End the process here."""
    raise CrashError


class Gated:
    """A port behind the gate: the same methods, each call counted."""

    def __init__(self, port: object, gate: Gate) -> None:
        self._port = port
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._gate.passing(lambda: found(*given, **named))


@dataclass
class Parts:
    """Which classes to build from; a mutant takes the place of one of them."""

    store: type[MemoryConnectionStore] = MemoryConnectionStore
    authorize: type[AuthorizeConnection] = AuthorizeConnection
    fetch: type[FetchAccounts] = FetchAccounts
    deliver: type[DeliverAccounts] = DeliverAccounts
    seats: Callable[[Clock], Any] = MemorySeats


@dataclass
class Service:
    """Every use case, and the fakes that they run on."""

    clocks: Clocks = field(default_factory=Clocks)
    parts: Parts = field(default_factory=Parts)
    now: datetime = NOON
    randomness: int = 0

    def __post_init__(self) -> None:
        self.gate = Gate()
        self.store = self.parts.store(self.clock, self.clocks)
        self.queue = MemoryQueue(self.clock)
        self.flinks = SimulatedFlinks(self.clock, whose=self._whose, spend=self.pass_time)
        self.snapshots = MemorySnapshots()
        self.inbox = MemoryInbox()
        self.slices = MemorySlices(self.clock)
        self.seats = self.parts.seats(self.clock)
        self.bus = MemoryBus()
        self.urls = RecordingUrls()
        self._connect()

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, seconds: float) -> None:
        """Move the clock."""
        self.now += seconds * SECONDS

    # The integrator and the person

    def login(self, number: int = 1, *, accounts: int = 3, **traits: Any) -> LoginId:
        """Store a login at Flinks."""
        login_id = self.flinks.add_login(number, accounts=accounts, **traits)
        self.flinks.opened[login_id] = self.flinks.logins[login_id].accounts
        return login_id

    def account_ids(self, login_id: LoginId) -> tuple[AccountId, ...]:
        """Return the ids of a login's accounts."""
        return tuple(AccountId(each["Id"]) for each in self.flinks.logins[login_id].accounts)

    def all_account_ids(self, login_id: LoginId) -> tuple[AccountId, ...]:
        """Return the ids of a login's accounts, closed ones among them."""
        return tuple(AccountId(each["Id"]) for each in self.flinks.opened[login_id])

    def begin(
        self,
        login_id: LoginId | None = None,
        *,
        present: bool = True,
        selection: Selection | None = EVERYTHING,
        **more: Any,
    ) -> Started:
        """Ask for fresh data, as POST /refreshes does."""
        if present and login_id is not None:
            self.flinks.person_acts(login_id)
        return self.start(
            StartRequest(
                login_id=login_id,
                person_present=present,
                selection=selection,
                **more,
            )
        )

    def next_attempt(self, refresh_id: RefreshId) -> Refresh:
        """A person asks for the next attempt."""
        login_id = self.login_of(refresh_id)
        if login_id is not None:
            self.flinks.person_acts(login_id)
        return self.start.next_attempt(refresh_id, None).refresh

    def link(self, refresh_id: RefreshId, channel: Channel = Channel.EMAIL) -> str:
        """Hand out a link, and return its secret."""
        issued = self.issue_link(refresh_id, WantedLink(channel=channel), BASE_URL)
        return issued.url.partition("#")[2]

    def click(self, secret: str) -> Refresh:
        """Open a link as a person does, and click."""
        visit = self.visits.open(secret)
        login_id = self.login_of(visit.found.refresh.id)
        if login_id is not None:
            self.flinks.person_acts(login_id)
        return self.visits.start(visit.token).refresh

    def state_of_url(self, number: int = -1) -> str:
        """Return the callback's state of an issued URL."""
        target, _ = self.urls.built[number]
        return target.callback_url.rpartition("/")[2]

    def come_back(self, state: str, claimed: LoginId | None = None) -> Refresh:
        """Follow the redirect to the callback."""
        return self.take_callback(state, claimed).refresh

    # What is stored

    def refresh(self, refresh_id: RefreshId) -> Refresh:
        """Return the refresh as it is stored."""
        return self.advance.find(refresh_id).refresh

    def row(self, login_id: LoginId) -> Connection:
        """Return the row of a login's connection."""
        return self.store.live[self.home_of(login_id)]

    def home_of(self, login_id: LoginId) -> ConnectionId:
        return connection_id(ID_KEY, login_id)

    def login_of(self, refresh_id: RefreshId) -> LoginId | None:
        """Return the login that a refresh is for, as far as it is known."""
        found = self.store.find(refresh_id)
        known = self.store.load(found.settings.id) if found else None
        return known.connection.login_id if known else None

    # The machinery

    def deliver(self, message: Message, *, keep: bool = False) -> None:
        """Hand a message to its worker, as the functions do; it is gone once that succeeded."""
        if message.digest is not None:
            self.take_webhook(message.digest)
        elif message.refresh_id is not None:
            self.look(message.worker, message.refresh_id)
        if not keep and message in self.queue.messages:
            self.queue.take(message)

    def look(self, worker: Worker, refresh_id: RefreshId) -> None:
        """Let a worker look at a refresh."""
        try:
            if worker is Worker.AUTHORIZE:
                self.authorize_in_turn(refresh_id, Invocation())
            else:
                self.fetch(refresh_id, Invocation())
        except (RefreshNotFoundError, RefreshSettledError):
            return

    def work(self, most: int = 100) -> int:
        """Deliver whatever is visible now, and what follows from it at once."""
        for count in range(most):
            ready = self.queue.visible()
            if not ready:
                return count
            self.deliver(ready[0])
        raise AssertionError("the queues do not come to rest")

    def run(self, seconds: float, stride: float = 10) -> None:
        """Let time pass with queues, sweep and stream at work, as on a healthy stack."""
        end = self.now + seconds * SECONDS
        while self.now < end:
            self.pass_time(stride)
            self.work()
            self.look_over()
            self.work()
            self.publish_all()

    def nightly(self) -> NightlyReport:
        """Check the night, and mark each part of a long list as its message comes."""
        report = self.check_nightly()
        for name in self.slices.asked():
            report += replace(self.mark_slice(name), listed=0)
        return report

    def look_over(self) -> SweepReport:
        """Sweep, as every minute."""
        return self.sweep(lambda: True)

    def come_to_rest(self, most: int = 3000) -> None:
        """Jump from one thing that is due to the next until nothing is, faults being over."""
        for _ in range(most):
            self.work()
            self.publish_all()
            soonest = self._next_due()
            if soonest is None:
                return
            self.now = max(self.now, soonest) + INDEX_LAG
            self.look_over()
        raise AssertionError("this never comes to rest")

    def _next_due(self) -> datetime | None:
        visible = [message.visible_at for message in self.queue.messages]
        wakes = [row.wake_at for row in self.store.live.values() if row.wake_at is not None]
        return min(visible + wakes, default=None)

    def publish_all(self) -> None:
        """Publish what every row holds, as the stream does."""
        for home in list(self.store.live):
            self.publish(home)

    def _connect(self) -> None:
        gate = self.gate
        store = cast(ConnectionStore, Gated(self.store, gate))
        queue = cast(CommandQueue, Gated(self.queue, gate))
        flinks = cast(FlinksGateway, Gated(self.flinks, gate))
        snapshots = cast(SnapshotStore, Gated(self.snapshots, gate))
        inbox = cast(WebhookInbox, Gated(self.inbox, gate))
        bus = cast(EventBus, Gated(self.bus, gate))
        home_of = self.home_of
        self.advance = advance = Advance(
            connections=store,
            queue=queue,
            clock=self.clock,
            clocks=self.clocks,
            home_of=home_of,
            pause=lambda _: None,
        )
        self.start = StartRefresh(
            advance=advance, id_key=lambda: ID_KEY, random_bytes=self._random_bytes
        )
        issue = IssueConnectUrl(
            advance=advance,
            flinks=flinks,
            connect_urls=self.urls,
            signing_keys=_signing_keys,
        )
        self.issue_url = partial(issue, base_url=BASE_URL)
        self.issue_link = IssueLink(advance=advance, signing_keys=_signing_keys)
        self.visits = Visits(advance=advance, signing_keys=_signing_keys)
        self.take_callback = TakeCallback(advance=advance, signing_keys=_signing_keys)
        deliver = self.parts.deliver(advance=advance, snapshots=snapshots, home_of=home_of)
        self.authorize = self.parts.authorize(advance=advance, flinks=flinks)
        self.authorize_in_turn = AuthorizeInTurn(
            # Its one read beforehand passes no gate: nothing can go wrong there but the read.
            advance=replace(advance, connections=self.store),
            authorize=self.authorize,
            seats=self.seats,
            is_passing=is_passing,
        )
        self.fetch = self.parts.fetch(advance=advance, flinks=flinks, deliver=deliver)
        self.keep_webhook = KeepWebhook(inbox=inbox, queue=queue)
        self.take_webhook = TakeWebhook(
            advance=advance, inbox=inbox, read=read_body, deliver=deliver, home_of=home_of
        )
        self.sweep = Sweep(
            advance=advance, shards=self.store.shards, is_passing=is_passing, together=one_by_one
        )
        self.publish = PublishEvents(connections=store, bus=bus, together=one_by_one)
        mark = MarkNightly(
            advance=advance, home_of=home_of, is_passing=is_passing, together=one_by_one
        )
        self.check_nightly = CheckNightly(mark=mark, flinks=flinks, slices=self.slices)
        self.mark_slice = MarkSlice(mark=mark, slices=self.slices)
        self.read = ReadRefresh(advance=advance)
        self.register = RegisterConnection(advance=advance)
        self.import_all = ImportConnections(register=self.register, together=one_by_one)
        self.read_connection = ReadConnection(advance=advance)
        self.stop_sharing = StopSharing(advance=advance, flinks=flinks)
        self.read_accounts = ReadAccounts(advance=advance, snapshots=snapshots)

    def _random_bytes(self, length: int) -> bytes:
        self.randomness += 1
        return self.randomness.to_bytes(length, "big")

    def _whose(self, login_id: LoginId) -> Attempted | None:
        row = self.store.live.get(self.home_of(login_id))
        refresh = row.refresh if row else None
        if refresh is None or refresh.attempt is None:
            return None
        return refresh.id, refresh.attempt.number


def _signing_keys() -> tuple[bytes, ...]:
    return (SIGNING_KEY,)


def request_id_of(refresh: Refresh) -> RequestId:
    """Return the RequestId of a refresh's attempt, which there must be."""
    assert refresh.attempt is not None
    assert refresh.attempt.request_id is not None
    return refresh.attempt.request_id
