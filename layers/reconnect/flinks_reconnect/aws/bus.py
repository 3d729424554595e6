"""The event bus: thin events under stable ids."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flinks_reconnect.domain.connection import ConnectionSettings
from flinks_reconnect.domain.errors import REMEDIES
from flinks_reconnect.domain.events import OF_CONNECTION, Event
from flinks_reconnect.usecases.ports import PublishError

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

SOURCE: Final = "flinks-reconnect"
_AT_ONCE: Final = 10
"""The most entries that one PutEvents takes."""


class EventBridgeBus:
    """Implements `EventBus`."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        """Use this bus."""
        self._client = client
        self._bus = bus

    def publish(self, settings: ConnectionSettings, events: Iterable[Event]) -> None:
        """Send all; PutEvents can refuse single entries and answer 200 all the same."""
        entries = [
            {
                "EventBusName": self._bus,
                "Source": SOURCE,
                "DetailType": event.type.value,
                "Time": event.at,
                "Detail": json.dumps(detail(settings, event), separators=(",", ":")),
            }
            for event in events
        ]
        for start in range(0, len(entries), _AT_ONCE):
            answer = self._client.put_events(Entries=entries[start : start + _AT_ONCE])  # type: ignore[arg-type] # the entries above are what it takes
            if answer["FailedEntryCount"]:
                raise PublishError


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
