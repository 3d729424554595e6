"""The machine would notice: each guard taken out of the core is found missing."""

from dataclasses import replace

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.calls import Call, next_call
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.machine.context import Context, Step
from flinks_reconnect.domain.machine.signals import Answered, Due, Sent
from flinks_reconnect.domain.machine.step import TABLE, Rule
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.advance import TimeLeft
from flinks_reconnect.usecases.authorize import AuthorizeConnection
from flinks_reconnect.usecases.deliver_accounts import DeliverAccounts
from flinks_reconnect.usecases.errors import StaleWriteError
from flinks_reconnect.usecases.fetch_accounts import FetchAccounts
from flinks_reconnect.usecases.ports import Known
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts
from tests.unit.reconnect_machine import ReconnectMachine

SEARCH = settings(
    max_examples=1500,
    stateful_step_count=50,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def is_caught(parts: Parts, says: str | None, start: int = 1) -> None:
    """The machine, run on this mutant, fails and says why; the same way in every run."""

    class Mutated(ReconnectMachine):
        pass

    Mutated.parts = parts
    with pytest.raises((AssertionError, StaleWriteError), match=says):
        run_state_machine_as_test(seed(start)(Mutated), settings=SEARCH)


def test_without_the_fence_a_bank_login_is_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_always(case: Context, signal: Sent) -> Step:
        return case.asking(case.clocks.first_probe).stay(due_at=case.now + case.clocks.fence)

    monkeypatch.setitem(TABLE[Status.STARTING], Sent, Rule(send_always))

    is_caught(Parts(), "S1|S2|R1|never comes to rest")


class UnownedSend(AuthorizeConnection):
    """Calls although the send was not this worker's to make."""

    def _send(
        self, refresh_id: RefreshId, login_id: LoginId, number: int, time_left: TimeLeft
    ) -> None:
        token = self.flinks.mint_token()
        self.advance.refresh(refresh_id, Sent(number))
        answer = self._authorize(token, login_id)
        self.advance.refresh(refresh_id, Answered(number, answer))


def test_without_owning_the_send_two_workers_both_call() -> None:
    is_caught(Parts(authorize=UnownedSend), "S1|S2|R1")


class UnclaimedData(FetchAccounts):
    """Calls for the data without a note that it does."""

    def _make_call(self, refresh_id: RefreshId, time_left: TimeLeft) -> Step | None:
        found = self.advance.find(refresh_id)
        looked = self.advance.refresh(refresh_id, Due())
        call = next_call(looked.connection, self.advance.clock(), self.advance.clocks)
        attempt = found.refresh.attempt
        if call is not Call.CALL_DATA or attempt is None:
            return super()._make_call(refresh_id, time_left)
        self._ask(replace(looked, call=call), attempt, found.settings, time_left)
        return None


def test_without_the_claim_one_session_gets_two_data_calls() -> None:
    is_caught(Parts(fetch=UnclaimedData), "S23")


class UnfilteredDelivery(DeliverAccounts):
    """Delivers whatever came."""

    def _allowed(self, connection: Connection, home: Known | None) -> Selection:
        return EVERYTHING


def test_without_the_filter_an_account_leaves_that_nobody_chose() -> None:
    is_caught(Parts(deliver=UnfilteredDelivery), "S14")


class LastWriterWins(MemoryConnectionStore):
    """Takes every write, whatever it was decided upon."""

    def _check(self, connection_id: ConnectionId, before: Connection | None) -> None:
        return


def test_without_the_version_check_a_write_is_lost() -> None:
    """An invariant breaks, or a row is left on which no write can ever succeed."""
    is_caught(Parts(store=LastWriterWins), None, start=3)
