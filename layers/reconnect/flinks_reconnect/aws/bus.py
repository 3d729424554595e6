"""The event bus: thin events under stable ids."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionError, HTTPClientError

from flinks_reconnect.domain.connection import ConnectionSettings
from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.domain.events import OF_CONNECTION, Event
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
            "Detail": json.dumps(detail(outgoing.settings, outgoing.event), separators=(",", ":")),
        }


def detail(settings: ConnectionSettings, event: Event) -> dict[str, Any]:
    """Return what the integrator is told: ids, time, and who must act; `docs/events` holds it."""
    of_connection = event.type in OF_CONNECTION
    subject = settings.id if of_connection else event.refresh_id
    fields: dict[str, Any] = {
        "id": f"{subject}.{event.version}.{event.type.value}",
        "type": event.type.value,
        "occurredAt": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "connectionId": settings.id,
    }
    if settings.reference is not None:
        fields["reference"] = settings.reference
    if not of_connection:
        fields["refreshId"] = event.refresh_id
    if event.error is not None:
        fields["error"] = {"code": event.error.value, "owner": REMEDIES[event.error].owner.value}
    if event.vanished:
        fields["missingAccounts"] = event.vanished
        fields["vanishedAccounts"] = event.vanished  # deprecated: the name before 0.2
    if event.late:
        fields["late"] = True
    return fields
