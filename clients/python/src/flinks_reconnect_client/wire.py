"""Between the API's JSON and our types: camelCase outside, snake_case and instants inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


class UnreadableError(ValueError):
    """The JSON is not of this shape. The message names the place, never a value."""


def read(kind: type[Kind], told: object) -> Kind:
    """Return a dataclass of this kind; what it does not know is left aside.

    Raises UnreadableError.
    """
    if not isinstance(told, Mapping):
        raise UnreadableError(f"{kind.__name__} is no object")
    taken = {}
    for name, meant in _hints(cast(Any, kind)).items():
        try:
            taken[name] = _value(meant, told.get(camel(name)))
        except (TypeError, ValueError) as error:
            raise UnreadableError(f"{kind.__name__}.{camel(name)}") from error
    return kind(**taken)


def written(value: object) -> Any:
    """Return the JSON value; a field that is None is not sent."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: getattr(value, each.name) for each in fields(value)}
        return sent(named)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [written(each) for each in value]
    return value


def sent(named: Mapping[str, object]) -> dict[str, Any]:
    """Return a JSON object of what is given; a field that is None is not sent."""
    return {camel(name): written(each) for name, each in named.items() if each is not None}


def camel(name: str) -> str:
    """Write a name as the API does."""
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, told: object) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(inner, told)
    if origin is Literal:  # a value that is new is passed on: the API may learn more
        return _plain(type(inner[0]), told)
    if origin is list:
        return [_value(inner[0], each) for each in _plain(list, told)]
    if kind is Any:
        return told
    if kind is datetime:
        return datetime.fromisoformat(_plain(str, told))
    if is_dataclass(kind):
        return read(cast("type[Any]", kind), told)
    return _plain(kind, told)


def _one_of(kinds: tuple[Any, ...], told: object) -> Any:
    if told is None:
        if NoneType in kinds:
            return None
        raise TypeError("null")
    if isinstance(told, list):
        fitting = [each for each in kinds if get_origin(each) is list]
    else:
        fitting = [each for each in kinds if each is not NoneType and get_origin(each) is not list]
    return _value(fitting[0], told)


def _plain(kind: type, told: object) -> Any:
    if not isinstance(told, kind) or (kind is int and isinstance(told, bool)):
        raise TypeError(kind.__name__)
    return told
