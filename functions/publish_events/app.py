"""The table's stream: events that a row holds go to the bus."""

from typing import Any

from flinks_reconnect.api.batches import each_record
from flinks_reconnect.bootstrap.publish_events import publish_events


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish what each changed row holds; a record that fails comes back."""
    return each_record(event, publish_events())
