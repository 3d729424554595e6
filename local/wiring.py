"""How the deployed template and the sandbox are told of each other.

The names on the left are those of template.yaml.
"""

import http.client
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from local.emulator import public_base_url
from local.environment import RETURN_URL
from local.errors import LocalError
from local.ports import HOST, Ports
from local.tools import machine_architecture
from sandbox.settings import Settings

FLINKS: Final = Settings()
APP_NAME: Final = "Maple Budget"
"""The demo's, as its page shows it."""
WEBHOOKS: Final[Mapping[str, Any]] = {"enabled": True, "delaySeconds": 5}
"""Flinks' webhooks come after the data is collected; a poll is mostly faster."""


def parameters(ports: Ports) -> dict[str, str]:
    """Give the template parameters that make it a local stack."""
    sandbox = f"http://{HOST}:{ports.sandbox}"
    connect = f"http://{HOST}:{ports.connect}"
    return {
        "Architecture": machine_architecture(),
        "PublicBaseUrl": public_base_url(ports.emulator),
        "FlinksApiUrl": sandbox,
        "FlinksConnectUrl": connect,
        "FlinksCustomerId": FLINKS.customer_id,
        "AppName": APP_NAME,
        "ReturnUrls": f"http://{HOST}:{ports.demo}/,{RETURN_URL}",
        "EmbedOrigins": f"http://{HOST}:{ports.demo}",
        "RequireTls": "false",  # the emulator speaks plain HTTP
    }


def secrets() -> Mapping[str, str]:
    """Give the contents of the secrets that a deployer fills in, by logical id."""
    return {
        "FlinksSecret": json.dumps({"secretKey": FLINKS.secret_key, "apiKey": FLINKS.api_key}),
        "WebhookSecret": json.dumps({"current": FLINKS.webhook_secret}),
    }


def subscribe(ports: Ports) -> None:
    """Ask the sandbox to send its webhooks to the deployed API."""
    connection = http.client.HTTPConnection(HOST, ports.sandbox, timeout=10)
    url = f"{public_base_url(ports.emulator)}/webhooks/flinks"
    connection.request(
        "PUT",
        "/_sandbox/webhooks",
        json.dumps({"url": url, **WEBHOOKS}),
    )
    status = connection.getresponse().status
    connection.close()
    if status != HTTPStatus.OK:
        raise LocalError(f"The sandbox refuses to send webhooks: it answered {status}.")
