"""How the deployed template and the sandbox are told of each other.

The names on the left are those of template.yaml.
"""

import json
from collections.abc import Mapping
from typing import Final

from local.emulator import public_base_url
from local.ports import HOST, Ports
from local.tools import machine_architecture
from sandbox.settings import Settings

FLINKS: Final = Settings()


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
        "AllowedReturnUrls": f"http://{HOST}:{ports.demo}/",
        "AllowedOrigins": f"http://{HOST}:{ports.demo}",
        "RequireTls": "false",  # the emulator speaks plain HTTP
    }


def secrets() -> Mapping[str, str]:
    """Give the contents of the secrets that a deployer fills in, by logical id."""
    return {
        "FlinksSecret": json.dumps({"secretKey": FLINKS.secret_key, "xApiKey": FLINKS.api_key}),
        "WebhookSecret": json.dumps({"current": FLINKS.webhook_secret}),
    }
