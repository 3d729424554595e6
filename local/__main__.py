"""`python -m local up | down | build`: what the make targets call."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from local import ROOT, artefact
from local.errors import LocalError
from local.stack import FOLDER, Stack, report
from local.tools import shown


def main() -> int:
    """Run one command; 0 if it did what it says."""
    parser = argparse.ArgumentParser(prog="local", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    command = parser.parse_args().command
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        COMMANDS[command]()
    except LocalError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; what had been started is stopped.", file=sys.stderr)
        return 130
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def up() -> None:
    """Bring the stack up, or up to date."""
    print("Reconnect for Flinks, on this machine (the first time takes about a minute):")
    print(report(Stack().up()))


def down() -> None:
    """Stop what `up` started."""
    if not Stack().down():
        print("Nothing of ours was running.")


def build() -> None:
    """Build for AWS: `sam deploy` takes it from here."""
    architecture = os.environ.get("ARCHITECTURE") or "arm64"
    template = artefact.build(
        architecture=architecture,
        to=ROOT / ".aws-sam/build",
        cache=ROOT / ".aws-sam/cache",
        log=FOLDER / "build.log",
    )
    print(f"Built for {architecture}, with byte code: {shown(template)}")


COMMANDS = {"build": build, "down": down, "up": up}

if __name__ == "__main__":
    sys.exit(main())
