"""An emulator of this run alone, and the built template: what a deploy meets, without a browser."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from docs.tools.template import template as written
from local import ROOT, artefact, emulator, wiring
from local.deployment import ARTEFACTS, Deployment
from local.ports import HOST, Ports
from local.service import Service
from local.stack import FOLDER
from local.tools import PYTHON, machine_architecture, tool_env
from operate.account import Account
from operate.deploy import Deploy
from operate.settings import Settings


class DeployNamed(Protocol):
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
def deploy(account: str, ports: Ports, built: Path) -> DeployNamed:
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


@pytest.fixture(scope="session")
def sandbox(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Flinks of this run alone."""
    service = Service(
        name="sandbox",
        command=[
            *(PYTHON, "-m", "sandbox"),
            *("--api-port", str(ports.sandbox)),
            *("--connect-port", str(ports.connect)),
        ],
        env=tool_env(),
        port=ports.sandbox,
        folder=tmp_path_factory.mktemp("sandbox"),
    )
    try:
        service.start()
        yield f"http://{HOST}:{ports.sandbox}"
    finally:
        service.stop()


@pytest.fixture(scope="session")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The monitoring template as far as the emulator goes: it has no metric math."""
    content = written("template-monitoring.yaml")
    known = {
        name: each
        for name, each in content["Resources"].items()
        if "Metrics" not in each["Properties"]
    }
    plain = tmp_path_factory.mktemp("monitoring") / "template-monitoring.yaml"
    plain.write_text(json.dumps(content | {"Resources": known}))
    return plain


@dataclass
class Deployer:
    """A person at a terminal who knows the answers; what was asked is kept."""

    answers: dict[str, str]
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def ask(self, text: str) -> str:
        self.asked.append(text)
        return next(answer for start, answer in self.answers.items() if text.startswith(start))

    def say(self, text: str) -> None:
        self.told.append(text)


@dataclass(frozen=True, kw_only=True)
class Operated:
    """What `make deploy` made of an empty account."""

    deployer: Deployer
    account: Account
    samconfig: Path
    settings: Settings


@pytest.fixture(scope="session")
def emulated(account: str) -> Deployment:
    """The stack that `make deploy` makes here, as the emulator has it."""
    return Deployment(
        stack_name="bench", endpoint_url=account, log=FOLDER / "test-deploy/bench.log"
    )


@pytest.fixture(scope="session")
def operated(
    account: str,
    emulated: Deployment,
    ports: Ports,
    sandbox: str,
    monitoring: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Operated:
    """`make deploy` end to end, on the emulator."""
    emulated.make_artefact_bucket()
    samconfig = tmp_path_factory.mktemp("bench") / "samconfig.toml"
    samconfig.write_text(f"""
[dev.deploy.parameters]
stack_name = "bench"
region = "{emulator.REGION}"
tags = ["ms-custom-id={emulated.api_id}"]
parameter_overrides = [
  "Environment=dev",
  "Architecture={machine_architecture()}",
  "RequireTls=false",
  "PublicBaseUrl={emulator.public_base_url(ports.emulator)}",
]

[dev.monitoring.parameters]
parameter_overrides = [
]

[dev.waf.parameters]
deploy = false
""")
    flinks = wiring.FLINKS
    deployer = Deployer(
        {
            "Your Flinks API": sandbox,
            "Your Flinks Connect": f"http://{HOST}:{ports.connect}",
            "Your customer id": flinks.customer_id,
            "Your name": "Maple Budget & Cie",
            "Where a person": "http://127.0.0.1:8080/",
            "Pages that show": "http://127.0.0.1:8080",
            "A domain": "",
            "Who is told": "operator@app.example",
            "Flinks secret key": flinks.secret_key,
            "Flinks x-api-key": flinks.api_key,
            "Secret of Flinks' webhooks": flinks.webhook_secret,
        }
    )
    operator = Account(
        region=emulator.REGION,
        environment={
            "AWS_ENDPOINT_URL": account,
            "AWS_ACCESS_KEY_ID": emulator.ADMIN_KEY,
            "AWS_SECRET_ACCESS_KEY": emulator.ADMIN_KEY,
        },
    )
    deploy = Deploy(
        account=operator,
        say=deployer.say,
        ask=deployer.ask,
        ask_secret=deployer.ask,
        samconfig=samconfig,
        monitoring=monitoring,
        bucket=ARTEFACTS,
    )
    deploy(Settings.read("dev", samconfig))
    emulated.mend(ROOT / ".aws-sam/build/template.yaml")
    return Operated(
        deployer=deployer,
        account=operator,
        samconfig=samconfig,
        settings=Settings.read("dev", samconfig),
    )
