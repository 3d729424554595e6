"""Queue messages and stream records: one that fails comes back, the others are done."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from flinks_reconnect.domain.errors import REMEDIES, Owner
from flinks_reconnect.domain.ids import ConnectionId, RefreshId, is_refresh_id
from flinks_reconnect.faults import is_passing
from flinks_reconnect.metrics import count
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.errors import RefreshNotFoundError, RefreshSettledError
from flinks_reconnect.usecases.in_parallel import side_by_side
from flinks_reconnect.usecases.publish_events import Published, PublishEvents

type TimeLeft = Callable[[], float]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SLICE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f]{64}")


class UnreadableMessageError(Exception):
    """A message of no known form; it ends in the dead-letter queue."""


def each_message(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    refresh: Callable[[RefreshId, TimeLeft], object] | None = None,
    webhook: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Handle the messages of a work queue side by side; return which ones failed."""

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def one(message: dict[str, Any]) -> None:
        named, digest = message.get("refreshId"), message.get("webhook")
        if isinstance(named, str) and is_refresh_id(named) and refresh is not None:
            with _labelled(refresh_id=named), _told():
                _look(RefreshId(named), refresh, time_left)
        elif isinstance(digest, str) and _DIGEST.fullmatch(digest) and webhook is not None:
            with _labelled(digest=digest), _told():
                _take(digest, webhook)
        else:
            with _told():
                raise UnreadableMessageError

    return _all(event, one)


def tick_or_messages(
    event: dict[str, Any], *, tick: Callable[[], None], nightly: Callable[[str], None]
) -> dict[str, Any] | None:
    """Handle a tick of a schedule, of which nothing is read, or each message of a queue."""

    def one(message: dict[str, Any]) -> None:
        name = message.get("nightly")
        with _told():
            if not isinstance(name, str) or not _SLICE.fullmatch(name):
                raise UnreadableMessageError
            nightly(name)

    if isinstance(event, dict) and isinstance(event.get("Records"), list):
        return _all(event, one)
    tick()
    return None


def each_record(event: dict[str, Any], publish: PublishEvents) -> dict[str, Any]:
    """Publish the events of all changed rows at once; return which records failed."""
    ids = dict.fromkeys(each for each in map(_row_of, event.get("Records") or ()) if each)
    became = publish.all(tuple(ids))
    for each in became.values():
        _counted(each)

    def one(record: DynamoDBRecord) -> None:
        connection_id = _row_of(record.raw_event)
        published = became[connection_id] if connection_id else Published()
        with _labelled(connection_id=connection_id), _told():
            if published.failure is not None:
                raise published.failure

    return _process(event, EventType.DynamoDBStreams, one)


def _row_of(record: Any) -> ConnectionId | None:
    """Return whose row a record is of, if it is one that may hold events."""
    changed = record.get("dynamodb") if isinstance(record, dict) else None
    key = ((changed or {}).get("Keys") or {}).get("pk") or {}
    name = str(key.get("S", ""))
    is_one = name.startswith("CN#") and record.get("eventName") in {"INSERT", "MODIFY"}
    return ConnectionId(name.removeprefix("CN#")) if is_one else None


def _body(record: SQSRecord) -> dict[str, Any]:
    """Return what a message says; nothing for what is no JSON object."""
    try:
        message = record.json_body
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _counted(published: Published) -> None:
    count("events_left_to_sweep", int(published.left))
    for event in published.events:
        count(event.type.value)
        if event.error is not None and REMEDIES[event.error].owner is Owner.OPERATOR:
            count("operator_failures")
    if published.events:
        logger.info("events published", types=[each.type.value for each in published.events])


def _take(digest: str, webhook: Callable[[str], object]) -> None:
    outcome = str(webhook(digest))
    logger.info("webhook taken", outcome=outcome)
    count(f"webhooks_{outcome}")


def _look(
    refresh_id: RefreshId, refresh: Callable[[RefreshId, TimeLeft], object], time_left: TimeLeft
) -> None:
    try:
        refresh(refresh_id, time_left)
    except (RefreshNotFoundError, RefreshSettledError) as error:
        logger.info("message dropped", why=type(error).__name__)


def _all(event: dict[str, Any], one: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Handle all messages at once; a call to a bank in one of them holds up no other."""

    def kept(record: dict[str, Any]) -> Exception | None:
        try:
            one(_body(SQSRecord(record)))
        except Exception as error:  # it is raised below, where it fails its own message alone
            return error
        return None

    records = event.get("Records") or []
    errors = dict(zip(map(id, records), side_by_side(kept, records), strict=True))

    def judged(record: SQSRecord) -> None:
        error = errors[id(record.raw_event)]
        if error is not None:
            raise error

    return _process(event, EventType.SQS, judged)


def _process(event: dict[str, Any], kind: EventType, one: Callable[[Any], None]) -> dict[str, Any]:
    if not event.get("Records"):
        return {"batchItemFailures": []}
    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event, record_handler=one, processor=processor)
    return dict(answer)


@contextmanager
def _labelled(**keys: str | None) -> Iterator[None]:
    """Name in each line of this thread what it is about."""
    logger.thread_safe_append_keys(**keys)
    try:
        yield
    finally:
        logger.thread_safe_remove_keys(list(keys))


@contextmanager
def _told() -> Iterator[None]:
    """Log a failure where it is handled, by its kind alone: a text could carry a secret.

    What fails by itself will fail each time, and is a dead letter hours later: it is counted now.
    """
    try:
        yield
    except Exception as error:
        count("messages_failed")
        comes_back = is_passing(error)
        count("messages_poisoned", int(not comes_back))
        logger.error("message failed", error=type(error).__name__, poison=not comes_back)
        raise
