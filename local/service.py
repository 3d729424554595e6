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
from typing import Final

from local import ROOT
from local.errors import LocalError
from local.ports import HOST

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 10
LOG_LINES: Final = 25


@dataclass(kw_only=True)
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
        """Start it, and wait until it answers."""
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
        record = {"pid": self._process.pid, "born": _born(self._process.pid)}
        self._pid_file.write_text(json.dumps(record))
        self._wait_until_ready()

    def stop(self) -> None:
        """End it with all its children, if it is still the process that we started."""
        pid = self._pid()
        if pid is not None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, number)
                if self._has_ended(STOP_SECONDS):
                    break
        if self._process is not None:
            self._process.wait(STOP_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        """Return the process's id, unless it has ended and the number is another's now."""
        try:
            record = json.loads(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        born = _born(record["pid"])
        return record["pid"] if born and born == record["born"] else None

    def _has_ended(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._pid() is None:
                return True
            time.sleep(0.05)
        return False

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


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _born(pid: int) -> str:
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
