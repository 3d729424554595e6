"""A service in memory for each test, and one login with three accounts at Flinks."""

import pytest
from flinks_reconnect.domain.ids import LoginId

from tests.fakes.service import Service


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def login_id(service: Service) -> LoginId:
    return service.login(asks=True)
