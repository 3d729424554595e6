"""A pytest plugin: the fixture `flinks` is a sandbox of one's own, frozen and fresh in each test.

It serves from a thread of the test process, on two free ports; nothing has to be started.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from .clock import SandboxClock
from .serving import in_thread, listen
from .settings import Readings, Settings
from .world import World

HOST: Final = "127.0.0.1"
START_AT: Final = "2027-03-09T17:00:00+00:00"
"""A Tuesday, and midday in Toronto: far from nights, weekends and the ends of months."""


class FlinksSandboxError(Exception):
    """The control API refused; the message says why."""


@dataclass(frozen=True, kw_only=True)
class StoredLogin:
    """A bank login that Flinks has stored, and what its person knows."""

    login_id: str
    username: str
    password: str
    institution_id: int
    accounts: tuple[str, ...]
    selected_accounts: tuple[str, ...]
    answers: dict[str, tuple[str, ...]]
    """Every prompt of the bank with the answers that it accepts."""


@dataclass(frozen=True, kw_only=True)
class Flinks:
    """A running sandbox: where it is, its keys, and how a test steers it."""

    api_url: str
    connect_url: str
    customer_id: str = Settings.customer_id
    secret_key: str = Settings.secret_key
    api_key: str = Settings.api_key
    webhook_secret: str = Settings.webhook_secret

    @property
    def banking_url(self) -> str:
        """Return the address under which the endpoints of BankingServices are."""
        return f"{self.api_url}/v3/{self.customer_id}/BankingServices"

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Make one call of the control API, such as control("GET", "/calls")."""
        return _ask(self.api_url, method, f"/_sandbox{path}", body or None)

    def login(self, behaviour: str = "mfa", **traits: Any) -> StoredLogin:
        """Store a login whose bank behaves so: login("mfa_twice"), login("mfa", dataPolls=3)."""
        return _login(self.control("POST", "/logins", behaviour=behaviour, **traits))

    def change(self, login: StoredLogin, **changes: Any) -> None:
        """Change a stored login: change(login, passwordChanged=True)."""
        self.control("PATCH", f"/logins/{login.login_id}", **changes)

    @property
    def now(self) -> datetime:
        """Return the sandbox's present."""
        return datetime.fromisoformat(self.control("GET", "/clock")["now"][:26] + "+00:00")

    def advance(self, **time: float) -> None:
        """Move the clock on: advance(minutes=9). What becomes due is done when this returns."""
        self.control("POST", "/clock", advanceSeconds=timedelta(**time).total_seconds())

    def read_as(self, **readings: Any) -> None:
        """Read contradictions of Flinks' documents another way: read_as(tokenMinutes=30)."""
        self.control("PATCH", "/readings", **readings)

    def fault(self, endpoint: str = "*", **what: Any) -> None:
        """Let the next call go wrong: fault("Authorize", flinksCode="RETRY_LATER")."""
        self.control("POST", "/faults", endpoint=endpoint, **what)

    def play(self, scenario: str, login: StoredLogin | None = None) -> None:
        """Let a whole situation come about: play("bank down ten minutes")."""
        about = {"loginId": login.login_id} if login else {}
        self.control("POST", "/scenarios", name=scenario, **about)

    def send_webhooks_to(self, url: str) -> None:
        """Set where webhooks go from now on."""
        self.control("PUT", "/webhooks", url=url, enabled=True)

    def webhook(self, login: StoredLogin, **what: Any) -> list[dict[str, Any]]:
        """Send a webhook now; return what became of each delivery."""
        sent: list[dict[str, Any]] = self.control(
            "POST", "/webhooks/send", loginId=login.login_id, **what
        )["deliveries"]
        return sent

    def calls(self, login: StoredLogin | None = None) -> dict[str, int]:
        """Count the API calls by endpoint, of one login or of all."""
        query = f"?loginId={login.login_id}" if login else ""
        counted: dict[str, int] = self.control("GET", f"/calls{query}")["counts"]
        return counted

    def answer(self, connect_url: str, *answers: str) -> dict[str, Any]:
        """Open a Connect address without a browser, answer, and return the last event."""
        return _Widget(self.connect_url, connect_url).answer(*answers)


def _login(view: dict[str, Any]) -> StoredLogin:
    asked = [each for turn in view["asks"] for questions in turn for each in questions]
    return StoredLogin(
        login_id=view["loginId"],
        username=view["username"],
        password=view["password"],
        institution_id=view["institutionId"],
        accounts=tuple(each["id"] for each in view["accounts"]),
        selected_accounts=tuple(view["selectedAccounts"]),
        answers={each["prompt"]: tuple(each["answers"]) for each in asked},
    )


class _Widget:
    """The browser's part of the widget, as far as answering goes."""

    def __init__(self, origin: str, address: str) -> None:
        self._origin = origin
        self._step("", {"query": dict(parse_qsl(urlsplit(address).query))})

    def _step(self, path: str, body: dict[str, Any]) -> None:
        self._shown = _ask(self._origin, "POST", f"/_widget/visits{path}", body)

    def answer(self, *answers: str) -> dict[str, Any]:
        for given in answers:
            asked = self._shown["screen"].get("challenges")
            if not asked:
                raise FlinksSandboxError(f"nothing is asked: {self._shown['screen']['title']}")
            self._step(f"/{self._shown['visit']}/mfa", {"answers": {asked[0]["prompt"]: [given]}})
        last: dict[str, Any] = self._shown["events"][-1]
        return last


def _ask(origin: str, method: str, path: str, body: Any) -> Any:
    host = origin.partition("://")[2]
    with closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
    if answer.status != http.client.OK:
        raise FlinksSandboxError(told.get("error", told))
    return told


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings of the ini file."""
    parser.addini("flinks_start_at", "where the sandbox's clock starts (ISO)", default=START_AT)
    parser.addini("flinks_readings", "readings, one name=value a line", type="linelist")


@pytest.fixture(scope="session")
def flinks_server(pytestconfig: pytest.Config) -> Iterator[Flinks]:
    """A sandbox for the whole run, its clock frozen at `flinks_start_at`."""
    listeners = listen(HOST, 0, 0)
    api, connect = (f"http://{HOST}:{each.getsockname()[1]}" for each in listeners)
    pairs = [each.partition("=") for each in pytestconfig.getini("flinks_readings")]
    readings = Readings().written({name.strip(): value.strip() for name, _, value in pairs})
    start = datetime.fromisoformat(pytestconfig.getini("flinks_start_at"))
    world = World(
        Settings(public_api_url=api, public_connect_url=connect),
        SandboxClock(start=start, frozen=True),
        readings,
    )
    with in_thread(world, listeners):
        yield Flinks(api_url=api, connect_url=connect)


@pytest.fixture
def flinks(flinks_server: Flinks) -> Flinks:
    """A Flinks of one's own: everything of earlier tests is gone, the clock is where it began."""
    flinks_server.control("POST", "/reset")
    return flinks_server
