"""What npm brought to clients/web; a test that needs it is skipped where it brought nothing."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from local import ROOT

WEB: Final = ROOT / "clients/web"
MODULES: Final = WEB / "node_modules"


def axe() -> str:
    """Return the text of axe-core, which looks for what shuts people out."""
    found = MODULES / "axe-core/axe.min.js"
    if not found.is_file():
        pytest.skip("npm brought no axe-core (`make unit` says why)")
    return found.read_text(encoding="utf-8")


def run(*command: str | Path) -> str:
    """Run a program of Node in the package's folder, and return what it printed."""
    if shutil.which("node") is None or not (MODULES / "esbuild").is_dir():
        pytest.skip("there is no Node here, or npm brought nothing (`make unit` says which)")
    npm = shutil.which(str(command[0])) or MODULES / ".bin" / command[0]
    env = {"PATH": os.environ["PATH"], "npm_config_update_notifier": "false", "HOME": str(WEB)}
    done = subprocess.run(
        [npm, *command[1:]],
        cwd=WEB,
        env=env,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
