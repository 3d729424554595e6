"""How fast the sandbox answers, beside a bare ASGI app on the same server, in one run.

`python -m tests.sandbox.throughput` prints requests a second, how long 500 people take whom their
bank asks at once, and the time to the first answer. It fails if a start takes over a second.
"""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from sandbox.serving import in_thread, listen, servers
from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.process import BASE, running_sandbox
from tests.sandbox.test_many import PEOPLE, all_of_them

SECONDS: Final = 3.0
ROUNDS: Final = 3
START_SECONDS: Final = 1.0


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


def many() -> float:
    """Return how long it takes until all those people have their data."""
    with running_sandbox() as running:
        began = time.perf_counter()
        if not all(asyncio.run(all_of_them(running))):
            raise RuntimeError("somebody did not get their data")
        return time.perf_counter() - began


def compare() -> None:
    """Print requests a second on a bare app and on the sandbox, in turns."""
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


def main() -> int:
    """Measure, one after the other and again; return 1 if the start is over its budget."""
    compare()
    print(f"{PEOPLE} sessions at once, made, asked and read: {many():.1f} s")
    started = min(first_answer() for _ in range(ROUNDS))
    over = started > START_SECONDS
    print(f"start to first answer: {started:.2f} of {START_SECONDS} s{'  OVER' if over else ''}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
