"""Bringing a stack up, when it goes wrong: nothing may be left behind."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from local import artefact
from local.errors import LocalError, PortTakenError
from local.ports import HOST, Ports, is_taken
from local.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(ports=Ports.free(), folder=tmp_path, say=lambda _line: None)
    yield stack
    stack.down()


def the_build(monkeypatch: pytest.MonkeyPatch, ends_in: type[BaseException]) -> None:
    def build(**_asked: object) -> NoReturn:
        raise ends_in("in the middle of the build")

    monkeypatch.setattr(artefact, "build", build)


@pytest.mark.parametrize("trouble", [LocalError, KeyboardInterrupt])
def test_what_was_started_is_stopped_when_it_fails_or_is_interrupted(
    stack: Stack, trouble: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    the_build(monkeypatch, ends_in=trouble)

    with pytest.raises(trouble):
        stack.up()

    assert not is_taken(stack.ports.emulator)
    assert not is_taken(stack.ports.sandbox)
    assert sorted(each.suffix for each in stack.folder.iterdir()) == [".log", ".log"]


def test_a_taken_port_is_noticed_before_anything_is_started(stack: Stack) -> None:
    with socket.socket() as other:
        other.bind((HOST, stack.ports.connect))
        other.listen()

        with pytest.raises(PortTakenError, match="meant for the connect"):
            stack.up()

    assert not list(stack.folder.glob("*.log"))


def test_it_comes_up_again_after_it_went_down(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_build(monkeypatch, ends_in=LocalError)
    stack.down()
    scratch = stack.folder / "tmp"
    had_scratch: list[bool] = []
    stack.say = lambda line: had_scratch.append(scratch.is_dir() or "stopped" in line)

    with pytest.raises(LocalError):
        stack.up()

    assert had_scratch
    assert all(had_scratch)
    assert not scratch.exists()


def test_down_without_up_touches_nothing(stack: Stack) -> None:
    assert stack.down() is False
