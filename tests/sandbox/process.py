"""A sandbox in a process of its own, on two real ports."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        self.connect_url = f"http://127.0.0.1:{connect}"

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


@contextmanager
def running_sandbox(*options: str) -> Iterator[Running]:
    """Start it, and stop it with a signal."""
    api, connect = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox", "--api-port", str(api)]
    command += ["--connect-port", str(connect), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        lines = [process.stdout.readline() for _ in range(3)] if process.stdout else []
        assert f":{api}/v3/" in lines[0]
        assert f":{connect}/v2/" in lines[1]
        yield Running(api, connect, process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        if process.stdout:
            process.stdout.close()
