"""The deployed service in this process: the real handlers over the fakes, function by function.

Each function has a copy of the composition roots with the environment that template.yaml gives it
alone, so what its role may not use is missing here too. What a process keeps in memory is gone
when it dies.
"""

import importlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Protocol
from unittest.mock import patch

from botocore.session import Session
from greenlet import getcurrent

from tests.contract.template import functions
from tests.simulation.clockwork import Clockwork, Invocation, Killed

RETURN_URL = "https://app.example.com/reconnected"
ORIGIN = "https://app.example.com"
BASE_URL = "https://reconnect.example.com/v1"
VALUES = {
    "FlinksApiUrl": "https://flinks.invalid",
    "FlinksConnectUrl": "https://connect.invalid",
    "FlinksCustomerId": "43387ca6-0391-4c82-857d-70d95f087ecb",
    "PublicBaseUrl": BASE_URL,
    "ReturnUrls": RETURN_URL,
    "EmbedOrigins": ORIGIN,
    "AuthorizeAsync": "true",
    "Clocks": "away_expiry=43200 link_email=36000",
    "DueShards": "2",
    "AuthorizeQueue": "authorize",
    "AccountsQueue": "accounts",
    "NightlyQueue": "nightly",
}
SECRETS = {
    "secret:flinks": {"secretKey": "the-secret-key", "apiKey": "the-api-key"},
    "secret:id": {"current": "id-key-of-the-simulation"},
    "secret:signing": {"current": "signing-key-of-the-simulation"},
    "secret:webhook": {"current": "webhook-secret"},
}
PUBLIC = frozenset({"redirect_callback", "flinks_webhook", "reconnect_page"})
API_SECONDS = 15.0


@dataclass(frozen=True)
class Mutant:
    """A deliberate bug: in this module of ours, this text is replaced by that."""

    name: str
    module: str
    right: str
    wrong: str
    stirs: tuple[str, ...] = ()
    """What brings it to light: it happens often in the worlds of the hunt."""

    def applied(self, source: str) -> str:
        """The source with the bug; an error where the text is not there just once."""
        if source.count(self.right) != 1:
            raise LookupError(f"{self.name}: found {source.count(self.right)} times")
        return source.replace(self.right, self.wrong)


class Clients(Protocol):
    """What a world gives the service to call."""

    clockwork: Clockwork

    def client(self, service: str) -> Any: ...

    def exchange(self, call: Any) -> Any: ...


class _Known(dict[str, str]):
    """Every name that the template refers to; one that nobody chose stands for itself."""

    def __missing__(self, name: str) -> str:
        lowered = name.lower()
        for word in ("flinks", "signing", "webhook"):
            if word in lowered and "secret" in lowered + "key":
                return f"secret:{word}"
        return "secret:id" if "idkey" in lowered else name


@cache
def environments() -> dict[str, dict[str, str]]:
    """Each function's environment as template.yaml states it."""
    from tests.contract import template

    known = _Known(template.defaults() | VALUES)
    with patch.object(template, "defaults", lambda: {}):
        found = {}
        for name in functions():
            own = functions()[name].get("Environment", {}).get("Variables", {})
            shared = template.template()["Globals"]["Function"]["Environment"]["Variables"]
            found[name] = {
                key: template.resolved(value, known) for key, value in (shared | own).items()
            }
    return {name: each | _secret_names(each) for name, each in found.items()}


def _secret_names(stated: dict[str, str]) -> dict[str, str]:
    names = {
        "FLINKS_SECRET_ARN": "secret:flinks",
        "ID_KEY_ARN": "secret:id",
        "SIGNING_KEY_ARN": "secret:signing",
        "WEBHOOK_SECRET_ARN": "secret:webhook",
    }
    urls = {
        "AUTHORIZE_QUEUE_URL": "authorize",
        "ACCOUNTS_QUEUE_URL": "accounts",
        "NIGHTLY_QUEUE_URL": "nightly",
    }
    return {name: value for name, value in (names | urls).items() if name in stated}


def seconds_of(function: str) -> float:
    """The function's Timeout."""
    from tests.contract import template

    shared = template.template()["Globals"]["Function"]["Timeout"]
    return float(functions()[function].get("Timeout", shared))


@dataclass
class _Function:
    handler: Callable[[dict[str, Any], Any], Any]
    caches: list[Any]
    seconds: float


@dataclass
class _Context:
    """What Lambda tells a function about its invocation."""

    clockwork: Clockwork
    invocation: Invocation
    function_name: str = "simulated"
    aws_request_id: str = "r"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.invocation.deadline - self.clockwork.now) * 1000))


class _Proxy:
    """A boto3 client that is of whichever world runs now."""

    def __init__(self, service: str, deployment: "Deployment") -> None:
        self._service = service
        self._deployment = deployment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._deployment.world.client(self._service), name)


class _Threads:
    """Takes the place of a ThreadPoolExecutor: the same, in greenlets."""

    def __init__(self, deployment: "Deployment") -> None:
        self._deployment = deployment

    def __enter__(self) -> "_Threads":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def map(self, act: Callable[..., Any], *given: Any) -> Iterator[Any]:
        calls = list(zip(*given, strict=False))
        results: list[Any] = [None] * len(calls)

        def one(place: int) -> None:
            results[place] = act(*calls[place])

        acts = [partial(one, place) for place in range(len(calls))]
        self._deployment.world.clockwork.together(acts)
        return iter(results)


@dataclass
class Deployment:
    """`installed` patches this process for as long as worlds run in it."""

    functions: dict[str, _Function] = field(default_factory=dict)
    _world: list[Clients] = field(default_factory=list)
    _dice: random.Random = field(default_factory=random.Random)
    _number: int = 0

    @property
    def world(self) -> Clients:
        """The world that runs now."""
        return self._world[-1]

    def enter(self, world: Clients, seed: int) -> None:
        """From now on the service lives in this world, freshly started."""
        self._world[:] = [world]
        self._dice.seed(seed)
        random.seed(seed)
        self._number = 0
        for function in self.functions.values():
            for each in function.caches:
                each.cache_clear()

    def invoke(self, function: str, event: dict[str, Any], cause: str = "") -> Any:
        """Run a handler as Lambda does: None where it raised, died or ran out of time."""
        clockwork, found = self.world.clockwork, self.functions[function]
        if clockwork.watching:
            return found.handler(event, _Context(clockwork, Invocation(function, 9e9, 0)))
        self._number += 1
        run = Invocation(
            function, clockwork.now + found.seconds, self._number, clockwork.now, cause
        )
        task = clockwork.task
        assert task is not None
        task.inside.append(run)
        try:
            return found.handler(event, _Context(clockwork, run))
        except Killed:
            for each in found.caches:
                each.cache_clear()
            if any(clockwork.now >= other.deadline for other in task.inside[:-1]):
                raise
            run.died = "killed"
            return None
        except Exception as error:
            if isinstance(error, AssertionError | NotImplementedError):
                raise
            run.died = type(error).__name__
            return None
        finally:
            task.inside.pop()

    @contextmanager
    def installed(self, mutant: Mutant | None = None) -> Iterator["Deployment"]:
        """Put the fakes where the service looks for AWS, time, chance and Flinks.

        The service is imported anew, so that neither this process's own copy nor another
        deployment's is touched; `mutant` is a deliberate bug in it.
        """
        fixed = {
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
            "POWERTOOLS_SERVICE_NAME": "simulation",
            "POWERTOOLS_METRICS_NAMESPACE": "simulation",
            "POWERTOOLS_DEV": "false",
            "AWS_DEFAULT_REGION": "ca-central-1",
        }
        sleep, monotonic = time.sleep, time.monotonic
        with (
            _own_copy(mutant),
            patch.dict(os.environ, fixed),
            patch.object(Session, "create_client", lambda _, service, **__: _Proxy(service, self)),
            patch.object(os, "urandom", self._dice.randbytes),
            patch.object(random, "_urandom", self._dice.randbytes),
            patch.object(time, "sleep", lambda seconds: self._sleep(seconds, sleep)),
            patch.object(time, "monotonic", lambda: self._monotonic(monotonic)),
        ):
            self._load()
            line: Any = _module("flinks.transport")
            line.exchange, line.listen = self._exchange, self._listen
            yield self

    def _exchange(self, call: Any, _: object) -> Any:
        return self.world.exchange(call)

    @contextmanager
    def _listen(self, call: Any, transport: object) -> Iterator[Any]:
        """An answer that is listened to is the same answer, in one piece."""
        whole, exchanged = self._exchange(call, transport), _module("flinks.exchange")
        if not isinstance(whole, exchanged.Received):
            raise exchanged.BrokenTransportError(type(whole).__name__)
        yield exchanged.Listening(whole.status, iter([whole.body]))

    def _sleep(self, seconds: float, really: Callable[[float], None]) -> None:
        if self._world and getcurrent() in self.world.clockwork._tasks:
            self.world.clockwork.sleep(seconds)
        else:
            really(seconds)

    def _monotonic(self, really: Callable[[], float]) -> float:
        if self._world and getcurrent() in self.world.clockwork._tasks:
            return self.world.clockwork.now
        return really()

    def _load(self) -> None:
        for name in environments():
            self.functions[name] = self._one(name)
        for module in list(sys.modules.values()):
            if _is_ours(module) and hasattr(module, "ThreadPoolExecutor"):
                module.__dict__["ThreadPoolExecutor"] = lambda *_, **__: _Threads(self)
            if _is_ours(module) and hasattr(module, "single_metric"):
                module.__dict__["single_metric"] = _no_metric

    def _one(self, name: str) -> _Function:
        _forget()
        app = importlib.import_module(f"functions.{name}.app")
        stated = environments()[name]
        copies = [
            module
            for key, module in sys.modules.items()
            if key.startswith("flinks_reconnect.bootstrap")
        ]
        from flinks_reconnect.config import Settings

        caches = []
        for module in copies:
            if hasattr(module, "settings"):
                module.settings = lambda: Settings(stated)  # type: ignore[attr-defined] # a copy for this function
            if hasattr(module, "datetime"):
                module.datetime = _VirtualNow(self)  # type: ignore[attr-defined] # as above
            caches += [each for each in vars(module).values() if hasattr(each, "cache_clear")]
        _forget()
        return _Function(app.handler, caches, seconds_of(name))


class _VirtualNow:
    """`datetime` as the composition roots use it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def now(self, _: object = None) -> Any:
        return self._deployment.world.clockwork.instant()


@contextmanager
def _no_metric(**_: Any) -> Iterator[None]:
    yield


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"flinks_reconnect.{name}")


def _is_ours(module: ModuleType | None) -> bool:
    return module is not None and getattr(module, "__name__", "").startswith("flinks_reconnect")


def _forget(*names: str) -> dict[str, ModuleType]:
    """Let these be imported anew; return what was imported before."""
    wanted = names or ("flinks_reconnect.bootstrap", "functions.")
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(wanted)}
    package = sys.modules.get("flinks_reconnect")
    if package is not None and hasattr(package, "bootstrap"):
        del package.bootstrap
    return before


@contextmanager
def _own_copy(mutant: Mutant | None) -> Iterator[None]:
    everything = ("flinks_reconnect", "functions")
    before = _forget(*everything)
    finder = _Finder(mutant) if mutant else None
    if finder:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder:
            sys.meta_path.remove(finder)
        _forget(*everything)
        sys.modules.update(before)


class _Finder(MetaPathFinder):
    """Finds the one module that has a deliberate bug."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname: str, path: Any, target: object = None) -> ModuleSpec | None:
        if fullname != f"flinks_reconnect.{self._mutant.module}":
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        return spec_from_file_location(
            fullname, spec.origin, loader=_Mutated(fullname, spec.origin, self._mutant)
        )


class _Mutated(SourceFileLoader):
    """Compiles the module with its bug in it."""

    def __init__(self, fullname: str, path: str, mutant: Mutant) -> None:
        super().__init__(fullname, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text()
        return compile(self._mutant.applied(source), self.path, "exec", dont_inherit=True)


@dataclass(frozen=True)
class Answer:
    """What a caller got; status 0: no answer at all."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def api_event(
    method: str,
    resource: str,
    *,
    path: dict[str, str] | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A proxy event as API Gateway sends it."""
    given = dict(headers or {})
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
        given.setdefault("Content-Type", "application/json")
    route = resource
    for name, value in (path or {}).items():
        route = route.replace(f"{{{name}}}", value)
    return {
        "resource": resource,
        "path": route,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {name: [value] for name, value in given.items()},
        "pathParameters": path,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "requestContext": {
            "identity": {
                "userArn": "arn:aws:sts::1:assumed-role/app/app",
                "sourceIp": "203.0.113.7",
            },
            "accountId": "1",
            "stage": "v1",
            "domainName": "api.invalid",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def answer_of(told: Any) -> Answer:
    """What the caller sees of a handler's answer; a crash is a 502."""
    if told is None:
        return Answer(0)
    text = told.get("body") or ""
    try:
        parsed = json.loads(text) if text[:1] == "{" else {}
    except ValueError:
        parsed = {}
    return Answer(told["statusCode"], parsed, told.get("headers") or {}, text)
