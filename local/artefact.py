"""What is deployed: `sam build`, and byte code for the runtime's own minor version.

SAM leaves no byte code behind, and Lambda's disk is read-only, so without it every cold start
would compile every module anew (about a second). The files are checked by nobody at run time
(`unchecked-hash`) and name the places that Lambda mounts, so equal sources give equal bytes.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from local import ROOT
from local.errors import LocalError
from local.tools import PYTHON, SAM, run, tool_env

LAYER_MOUNT: Final = "/opt"
FUNCTION_MOUNT: Final = "/var/task"


def build(*, architecture: str, to: Path, cache: Path, log: Path) -> Path:
    """Build the template's functions and layer; return the built template."""
    command: list[str | Path] = [
        *(SAM, "build", "--template-file", ROOT / "template.yaml"),
        *("--build-dir", to, "--cached", "--cache-dir", cache),
        *("--parameter-overrides", f"Architecture={architecture}"),
    ]
    run(command, env=tool_env(), log=log)
    add_byte_code(to)
    return to / "template.yaml"


def add_byte_code(built: Path) -> None:
    """Compile every module in the build folder, in place of any older byte code."""
    for stale in list(built.rglob("__pycache__")):
        shutil.rmtree(stale)
    for artefact in built.iterdir():
        if artefact.is_dir():
            is_layer = (artefact / "python").is_dir()
            _compile(artefact, LAYER_MOUNT if is_layer else FUNCTION_MOUNT)


def _compile(artefact: Path, mount: str) -> None:
    compiled = subprocess.run(
        [
            *(PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            *("-s", artefact, "-p", mount, artefact),
        ],
        capture_output=True,
        check=False,
        env=tool_env(PYTHONHASHSEED="0"),  # the order of a set's members goes into the file
        text=True,
    )
    if compiled.returncode:
        raise LocalError(f"A module does not compile:\n{compiled.stdout}")
