"""The rest of AWS that the service touches: queues, stream, bucket, bus, secrets, schedules.

SQS: at least once, late, out of order, twice; a message that was not deleted comes back when its
visibility ends, and goes to the dead letters after five receives; at most 900 s of delay; no more
runs at once than the event source allows. Streams: in order for one key, at least once, lost after
five failures or at once. S3: If-None-Match, missing keys. PutEvents: refuses single entries and
answers 200 all the same. Secrets: kept from us for a while, or wrong.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from tests.simulation.clockwork import Clockwork
from tests.simulation.dynamodb import Item, Key, client_error
from tests.simulation.weather import Weather

MOST_RECEIVES = 5
type Invoke = Callable[[str, dict[str, Any], str], Any]
"""Run a function's handler; None where the process died or raised."""


@dataclass(frozen=True)
class Source:
    """A queue and the function behind it, as template.yaml sets them."""

    function: str
    visibility: float
    at_once: int


@dataclass(eq=False)
class Message:
    """A message; `received` times it was handed out."""

    queue: str
    body: str
    received: int = 0


@dataclass
class Queues:
    """SQS and the event sources of Lambda that poll it."""

    clockwork: Clockwork
    weather: Weather
    invoke: Invoke
    sources: dict[str, Source]
    dead: list[Message] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    heard: Callable[[str], None] = lambda _: None
    returns: bool = True
    """Whether the message of a run that failed comes back."""
    _busy: Counter[str] = field(default_factory=Counter)
    _waiting: defaultdict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def send_message(
        self,
        *,
        QueueUrl: str,
        MessageBody: str,
        DelaySeconds: int = 0,
        **_: Any,
    ) -> dict[str, Any]:
        if not 0 <= DelaySeconds <= 900:
            raise client_error("InvalidParameterValue", "SendMessage")
        self.weather.pause()
        if self.weather.strikes("queue_refuses"):
            raise client_error("ServiceUnavailable", "SendMessage")
        self.heard(MessageBody)
        self.sent[QueueUrl] += 1
        late = self.clockwork.dice.random() * 300 if self.weather.strikes("queue_lags") else 0.0
        if not self.weather.strikes("queue_loses"):
            self.appear(Message(QueueUrl, MessageBody), DelaySeconds + late)
        if self.weather.strikes("queue_repeats"):
            again = self.clockwork.dice.random() * 900
            self.appear(Message(QueueUrl, MessageBody), DelaySeconds + again)
        self.weather.pause()
        return {"MessageId": "m"}

    def appear(self, message: Message, delay: float) -> None:
        """Become visible after a while."""
        jitter = self.clockwork.dice.random() * 0.05
        self.clockwork.after(delay + jitter, partial(self._arrived, message))

    def _arrived(self, message: Message) -> None:
        self._waiting[message.queue].append(message)
        self._poll(message.queue)

    def _poll(self, queue: str) -> None:
        waiting, source = self._waiting[queue], self.sources[queue]
        while waiting and self._busy[queue] < source.at_once:
            place = self.clockwork.dice.randrange(len(waiting))
            message = waiting.pop(place)
            self._busy[queue] += 1
            self.clockwork.spawn(source.function, partial(self._handle, message, source))

    def _handle(self, message: Message, source: Source) -> None:
        message.received += 1
        record = {
            "messageId": "m",
            "body": message.body,
            "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": str(message.received)},
            "messageAttributes": {},
        }
        began = self.clockwork.now
        answer = self.invoke(source.function, {"Records": [record]}, message.body)
        self._busy[message.queue] -= 1
        if answer != {"batchItemFailures": []}:
            back = max(0.0, began + source.visibility - self.clockwork.now)
            if not self.returns:
                self.dead.append(message)
            elif message.received < MOST_RECEIVES:
                self.appear(message, back)
            else:
                self.dead.append(message)
        self._poll(message.queue)


@dataclass
class Stream:
    """The table's stream and the function behind it; one key's records stay in order."""

    clockwork: Clockwork
    weather: Weather
    invoke: Invoke
    _behind: dict[str, list[Key]] = field(default_factory=dict)

    def record(self, key: Key, new: Item) -> None:
        """A row was written; the filter of template.yaml lets through what holds events."""
        if "ev_count" not in new:
            return
        pending = self._behind.get(key[0])
        if pending is not None:
            pending.append(key)
            return
        self._behind[key[0]] = [key]
        lag = 60 if self.weather.strikes("stream_lags") else 0.3
        self.clockwork.spawn("stream", partial(self._drain, key[0]), delay=lag)

    def _drain(self, pk: str) -> None:
        """A shard's reader: each record up to six times, then on to the next."""
        while self._behind[pk]:
            key = self._behind[pk].pop(0)
            if self.weather.strikes("stream_loses"):
                continue
            times = 2 if self.weather.strikes("stream_repeats") else 1
            for _ in range(times):
                self._hand_over(key)
        del self._behind[pk]

    def _hand_over(self, key: Key) -> None:
        record = {
            "eventName": "MODIFY",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
                "SequenceNumber": "1",
                "StreamViewType": "NEW_IMAGE",
            },
        }
        for attempt in range(6):
            if self.invoke("publish_events", {"Records": [record]}, key[0]) == {
                "batchItemFailures": []
            }:
                return
            self.clockwork.sleep(1.0 + attempt)


@dataclass
class Bucket:
    """S3."""

    clockwork: Clockwork
    weather: Weather
    stored: Callable[[str, bytes], None]
    objects: dict[str, bytes] = field(default_factory=dict)

    def put_object(
        self,
        *,
        Key: str,
        Body: bytes,
        IfNoneMatch: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        return self._called("PutObject", partial(self._put, Key, Body, IfNoneMatch))

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        return self._called("GetObject", partial(self._get, Key))

    def copy_object(self, *, Key: str, CopySource: dict[str, str], **_: Any) -> dict[str, Any]:
        def copied() -> dict[str, Any]:
            if CopySource["Key"] not in self.objects:
                raise client_error("NoSuchKey", "CopyObject")
            self.objects[Key] = self.objects[CopySource["Key"]]
            return {}

        return self._called("CopyObject", copied)

    def delete_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        def deleted() -> dict[str, Any]:
            self.objects.pop(Key, None)
            return {}

        return self._called("DeleteObject", deleted)

    def generate_presigned_url(self, _: str, *, Params: dict[str, str], ExpiresIn: int) -> str:
        return f"https://bucket.invalid/{Params['Key']}?{ExpiresIn}"

    def _put(self, key: str, body: bytes, if_none_match: str | None) -> dict[str, Any]:
        if if_none_match == "*" and key in self.objects:
            raise client_error("PreconditionFailed", "PutObject")
        self.objects[key] = body
        self.stored(key, body)
        return {}

    def _get(self, key: str) -> dict[str, Any]:
        if key not in self.objects:
            raise client_error("NoSuchKey", "GetObject")
        return {"Body": _Body(self.objects[key])}

    def _called(self, operation: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.weather.pause(0.05)
        if self.weather.strikes("bucket_fails"):
            if operation == "PutObject" and self.clockwork.dice.random() < 0.5:
                act()
                raise ReadTimeoutError(endpoint_url="bucket")
            raise client_error("SlowDown", operation)
        answer = act()
        self.weather.pause(0.05)
        return answer


@dataclass(frozen=True)
class _Body:
    content: bytes

    def read(self) -> bytes:
        return self.content


@dataclass
class Bus:
    """EventBridge; `told` holds each event id with everything that was ever said under it."""

    clockwork: Clockwork
    weather: Weather
    heard: Callable[[dict[str, Any]], None]
    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        if not 1 <= len(Entries) <= 10:
            raise client_error("ValidationException", "PutEvents")
        self.weather.pause(0.05)
        if self.weather.strikes("bus_refuses"):
            raise client_error("InternalException", "PutEvents")
        refused = 0
        for entry in Entries:
            if self.weather.strikes("bus_takes_some"):
                refused += 1
                continue
            detail = json.loads(entry["Detail"])
            self.told.setdefault(detail["id"], []).append(detail)
            self.heard(detail)
        self.weather.pause(0.05)
        return {"FailedEntryCount": refused, "Entries": []}


@dataclass
class Secrets:
    """Secrets Manager."""

    weather: Weather
    values: dict[str, dict[str, str]]

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        self.weather.pause(0.05)
        if self.weather.strikes("secrets_fail"):
            raise ConnectTimeoutError(endpoint_url="secrets")
        return {"SecretString": json.dumps(self.values[SecretId])}
