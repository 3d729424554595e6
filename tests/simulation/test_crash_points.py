"""The good story with MFA, with its process killed before and after each call to a port (D72).

Whoever dies takes its answer along: a caller asks again with the same Idempotency-Key, a queue
message comes back when its visibility ends, a stream record when it failed; a callback does not.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.issue_connect_url import NoUrlError
from flinks_reconnect.usecases.ports import Replay

from tests.fakes.service import SECONDS, CrashError, Service, crash
from tests.fakes.witness import Witness

STRIDE = 60
VISIBILITY = 1800
LONGEST = 75 * 60
KEY = Replay(key="a key", body="a body")


@dataclass
class Story:
    """The person wants fresh data and does what the page says until there is some."""

    service: Service = field(default_factory=Service)
    refresh_id: RefreshId | None = None
    calls: int = 0
    messages_return: bool = True

    def __post_init__(self) -> None:
        self.login_id = self.service.login(asks=True)
        self.witness = Witness(self.service)
        self.chosen = Selection(ids=self.service.account_ids(self.login_id)[:2])
        self.witness.chosen = {self.login_id: self.chosen}

    def run(self) -> Status:
        """Return how it ended."""
        end = self.service.now + LONGEST * SECONDS
        while self.service.now < end:
            self._live(self._person)
            self._work()
            self._live(self.service.look_over)
            self._live(self.service.publish_all)
            self.witness.check()
            if self._status() is Status.COMPLETED:
                break
            self.service.pass_time(STRIDE)
        self.calls = self.service.gate.calls
        self.service.gate.disarm()
        self.service.come_to_rest()
        self.witness.check_at_rest()
        assert self.refresh_id is not None
        return self.service.refresh(self.refresh_id).status

    def _person(self) -> None:
        match self._status():
            case None:
                begun = self.service.begin(self.login_id, selection=self.chosen, replay=KEY)
                self.refresh_id = begun.found.refresh.id
            case Status.INVITED if self.refresh_id:
                self.service.next_attempt(self.refresh_id)
            case Status.MFA_REQUIRED if self.refresh_id:
                self._answer(self.refresh_id)

    def _answer(self, refresh_id: RefreshId) -> None:
        with suppress(NoUrlError):
            self.service.issue_url(refresh_id)
            request_id = self.service.urls.last.request_id
            if request_id is not None and request_id in self.service.flinks.asking():
                self.service.flinks.answer(request_id)
            self.service.come_back(self.service.state_of_url())

    def _status(self) -> Status | None:
        """Read beside the gate: a person looking at the page is not what dies."""
        row = self.service.store.live.get(self.service.home_of(self.login_id))
        refresh = row.refresh if row else None
        return refresh.status if refresh and self.refresh_id else None

    def _work(self) -> None:
        queue = self.service.queue
        while ready := queue.visible():
            message = ready[0]
            queue.take(message)
            done = self._live(partial(self.service.deliver, message))
            if not done and self.messages_return:
                later = self.service.now + VISIBILITY * SECONDS
                queue.messages.append(replace(message, visible_at=later))

    def _live(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except CrashError:
            return False
        return True


def calls_of_the_good_story() -> int:
    story = Story()
    assert story.run() is Status.COMPLETED
    return story.calls


CALLS = calls_of_the_good_story()


def test_the_good_story_takes_one_bank_login_and_one_data_call() -> None:
    story = Story()

    assert story.run() is Status.COMPLETED
    assert story.service.flinks.calls["mint_token"] == 2
    assert story.service.flinks.calls["authorize_live"] == 1
    assert story.service.flinks.calls["authorize_cached"] == 0
    assert story.service.flinks.calls["call_accounts"] == 1
    assert story.service.bus.types() == [
        "refresh.mfa_required",
        "refresh.completed",
        "accounts.refreshed",
    ]


@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("messages_return", [True, False], ids=["returns", "is lost"])
def test_whatever_call_the_process_dies_at_the_person_gets_their_data(
    call: int, before: bool, messages_return: bool
) -> None:
    """Liveness depends on no single message: where it is lost, the sweep acts."""
    story = Story(messages_return=messages_return)
    story.service.gate.arm(crash, before=call * before, after=call * (not before))

    assert story.run() is Status.COMPLETED
    assert sum(story.service.flinks.sent.values()) <= 2
    told = [kind for kind in story.service.bus.types() if kind == "refresh.completed"]
    assert told == ["refresh.completed"]
