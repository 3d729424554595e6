"""The pass-on queue: every verified webhook goes to the integrator, unchanged and signed."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from flinks_reconnect.api.batches import each_message
from flinks_reconnect.bootstrap.pass_webhook_on import pass_webhook_on


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Send each webhook named; one that was not taken comes back."""
    return each_message(event, context, webhook=pass_webhook_on())
