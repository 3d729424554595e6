"""The real thing: two ports, a signal, and connections that break."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.settings import Settings

ROOT = Path(__file__).parents[2]
BASE = f"/v3/{Settings.customer_id}/BankingServices"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Running:
    def __init__(self, api: int, connect: int, process: subprocess.Popen[str]) -> None:
        self.api, self.connect, self.process = api, connect, process

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=10)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers or {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def token(self) -> tuple[int, Any]:
        key = {"flinks-auth-key": Settings.secret_key}
        return self.ask("POST", f"{BASE}/GenerateAuthorizeToken", headers=key)

    def fault(self, **fault: Any) -> None:
        assert self.ask("POST", "/_sandbox/faults", fault)[0] == 200


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    api, connect = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox", "--api-port", str(api), "--connect-port"]
    process = subprocess.Popen(
        [*command, str(connect)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(3)]
    assert f"http://127.0.0.1:{api}/v3/" in printed[0]
    assert f"http://127.0.0.1:{connect}/v2/" in printed[1]
    yield Running(api, connect, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


def test_both_origins_answer(running: Running) -> None:
    assert running.token()[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", running.connect, timeout=10)
    connection.request("GET", "/v2/?demo=true")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("x-frame-options") is None
    assert b"widget.js" in answer.read()
    connection.close()


def test_drop_before_is_an_empty_answer_and_nothing_happened(running: Running) -> None:
    running.fault(endpoint="GenerateAuthorizeToken", dropBefore=True)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        running.token()
    assert running.token()[0] == 200


def test_drop_after_has_happened_all_the_same(running: Running) -> None:
    before = len(running.ask("GET", "/_sandbox/tokens")[1]["tokens"])
    running.fault(endpoint="GenerateAuthorizeToken", dropAfter=True)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        running.token()
    assert len(running.ask("GET", "/_sandbox/tokens")[1]["tokens"]) == before + 1


def test_truncated_and_dripping_answers(running: Running) -> None:
    running.fault(endpoint="GenerateAuthorizeToken", truncate=True)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        running.token()
    running.fault(endpoint="GenerateAuthorizeToken", slowDrip=True)
    assert running.token()[0] == 200
