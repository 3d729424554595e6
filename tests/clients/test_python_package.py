"""The Python client as it would be published, in an environment that has nothing else."""

import shutil
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from docs.tools import ROOT
from tests.clients.packages import run

PYTHON = ROOT / "clients/python"
UV = ROOT / ".tools/uv/bin/uv"
NEEDED = ROOT / ".tools/client"
"""What the client and its command need by requirements/client.txt, and nothing else."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    shutil.copytree(PYTHON, source, ignore=shutil.ignore_patterns("__pycache__"))
    run(UV, "build", "--offline", "--no-config", "--out-dir", folder / "dist", cwd=source)
    return folder / "dist"


@pytest.fixture(scope="module")
def fresh(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel, and what it needs beside it."""
    folder = tmp_path_factory.mktemp("fresh")
    own = {"UV_CACHE_DIR": str(folder / "cache"), "UV_OFFLINE": "1"}
    run(UV, "venv", "-q", "--python", sys.executable, folder / "env", cwd=folder, **own)
    python = folder / "env/bin/python"
    [wheel] = built.glob("*.whl")
    install = (UV, "pip", "install", "-q", "--no-config", "--no-deps", "--python", python)
    run(*install, wheel, cwd=folder, **own)
    [packages] = (folder / "env/lib").glob("*/site-packages")
    [needed] = (NEEDED / "lib").glob("*/site-packages")
    (packages / "needed.pth").write_text(str(needed))
    return folder / "env/bin"


def test_the_archives_hold_the_code_its_types_and_the_licence(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert "flinks_reconnect_client/py.typed" in names
    assert "flinks_reconnect_client/cli/commands.py" in names
    assert any(each.endswith("licenses/LICENSE") for each in names)
    [source] = built.glob("*.tar.gz")
    with tarfile.open(source) as packed_source:
        assert any(each.endswith("/README.md") for each in packed_source.getnames())


def test_the_package_says_what_it_needs_and_the_environment_has_exactly_that() -> None:
    stated = tomllib.loads((PYTHON / "pyproject.toml").read_text())["project"]
    named = [*stated["dependencies"], *stated["optional-dependencies"]["cli"]]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert {each.split(">")[0] for each in named} == {"botocore", *groups["client"]}


def test_it_works_where_nothing_else_is_installed(fresh: Path) -> None:
    code = (
        "import flinks_reconnect_client as client, inspect, importlib.util as u;"
        "assert u.find_spec('flinks_reconnect') is None;"
        "print(client.ReconnectClient.__name__, len(client.__all__))"
    )
    assert run(fresh / "python", "-c", code, cwd=fresh).startswith("ReconnectClient ")


def test_the_command_comes_with_it(fresh: Path) -> None:
    told = run(fresh / "reconnect", "--help", cwd=fresh, COLUMNS="200")
    for verb in ("listen", "trigger", "watch", "timeline", "import", "redrive", "doctor"):
        assert verb in told


def test_without_the_extra_the_client_works_and_the_command_says_what_to_install(
    fresh: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor name in ('boto3', 'rich', 'standardwebhooks', 'typer'):\n"
        "    sys.modules[name] = None\n"
    )
    code = (
        "import flinks_reconnect_client, flinks_reconnect_client.cli as cli\n"
        "try:\n    cli.main()\nexcept SystemExit as said:\n    print(said)"
    )
    told = run(fresh / "python", "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert "flinks-reconnect-client[cli]" in told


@pytest.mark.skipif(shutil.which("python3.11") is None, reason="there is no Python 3.11 here")
def test_the_oldest_python_that_it_names_can_read_it(tmp_path: Path) -> None:
    oldest = shutil.which("python3.11")
    assert oldest
    copy = shutil.copytree(PYTHON / "src", tmp_path / "src")
    run(oldest, "-m", "compileall", "-q", copy, cwd=tmp_path)
