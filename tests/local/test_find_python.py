import os
import subprocess
from pathlib import Path

from local import ROOT

SCRIPT = ROOT / "local/find-python"
NO_REAL_ONE = "3.99"


def found(path: str, version: str = NO_REAL_ONE, **env: str) -> str:
    """What the script prints, with nothing on this machine but the given PATH."""
    empty = {"HOME": "/nonexistent", "PYENV_ROOT": "/nonexistent"}
    done = subprocess.run(
        [SCRIPT, version],
        capture_output=True,
        check=True,
        env={**empty, "PATH": f"{path}{os.pathsep}/usr/bin{os.pathsep}/bin", **env},
        text=True,
    )
    return done.stdout.strip()


def an_executable(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = an_executable(tmp_path / "shims", "python3.99", "echo command not found >&2; exit 127")
    real = an_executable(tmp_path / "real", "python3.99", "exit 0")

    assert found(f"{shim.parent}:{real.parent}") == str(real)


def test_the_real_one_is_found_beside_its_shim(tmp_path: Path) -> None:
    shim = an_executable(tmp_path / "shims", "python3.99", "exit 127")
    real = an_executable(tmp_path / "versions/3.99.0/bin", "python3", "exit 0")

    assert Path(found(str(shim.parent))).samefile(real)


def test_a_version_managers_own_folder_is_searched(tmp_path: Path) -> None:
    real = an_executable(tmp_path / "versions/3.99.0/bin", "python3", "exit 0")

    assert found("/nonexistent", PYENV_ROOT=str(tmp_path)) == str(real)


def test_nothing_is_printed_where_there_is_none() -> None:
    assert found("/nonexistent") == ""


def test_the_person_may_name_one(tmp_path: Path) -> None:
    named = an_executable(tmp_path / "mine", "python-of-mine", "exit 0")

    assert found("/nonexistent", PYTHON=str(named)) == str(named)
