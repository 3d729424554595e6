"""A DynamoDB of our own: one table with its index and stream, in memory, without mercy.

As the real one: conditions and transactions (all or nothing, each item once, the reasons and the
old items on failure), consistent and stale reads, an index that lags, names and values that are
not used are refused, throttling, 5xx, and answers lost after the write took effect. The SDK's three
tries are part of it: a repeated PutItem meets its own first write, a repeated transaction is told
apart by its client token.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.simulation.clockwork import Clockwork
from tests.simulation.weather import Weather

type Attribute = dict[str, Any]
type Item = dict[str, Attribute]
type Key = tuple[str, str]
type Holds = Callable[[Item | None, Mapping[str, str], Mapping[str, Attribute]], bool]

_TOKENS = re.compile(r"\s*(<>|<=|>=|[(),=<>+]|[#:]?\w+)")
TRIES = 3


class Refused(Exception):  # noqa: N818 - a verdict of the table, turned into a ClientError below
    """A condition did not hold."""

    def __init__(self, old: Item | None) -> None:
        super().__init__("condition")
        self.old = old


def value_of(attribute: Attribute) -> Any:
    """A value that can be compared."""
    ((kind, value),) = attribute.items()
    return float(value) if kind == "N" else value


@cache
def condition(text: str) -> Holds:
    """Compile a condition expression."""
    return _Parser(text).whole()


class _Parser:
    """Recursive descent over the subset that DynamoDB's guide names and our rows use."""

    def __init__(self, text: str) -> None:
        self.words = _TOKENS.findall(text)
        self.place = 0

    def whole(self) -> Holds:
        found = self._or()
        if self.place != len(self.words):
            raise ValueError(f"not understood from {self.words[self.place :]}")
        return found

    def _peek(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def _take(self, wanted: str | None = None) -> str:
        word: str = self._peek()
        if wanted is not None and word.upper() != wanted:
            raise ValueError(f"{wanted} expected, {word} found")
        self.place += 1
        return word

    def _or(self) -> Holds:
        left = self._and()
        while self._peek().upper() == "OR":
            self._take()
            left = _either(left, self._and())
        return left

    def _and(self) -> Holds:
        left = self._not()
        while self._peek().upper() == "AND":
            self._take()
            left = _both(left, self._not())
        return left

    def _not(self) -> Holds:
        if self._peek().upper() == "NOT":
            self._take()
            inner = self._not()
            return lambda item, names, values: not inner(item, names, values)
        if self._peek() == "(":
            self._take()
            inner = self._or()
            self._take(")")
            return inner
        return self._test()

    def _test(self) -> Holds:
        word = self._take()
        if self._peek() == "(":
            return self._function(word.lower())
        left, operator = word, self._take().upper()
        if operator == "BETWEEN":
            low = self._take()
            self._take("AND")
            high = self._take()
            return _both(_compare(left, ">=", low), _compare(left, "<=", high))
        if operator == "IN":
            self._take("(")
            choices = [self._take()]
            while self._peek() == ",":
                self._take()
                choices.append(self._take())
            self._take(")")
            tests = [_compare(left, "=", each) for each in choices]
            return lambda item, names, values: any(test(item, names, values) for test in tests)
        return _compare(left, operator, self._take())

    def _function(self, name: str) -> Holds:
        self._take("(")
        path = self._take()
        given = ""
        if self._peek() == ",":
            self._take()
            given = self._take()
        self._take(")")
        if name == "attribute_exists":
            return lambda item, names, _: item is not None and names.get(path, path) in item
        if name == "attribute_not_exists":
            return lambda item, names, _: item is None or names.get(path, path) not in item
        if name == "begins_with":
            return lambda item, names, values: str(
                _operand(path, item, names, values) or ""
            ).startswith(str(value_of(values[given])))
        raise ValueError(f"{name} is not known here")


def _operand(
    word: str, item: Item | None, names: Mapping[str, str], values: Mapping[str, Attribute]
) -> Any:
    if word.startswith(":"):
        return value_of(values[word])
    found = (item or {}).get(names[word] if word.startswith("#") else word)
    return value_of(found) if found is not None else None


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(left: str, operator: str, right: str) -> Holds:
    compared = _COMPARE[operator]

    def holds(item: Item | None, names: Mapping[str, str], values: Mapping[str, Attribute]) -> bool:
        a, b = _operand(left, item, names, values), _operand(right, item, names, values)
        if a is None or b is None or type(a) is not type(b):
            return operator == "<>" and a is not b
        return compared(a, b)

    return holds


def _both(left: Holds, right: Holds) -> Holds:
    return lambda i, n, v: left(i, n, v) and right(i, n, v)


def _either(left: Holds, right: Holds) -> Holds:
    return lambda i, n, v: left(i, n, v) or right(i, n, v)


@cache
def update(text: str) -> tuple[tuple[str, str, str], ...]:
    """Compile an update expression into (clause, path, operand text)."""
    parts = re.split(r"\b(SET|REMOVE|ADD|DELETE)\b", text)
    acts: list[tuple[str, str, str]] = []
    for clause, body in zip(parts[1::2], parts[2::2], strict=True):
        for each in re.split(r",(?![^(]*\))", body):
            path, _, operand = each.strip().partition("=" if clause == "SET" else " ")
            acts.append((clause, path.strip(), operand.strip()))
    return tuple(acts)


def updated(old: Item, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Item:
    """Return the item as the update makes it."""
    item = dict(old)
    for clause, path, operand in update(text):
        name = names.get(path, path)
        if clause == "REMOVE":
            item.pop(name, None)
        elif clause == "ADD":
            before = float(item.get(name, {"N": "0"})["N"])
            item[name] = {"N": f"{before + float(values[operand]['N']):g}"}
        elif clause == "SET":
            item[name] = _set_to(operand, old, names, values)
        else:
            raise ValueError(clause)
    return item


def _set_to(
    operand: str, old: Item, names: Mapping[str, str], values: Mapping[str, Any]
) -> Attribute:
    found = re.fullmatch(r"if_not_exists\((\S+), ?(\S+)\)", operand)
    if found:
        name = names.get(found[1], found[1])
        return old[name] if name in old else values[found[2]]
    summed = re.fullmatch(r"(\S+) ?\+ ?(\S+)", operand)
    if summed:
        both = [
            float((values[each] if each.startswith(":") else old[names.get(each, each)])["N"])
            for each in summed.groups()
        ]
        return {"N": f"{sum(both):g}"}
    taken: Attribute = values[operand] if operand.startswith(":") else old[operand]
    return taken


@dataclass
class Table:
    """The client's methods, as boto3 has them. `changed` is told of each item that was written."""

    clockwork: Clockwork
    weather: Weather
    changed: Callable[[Key, Item | None, Item], None]
    items: dict[Key, Item] = field(default_factory=dict)
    keys_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    before: dict[Key, tuple[float, Item | None]] = field(default_factory=dict)
    entries: defaultdict[str, dict[Key, float]] = field(default_factory=lambda: defaultdict(dict))
    done: set[str] = field(default_factory=set)
    writes: int = 0
    reads: int = 0
    down_until: float = 0.0
    _lagging: list[tuple[float, Key, str | None, float | None]] = field(default_factory=list)
    _tokens: int = 0

    # What a client calls

    def get_item(self, *, Key: Item, ConsistentRead: bool = False, **_: Any) -> dict[str, Any]:
        return self._called("GetItem", lambda: self._get(_key(Key), ConsistentRead), reads=True)

    def query(self, **asked: Any) -> dict[str, Any]:
        return self._called("Query", lambda: self._query(asked), reads=True)

    def put_item(self, **asked: Any) -> dict[str, Any]:
        return self._called("PutItem", lambda: self._one(asked))

    def update_item(self, **asked: Any) -> dict[str, Any]:
        return self._called("UpdateItem", lambda: self._one(asked))

    def delete_item(self, **asked: Any) -> dict[str, Any]:
        return self._called("DeleteItem", lambda: self._one(asked | {"Deletes": True}))

    def transact_write_items(self, *, TransactItems: list[Any], **_: Any) -> dict[str, Any]:
        self._tokens += 1
        token = str(self._tokens)
        return self._called("TransactWriteItems", lambda: self._transact(TransactItems, token))

    # How a call goes

    def _called(
        self, operation: str, act: Callable[[], dict[str, Any]], *, reads: bool = False
    ) -> dict[str, Any]:
        if self.clockwork.watching:
            return act()
        if reads:
            self.reads += 1
        for attempt in range(TRIES):
            self.weather.pause()
            error = self._fails(operation, act, reads=reads)
            if error is None:
                answer = act()
                self.weather.pause()
                return answer
            if attempt + 1 < TRIES:
                self.clockwork.sleep(self.clockwork.dice.random() * 0.1 * 2**attempt)
        self.weather.pause()
        assert error is not None
        raise error

    def _fails(self, operation: str, act: Callable[[], object], *, reads: bool) -> Exception | None:
        if self.clockwork.now < self.down_until or self.weather.strikes("table_throttled"):
            return client_error("ProvisionedThroughputExceededException", operation)
        if self.weather.strikes("table_fails"):
            return ConnectTimeoutError(endpoint_url="table")
        if self.weather.strikes("table_answer_lost"):
            if not reads:
                with suppress(ClientError):
                    act()
            return ReadTimeoutError(endpoint_url="table")
        return None

    # What it does

    def _get(self, key: Key, consistent: bool) -> dict[str, Any]:
        item = self.items.get(key)
        if not consistent:
            written_at, old = self.before.get(key, (float("-inf"), None))
            item = old if self.clockwork.now < written_at + 1 else item
        return {"Item": dict(item)} if item is not None else {}

    def _query(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        names, values = _given(asked)
        if "IndexName" in asked:
            return self._query_index(asked)
        if not asked.get("ConsistentRead"):
            raise AssertionError("a query that may be stale is not modelled")
        holds = condition(asked["KeyConditionExpression"])
        pk = values[":pk"]["S"]
        found = sorted(self.keys_of[pk], reverse=not asked.get("ScanIndexForward", True))
        items = (self.items[pk, sk] for sk in found)
        kept = [dict(item) for item in items if holds(item, names, values)]
        return {"Items": kept[: asked.get("Limit", len(kept))]}

    def _query_index(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.catch_up()
        values = asked["ExpressionAttributeValues"]
        shard, now = values[":shard"]["S"], float(values[":now"]["N"])
        due = sorted((at, key) for key, at in self.entries[shard].items() if at <= now)
        found = [
            {"pk": {"S": key[0]}, "sk": {"S": key[1]}, "wake_at": {"N": f"{at:.0f}"}}
            for at, key in due[: asked["Limit"]]
        ]
        return {"Items": found}

    def _one(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        key = _key(asked.get("Key") or asked["Item"])
        try:
            after = self._checked(asked)
        except Refused as refused:
            shown = asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            raise client_error(
                "ConditionalCheckFailedException",
                "write",
                Item=refused.old if shown else None,
            ) from None
        self._store([(key, after)])
        return {}

    def _transact(self, wanted: list[Any], token: str) -> dict[str, Any]:
        if token in self.done:
            return {}
        writes = [next(iter(each.values())) for each in wanted]
        keys = [_key(each.get("Key") or each["Item"]) for each in writes]
        if len(set(keys)) != len(keys):
            raise client_error("ValidationException", "TransactWriteItems")
        self._refuse_conflicts(keys)
        afters, reasons = [], []
        for each in writes:
            try:
                afters.append(self._checked(each))
                reasons.append({"Code": "None"})
            except Refused as refused:
                reasons.append(_reason(each, refused))
        if len(afters) < len(writes):
            raise client_error("TransactionCanceledException", "write", CancellationReasons=reasons)
        self.done.add(token)
        self._store(list(zip(keys, afters, strict=True)))
        return {}

    def _refuse_conflicts(self, keys: list[Key]) -> None:
        """Another write of one of the items may still be under way."""
        if not self.weather.strikes("table_conflict"):
            return
        busy = [key for key in keys if self.clockwork.now - self._written_at(key) < 0.02]
        if busy:
            reasons = [{"Code": "TransactionConflict" if key in busy else "None"} for key in keys]
            raise client_error("TransactionCanceledException", "write", CancellationReasons=reasons)

    def _written_at(self, key: Key) -> float:
        return self.before.get(key, (float("-inf"), None))[0]

    def _checked(self, asked: Mapping[str, Any]) -> Item | None:
        """The item as the write makes it; raises Refused."""
        names, values = _given(asked)
        key = _key(asked.get("Key") or asked["Item"])
        old = self.items.get(key)
        text = asked.get("ConditionExpression")
        if text is not None and not condition(text)(old, names, values):
            raise Refused(dict(old) if old is not None else None)
        if "Item" in asked:
            return dict(asked["Item"])
        if asked.get("Deletes"):
            return None
        if "UpdateExpression" not in asked:
            return old
        started = old if old is not None else {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        return updated(started, asked["UpdateExpression"], names, values)

    def _store(self, written: list[tuple[Key, Item | None]]) -> None:
        """Store all of it; whoever watches sees it only then."""
        told = []
        for key, after in written:
            old = self.items.get(key)
            self.writes += 1
            self.before[key] = (self.clockwork.now, old)
            if after is None:
                self.items.pop(key, None)
                self.keys_of[key[0]].discard(key[1])
            else:
                self.items[key] = after
                self.keys_of[key[0]].add(key[1])
                told.append((key, old, after))
            self._index(key, old, after)
        invocation = self.clockwork.invocation
        if invocation is not None:
            invocation.writes += len(written)
        for key, old, after in told:
            self.changed(key, old, after)

    def _index(self, key: Key, old: Item | None, new: Item | None) -> None:
        was, becomes = _entry(old), _entry(new)
        if was == becomes:
            return
        lag = self.clockwork.dice.random() * (45 if self.weather.strikes("index_lags") else 0.05)
        shard, at = becomes or (None, None)
        self._lagging.append((self.clockwork.now + lag, key, shard, at))

    def catch_up(self) -> None:
        """Apply what the index has heard of by now; changes of one item stay in order."""
        late: set[Key] = set()
        left = []
        for seen_at, key, shard, at in self._lagging:
            if seen_at > self.clockwork.now or key in late:
                late.add(key)
                left.append((seen_at, key, shard, at))
                continue
            for entries in self.entries.values():
                entries.pop(key, None)
            if shard is not None and at is not None:
                self.entries[shard][key] = at
        self._lagging = left


def _reason(asked: Mapping[str, Any], refused: Refused) -> dict[str, Any]:
    """Why a transaction was cancelled at this item."""
    reason: dict[str, Any] = {"Code": "ConditionalCheckFailed"}
    shown = asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    if shown and refused.old is not None:
        reason["Item"] = refused.old
    return reason


def _entry(item: Item | None) -> tuple[str, float] | None:
    if item is None or "wake_shard" not in item or "wake_at" not in item:
        return None
    return item["wake_shard"]["S"], float(item["wake_at"]["N"])


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _given(asked: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Attribute]]:
    """The placeholders; one that is not used is refused, as DynamoDB does."""
    names = asked.get("ExpressionAttributeNames") or {}
    values = asked.get("ExpressionAttributeValues") or {}
    _used(
        tuple(names) + tuple(values),
        " ".join(str(asked.get(each, "")) for each in _EXPRESSIONS),
    )
    return names, values


_EXPRESSIONS = (
    "KeyConditionExpression",
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "ProjectionExpression",
)


@cache
def _used(placeholders: tuple[str, ...], text: str) -> None:
    words = set(_TOKENS.findall(text))
    unused = [each for each in placeholders if each not in words]
    if unused:
        raise client_error("ValidationException", f"unused: {unused}")


def client_error(code: str, operation: str, **more: Any) -> ClientError:
    """An error as botocore raises it."""
    told = {name: value for name, value in more.items() if value is not None}
    return ClientError({"Error": {"Code": code, "Message": code}, **told}, operation)  # type: ignore[typeddict-item] # as botocore fills it
