"""`trigger nightly-failed`: on the local stack, a night that did not bring fresh data."""

from __future__ import annotations

import json

import httpx
from rich.console import Console

from flinks_reconnect_client.cli.where import NotFoundHereError, Stack
from flinks_reconnect_client.models import NewConnection

ONE_QUESTION = "5a4db0c0-0000-4000-8000-000000000001"
"""The sandbox's login whose bank asks one question; the demo's first connection."""


def fail(stack: Stack, login_id: str, console: Console) -> None:
    """Mark the login in the sandbox, and let the nightly check look; raises NotFoundHereError."""
    with stack.client() as client:
        known = client.register_connection(NewConnection(login_id=login_id))
        before = client.read_connection(known.id).health.status
        _mark(stack, login_id)
        _check(stack)
        after = client.read_connection(known.id)
    console.print(f"{after.id}  {before} -> {after.health.status}", highlight=False)
    if before == after.health.status == "reconnect_required":
        console.print("It was told already; it is told anew after a repair.")
    elif after.health.status == "reconnect_required":
        console.print("The event connection.reconnect_required is on the bus.")


def _mark(stack: Stack, login_id: str) -> None:
    url = f"{stack.facts['sandboxControlUrl']}/logins/{login_id}"
    answer = httpx.patch(url, json={"nightlyEnabled": True, "nightlyFailed": True}, trust_env=False)
    if not answer.is_success:
        raise NotFoundHereError(f"The sandbox does not know this login ({answer.status_code}).")


def _check(stack: Stack) -> None:
    answer = stack.aws("lambda").invoke(
        FunctionName=stack.facts["functions"]["NightlyCheckFunction"], Payload=json.dumps({})
    )
    if "FunctionError" in answer:
        raise NotFoundHereError("The nightly check failed; look into .local/emulator.log.")
