"""One HTTP exchange with Flinks, bounded in time and size, on a connection of its own.

A fresh connection each time: so "the call never left us" can be told from "nobody knows", and no
socket that went stale while the function was frozen is ever written to.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer
from types import TracebackType
from typing import Any, Final, Self

import httpx

type OpenTransport = Callable[[], httpx.BaseTransport]
"""Opens the transport of one exchange."""

MAX_BODY_BYTES: Final = 40 * 1024 * 1024
"""Twice the largest answer that we expect: a year of transactions with PDF statements."""
PIECE_BYTES: Final = 64 * 1024
"""How much of an answer is held at a time by whoever listens to it."""
CONNECT_SECONDS: Final = 3.0

_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Raised before the first byte of a request is written."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpCall:
    """A request; its headers carry keys, so it is never shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    seconds: float
    """How long the whole exchange may last."""


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """A whole answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Oversized:
    """An answer larger than we take; it was not read to its end."""

    status: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have left us, and no whole answer came back."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """No byte of the request left us."""

    why: str


type Exchanged = Received | Oversized | Lost | Unsent


class BrokenTransportError(Exception):
    """The line broke while an answer was listened to; its class alone is told."""


def exchange(call: HttpCall, open_transport: OpenTransport) -> Exchanged:
    """Send once and read the answer. Nothing is repeated, and no redirect is followed.

    Errors become values named by their class alone: their texts can quote headers.
    """
    deadline = time.monotonic() + call.seconds
    try:
        with _answer(call, open_transport) as response:
            return _receive(response, deadline)
    except _NEVER_SENT as error:
        return Unsent(type(error).__name__)
    except (httpx.HTTPError, httpx.StreamError) as error:
        return Lost(type(error).__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Listening:
    """An answer that is still coming in."""

    status: int
    pieces: Iterator[bytes]


@contextmanager
def listen(call: HttpCall, open_transport: OpenTransport) -> Iterator[Listening]:
    """Send once and hand the answer on as it comes in, of any size, little of it at a time.

    Raises BrokenLineError.
    """
    deadline = time.monotonic() + call.seconds
    try:
        with _answer(call, open_transport) as response:
            yield Listening(response.status_code, _pieces(response, deadline))
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise BrokenTransportError(type(error).__name__) from None


def _pieces(response: httpx.Response, deadline: float) -> Iterator[bytes]:
    for piece in response.iter_bytes(PIECE_BYTES):
        yield piece
        if time.monotonic() > deadline:
            raise BrokenTransportError("TotalTimeout")


@contextmanager
def _answer(call: HttpCall, open_transport: OpenTransport) -> Iterator[httpx.Response]:
    with (
        _Watchdog(call.seconds) as watchdog,
        _client(call, open_transport) as client,
        client.stream(
            call.method,
            call.url,
            headers=call.headers,
            content=call.content or None,
            extensions={"trace": watchdog.watch},
        ) as response,
    ):
        yield response


def open_network() -> httpx.BaseTransport:
    """Open the real network: verified TLS, HTTP/1.1, no retries."""
    return httpx.HTTPTransport(verify=trust(), trust_env=False, retries=0)


@cache
def trust() -> ssl.SSLContext:
    """Load the trusted roots once for all exchanges; it takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def _client(call: HttpCall, open_transport: OpenTransport) -> httpx.Client:
    """Ignore the environment: a proxy or a .netrc there would see or replace our keys."""
    timeout = httpx.Timeout(call.seconds, connect=min(CONNECT_SECONDS, call.seconds))
    return httpx.Client(
        transport=open_transport(), timeout=timeout, trust_env=False, follow_redirects=False
    )


def _receive(response: httpx.Response, deadline: float) -> Received | Oversized | Lost:
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        return Oversized(response.status_code)
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return Oversized(response.status_code)
        if time.monotonic() > deadline:
            break
    # The watchdog's cut can look like the natural end of a body without a length.
    if time.monotonic() > deadline:
        return Lost("TotalTimeout")
    return Received(response.status_code, bytes(body))


class _Watchdog:
    """Shuts the connection when the time for the whole exchange is over.

    httpx limits each wait, not their sum: a peer that drips one byte of its headers now and then
    could hold a call for hours. The loop over the body looks at the clock itself.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._shut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def watch(self, event: str, details: Mapping[str, Any]) -> None:
        """Remember the connection's socket (httpcore calls this for each step it takes)."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = details["return_value"].get_extra_info("socket")

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # The plain socket's shutdown: a TLS socket's own would pull the TLS state from
                # under the thread that reads it.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
