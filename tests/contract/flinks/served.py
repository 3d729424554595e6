"""The real client against the sandbox, over sockets on the loopback."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import uvicorn
from flinks_reconnect.domain.accounts import EVERYTHING
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import AccountId, LoginId, RefreshId, RequestId
from flinks_reconnect.flinks.client import FlinksClient
from flinks_reconnect.flinks.connect_url import ConnectUrlBuilder
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.usecases.ports import ConnectTarget

from sandbox.app import api_app, connect_app
from sandbox.clock import SandboxClock
from sandbox.delivery import Connection
from sandbox.settings import Settings
from sandbox.world import World

START = datetime(2027, 3, 9, 17, 0, tzinfo=UTC)
"""A stated instant, on the second: neither the hour nor a clock's digits matter."""
ANSWERS = {"city": "Montreal", "country": "Canada", "shape": "Triangle"}
CODES = {
    ErrorCode.BANK_UNAVAILABLE: "RETRY_LATER",
    ErrorCode.BANK_DISABLED: "DISABLED_INSTITUTION",
    ErrorCode.BANK_NEEDS_PERSON: "NEW_ACCOUNT",
    ErrorCode.CREDENTIALS_REJECTED: "INVALID_PASSWORD",
    ErrorCode.FLINKS_UNAVAILABLE: "AGGREGATION_ERROR",
    ErrorCode.THROTTLED: "TOO_MANY_REQUESTS",
    ErrorCode.QUESTION_UNANSWERED: "QUESTION_NOT_FOUND",
}
CONNECT = ConnectUrlBuilder(base_url="http://127.0.0.1:1", consent_enable=False)


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve the sandbox's API on a free port and give its address."""
    config = uvicorn.Config(
        api_app(world),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        host, port = listening.getsockname()
        yield f"http://{host}:{port}"
        server.should_exit = True
        thread.join(timeout=5)


class SandboxedFlinks:
    """The hands of a test on the sandbox, and the client that talks to it."""

    def __init__(self, world: World, api_url: str, *, authorize_async: bool) -> None:
        self.world, self._api_url = world, api_url
        self.secret_key = world.settings.secret_key
        self.api_key = world.settings.api_key
        self.gateway = self._client(api_url, authorize_async)
        # As the fake does: every session that is open keeps others out.
        self._control("PATCH", "/readings", concurrentSession="open")
        if authorize_async:
            self._control("PATCH", "/readings", authorizeAsync=True)

    def _client(self, api_url: str, authorize_async: bool) -> FlinksClient:
        def credentials(*, force: bool = False) -> FlinksCredentials:
            return FlinksCredentials(secret_key=self.secret_key, api_key=self.api_key)

        return FlinksClient(
            base_url=api_url,
            customer_id=self.world.settings.customer_id,
            credentials=credentials,
            clocks=Clocks(),
            clock=self.world.clock,
            authorize_async=authorize_async,
        )

    def add_login(self, **traits: Any) -> LoginId:
        told: dict[str, Any] = {"behaviour": "mfa" if traits.get("asks") else "no_mfa"}
        if trouble := traits.get("trouble"):
            told["error"] = CODES[trouble]
        if traits.get("loses_answer"):
            told["lostAnswers"] = 1
        if polls := traits.get("background_polls"):
            told |= {"pendingPolls": polls, "bankSeconds": 240}
        told["lastRefresh"] = (self.world.clock() - timedelta(days=1)).isoformat()
        login: dict[str, Any] = self._control("POST", "/logins", accounts=3, **told)
        return LoginId(login["loginId"])

    def accounts_of(self, login_id: LoginId) -> tuple[AccountId, ...]:
        return tuple(AccountId(each.id) for each in self.world.bank.login(login_id).accounts)

    def answer(self, request_id: RequestId) -> None:
        """Open the address that we would show in an iframe, and answer there."""
        url = CONNECT.build(
            ConnectTarget(
                request_id=request_id,
                institution_id="14",
                language=None,
                selection=EVERYTHING,
                mode_embedded=True,
                callback_url="https://api.example.com/callback/x",
                tag=RefreshId("rf_x"),
            ),
            self.gateway.mint_token(),
        )
        query = dict(parse_qsl(urlsplit(url).query))
        visit = self._widget("", {"institution": None, "query": query})
        (challenge,) = visit["screen"]["challenges"]
        answer = next(ANSWERS[word] for word in ANSWERS if word in challenge["prompt"])
        self._widget(f"/{visit['visit']}/mfa", {"answers": {challenge["prompt"]: [answer]}})

    def advance(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def unplug(self) -> None:
        """Nobody listens where the client calls."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.gateway = self._client(f"http://127.0.0.1:{port}", False)

    def change_keys(self) -> None:
        self.secret_key = self.api_key = "yesterday"  # noqa: S105 - a wrong key, and no secret

    def fail_next(self, endpoint: str, **traits: Any) -> None:
        self._control("POST", "/faults", endpoint=endpoint, **traits)

    def fail_tonight(self, login_id: LoginId, trouble: ErrorCode) -> None:
        told = {"nightlyEnabled": True, "nightlyFailed": CODES[trouble]}
        self._control("PATCH", f"/logins/{login_id}", **told)

    def _control(self, method: str, path: str, **body: Any) -> Any:
        answer = httpx.request(
            method, f"{self._api_url}/_sandbox{path}", json=body, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _widget(self, path: str, body: dict[str, Any]) -> Any:
        transport = _Connect(self.world)
        with httpx.Client(transport=transport, base_url="http://connect") as client:
            answer = client.post(f"/_widget/visits{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


class _Connect(httpx.BaseTransport):
    """The Connect origin in this process."""

    def __init__(self, world: World) -> None:
        self._app = connect_app(world)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await httpx.ASGITransport(self._app).handle_async_request(request)
            return httpx.Response(answer.status_code, content=await answer.aread())

        return asyncio.run(ask())


def new_world() -> World:
    return World(Settings(), SandboxClock(start=START, frozen=True))
