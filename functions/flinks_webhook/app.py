"""POST /webhooks/flinks: Flinks speaks first. Verify the raw bytes, keep them, answer 200."""

from typing import Any

from flinks_reconnect.api.flinks_webhook import answer_webhook
from flinks_reconnect.bootstrap.flinks_webhook import keep_webhook, verify


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take one webhook; only a valid signature has an effect."""
    return answer_webhook(event, verify=verify, keep=keep_webhook())
