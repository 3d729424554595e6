"""The clients as they would be published, each installed into a fresh place."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from docs.tools import ROOT

TYPESCRIPT = ROOT / "clients/typescript"


def node() -> str:
    """Return Node; a test that needs it is skipped where npm brought nothing."""
    found = shutil.which("node")
    if found is None or not (TYPESCRIPT / "node_modules/typescript").is_dir():
        pytest.skip("there is no Node here, or npm brought nothing (`make unit` says which)")
    return found


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """Run it, and return what it printed; what fails is shown."""
    told = {"PATH": os.environ["PATH"], "HOME": str(cwd), **env}
    done = subprocess.run(
        command, cwd=cwd, env=told, check=False, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def npm_package(folder: Path) -> Path:
    """Pack the TypeScript client as `npm publish` would; return the archive."""
    node()
    npm = shutil.which("npm")
    assert npm
    own = {"npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    run(npm, "pack", "--silent", "--pack-destination", folder, cwd=TYPESCRIPT, **own)
    [archive] = folder.glob("*.tgz")
    return archive


def app_with(archive: Path, folder: Path) -> Path:
    """Return an app of an integrator that has the package, and what it needs, in node_modules."""
    modules = folder / "node_modules"
    modules.mkdir()
    for each in (TYPESCRIPT / "node_modules").iterdir():
        (modules / each.name).symlink_to(each)
    with tarfile.open(archive) as packed:
        packed.extractall(modules, filter="data")
    (modules / "package").rename(modules / "flinks-reconnect-client")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder
