"""The event bus: thin events under stable ids."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionError, HTTPClientError

from flinks_reconnect.domain.events import detail
from flinks_reconnect.usecases.errors import BusSlowError
from flinks_reconnect.usecases.ports import OutgoingEvent

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE: Final = "flinks-reconnect"


class EventBridgeBus:
    """Implements `EventBus`."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        """Use this bus."""
        self._client = client
        self._bus = bus

    def publish(self, events: Sequence[OutgoingEvent]) -> Sequence[bool]:
        """Send them; PutEvents can refuse single entries and answer 200 all the same."""
        if not events:
            return []
        try:
            answer = self._client.put_events(Entries=[self._entry(each) for each in events])
        except (ConnectionError, HTTPClientError) as error:
            raise BusSlowError from error
        return ["ErrorCode" not in each for each in answer["Entries"]]

    def _entry(self, outgoing: OutgoingEvent) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": outgoing.event.type.value,
            "Time": outgoing.event.at,
            "Detail": json.dumps(_detail(outgoing), separators=(",", ":")),
        }


def _detail(outgoing: OutgoingEvent) -> dict[str, Any]:
    return detail(outgoing.settings.id, outgoing.settings.reference, outgoing.event)
