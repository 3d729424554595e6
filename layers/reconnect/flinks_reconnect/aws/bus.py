"""The event bus: thin events under stable ids."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionError, HTTPClientError

from flinks_reconnect.domain.connection import ConnectionSettings
from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.domain.events import OF_CONNECTION, Event
from flinks_reconnect.usecases.ports import BusSlowError, Told

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

    def publish(self, told: Sequence[Told]) -> Sequence[bool]:
        """Send them; PutEvents can refuse single entries and answer 200 all the same."""
        if not told:
            return []
        try:
            answer = self._client.put_events(Entries=[self._entry(each) for each in told])
        except (ConnectionError, HTTPClientError) as error:
            raise BusSlowError from error
        return ["ErrorCode" not in each for each in answer["Entries"]]

    def _entry(self, told: Told) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": told.event.type.value,
            "Time": told.event.at,
            "Detail": json.dumps(detail(told.settings, told.event), separators=(",", ":")),
        }


def detail(settings: ConnectionSettings, event: Event) -> dict[str, Any]:
    """Return what the integrator is told: ids, time, and who must act; `docs/events` holds it."""
    of_connection = event.type in OF_CONNECTION
    subject = settings.id if of_connection else event.refresh_id
    told: dict[str, Any] = {
        "id": f"{subject}.{event.version}.{event.type.value}",
        "type": event.type.value,
        "occurredAt": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "connectionId": settings.id,
    }
    if settings.reference is not None:
        told["reference"] = settings.reference
    if not of_connection:
        told["refreshId"] = event.refresh_id
    if event.error is not None:
        told["error"] = {"code": event.error.value, "owner": REMEDIES[event.error].owner.value}
    if event.vanished:
        told["vanishedAccounts"] = event.vanished
    if event.late:
        told["late"] = True
    return told
