"""`reconnect`: what an integrator and their support do from a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from flinks_reconnect_client.cli import doctoring, importing, listening, looking, nights, redriving
from flinks_reconnect_client.cli.where import NotFoundHereError, stack
from flinks_reconnect_client.errors import ReconnectError
from flinks_reconnect_client.signing import NotConfiguredError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
trigger = typer.Typer(no_args_is_help=True, help="Let something happen on the local stack.")
app.add_typer(trigger, name="trigger")

Local = Annotated[bool, typer.Option("--local", help="The stack of `make up`.")]
Name = Annotated[
    str, typer.Option("--stack", envvar="RECONNECT_STACK", help="The stack's name in AWS.")
]
DEFAULT = "flinks-reconnect"


def run() -> int:
    """Run the command that the arguments name; what went wrong is one line, and what helps."""
    try:
        app()
    except ReconnectError as error:
        return _say(f"{error}\nowner: {error.owner}; next: {error.next_action}")
    except (NotConfiguredError, NotFoundHereError, importing.UnreadableFileError) as error:
        return _say(str(error))
    except (BotoCoreError, ClientError) as error:
        return _say(f"AWS: {error}")
    return 0


def _say(text: str) -> int:
    Console(stderr=True).print(text, markup=False, highlight=False)
    return 1


@app.command()
def watch(refresh_id: str, name: Name = DEFAULT, local: Local = False) -> None:
    """Follow a refresh until it has ended; 1 if it ends without data."""
    with stack(name, local=local).client() as client:
        if not looking.watch(client, refresh_id, Console()):
            raise typer.Exit(1)


@app.command()
def timeline(
    who: Annotated[
        str, typer.Argument(help="Your reference, a support code, or an id (cn_…, rf_…).")
    ],
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    name: Name = DEFAULT,
    local: Local = False,
) -> None:
    """Tell how a connection stands, and how its refreshes went."""
    with stack(name, local=local).client() as client:
        looking.timeline(client, who, limit, Console())


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=importing.COLUMNS)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would become of it.")
    ] = False,
    name: Name = DEFAULT,
    local: Local = False,
) -> None:
    """State the connections of a CSV file; 1 if not all could be taken."""
    with stack(name, local=local).client() as client:
        if not importing.run(client, file, dry_run, Console()):
            raise typer.Exit(1)


@app.command()
def listen(
    forward: Annotated[str, typer.Option(help="An address to send each event to, signed.")] = "",
    secret: Annotated[
        str, typer.Option(envvar="RECONNECT_LISTEN_SECRET", help="whsec_…; else one is made.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    seconds: Annotated[float, typer.Option("--for", help="Stop after so many seconds.")] = 0,
    name: Name = DEFAULT,
    local: Local = False,
) -> None:
    """Show the events as they come, until Ctrl-C; a queue and a rule exist meanwhile."""
    listening.run(
        stack(name, local=local),
        forward=listening.forwarder(forward, secret) if forward else None,
        as_json=as_json,
        seconds=seconds or None,
        console=Console(),
    )


@app.command()
def redrive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is there.")] = False,
    name: Name = DEFAULT,
    local: Local = False,
) -> None:
    """Send dead letters back to the queue that they came from; doing it twice changes nothing."""
    redriving.run(stack(name, local=local), dry_run=dry_run, console=Console())


@app.command()
def doctor(name: Name = DEFAULT, local: Local = False) -> None:
    """Look at keys, allow-lists, secrets, clock, queues and alarms; 1 if something is wrong."""
    if not doctoring.run(stack(name, local=local), Console()):
        raise typer.Exit(1)


@trigger.command("nightly-failed")
def nightly_failed(
    login_id: Annotated[str, typer.Option(help="A login of the sandbox.")] = nights.ONE_QUESTION,
) -> None:
    """Let last night's refresh of a login have failed, and the service notice it."""
    nights.fail(stack(DEFAULT, local=True), login_id, Console())
