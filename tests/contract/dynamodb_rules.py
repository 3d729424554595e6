"""DynamoDB's own rules about size and price, as its developer guide gives them.

Item sizes: "DynamoDB item sizes and formats"; units: "on-demand mode" (one write unit for each
KB, two in a transaction); indexes: "provisioned throughput considerations for global secondary
indexes" (one write to put or delete an entry, two to change its key). The emulators count neither
indexes nor sizes.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Final

type Item = dict[str, dict[str, Any]]

INDEXES: Final = (("wake_shard", "wake_at"), ("code", "pk"), ("broken", "pk"))


def item_size(item: Item) -> int:
    """Bytes of an item: its names and its values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(str(value).encode())
        case "N":
            digits = value.lstrip("-").strip("0").replace(".", "") or "0"
            return math.ceil(len(digits) / 2) + 1 + int(value.startswith("-"))
        case "L":
            return 3 + sum(1 + _value_size(each) for each in value)
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + _value_size(each) for name, each in value.items()
            )
        case "BOOL":
            return 1
    raise AssertionError(f"a type that no row of ours has: {kind}")


def write_units(before: Item | None, after: Item | None, *, transactional: bool) -> int:
    """What one write of an item costs, its entries in the indexes included."""
    size = max(item_size(each) for each in (before, after) if each)
    return math.ceil(size / 1024) * (2 if transactional else 1) + _index_units(before, after)


def _index_units(before: Item | None, after: Item | None) -> int:
    return sum(_units_of(keys, before, after) for keys in INDEXES)


def _units_of(keys: tuple[str, ...], before: Item | None, after: Item | None) -> int:
    was, becomes = _entry(keys, before), _entry(keys, after)
    if was == becomes:
        return 0
    return (was is not None) + (becomes is not None)


def _entry(keys: tuple[str, ...], item: Item | None) -> tuple[Any, ...] | None:
    if item is None or not all(name in item for name in keys):
        return None
    return tuple(item[name] for name in keys)


@dataclass
class Meter:
    """A DynamoDB client that writes down what each call costs."""

    client: Any
    bill: list[tuple[str, int]] = field(default_factory=list)
    largest_live_row: int = 0
    reads: list[tuple[str, float]] = field(default_factory=list)
    label: str = ""

    def under(self, label: str) -> None:
        """What the next calls are for."""
        self.label = label

    @property
    def total(self) -> int:
        return sum(units for _, units in self.bill)

    def itemised(self) -> str:
        spent: dict[str, int] = {}
        for label, units in self.bill:
            spent[label] = spent.get(label, 0) + units
        lines = [f"{units:>4}  {label}" for label, units in spent.items()]
        return "\n".join(["write units", *lines, f"{self.total:>4}  in all"])

    def put_item(self, **arguments: Any) -> Any:
        table, item = arguments["TableName"], arguments["Item"]
        before = self._get(table, item)
        answer = self.client.put_item(**arguments)
        self._charge(before, item, transactional=False)
        return answer

    def update_item(self, **arguments: Any) -> Any:
        table, key = arguments["TableName"], arguments["Key"]
        before = self._get(table, key)
        answer = self.client.update_item(**arguments)
        self._charge(before, self._get(table, key), transactional=False)
        return answer

    def transact_write_items(self, **arguments: Any) -> Any:
        puts = [each["Put"] for each in arguments["TransactItems"]]
        befores = [self._get(put["TableName"], put["Item"]) for put in puts]
        answer = self.client.transact_write_items(**arguments)
        for put, before in zip(puts, befores, strict=True):
            self._charge(before, put["Item"], transactional=True)
        return answer

    def get_item(self, **arguments: Any) -> Any:
        answer = self.client.get_item(**arguments)
        found = answer.get("Item")
        self._read([found] if found else [], consistent=arguments.get("ConsistentRead", False))
        return answer

    def query(self, **arguments: Any) -> Any:
        answer = self.client.query(**arguments)
        self._read(answer["Items"], consistent=arguments.get("ConsistentRead", False))
        return answer

    def _get(self, table: str, item: Item) -> Item | None:
        key = {"pk": item["pk"], "sk": item["sk"]}
        found = self.client.get_item(TableName=table, Key=key, ConsistentRead=True)
        row: Item | None = found.get("Item")
        return row

    def _charge(self, before: Item | None, after: Item | None, *, transactional: bool) -> None:
        if after and after["sk"]["S"] == "LIVE":
            self.largest_live_row = max(self.largest_live_row, item_size(after))
        units = write_units(before, after, transactional=transactional)
        self.bill.append((self.label, units))

    def _read(self, items: list[Item], *, consistent: bool) -> None:
        size = sum(item_size(each) for each in items)
        units = max(1, math.ceil(size / 4096)) * (1 if consistent else 0.5)
        self.reads.append((self.label, units))
