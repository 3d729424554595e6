"""A small world with a seed: queues, stream, sweep, person and bank, and everything that fails.

One heap of what happens when; chance decides what is delivered twice, late or never, where a
process dies, which answer is lost, what the person does. The same seed makes the same world.
"""

import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import (
    MintError,
    NotCancellableError,
    NoUrlError,
    PublishError,
    RefreshSettledError,
    UnknownCallbackError,
)

from tests.fakes.command_queue import Message
from tests.fakes.service import SECONDS, CrashError, Service, crash
from tests.fakes.witness import Witness

VISIBILITY = {Worker.AUTHORIZE: 1800, Worker.ACCOUNTS: 1920}
TROUBLES = (
    ErrorCode.BANK_UNAVAILABLE,
    ErrorCode.THROTTLED,
    ErrorCode.CREDENTIALS_REJECTED,
    ErrorCode.UNRECOGNISED,
)
REFUSALS = (
    CrashError,
    MintError,
    NotCancellableError,
    NoUrlError,
    PublishError,
    RefreshSettledError,
    UnknownCallbackError,
)


@dataclass
class Simulation:
    """`run` lets the world go its way; `faulty_for` seconds long everything can fail."""

    seed: int
    faulty_for: int = 2400
    person_for: int = 2400
    service: Service = field(default_factory=Service)
    trace: list[str] = field(default_factory=list)
    _heap: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _number: int = 0
    _streamed: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - for repeatable worlds, not a secret
        self.began = self.service.now
        self.witness = Witness(self.service)
        self.logins = [self._login(number) for number in (1, 2, 3)]
        self.refreshes: dict[LoginId, RefreshId] = {}
        for login_id in self.logins:
            self._in(self.dice.randint(0, 60), partial(self._person, login_id))
        self._in(60, self._sweep)

    def run(self, seconds: int) -> None:
        """Go on until this long after the beginning, judging after every act."""
        end = self.began + seconds * SECONDS
        while (soonest := self._soonest()) <= end:
            self.service.now = max(self.service.now, soonest)
            if self._heap and self._heap[0][0] <= self.service.now:
                heapq.heappop(self._heap)[2]()
            else:
                self._deliver(self.service.queue.visible()[0])
            self._stream()
            self.witness.check()
        self.service.now = end

    def is_faulty(self, chance: float) -> bool:
        """Whether this goes wrong now."""
        over = self.service.now >= self.began + self.faulty_for * SECONDS
        return self.dice.random() < chance and not over

    # What happens

    def _deliver(self, message: Message) -> None:
        queue = self.service.queue
        queue.take(message)
        if self.is_faulty(0.08):
            self._again(message, self.dice.randint(1, 900))
        if self.is_faulty(0.08):
            self._say(f"{message.worker} lost")
        elif self.is_faulty(0.1):
            self._again(message, self.dice.randint(1, 600))
        elif not self._act(partial(self.service.deliver, message), f"{message.worker} looks"):
            self._again(message, VISIBILITY[message.worker])

    def _again(self, message: Message, seconds: int) -> None:
        visible_at = self.service.now + seconds * SECONDS
        self.service.queue.messages.append(replace(message, visible_at=visible_at))

    def _sweep(self) -> None:
        times = self.dice.choice((0, 2)) if self.is_faulty(0.2) else 1
        for _ in range(times):
            self._act(self.service.look_over, "sweep")
        self._in(60, self._sweep)

    def _stream(self) -> None:
        """Each stored row with events is a record of the stream; one may be lost."""
        written = self.service.store.written
        for row in written[self._streamed :]:
            if row.outbox and not self.is_faulty(0.2):
                self._in(1, partial(self._publish, row.id))
        self._streamed = len(written)

    def _publish(self, home: ConnectionId) -> None:
        self.service.bus.failures_left = int(self.is_faulty(0.1))
        if not self._act(partial(self.service.publish, home), "publish"):
            self._in(30, partial(self._publish, home))

    def _person(self, login_id: LoginId) -> None:
        """Look at the page now and then, and do what it says; after a while, go away."""
        if self.service.now < self.began + self.person_for * SECONDS:
            self._in(self.dice.randint(5, 200), partial(self._person, login_id))
            self._do_what_the_page_says(login_id)

    def _do_what_the_page_says(self, login_id: LoginId) -> None:
        refresh_id = self.refreshes.get(login_id)
        status = self.service.refresh(refresh_id).status if refresh_id else None
        if status in {Status.MFA_REQUIRED, Status.CREDENTIALS_REQUIRED} and refresh_id:
            self._act(lambda: self._open_the_widget(login_id, refresh_id), "widget")
        elif status is Status.INVITED and refresh_id:
            self._act(lambda: self.service.next_attempt(refresh_id), "next attempt")
        elif refresh_id and self.dice.random() < 0.02:
            self._act(lambda: self.service.read.cancel(refresh_id), "cancel")
        elif self.dice.random() < 0.4:
            self._act(lambda: self._start(login_id), "start")

    def _start(self, login_id: LoginId) -> None:
        begun = self.service.begin(login_id, selection=self.witness.chosen[login_id])
        self.refreshes[login_id] = begun.found.refresh.id

    def _open_the_widget(self, login_id: LoginId, refresh_id: RefreshId) -> None:
        self.service.issue_url(refresh_id)
        target, token = self.service.urls.built[-1]
        self.service.flinks.consume(token)
        place = len(self.service.urls.built) - 1
        self._in(
            self.dice.randint(5, 470), partial(self._answer, login_id, target.request_id, place)
        )

    def _answer(self, login_id: LoginId, request_id: RequestId | None, place: int) -> None:
        flinks = self.service.flinks
        if request_id is None:
            request_id = flinks.sign_in(login_id)
        elif request_id not in flinks.asking():
            return
        elif self.dice.random() < 0.2:
            flinks.answer_wrong(request_id)
            return
        else:
            flinks.answer(request_id)
        self._say("answered")
        if not self.is_faulty(0.3):
            self._in(self.dice.randint(1, 5), partial(self._come_back, place))
        if self.dice.random() < 0.3:
            body = flinks.webhook(login_id, request_id)
            self._in(self.dice.randint(1, 1900), partial(self._webhook, body))

    def _come_back(self, place: int) -> None:
        state = self.service.state_of_url(place)
        self._act(lambda: self.service.come_back(state), "callback")

    def _webhook(self, body: bytes) -> None:
        if not self._act(lambda: self.service.keep_webhook(body), "webhook"):
            self._in(1800, partial(self._webhook, body))

    # How

    def _login(self, number: int) -> LoginId:
        asks, polls = self.dice.random() < 0.8, self.dice.randint(0, 4)
        login_id = self.service.login(number, asks=asks, data_polls=polls)
        self.witness.chosen[login_id] = Selection(ids=self.service.account_ids(login_id)[:2])
        return login_id

    def _spoil(self) -> None:
        """Let the bank be in trouble, or an answer get lost."""
        for login_id in self.logins:
            login = self.service.flinks.logins[login_id]
            login.trouble = self.dice.choice(TROUBLES) if self.is_faulty(0.2) else None
            login.loses_answer = self.is_faulty(0.1)
        self.service.flinks.plugged_in = not self.is_faulty(0.05)

    def _act(self, act: Callable[[], object], what: str) -> bool:
        """Do it, perhaps dying on the way; whether it went through."""
        self._spoil()
        if self.is_faulty(0.1):
            calls, before = self.dice.randint(1, 8), self.dice.random() < 0.5
            self.service.gate.arm(crash, before=calls * before, after=calls * (not before))
        done = False
        with suppress(*REFUSALS):
            act()
            done = True
        self.service.gate.disarm()
        self._say(f"{what}{'' if done else ' fails'}")
        return done

    def _say(self, what: str) -> None:
        seconds = (self.service.now - self.began) // timedelta(seconds=1)
        self.trace.append(f"{seconds:>6} {what}")

    def _in(self, seconds: int, act: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._heap, (self.service.now + seconds * SECONDS, self._number, act))

    def _soonest(self) -> datetime:
        visible = (message.visible_at for message in self.service.queue.messages)
        return min([self._heap[0][0], *visible])
