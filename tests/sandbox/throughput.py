"""How fast the sandbox answers, beside a bare ASGI app on the same server, in one run.

`python -m tests.sandbox.throughput` prints requests a second, and the time to the first answer.
"""

import http.client
import json
import time
from collections.abc import Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from sandbox.serving import in_thread, listen, servers
from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.process import BASE, running_sandbox

SECONDS: Final = 3.0
ROUNDS: Final = 3


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as little as HTTP allows."""
    if scope["type"] == "http":
        await receive()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


def rate(ask: Callable[[], object]) -> float:
    """Ask as often as possible for a while; return how often a second."""
    done, end = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        ask()
        done += 1
    return done / SECONDS


def asking(port: int, path: str) -> Callable[[], object]:
    """Keep a connection, on which a token is minted at each call."""
    kept = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"flinks-auth-key": Settings.secret_key}

    def ask() -> object:
        kept.request("POST", path, b"{}", headers)
        return json.loads(kept.getresponse().read())

    return ask


def first_answer() -> float:
    """Start a sandbox in a process of its own; return how long its first answer takes."""
    began = time.perf_counter()
    with running_sandbox() as running:
        running.token()
        return time.perf_counter() - began


def main() -> None:
    """Measure, one after the other and again."""
    listeners = listen("127.0.0.1", 0, 0)
    ours, plain = (each.getsockname()[1] for each in listeners)
    world = World(Settings())
    built = servers(world)
    built[1].config.app = bare
    with in_thread(world, listeners, built):
        token = f"{BASE}/GenerateAuthorizeToken"
        for _ in range(ROUNDS):
            on_bare, on_ours = rate(asking(plain, "/")), rate(asking(ours, token))
            print(f"bare {on_bare:.0f}/s, sandbox {on_ours:.0f}/s: {on_ours / on_bare:.2f}")
    print(f"start to first answer: {first_answer():.2f} s")


if __name__ == "__main__":
    main()
