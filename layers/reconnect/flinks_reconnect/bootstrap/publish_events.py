"""What `publish_events` is built from."""

from functools import cache

from botocore.config import Config

from flinks_reconnect.aws.bus import EventBridgeBus
from flinks_reconnect.bootstrap.clients import AWS_CALL, at_init, client
from flinks_reconnect.bootstrap.shared import table
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.publish_events import PublishEvents

_HASTY = AWS_CALL.merge(
    Config(read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
)
"""The stream waits behind each call, and the sweep comes back for what was not told."""


@cache
def publish_events() -> PublishEvents:
    """Return the use case."""
    bus = EventBridgeBus(client("events", _HASTY), settings()["BUS_NAME"])
    return PublishEvents(connections=table(), bus=bus)


at_init(publish_events)
