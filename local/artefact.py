"""What is deployed: `sam build`, and byte code for the runtime's own minor version.

SAM leaves no byte code behind, and Lambda's disk is read-only, so without it every cold start
would compile every module anew (about a second). The files are checked by nobody at run time
(`unchecked-hash`) and name the places that Lambda mounts, so equal sources give equal bytes.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

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


def digest(built: Path) -> str:
    """Return the SHA-256 of everything in the build folder: paths and bytes, not times."""
    total = hashlib.sha256()
    for file in sorted(each for each in built.rglob("*") if each.is_file()):
        total.update(f"{file.relative_to(built)}\n".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def with_release(template: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Add the parameter Release: another build or another parameter is another release.

    It becomes the built template's default too, since the emulator expands with defaults alone.
    """
    content = yaml.safe_load(template.read_text())
    content["Parameters"]["Release"]["Default"] = ""
    _write(template, content)
    stated = json.dumps([digest(template.parent), sorted(parameters.items())])
    release = hashlib.sha256(stated.encode()).hexdigest()
    content["Parameters"]["Release"]["Default"] = release
    _write(template, content)
    return {**parameters, "Release": release}


def _write(template: Path, content: Any) -> None:
    template.write_text(yaml.safe_dump(content, sort_keys=False))


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
