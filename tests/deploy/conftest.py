"""An emulator of this run alone, and the built template: what a deploy meets, without a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from local import artefact, emulator, wiring
from local.deployment import Deployment
from local.ports import Ports
from local.stack import FOLDER
from local.tools import machine_architecture


class Deploy(Protocol):
    """Deploys the template under a name, with parameters beside those of a local stack."""

    def __call__(self, name: str, **parameters: str) -> Deployment: ...


@pytest.fixture(scope="session")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="session")
def account(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a new AWS account."""
    service = emulator.service(ports.emulator, tmp_path_factory.mktemp("account"))
    try:
        service.start()
        yield emulator.endpoint(ports.emulator)
    finally:
        service.stop()


@pytest.fixture(scope="session")
def built() -> Path:
    return artefact.build(
        architecture=machine_architecture(),
        to=FOLDER / "test-deploy/build",
        cache=FOLDER / "cache",
        log=FOLDER / "test-deploy/build.log",
    )


@pytest.fixture(scope="session")
def deploy(account: str, ports: Ports, built: Path) -> Deploy:
    def deployed(name: str, **parameters: str) -> Deployment:
        deployment = Deployment(
            stack_name=name,
            endpoint_url=account,
            log=FOLDER / f"test-deploy/{name}.log",
            api_id=name,
        )
        deployment.deploy(built, wiring.parameters(ports) | parameters)
        return deployment

    return deployed
