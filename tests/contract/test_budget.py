"""What a good refresh and an idle sweep cost the table, counted by DynamoDB's rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from flinks_reconnect.aws.bank_concurrency import BankSeats
from flinks_reconnect.aws.table import ConnectionTable
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.replay import Replay

from docs.cost import READ_UNITS, WRITE_UNITS
from tests.contract.conftest import SHARDS, MakeTable
from tests.contract.dynamodb_rules import Meter
from tests.fakes.service import Parts, Service, request_id_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

BUDGET = WRITE_UNITS
LARGEST_LIVE_ROW = 1000


class MeteredTable(ConnectionTable):
    """The real table, as the fakes' service builds its store."""

    shards = SHARDS


class MeteredService(Service):
    """The whole core over a real table, whose every call is charged."""

    def __init__(self, meter: Meter, table: str) -> None:
        def store(clock: Callable[[], datetime], clocks: Clocks) -> MeteredTable:
            return MeteredTable(
                cast("DynamoDBClient", meter), table, clock=clock, clocks=clocks, shards=SHARDS
            )

        def seats(clock: Callable[[], datetime]) -> BankSeats:
            client = cast("DynamoDBClient", meter)
            return BankSeats(client, table, clock=clock, most=10, longest=timedelta(minutes=5))

        self.meter = meter
        super().__init__(parts=Parts(store=cast(Any, store), seats=seats))

    def _whose(self, login_id: LoginId) -> None:
        return None

    def publish_now(self, login_id: LoginId, label: str) -> None:
        self.meter.under(label)
        self.publish(self.home_of(login_id))

    def work_now(self, label: str, seconds: float = 0) -> None:
        self.meter.under(label)
        self.pass_time(seconds)
        self.work()


@pytest.fixture
def service(moto: "DynamoDBClient", make_table: MakeTable) -> MeteredService:
    return MeteredService(Meter(moto), make_table(moto).name)


def good_mfa_refresh(service: MeteredService, login: LoginId, key: str) -> None:
    """The bank asks, the person answers within the minute, the data needs one poll."""
    meter = service.meter
    meter.under("start, with an Idempotency-Key")
    started = service.begin(login, replay=Replay(key=key * 32, body="b" * 32))
    refresh_id = started.found.refresh.id
    service.work_now("sent, and the bank's question")
    service.publish_now(login, "acknowledge refresh.mfa_required")
    meter.under("issue the URL")
    service.issue_url(refresh_id)
    service.pass_time(40)
    service.flinks.answer(request_id_of(service.refresh(refresh_id)))
    meter.under("callback")
    service.come_back(service.state_of_url())
    service.work_now("data call: claimed, then accepted")
    service.work_now("completed", seconds=10)
    service.publish_now(login, "acknowledge the end")
    assert service.refresh(refresh_id).status is Status.COMPLETED
    service.work_now("wake-ups that find nothing to do", seconds=3600)
    assert service.queue.messages == []


def test_a_good_mfa_refresh_costs_at_most_24_write_units(service: MeteredService) -> None:
    """First contact, with an Idempotency-Key and a bank to learn: the dearest good case."""
    login = service.login(asks=True, data_polls=1)
    good_mfa_refresh(service, login, "1")
    print(f"first contact: {service.meter.itemised()}")
    assert service.meter.total <= BUDGET, service.meter.itemised()
    assert service.meter.largest_live_row <= LARGEST_LIVE_ROW
    assert sum(units for _, units in service.meter.reads) == READ_UNITS, service.meter.reads


def test_a_good_mfa_refresh_of_a_known_connection_costs_no_more(service: MeteredService) -> None:
    login = service.login(asks=True, data_polls=1)
    good_mfa_refresh(service, login, "1")
    first = service.meter.total
    service.meter.bill.clear()
    service.pass_time(86400)
    good_mfa_refresh(service, login, "2")
    print(f"known connection: {service.meter.itemised()}")
    assert service.meter.total <= first <= BUDGET, service.meter.itemised()


def test_a_look_of_the_sweep_at_a_slow_person_adds_three_write_units(
    service: MeteredService,
) -> None:
    login = service.login(asks=True)
    service.begin(login)
    service.work()
    service.publish(service.home_of(login))
    service.pass_time(240)
    service.meter.bill.clear()
    assert service.look_over().looked == 1
    assert service.meter.total <= 3, service.meter.itemised()
    assert service.look_over().looked == 0


def test_an_idle_sweep_reads_half_a_unit_in_each_shard_and_writes_nothing(
    service: MeteredService,
) -> None:
    for number in range(1, 6):
        service.begin(service.login(number, asks=True))
    service.meter.bill.clear()
    service.meter.reads.clear()
    service.look_over()
    assert [units for _, units in service.meter.reads] == [0.5] * SHARDS
    assert service.meter.bill == []


def test_a_poll_costs_one_write_unit(service: MeteredService) -> None:
    """R16: what is due next stands on the row, so that two messages make one call."""
    login = service.login(data_polls=60)
    service.begin(login)
    service.work()
    service.meter.bill.clear()
    for _ in range(59):
        service.work_now("polls", seconds=10)
    assert service.flinks.calls["poll_accounts"] >= 58
    assert service.meter.total <= service.flinks.calls["poll_accounts"], service.meter.itemised()
