"""A table made from template.yaml, on two emulators: moto in this process, MiniStack beside it."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from flinks_reconnect.aws.table import ConnectionTable
from moto import mock_aws

from local import emulator
from tests.contract.moments import CLOCKS, START
from tests.contract.template import table_definition

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SHARDS = 4
SIDE_BY_SIDE = Config(max_pool_connections=20)


@dataclass
class StoppedClock:
    """Stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Table:
    """A table of its own, and the adapter over it."""

    client: "DynamoDBClient"
    name: str
    clock: StoppedClock

    @property
    def store(self) -> ConnectionTable:
        return self.through(self.client)

    def through(self, client: Any) -> ConnectionTable:
        """The adapter over another client of the same table."""
        return ConnectionTable(client, self.name, clock=self.clock, clocks=CLOCKS, shards=SHARDS)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Every row as it is stored, under its keys."""
        found = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return {f"{row['pk']['S']} {row['sk']['S']}": dict(row) for row in found}


type MakeTable = Callable[["DynamoDBClient"], Table]


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def make_table(clock: StoppedClock) -> MakeTable:
    def make(client: "DynamoDBClient") -> Table:
        name = f"reconnect-{uuid4().hex[:12]}"
        client.create_table(**table_definition(name))
        return Table(client, name, clock)

    return make


@pytest.fixture(scope="session")
def ministack_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The emulator that `make up` uses, for this run alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    service = emulator.service(port, tmp_path_factory.mktemp("ministack"))
    try:
        service.start()
        yield port
    finally:
        service.stop()


type Clients = Callable[[Any], Any]


@pytest.fixture(params=["moto", "ministack"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Makes a client of any service, on each emulator in turn."""
    if request.param == "moto":
        with mock_aws():
            yield lambda service: boto3.client(service, region_name=emulator.REGION)
        return
    url = emulator.endpoint(request.getfixturevalue("ministack_port"))
    yield lambda service: emulator.administrator().client(service, endpoint_url=url)


@pytest.fixture(scope="session")
def ministack(ministack_port: int) -> "DynamoDBClient":
    return emulator.administrator().client(
        "dynamodb", endpoint_url=emulator.endpoint(ministack_port), config=SIDE_BY_SIDE
    )


@pytest.fixture
def moto() -> Iterator["DynamoDBClient"]:
    with mock_aws():
        yield boto3.client("dynamodb", region_name=emulator.REGION, config=SIDE_BY_SIDE)


@pytest.fixture(params=["moto", "ministack"])
def table(request: pytest.FixtureRequest, make_table: MakeTable) -> Table:
    """An empty table, on each emulator in turn."""
    return make_table(request.getfixturevalue(request.param))
