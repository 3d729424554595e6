"""The accounts queue: verify, fetch, filter, complete; also from a webhook's body."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from flinks_reconnect.api.batches import each_message
from flinks_reconnect.bootstrap.fetch_accounts import fetch_accounts, take_webhook


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Look at each refresh or webhook named; a message that fails comes back."""
    return each_message(event, context, refresh=fetch_accounts(), webhook=take_webhook())
