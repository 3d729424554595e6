"""The real thing: two ports, a signal, and connections that break."""

import http.client
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from sandbox.__main__ import parse
from sandbox.serving import listen
from tests.sandbox.process import Running, running_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox() as started:
        yield started


def test_readings_are_given_at_the_start() -> None:
    options = parse(["--reading", "tokenMinutes=30", "--reading", "connectToken=never"])
    assert (options.readings.token_minutes, options.readings.connect_token) == (30, "never")
    with pytest.raises(SystemExit):
        parse(["--reading", "tokenMinutes=often"])


def test_both_origins_answer(running: Running) -> None:
    assert running.token()[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", running.connect, timeout=10)
    connection.request("GET", "/v2/?demo=true")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("x-frame-options") is None
    assert b"widget.js" in answer.read()
    connection.close()


def test_answers_on_a_kept_connection_do_not_wait_for_the_last_ones_receipt(
    running: Running,
) -> None:
    """A request on a connection that is kept is no slower than one on a new connection."""
    kept = http.client.HTTPConnection("127.0.0.1", running.api, timeout=10)
    ask_on(kept)
    on_kept = statistics.median(timed(lambda: ask_on(kept)) for _ in range(21))
    kept.close()
    on_new = statistics.median(
        timed(lambda: running.ask("GET", "/_sandbox/clock")) for _ in range(21)
    )
    assert on_kept < 3 * on_new


def ask_on(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/_sandbox/clock")
    assert connection.getresponse().read()


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


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


def test_a_port_that_is_taken_is_told_in_one_line(running: Running) -> None:
    with pytest.raises(OSError, match=str(running.api)):
        listen("127.0.0.1", running.api)
