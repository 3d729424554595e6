"""The authorize queue: the one place that sends a live `/Authorize`."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from flinks_reconnect.api.batches import each_message
from flinks_reconnect.bootstrap.authorize import authorize_connection


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Look at each refresh named, side by side; a message that fails comes back alone."""
    return each_message(event, context, refresh=authorize_connection())
