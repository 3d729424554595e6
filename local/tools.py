"""Where the project's own tools are, and the clean environment they run in."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from local import ROOT
from local.errors import LocalError
from local.service import tail

TOOLS: Final = ROOT / ".tools"
SAM: Final = TOOLS / "sam/bin/sam"
MINISTACK: Final = TOOLS / "ministack/bin/ministack"
PYTHON: Final = ROOT / ".venv/bin/python"

# Nothing else is taken over: no credentials, no profile, no Python settings of the person's own.
# The certificates and pip's own settings decide where packages may come from, so they stay.
KEPT: Final = ("HOME", "LANG", "TERM", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def tool_env(**added: str) -> dict[str, str]:
    """Make the environment of a tool: our Python first, telemetry off, no proxy to ourselves."""
    own = f"{PYTHON.parent}{os.pathsep}"
    return {
        **{name: os.environ[name] for name in os.environ if name in KEPT or name[:4] == "PIP_"},
        "PATH": own + os.environ.get("PATH", os.defpath),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(TOOLS / "sam/home"),  # or it writes into the person's own
        **added,
    }


def run(command: Sequence[str | Path], *, env: Mapping[str, str], log: Path) -> None:
    """Run a tool to its end, its words in a log; raise LocalError with the last of them."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
    if done.returncode:
        name = " ".join(str(word) for word in (Path(command[0]).name, *command[1:2]))
        raise LocalError(f"{name} failed.\n{tail(log)}")


def machine_architecture() -> str:
    """Name this machine's processor as Lambda does."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def shown(path: Path) -> str:
    """Show a path the short way, where it lies in the project."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
