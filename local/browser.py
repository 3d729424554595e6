"""A Chromium for the browser tests: one that is there, or else one that gets installed."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.errors import LocalError
from local.tools import PYTHON, TOOLS, shown, tool_env

NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
MAC_APPS: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
DOWNLOADS: Final = TOOLS / "browsers"
LOG: Final = TOOLS / "browser.log"
INSTALL_SECONDS: Final = 300

# No GPU, no first-run questions, and no calls home: a test reaches this machine only.
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> Path | None:
    """Return a Chromium or Chrome that really runs, if there is one."""
    return next((each for each in _candidates() if _runs(each)), None)


def find_or_install() -> Path:
    """Return a Chromium, installing one if need be; raise LocalError if that is impossible."""
    found = find() or _download() or _install_package()
    if found is None:
        raise LocalError(
            f"No Chromium or Chrome was found, and none could be installed ({shown(LOG)}).\n"
            "Install one (Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/it"
        )
    return found


def _candidates() -> Iterator[Path]:
    named = os.environ.get("CHROMIUM")
    on_path = (shutil.which(name) for name in NAMES)
    yield from (Path(each) for each in (named, *on_path, *MAC_APPS) if each)
    for pattern in ("chromium-*/chrome-*/chrome", "chromium-*/chrome-*/*.app/Contents/MacOS/*"):
        yield from DOWNLOADS.glob(pattern)


def _runs(candidate: Path) -> bool:
    try:
        asked = subprocess.run(
            [candidate, "--version"], capture_output=True, check=False, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and any(name in asked.stdout for name in ("Chrom", "Edge"))


def _download() -> Path | None:
    print("No Chromium here: fetching one into .tools/browsers ...", file=sys.stderr)
    return _after(
        [PYTHON, "-m", "playwright", "install", "chromium"], PLAYWRIGHT_BROWSERS_PATH=DOWNLOADS
    )


def _install_package() -> Path | None:
    """Take the distribution's package, where this may be done without asking: as root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    print("Fetching it failed: installing the package chromium ...", file=sys.stderr)
    quiet = [apt, "-qq", "-o", "Dpkg::Use-Pty=0"]
    _after([*quiet, "update"])
    return _after(
        [*quiet, "install", "--yes", "--no-install-recommends", "chromium"],
        DEBIAN_FRONTEND="noninteractive",
    )


def _after(command: list[str | Path], **env: str | Path) -> Path | None:
    """Run an installer, then look again: what counts is whether a browser is there now."""
    added = {name: str(value) for name, value in env.items()}
    with LOG.open("ab") as log, contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command,
            check=False,
            env=tool_env(**added),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=INSTALL_SECONDS,
        )
    return find()


if __name__ == "__main__":
    try:
        print(find_or_install())
    except LocalError as error:
        sys.exit(str(error))
