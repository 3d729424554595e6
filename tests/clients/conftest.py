from collections.abc import Iterator

import httpx
import pytest
from flinks_reconnect_client import AsyncReconnectClient, ReconnectClient

from tests.clients.fake_api import API_URL, KEY, REGION, FakeApi


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def client(api: FakeApi) -> Iterator[ReconnectClient]:
    with httpx.Client(transport=api.transport) as http:
        yield ReconnectClient(API_URL, region=REGION, credentials=KEY, http=http, sleep=api.sleep)


@pytest.fixture
def async_client(api: FakeApi) -> AsyncReconnectClient:
    http = httpx.AsyncClient(transport=api.transport)
    return AsyncReconnectClient(
        API_URL, region=REGION, credentials=KEY, http=http, sleep=api.sleep_async
    )
