"""The command `reconnect`. It comes with `pip install 'flinks-reconnect-client[cli]'`."""

from __future__ import annotations

import sys

WITH_CLI = "The command needs more than the client: pip install 'flinks-reconnect-client[cli]'"


def main() -> None:
    """Run the command."""
    try:
        from flinks_reconnect_client.cli.commands import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"boto3", "rich", "standardwebhooks", "typer"}:
            sys.exit(WITH_CLI)
        raise
    sys.exit(run())
