"""Serving both origins: until a signal ends it, or in a thread beside somebody's tests."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn

from .app import ByHost, api_app, connect_app
from .delivery import Connection
from .world import World

BACKLOG: Final = 2048
LOOK_SECONDS: Final = 0.005


class Server(uvicorn.Server):
    """A server that leaves signals to us: there are two of them in one process."""

    def __init__(self, config: uvicorn.Config, on_leaving: Callable[[], None]) -> None:
        """Call `on_leaving` before open connections are waited for."""
        super().__init__(config)
        self._on_leaving = on_leaving

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of listeners first; they would never end by themselves."""
        self._on_leaving()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def servers(world: World, certificate: str | None = None, key: str | None = None) -> list[Server]:
    """Build one server for each origin; each serves the other one too, by Host header."""
    api, connect = api_app(world), connect_app(world)
    return [
        Server(
            uvicorn.Config(
                ByHost(api, connect, otherwise=each),
                http=Connection,
                ws="none",
                ssl_certfile=certificate,
                ssl_keyfile=key,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            ),
            world.journal.close,
        )
        for each in (api, connect)
    ]


def listen(host: str, *ports: int) -> list[socket.socket]:
    """Take the ports, 0 being any free one, or raise OSError."""
    return [socket.create_server((host, port), backlog=BACKLOG) for port in ports]


async def run(
    running: list[Server], listeners: list[socket.socket], on_started: Callable[[], None]
) -> None:
    """Serve until the servers are told to exit."""
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(running, listeners, strict=True)
    ]
    while not all(server.started for server in running):
        if any(task.done() for task in tasks):
            stop(running)
            break
        await asyncio.sleep(LOOK_SECONDS)
    else:
        on_started()
    await asyncio.gather(*tasks)


def stop(running: list[Server]) -> None:
    """Tell the servers to exit."""
    for server in running:
        server.should_exit = True


@contextlib.contextmanager
def in_thread(
    world: World, listeners: list[socket.socket], built: list[Server] | None = None
) -> Iterator[None]:
    """Serve beside the caller, from the moment this returns until it is left."""
    running, started = built or servers(world), threading.Event()

    def serve() -> None:
        try:
            asyncio.run(run(running, listeners, started.set))
        finally:
            started.set()

    thread = threading.Thread(target=serve, name="flinks-sandbox", daemon=True)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        stop(running)
        thread.join()
