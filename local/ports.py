"""Which ports the parts listen on, and who is there already."""

import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

from local.errors import LocalError, PortTakenError

HOST: Final = "127.0.0.1"
EPHEMERAL: Final = 32768  # from here on the system hands out ports to clients
FREE_FROM: Final = 10_000
SPARE: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Ports:
    """One port for each part; the environment may move any of them."""

    emulator: int = 8800
    sandbox: int = 8801
    connect: int = 8802
    demo: int = 8803

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Take `RECONNECT_<PART>_PORT` where it is set, the default elsewhere."""
        return cls(
            **{
                each.name: _number(variable(each.name), env[variable(each.name)])
                for each in fields(cls)
                if env.get(variable(each.name))
            }
        )

    @classmethod
    def free(cls) -> Self:
        """Take ports that nobody listens on, at a random place: others may be looking, too."""
        start = FREE_FROM + secrets.randbelow(EPHEMERAL - FREE_FROM - SPARE)
        unused = (port for port in range(start, EPHEMERAL) if not is_taken(port))
        return cls(**{each.name: next(unused) for each in fields(cls)})


def variable(part: str) -> str:
    """Name the environment variable that moves a part's port."""
    return f"RECONNECT_{part.upper()}_PORT"


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) < EPHEMERAL:
        raise LocalError(f"{name} must be a port from 1024 to {EPHEMERAL - 1}, not {text!r}.")
    return int(text)


def is_taken(port: int) -> bool:
    """Tell whether a listener could not be opened on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def require_free(part: str, port: int) -> None:
    """Raise PortTakenError, naming who is there, if the port is in use."""
    if is_taken(port):
        raise PortTakenError(
            f"Port {port}, meant for the {part}, is in use by {_listener(port)}.\n"
            f"Stop that program, or choose another port: {variable(part)}=<port> make up"
        )


def _listener(port: int) -> str:
    for pid, inodes in _sockets():
        if inodes & _listening(port):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            return f"process {pid} ({command.strip()})"
    return "another program"


def _listening(port: int) -> set[str]:
    """Collect the inodes of the sockets that listen on a port (Linux only)."""
    table = Path("/proc/net/tcp")
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    return {row[9] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


def _sockets() -> Iterator[tuple[str, set[str]]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
        except OSError:
            continue  # another user's process, or one that has just ended
        yield process.name, {link[8:-1] for link in links if link.startswith("socket:[")}
