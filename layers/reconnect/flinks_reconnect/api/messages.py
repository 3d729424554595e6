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
from flinks_reconnect.domain.events import Event
from flinks_reconnect.domain.ids import ConnectionId, RefreshId, is_refresh_id
from flinks_reconnect.metrics import count
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.advance import RefreshNotFoundError, RefreshSettledError

type TimeLeft = Callable[[], float]
type Publish = Callable[[ConnectionId], tuple[Event, ...]]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class UnreadableMessageError(Exception):
    """A message of no known form; it ends in the dead-letter queue."""


def each_message(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    refresh: Callable[[RefreshId, TimeLeft], object] | None = None,
    webhook: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Handle each message of a work queue; return which ones failed."""

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    def one(record: SQSRecord) -> None:
        message = record.json_body
        named = message.get("refreshId") if isinstance(message, dict) else None
        digest = message.get("webhook") if isinstance(message, dict) else None
        if isinstance(named, str) and is_refresh_id(named) and refresh is not None:
            with logger.append_context_keys(refresh_id=named), _told():
                _look(RefreshId(named), refresh, time_left)
        elif isinstance(digest, str) and _DIGEST.fullmatch(digest) and webhook is not None:
            with logger.append_context_keys(digest=digest), _told():
                _take(digest, webhook)
        else:
            with _told():
                raise UnreadableMessageError

    return _process(event, EventType.SQS, one)


def each_record(event: dict[str, Any], publish: Publish) -> dict[str, Any]:
    """Publish the events of each changed row; return which records failed."""

    def one(record: DynamoDBRecord) -> None:
        keys = (record.dynamodb and record.dynamodb.keys) or {}
        key = str(keys.get("pk", ""))
        if key.startswith("CN#") and record.event_name and record.event_name.name != "REMOVE":
            connection_id = ConnectionId(key.removeprefix("CN#"))
            with logger.append_context_keys(connection_id=connection_id), _told():
                _counted(publish(connection_id))

    return _process(event, EventType.DynamoDBStreams, one)


def _counted(events: tuple[Event, ...]) -> None:
    for event in events:
        count(event.type.value)
        if event.error is not None and REMEDIES[event.error].owner is Owner.OPERATOR:
            count("operator_failures")
    logger.info("events published", types=[each.type.value for each in events])


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


def _process(event: dict[str, Any], kind: EventType, one: Callable[[Any], None]) -> dict[str, Any]:
    if not event.get("Records"):
        return {"batchItemFailures": []}
    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event, record_handler=one, processor=processor)
    return dict(answer)


@contextmanager
def _told() -> Iterator[None]:
    """Log a failure where it is handled, by its kind alone: a text could carry a secret."""
    try:
        yield
    except Exception as error:
        count("messages_failed")
        logger.error("message failed", error=type(error).__name__)
        raise
