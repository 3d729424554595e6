"""Real sockets: what never left us, what may have, and how long and how much we take."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from flinks_reconnect.flinks import exchange as module
from flinks_reconnect.flinks.exchange import (
    Exchanged,
    HttpCall,
    Lost,
    OpenTransport,
    Oversized,
    Received,
    Unsent,
    exchange,
    open_network,
)

from tests.unit.flinks.certificate import Certificate

type Peer = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("tls"))


BODY = b'{"HttpStatusCode":200}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n" + BODY


@contextmanager
def listening(peer: Peer) -> Iterator[int]:
    """Serve each connection with `peer`, one after the other, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, peer), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def _serve(server: socket.socket, peer: Peer) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                peer(connection)


def call(
    port: int,
    *,
    seconds: float = 5,
    scheme: str = "http",
    open_transport: OpenTransport = open_network,
) -> Exchanged:
    return exchange(
        HttpCall(
            method="POST",
            url=f"{scheme}://127.0.0.1:{port}/v3/x",
            headers={"flinks-auth-key": "hush", "Connection": "close"},
            content=b"{}",
            seconds=seconds,
        ),
        open_transport,
    )


def asked_of(peer: Peer, *, seconds: float = 5) -> Exchanged:
    with listening(peer) as port:
        return call(port, seconds=seconds)


def read(connection: socket.socket) -> bytes:
    asked = b""
    while not asked.endswith(b"\r\n\r\n{}"):
        more = connection.recv(65536)
        if not more:
            raise ConnectionAbortedError
        asked += more
    return asked


def sends(*parts: bytes) -> Peer:
    def peer(connection: socket.socket) -> None:
        read(connection)
        for part in parts:
            connection.sendall(part)

    return peer


def test_a_whole_answer_is_received() -> None:
    answer = asked_of(sends(WHOLE))

    assert isinstance(answer, Received)
    assert (answer.status, answer.body) == (200, BODY)


def test_an_answer_in_chunks_is_whole_too() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n" + BODY + b"\r\n0\r\n\r\n"
    )

    answer = asked_of(sends(chunked))

    assert isinstance(answer, Received)
    assert answer.body == BODY


def test_each_exchange_has_a_connection_of_its_own() -> None:
    ports: list[int] = []

    def peer(connection: socket.socket) -> None:
        ports.append(connection.getpeername()[1])
        sends(WHOLE)(connection)

    with listening(peer) as port:
        assert isinstance(call(port), Received)
        assert isinstance(call(port), Received)

    assert len(set(ports)) == 2


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert call(port) == Unsent("ConnectError")


def test_a_name_that_does_not_resolve_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)

    assert call(443) == Unsent("ConnectError")


def test_a_handshake_that_fails_sends_nothing() -> None:
    def peer(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(peer) as port:
        assert call(port, scheme="https") == Unsent("ConnectError")


def test_tls_is_verified_and_its_roots_are_read_once() -> None:
    assert module.trust().verify_mode is ssl.CERT_REQUIRED
    assert module.trust().check_hostname
    assert module.trust().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert module.trust() is module.trust()


def over_tls(certificate: Certificate, peer: Peer) -> Peer:
    def secure(connection: socket.socket) -> None:
        with certificate.server.wrap_socket(connection, server_side=True) as wrapped:
            peer(wrapped)

    return secure


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(
    certificate: Certificate,
) -> None:
    with listening(over_tls(certificate, sends(WHOLE))) as port:
        assert call(port, scheme="https") == Unsent("ConnectError")


def test_a_trusted_certificate_is_taken(certificate: Certificate) -> None:
    with listening(over_tls(certificate, sends(WHOLE))) as port:
        answer = call(port, scheme="https", open_transport=certificate.open_trusting)

    assert isinstance(answer, Received)
    assert answer.body == BODY


def test_a_header_that_cannot_be_sent_is_not_shown() -> None:
    with listening(sends(WHOLE)) as port:
        answer = exchange(
            HttpCall(
                method="GET",
                url=f"http://127.0.0.1:{port}/",
                headers={"flinks-auth-key": "hush\r\nX: y"},
                content=b"",
                seconds=5,
            ),
            open_network,
        )

    assert answer == Unsent("LocalProtocolError")


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda connection: connection.close()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")

        assert isinstance(asked_of(sends(WHOLE)), Received)


def hangs_up_at_once(connection: socket.socket) -> None:
    read(connection)


def resets(connection: socket.socket) -> None:
    read(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    "peer",
    [
        hangs_up_at_once,
        resets,
        sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
        sends(WHOLE[:-5]),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n" + BODY[:9]),
        sends(b"SSH-2.0-OpenSSH\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"),
    ],
)
def test_what_breaks_after_the_request_was_sent_is_lost(peer: Peer) -> None:
    assert isinstance(asked_of(peer), Lost)


def test_an_answer_that_never_comes_is_lost() -> None:
    def waits(connection: socket.socket) -> None:
        read(connection)
        connection.recv(1)

    assert isinstance(asked_of(waits, seconds=0.2), Lost)


def drips(start: bytes, drop: bytes) -> Peer:
    """Send a start, then a drop often enough that no single wait is long."""

    def peer(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.02)

    return peer


DRIPS = {
    "header lines": drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "one header": drips(b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    "body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
    "body without an end": drips(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "chunks": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("drip", DRIPS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_drip_does_not_outlast_the_limit(
    drip: str, scheme: str, certificate: Certificate
) -> None:
    peer = DRIPS[drip] if scheme == "http" else over_tls(certificate, DRIPS[drip])
    began = time.monotonic()

    with listening(peer) as port:
        trusting = certificate.open_trusting
        answer = call(port, seconds=0.3, scheme=scheme, open_transport=trusting)

    assert isinstance(answer, Lost)
    # Two hundred drops would take four seconds; what we hold here is the order, not the moment.
    assert time.monotonic() - began < 3


def test_an_announced_giant_is_not_read() -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {module.MAX_BODY_BYTES + 1}\r\n\r\n".encode()

    assert asked_of(sends(head, b"x")) == Oversized(200)


def test_a_giant_that_does_not_say_so_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100_000)
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 1000]

    assert asked_of(sends(*endless)) == Oversized(200)


def test_six_megabytes_are_taken() -> None:
    size = 6 * 1024 * 1024
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()

    answer = asked_of(sends(head, b" " * size))

    assert isinstance(answer, Received)
    assert len(answer.body) == size


def test_any_transport_will_do() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(418, content=b"teapot"))

    answer = exchange(
        HttpCall(method="GET", url="http://127.0.0.1/", headers={}, content=b"", seconds=1),
        lambda: transport,
    )

    assert isinstance(answer, Received)
    assert (answer.status, answer.body) == (418, b"teapot")


def test_calls_and_answers_are_never_shown() -> None:
    sent = HttpCall(
        method="GET", url="http://x/hush", headers={"k": "hush"}, content=b"hush", seconds=1
    )

    assert "hush" not in f"{sent!r} {Received(200, b'hush')!r}"
