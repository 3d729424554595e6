"""What a model says of a body, in our words: per field what is wrong, and never the value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from flinks_reconnect.api.edge.unknown_fields import MOST, unknown_fields
from flinks_reconnect.domain.errors import FieldError

BODY: Final = "body"
_WANTED: Final = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "enum": "{expected}",
    "int_type": "a whole number",
    "list_type": "a list",
    "literal_error": "{expected}",
    "model_type": "an object",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_long": "text of at most {max_length} characters",
    "string_too_short": "text of at least {min_length} characters",
    "string_type": "text",
    "too_long": "a list of at most {max_length}",
    "too_short": "a list of at least {min_length}",
    "value_error": "{error}",
}
"""Pydantic's kinds of error; its own sentences name classes of ours, and sometimes the value."""


def field_errors(kind: type[BaseModel], error: ValidationError) -> tuple[FieldError, ...]:
    """Return what is wrong, the first ten."""
    found = error.errors(include_url=False, include_input=False)
    made_up = [each for each in found if each["type"] == "extra_forbidden"]
    known = [each for each in found if each["type"] != "extra_forbidden"]
    return (*_known(kind, known), *_made_up(kind, made_up))[:MOST]


def _known(kind: type[BaseModel], found: Iterable[Mapping[str, Any]]) -> Iterator[FieldError]:
    """Yield one error for each place; where a field may be this or that, what either wants."""
    wanted: dict[str, list[str]] = {}
    for each in found:
        path = _path(kind, each["loc"])
        wanted.setdefault(path, []).append(_message(each))
    inner = {path.partition("[")[0] for path in wanted if "[" in path}
    for path in sorted(wanted):
        if path not in inner:  # an item of the list is wrong: it was meant to be one
            first, *others = wanted[path]
            more = [f" or {each.removeprefix('must be ')}" for each in others]
            yield FieldError(path, "".join([first, *more]))


def _message(found: Mapping[str, Any]) -> str:
    if found["type"] == "missing":
        return "is required"
    wanted = _WANTED.get(found["type"], "something else").format_map(found.get("ctx", {}))
    is_sentence = not found["loc"] and found["type"] == "value_error"  # a model's own
    return wanted if is_sentence else f"must be {wanted}"


def _path(kind: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """Write the place by names of ours; a union's own marks are left out."""
    path = ""
    inside: type[BaseModel] | None = kind
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif inside is not None and part in (fields := _fields(inside)):
            path += f".{part}" if path else part
            inside = fields[part]
    return path or BODY


def _made_up(kind: type[BaseModel], found: Iterable[Mapping[str, Any]]) -> Iterator[FieldError]:
    """Yield what may have been meant; inside of an object its field is named as well."""
    places: dict[tuple[int | str, ...], list[str]] = {}
    for each in found:
        *place, name = each["loc"]
        places.setdefault(tuple(place), []).append(str(name))
    for place, names in places.items():
        inside = _inside(kind, place)
        for error in unknown_fields(names, _fields(inside)):
            field = _path(kind, place) if place else error.field
            message = f"has {error.message}" if place else error.message
            yield FieldError(field, message, error.nearest)


def _inside(kind: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel]:
    for part in place:
        kind = _fields(kind).get(str(part)) or kind
    return kind


def _fields(kind: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """Return the fields by their names outside, each with the model that it holds, if any."""
    return {
        field.alias or to_camel(name): _model_of(field.annotation)
        for name, field in kind.model_fields.items()
    }


def _model_of(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
