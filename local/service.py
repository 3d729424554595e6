"""A background process that can be found again, and stopped, by a later command."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from local import ROOT
from local.errors import LocalError
from local.ports import HOST

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 10
LOG_LINES: Final = 25


@dataclass(kw_only=True, eq=False)
class Service:
    """One program of ours: how it is started, when it is ready, where its log is."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    port: int
    ready_path: str = "/"
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def log(self) -> Path:
        """Name the file that takes what the program prints."""
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def is_running(self) -> bool:
        """Tell whether the process that we started still lives."""
        return self._pid() is not None

    def start(self) -> None:
        """Start it, and wait until it answers; leave it alone if it runs already."""
        if self.is_running():
            self._require_same_port()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C reaches only us, and its children end with it.
            self._process = subprocess.Popen(
                self.command,
                env=dict(self.env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid_file.write_text(
            json.dumps(
                {"pid": self._process.pid, "born": born(self._process.pid), "port": self.port}
            )
        )
        self._wait_until_ready()

    def stop(self) -> None:
        """End it with all its children, if it is still the process that we started."""
        pid = self._pid()
        if pid is not None:
            _signal(pid, signal.SIGTERM)
            self._wait_until_ended()
            _signal(pid, signal.SIGKILL)  # whoever of the group did not listen
        if self._process is not None:
            self._process.wait(STOP_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        """Return the process's id, unless it has ended and the number is another's now."""
        record = self._record()
        is_ours = record.get("born") and record["born"] == born(record["pid"])
        return record["pid"] if is_ours else None

    def _record(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return record

    def _require_same_port(self) -> None:
        if (port := self._record()["port"]) != self.port:
            raise LocalError(
                f"The {self.name} already runs, on port {port} instead of {self.port}.\n"
                "Stop it first: make down"
            )

    def _wait_until_ended(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while self._pid() is not None and time.monotonic() < deadline:
            time.sleep(0.05)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if _answers(self.port, self.ready_path):
                return
            if not self.is_running():
                raise LocalError(f"The {self.name} ended at once.\n{tail(self.log)}")
            time.sleep(0.1)
        raise LocalError(
            f"The {self.name} does not answer on port {self.port} after {READY_SECONDS} s.\n"
            f"{tail(self.log)}"
        )


def tail(log: Path) -> str:
    """Show the end of a log, under its name."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"  | {line}" for line in lines[-LOG_LINES:])])


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def born(pid: int) -> str:
    """Say when a process was started: with its number, that names it. Empty if it has ended."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.parent.parent.joinpath("self").exists():
        return subprocess.run(
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            capture_output=True,
            check=False,
            text=True,
        ).stdout.strip()
    try:
        state, *rest = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in "ZX" else rest[18]
