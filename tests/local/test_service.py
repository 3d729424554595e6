import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.errors import LocalError
from local.ports import Ports, is_taken
from local.service import Service, born

WEB_SERVER = (
    "import http.server as h, sys;"
    "h.test(h.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"
)


def a_service(folder: Path, program: str = WEB_SERVER) -> Service:
    port = Ports.free().emulator
    return Service(
        name="part",
        command=[sys.executable, "-c", program, str(port)],
        env={"PATH": os.defpath},
        port=port,
        folder=folder,
    )


def ends(pid: int) -> bool:
    """Whether a process is gone, or goes within the moment that a kill takes."""
    for _ in range(100):
        if not born(pid):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = a_service(tmp_path)
    yield service
    service.stop()


def test_it_starts_answers_and_stops(service: Service) -> None:
    service.start()
    assert service.is_running()

    service.stop()

    assert not service.is_running()
    assert not is_taken(service.port)


def test_a_later_command_finds_and_stops_it(service: Service, tmp_path: Path) -> None:
    service.start()
    later = a_service(tmp_path)

    later.stop()

    assert not service.is_running()


def test_a_second_start_leaves_it_alone(service: Service, tmp_path: Path) -> None:
    service.start()
    record = (tmp_path / "part.pid").read_text()

    service.start()

    assert (tmp_path / "part.pid").read_text() == record


def test_a_second_start_on_another_port_says_so(service: Service, tmp_path: Path) -> None:
    service.start()
    moved = a_service(tmp_path)

    with pytest.raises(LocalError, match="already runs, on port"):
        moved.start()


def test_a_process_that_took_over_the_number_is_left_alone(tmp_path: Path) -> None:
    record = {"pid": os.getpid(), "born": "long ago", "port": 1}
    (tmp_path / "part.pid").write_text(json.dumps(record))
    service = a_service(tmp_path)

    service.stop()  # would end this very test run

    assert not service.is_running()


def test_one_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    service = a_service(tmp_path, program="raise SystemExit('no table today')")

    with pytest.raises(LocalError, match="no table today"):
        service.start()
    service.stop()


def test_its_children_end_with_it(tmp_path: Path) -> None:
    child = [sys.executable, "-c", "import time; time.sleep(60)"]
    note = tmp_path / "child"
    spawn = f"import subprocess as s; open({str(note)!r}, 'w').write(str(s.Popen({child}).pid)); "
    service = a_service(tmp_path, spawn + WEB_SERVER)
    service.start()
    assert born(int(note.read_text()))

    service.stop()

    assert ends(int(note.read_text()))
