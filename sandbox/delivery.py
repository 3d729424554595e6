"""Getting an answer onto the wire, or failing to: dropped, cut off, dripping."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .faults import Fault

DRIP_SECONDS = 0.02


class ConnectionDroppedError(Exception):
    """Raised where there is no real connection to drop, as in a test without sockets."""


class Connection(H11Protocol):
    """uvicorn's HTTP protocol that lets the application hang up."""

    def connection_made(self, transport: Any) -> None:
        """Send small answers at once, and offer a way to hang up in the request's state."""
        super().connection_made(transport)
        connected = transport.get_extra_info("socket")
        if connected is not None:  # asyncio does so itself only where it made the listener
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "hang_up": transport.abort}


class _HangUp(Response):
    """An answer that never comes: the connection is closed, before a byte or in the middle."""

    def __init__(self, hang_up: Callable[[], None] | None, sent: bytes | None = None) -> None:
        super().__init__()
        self._hang_up, self._sent = hang_up, sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is to be sent, then hang up."""
        if self._hang_up is None:
            raise ConnectionDroppedError
        if self._sent is not None:
            length = str(len(self._sent) * 2).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self._sent, "more_body": True})
            await asyncio.sleep(DRIP_SECONDS)
        self._hang_up()
        while (await receive())["type"] != "http.disconnect":
            pass  # uvicorn takes a return before that for a mistake of ours


def drop_connection(request: Request) -> Response:
    """Close the connection without an answer."""
    return _HangUp(getattr(request.state, "hang_up", None))


def deliver(request: Request, response: Response, fault: Fault | None) -> Response:
    """Send an answer whole, or as a fault would have it."""
    if fault is not None and fault.truncate:
        content = bytes(response.body)
        return _HangUp(getattr(request.state, "hang_up", None), content[: len(content) // 2])
    if fault is not None and fault.slow_drip:
        headers = dict(response.headers)
        return StreamingResponse(_drip(bytes(response.body)), response.status_code, headers)
    return response


async def _drip(content: bytes) -> AsyncIterator[bytes]:
    """Yield an answer in a hundred sips."""
    sip = max(1, len(content) // 100)
    for start in range(0, len(content), sip):
        yield content[start : start + sip]
        await asyncio.sleep(DRIP_SECONDS)
