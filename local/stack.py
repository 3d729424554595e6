"""A running stack: emulator, sandbox, the deployed template, the demo; brought up and down."""

import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from local import ROOT, artefact, emulator, environment, wiring
from local.caller import caller
from local.deployment import Deployment, Resource, fill_secrets, of_type
from local.errors import LocalError
from local.ports import HOST, Ports, require_free
from local.service import Service
from local.tools import PYTHON, machine_architecture, shown, tool_env

FOLDER: Final = ROOT / ".local"
STACK_NAME: Final = "reconnect"


@dataclass(kw_only=True)
class Stack:
    """One independent stack: its own ports, its own folder, its own template parameters."""

    ports: Ports = field(default_factory=Ports.from_env)
    folder: Path = FOLDER
    parameters: Mapping[str, str] = field(default_factory=dict)
    with_demo: bool = True
    say: Callable[[str], None] = print

    def up(self) -> dict[str, Any]:
        """Start what is not running, deploy the template, return what stack.json says."""
        was_running = any(each.is_running() for each in self._services)
        try:
            return self._bring_up()
        except BaseException:
            if not was_running:
                self.down()
            raise

    def down(self) -> bool:
        """Stop what this stack started, and only that; tell whether anything was running."""
        running = [each for each in reversed(self._services) if each.is_running()]
        for each in reversed(self._services):
            each.stop()
        for each in running:
            self.say(f"  stopped the {each.name}")
        shutil.rmtree(emulator.scratch_of(self.folder), ignore_errors=True)
        self.facts_file.unlink(missing_ok=True)
        self.environment_file.unlink(missing_ok=True)
        return bool(running)

    @property
    def facts_file(self) -> Path:
        """Name the file that tells other programs where everything is."""
        return self.folder / "stack.json"

    @property
    def environment_file(self) -> Path:
        """Name the file with the variables that the examples need."""
        return self.folder / "env.sh"

    def _bring_up(self) -> dict[str, Any]:
        for service in self._services:
            self._require_free_ports(service)
        emulator.scratch_of(self.folder).mkdir(parents=True, exist_ok=True)
        self._start(self._emulator)
        self._start(self._sandbox)
        self._deploy()
        facts = self._facts(self._deployment.resources())
        self.facts_file.write_text(json.dumps(facts, indent=2) + "\n")
        self.facts_file.chmod(0o600)
        environment.write(facts, self.environment_file)
        if self.with_demo:
            self._demo.stop()  # an earlier one would still hold the old caller's key
            self._start(self._demo)
        return facts

    def _start(self, service: Service) -> None:
        again = "still " if service.is_running() else ""
        self._require_free_ports(service)  # somebody may have come since the first look
        with self._step(service.name, f"{again}on port {service.port}"):
            service.start()

    def _require_free_ports(self, service: Service) -> None:
        if not service.is_running():
            for name, port in self._services[service].items():
                require_free(name, port)

    def _deploy(self) -> None:
        with self._step("build", "functions and layer, with byte code"):
            template = artefact.build(
                architecture=machine_architecture(),
                to=self.folder / "build",
                cache=FOLDER / "cache",
                log=self.folder / "build.log",
            )
        parameters = {**wiring.parameters(self.ports), **self.parameters}
        with self._step("deploy", "template.yaml by sam deploy"):
            self._deployment.deploy(template, parameters)
            fill_secrets(self._deployment, wiring.secrets())
            wiring.subscribe(self.ports)

    @contextmanager
    def _step(self, name: str, what: str) -> Iterator[None]:
        started = time.monotonic()
        self.say(f"  {name:<10} {what} ...")
        yield
        self.say(f"  {name:<10} ready after {time.monotonic() - started:.1f} s")

    @property
    def _services(self) -> dict[Service, dict[str, int]]:
        """List the programs, and by name the ports that each of them listens on."""
        ports = self.ports
        services = {
            self._emulator: {"emulator": ports.emulator},
            self._sandbox: {"sandbox": ports.sandbox, "connect": ports.connect},
        }
        return services | ({self._demo: {"demo": ports.demo}} if self.with_demo else {})

    @cached_property
    def _emulator(self) -> Service:
        return emulator.service(self.ports.emulator, self.folder)

    @cached_property
    def _sandbox(self) -> Service:
        return Service(
            name="sandbox",
            command=[
                *(PYTHON, "-m", "sandbox"),
                *("--api-port", str(self.ports.sandbox)),
                *("--connect-port", str(self.ports.connect)),
            ],
            env=tool_env(),
            port=self.ports.sandbox,
            folder=self.folder,
        )

    @cached_property
    def _demo(self) -> Service:
        return Service(
            name="demo",
            command=[
                *(PYTHON, "-m", "demo"),
                *("--port", str(self.ports.demo)),
                *("--stack", self.facts_file),
            ],
            env=tool_env(),
            port=self.ports.demo,
            folder=self.folder,
        )

    @cached_property
    def _deployment(self) -> Deployment:
        return Deployment(
            stack_name=STACK_NAME,
            endpoint_url=emulator.endpoint(self.ports.emulator),
            log=self.folder / "deploy.log",
        )

    def _facts(self, resources: list[Resource]) -> dict[str, Any]:
        """Write down what a client, a test or the demo has to know."""
        key = caller(
            self._deployment.endpoint_url,
            name="demo-app",
            policy_arn=_only(resources, "AWS::IAM::ManagedPolicy"),
        )
        sandbox = f"http://{HOST}:{self.ports.sandbox}"
        queues = of_type(resources, "AWS::SQS::Queue")
        return {
            "apiUrl": emulator.public_base_url(self.ports.emulator),
            "apiHost": f"{HOST}:{self.ports.emulator}",
            "region": emulator.REGION,
            "accessKeyId": key.access_key_id,
            "secretAccessKey": key.secret_access_key,
            "sessionToken": key.session_token,
            "endpointUrl": self._deployment.endpoint_url,
            "sandboxApiUrl": sandbox,
            "sandboxControlUrl": f"{sandbox}/_sandbox",
            "connectUrl": f"http://{HOST}:{self.ports.connect}",
            "demoUrl": f"http://{HOST}:{self.ports.demo}",
            "customerId": wiring.FLINKS.customer_id,
            "secretKey": wiring.FLINKS.secret_key,
            "xApiKey": wiring.FLINKS.api_key,
            "webhookSecret": wiring.FLINKS.webhook_secret,
            "stackName": STACK_NAME,
            "tableName": _only(resources, "AWS::DynamoDB::Table"),
            "bucketName": _only(resources, "AWS::S3::Bucket"),
            "busName": _only(resources, "AWS::Events::EventBus"),
            "queueUrls": {each.logical_id: each.physical_id for each in queues},
            "functions": {
                each.logical_id: each.physical_id
                for each in of_type(resources, "AWS::Lambda::Function")
            },
        }


def _only(resources: list[Resource], kind: str) -> str:
    found = [each.physical_id for each in of_type(resources, kind)]
    if len(found) != 1:
        raise LocalError(f"The stack should have one {kind}, not {len(found)}.")
    return found[0]


def report(facts: Mapping[str, Any]) -> str:
    """Say where to go, once everything is up."""
    lines = {
        "The demo": facts["demoUrl"],
        "The API": facts["apiUrl"],
        "The Flinks sandbox": facts["sandboxApiUrl"],
        "Its control API": facts["sandboxControlUrl"],
        "All of it": shown(FOLDER / "stack.json"),
        "For the examples": f". {shlex.quote(str(FOLDER / 'env.sh'))}",
        "Stop it": "make down",
    }
    return "\n".join(["", *(f"  {name + ':':<20} {value}" for name, value in lines.items())])
