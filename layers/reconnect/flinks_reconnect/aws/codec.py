"""Domain values as DynamoDB attributes, small: short names, and nothing that is a default.

Instants are whole milliseconds since 1970. The short names are the stored format: one that was
used is never used for anything else, so that rows of an older version stay readable.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

type Attribute = dict[str, Any]
"""One DynamoDB attribute value, as boto3's low-level client takes and gives it."""
type Item = dict[str, Attribute]
type Shape = dict[str, tuple[Any, Any]]
"""Each field of a dataclass: its type and its default."""

SHORT: Final[Mapping[str, str]] = {
    "accounts": "acc",
    "activity_at": "act",
    "age": "ag",
    "session_unread": "lost",
    "asked": "ask",
    "attempt": "at",
    "attempts": "ats",
    "channel": "ch",
    "baseline": "base",
    "broken_at": "brk",
    "call_at": "cal",
    "called_at": "cad",
    "calls": "cls",
    "closed_at": "cld",
    "collecting_since": "col",
    "completed_at": "don",
    "created_at": "new",
    "data_accepted": "dac",
    "data_as_of": "asof",
    "data_claimed": "dcl",
    "embed_origin": "emb",
    "ended_at": "end",
    "ends_at": "ends",
    "error": "err",
    "expires_at": "exp",
    "generation": "gen",
    "health_cause": "hwhy",
    "institution_id": "inst",
    "kind": "k",
    "last_ask": "lask",
    "last_refresh": "lref",
    "link": "lnk",
    "live_until": "live",
    "login_id": "login",
    "merged_into": "into",
    "misses": "mis",
    "number": "n",
    "opened": "opd",
    "options": "opt",
    "other_login": "oth",
    "others": "oths",
    "outbox": "ev",
    "person_seen_at": "seen",
    "reason": "why",
    "reference": "ref",
    "refresh": "rf",
    "refresh_id": "rid",
    "reopened_at": "opn",
    "request_gone": "gone",
    "request_id": "rq",
    "return_url": "ret",
    "selection": "sel",
    "sha256": "sha",
    "snapshot": "snap",
    "token_refused": "tref",
    "trail": "tr",
    "trouble": "trb",
    "trouble_until": "trbu",
    "type": "t",
    "unattended": "auto",
    "updated_at": "upd",
    "vanished": "van",
    "with_account_identity": "idt",
    "with_balance": "bal",
    "with_kyc": "kyc",
    "with_transactions": "trx",
    "warned": "wrn",
    "year_of_transactions": "year",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def milliseconds(instant: datetime) -> int:
    """Return the instant as it is stored."""
    return (instant - _EPOCH) // _MILLISECOND


def instant(milliseconds: int) -> datetime:
    """Return the stored instant."""
    return _EPOCH + milliseconds * _MILLISECOND


def to_item(value: object) -> Item:
    """Return a dataclass as attributes; fields that hold their default are left out."""
    kind: Any = type(value)
    shape = _shape(kind)
    return {
        SHORT.get(name, name): _attribute(getattr(value, name))
        for name, (_, default) in shape.items()
        if getattr(value, name) != default
    }


def from_item[T](kind: type[T], item: Mapping[str, Attribute]) -> T:
    """Return the dataclass that these attributes hold; unknown ones are left alone."""
    dataclass: Any = kind
    shape = _shape(dataclass)
    values = {
        name: _value(hint, item[SHORT.get(name, name)])
        for name, (hint, _) in shape.items()
        if SHORT.get(name, name) in item
    }
    missing = {
        name: None for name, (_, default) in shape.items() if default is None and name not in values
    }
    return kind(**missing, **values)


@cache
def _shape(kind: Any) -> Shape:
    """Return each field's type, and its default; a field that may be None counts None as one."""
    hints = get_type_hints(kind)
    shape: Shape = {}
    for each in fields(kind):
        default = each.default
        if each.default_factory is not MISSING:
            default = each.default_factory()
        elif default is MISSING and NoneType in get_args(hints[each.name]):
            default = None
        shape[each.name] = (hints[each.name], default)
    return shape


def _attribute(value: object) -> Attribute:
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, tuple):
        return {"L": [_attribute(each) for each in value]}
    if is_dataclass(value):
        return {"M": to_item(value)}
    return {"BOOL": value} if isinstance(value, bool) else {"N": str(_number(value))}


def _number(value: object) -> int:
    match value:
        case datetime():
            return milliseconds(value)
        case date():
            return value.toordinal()
        case int():
            return value
    raise TypeError(f"cannot store a {type(value).__name__}")


def _value(hint: Any, attribute: Attribute) -> Any:
    kind = _some(hint)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], each) for each in attribute["L"])
    kind = getattr(kind, "__supertype__", kind)
    (value,) = attribute.values()
    if kind is datetime:
        return instant(int(value))
    if kind is date:
        return date.fromordinal(int(value))
    if is_dataclass(kind) and isinstance(kind, type):
        return from_item(kind, value)
    return value if get_origin(kind) is Literal else kind(value)


def _some(hint: Any) -> Any:
    """Return the type of a value that is there, for a field that may be None."""
    if get_origin(hint) in {Union, UnionType}:
        return next(each for each in get_args(hint) if each is not NoneType)
    return hint
