"""What `publish_events` is built from."""

from functools import cache

import boto3

from flinks_reconnect.aws.bus import EventBridgeBus
from flinks_reconnect.bootstrap.parts import AWS_CALL, table
from flinks_reconnect.config import settings
from flinks_reconnect.usecases.publish_events import PublishEvents


@cache
def publish_events() -> PublishEvents:
    """Return the use case."""
    bus = EventBridgeBus(boto3.client("events", config=AWS_CALL), settings()["BUS_NAME"])
    return PublishEvents(connections=table(), bus=bus)
