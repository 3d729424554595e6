"""Seats at a bank: how many bank logins of one institution may be under way at once.

One small row for each institution: a count, and who sits until when at the latest. Taking and
leaving cost one write unit each. A worker that died leaves its seat by the clock.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from flinks_reconnect.aws.codec import Item, instant, milliseconds
from flinks_reconnect.aws.conditions import is_conflict, old_item
from flinks_reconnect.usecases.ports import Clock, Seat

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_SEAT: Final = "seat_"
_LIFE: Final = timedelta(days=1)


class BankSeats:
    """Implements `Seats`."""

    def __init__(
        self, client: "DynamoDBClient", table: str, *, clock: Clock, most: int, longest: timedelta
    ) -> None:
        """At most so many at one institution, each for so long at the longest."""
        self._client = client
        self._table = table
        self._clock = clock
        self._most = most
        self._longest = longest

    def take(self, institution_id: str) -> Seat | None:
        """Sit down; None where every seat is taken."""
        seat = Seat(institution_id, _SEAT + secrets.token_hex(4))
        now = self._clock()
        full = self._sit(seat, now)
        if full is None:
            return seat
        gone = [name for name, until in _held(full) if until <= now]
        for name in gone:
            self.leave(Seat(institution_id, name))
        return seat if gone and self._sit(seat, now) is None else None

    def leave(self, seat: Seat) -> None:
        """Stand up; a seat that was left already is left."""
        try:
            self._update(seat, "ADD busy :change REMOVE #seat", "attribute_exists(#seat)", -1)
        except ClientError as error:
            if not is_conflict(error):
                raise

    def _sit(self, seat: Seat, now: datetime) -> Item | None:
        """Return the row of a bank that is full, or None for one where there was a seat."""
        values = {
            ":most": {"N": str(self._most)},
            ":until": {"N": str(milliseconds(now + self._longest))},
            ":ttl": {"N": str(int((now + _LIFE).timestamp()))},
        }
        change = "SET #seat = :until, #ttl = :ttl ADD busy :change"
        free = "attribute_not_exists(busy) OR busy < :most"
        try:
            self._update(seat, change, free, 1, values, {"#ttl": "ttl"})
        except ClientError as error:
            if not is_conflict(error):
                raise
            return old_item(error)
        return None

    def _update(
        self,
        seat: Seat,
        change: str,
        condition: str,
        by: int,
        values: dict[str, Any] | None = None,
        names: dict[str, str] | None = None,
    ) -> None:
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": f"IB#{seat.institution_id}"}, "sk": {"S": "IB"}},
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#seat": seat.name, **(names or {})},
            ExpressionAttributeValues={":change": {"N": str(by)}, **(values or {})},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )


def _held(row: Item) -> list[tuple[str, datetime]]:
    seats = (name for name in row if name.startswith(_SEAT))
    return [(name, instant(int(row[name]["N"]))) for name in seats]
