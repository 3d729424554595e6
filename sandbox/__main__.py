"""Start the sandbox: `python -m sandbox`."""

import argparse
import asyncio
import signal
import socket
import sys
from dataclasses import fields
from datetime import UTC, datetime

from .clock import SandboxClock
from .serving import listen, run, servers, stop
from .settings import Readings, Settings
from .world import World

HELP = {
    "seed": "same seed, same data",
    "customer_id": "customerId of the API path",
    "legacy_customer_id": "customerId of an integration older than October 2024: keys optional",
    "secret_key": "flinks-auth-key of GenerateAuthorizeToken",
    "api_key": "x-api-key of data endpoints",
    "webhook_secret": "key of webhook signatures",
    "public_api_url": "address of the API origin, if a proxy stands before it",
    "public_connect_url": "address of the Connect origin, if a proxy stands before it",
}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="flinks-sandbox",
        description="An offline Flinks: API and Connect widget. All default keys are fake.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--api-port", type=int, default=8801, help="port of the API origin")
    parser.add_argument("--connect-port", type=int, default=8802, help="port of the Connect origin")
    parser.add_argument(
        "--reading",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="how to read a contradiction of Flinks' documents, as in PATCH /_sandbox/readings",
    )
    parser.add_argument(
        "--start-at",
        type=_instant,
        metavar="INSTANT",
        help="where the clock starts, and returns to at a reset (ISO; without a zone it is UTC)",
    )
    parser.add_argument("--frozen", action="store_true", help="let the clock stand still")
    parser.add_argument("--tls-cert", help="PEM certificate: serve https on both ports")
    parser.add_argument("--tls-key", help="PEM key of the certificate")
    for each in fields(Settings):
        default = None if each.name.startswith("public_") else each.default
        parser.add_argument(
            f"--{each.name.replace('_', '-')}",
            type=each.type,
            default=default,
            help=HELP[each.name],
        )
    options = parser.parse_args(arguments)
    try:
        options.readings = Readings().written(
            {name: value for name, _, value in (each.partition("=") for each in options.reading)}
        )
    except ValueError as error:
        parser.error(str(error))
    return options


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def settings_from(options: argparse.Namespace) -> Settings:
    """Turn options into settings; public addresses follow the ports unless given."""
    given = {each.name: getattr(options, each.name) for each in fields(Settings)}
    scheme = "https" if options.tls_cert else "http"
    given["public_api_url"] = (
        options.public_api_url or f"{scheme}://{options.host}:{options.api_port}"
    ).rstrip("/")
    given["public_connect_url"] = (
        options.public_connect_url or f"{scheme}://{options.host}:{options.connect_port}"
    ).rstrip("/")
    return Settings(**given)


async def serve(options: argparse.Namespace, listeners: list[socket.socket]) -> None:
    """Serve both origins until told to stop."""
    clock = SandboxClock(start=options.start_at, frozen=options.frozen)
    world = World(settings_from(options), clock, options.readings)
    running = servers(world, options.tls_cert, options.tls_key)
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop, running)
    await run(running, listeners, lambda: _announce(world))


def _announce(world: World) -> None:
    settings = world.settings
    print(f"Flinks API      {settings.public_api_url}/v3/{settings.customer_id}/BankingServices/")
    print(f"Flinks Connect  {settings.public_connect_url}/v2/")
    print(f"Control         {settings.public_api_url}/_sandbox/", flush=True)


def main() -> None:
    """Run from the command line."""
    options = parse()
    try:
        listeners = listen(options.host, options.api_port, options.connect_port)
    except OSError as error:
        sys.exit(f"cannot listen: {error}")
    asyncio.run(serve(options, listeners))


if __name__ == "__main__":
    main()
