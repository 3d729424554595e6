import socket
from collections.abc import Iterator

import pytest

from local.errors import LocalError, PortTakenError
from local.ports import EPHEMERAL, HOST, Ports, is_taken, require_free


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_environment_moves_one_port_and_leaves_the_others() -> None:
    ports = Ports.from_env({"RECONNECT_DEMO_PORT": "9003"})

    assert ports == Ports(demo=9003)


@pytest.mark.parametrize("text", ["80", "32768", "http", "-1", " 9000"])
def test_a_port_that_clients_may_hold_or_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(LocalError, match="RECONNECT_EMULATOR_PORT must be a port"):
        Ports.from_env({"RECONNECT_EMULATOR_PORT": text})


def test_a_taken_port_names_the_part_the_program_and_the_way_out(taken_port: int) -> None:
    with pytest.raises(PortTakenError) as refused:
        require_free("demo", taken_port)

    assert f"Port {taken_port}, meant for the demo" in str(refused.value)
    assert "RECONNECT_DEMO_PORT=<port> make up" in str(refused.value)


def test_free_ports_are_low_distinct_and_free() -> None:
    ports = Ports.free()

    chosen = {ports.emulator, ports.sandbox, ports.connect, ports.demo}
    assert len(chosen) == 4
    assert all(port < EPHEMERAL and not is_taken(port) for port in chosen)
