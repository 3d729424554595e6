"""`python -m bench.hanging_bank`: 22 bank logins hang at one bank; how long does another wait?

The authorize worker's real code over fakes, in real time and real threads: an event source with as
many invocations at once and as large batches as it is given, a bank that hangs for four seconds
instead of 215, and one that answers in 0.2 s.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any, Final

from flinks_reconnect.domain.flinks_answers import AuthorizeAnswer, ChallengeAsked, OutcomeUnknown
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.in_parallel import side_by_side
from flinks_reconnect.usecases.ports import AuthorizeToken

from tests.fakes.command_queue import Message
from tests.fakes.service import Invocation, Service

HANGING: Final = 22
HANGS: Final = 4.0
ANSWERS: Final = 0.2
SLOW_BANK, GOOD_BANK = "a bank that hangs", "another bank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the queue calls the worker."""

    invocations: int
    batch: int
    seats: int
    """At one bank."""


BEFORE: Final = Source(invocations=20, batch=1, seats=1_000_000)
AFTER: Final = Source(invocations=20, batch=10, seats=10)
UNLUCKY: Final = Source(invocations=20, batch=1, seats=10)
"""As after, but SQS hands every message over alone."""


class RealTime(Service):
    """The service, by the clock on the wall."""

    def clock(self) -> datetime:
        """Return the instant that it is."""
        return datetime.now(UTC)


@dataclass
class SlowBanks:
    """A Flinks that holds a call as long as its bank does."""

    hanging: set[LoginId] = field(default_factory=set)

    def mint_token(self) -> AuthorizeToken:
        """Sell a token at once."""
        return AuthorizeToken("token", datetime.now(UTC))

    def authorize_live(self, _: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        """Answer when the bank does."""
        if login_id in self.hanging:
            time.sleep(HANGS)
            return OutcomeUnknown(why="the bank hangs")
        time.sleep(ANSWERS)
        return ChallengeAsked(request_id=RequestId(f"request of {login_id}"))


def measure(source: Source, hanging: int) -> float:
    """Return the seconds from the healthy start until the bank has asked its question."""
    service = RealTime()
    service.seats.most = source.seats
    banks: Any = SlowBanks()
    authorize = replace(service.authorize, flinks=banks)
    in_turn = replace(service.authorize_in_turn, authorize=authorize)
    for number in range(1, hanging + 1):
        banks.hanging.add(_start(service, number, SLOW_BANK)[0])
    _, healthy = _start(service, 900, GOOD_BANK)
    began, over = time.monotonic(), Event()
    with ThreadPoolExecutor(source.invocations) as invocations:
        lock = Lock()
        for _ in range(source.invocations):
            invocations.submit(_poll, service, source.batch, lock, in_turn, over)
        while service.refresh(healthy).status is not Status.MFA_REQUIRED:
            time.sleep(0.005)
        took = time.monotonic() - began
        over.set()
    return took


def _start(service: Service, number: int, bank: str) -> tuple[LoginId, RefreshId]:
    login_id = service.login(number)
    started = service.begin(login_id).found.refresh.id
    home = service.home_of(login_id)
    service.store.settings[home] = replace(service.store.settings[home], institution_id=bank)
    return login_id, started


def _poll(service: Service, batch: int, lock: Lock, in_turn: Any, over: Event) -> None:
    while not over.is_set():
        with lock:
            taken: Sequence[Message] = service.queue.visible()[:batch]
            for each in taken:
                service.queue.take(each)
        if not taken:
            time.sleep(0.01)
        side_by_side(lambda each: in_turn(each.refresh_id, Invocation()), taken)


def main() -> None:
    """Print how long the healthy one waits, alone and behind the others."""
    alone = measure(AFTER, 0)
    print(f"a start at a healthy bank, nothing else under way      {alone:6.2f} s")
    for name, source in {
        "one call for each of 20 workers, no seats (before)": BEFORE,
        "up to ten calls for each, ten seats a bank (after)": AFTER,
        "the same, each message handed over alone (after)": UNLUCKY,
    }.items():
        took = measure(source, HANGING)
        print(f"behind 22 that hang: {name:<52} {took:6.2f} s = {took / alone:5.1f} x")


if __name__ == "__main__":
    main()
