"""Flinks' JSON, read with tolerance: any leaf may be null, unknown fields are passed over.

Keys are PascalCase on nearly every page and lowerCamelCase on some, so their case is ignored on
the levels that we read. An account stays as Flinks wrote it: what is inside is not ours to judge,
and its numbers keep their digits (a float would turn 100.00 into 100.0 and 1e400 into no JSON).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from simplejson import RawJSON

from flinks_reconnect.domain.ids import NO_ID

UNREADABLE: Final = 1
"""Stands for a status that says nothing; no answer ever has it, so it is no success."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,1024}")
_NOT_IN_A_CODE = re.compile(r"[^A-Z0-9_]")
_NO_FRACTION = re.compile(r"\.0+$")
_CODE_LENGTH: Final = 64
_NEVER: Final = 1


def _text(value: object) -> str | None:
    """Return a text; a number becomes one (an SDK declares transit numbers as integers)."""
    if isinstance(value, RawJSON):
        return _NO_FRACTION.sub("", value.encoded_json)
    return value.strip() or None if isinstance(value, str) else None


def _id(value: object) -> str | None:
    """Return an id in lower case: GUIDs have no case, and we compare them as texts."""
    text = (_text(value) or "").lower()
    return text if text != NO_ID and _ID.fullmatch(text) else None


def _token(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _status(value: object) -> int | None:
    """Return a status; what cannot be read is not the same as what is missing."""
    text = _text(value)
    if text is None:
        return None
    return int(text) if re.fullmatch(r"[0-9]{3}", text) else UNREADABLE


def _code(value: object) -> str | None:
    """Return a FlinksCode; whatever else stands there becomes a harmless unknown one."""
    text = _text(value)
    return _NOT_IN_A_CODE.sub("_", text.upper())[:_CODE_LENGTH] if text else None


def _instant(value: object) -> datetime | None:
    """Read `2026-01-02T03:04:05.1234567`: UTC without saying so. Year 1 stands for never."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.year == _NEVER:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _object(value: object) -> object:
    return value if isinstance(value, dict) else None


def _cards(value: object) -> list[dict[str, Any]] | None:
    """Return the cards of a night: null stands for none, and anything else for no answer."""
    return [] if value is None else _objects(value)


def _objects(value: object) -> list[dict[str, Any]] | None:
    """Return the objects of a list, or None for no list; what else is in it spoils nothing."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, dict)]
    return None


type Text = Annotated[str | None, BeforeValidator(_text)]
type FlinksId = Annotated[str | None, BeforeValidator(_id)]
type TokenText = Annotated[str | None, BeforeValidator(_token)]
type Status = Annotated[int | None, BeforeValidator(_status)]
type Code = Annotated[str | None, BeforeValidator(_code)]
type Instant = Annotated[datetime | None, BeforeValidator(_instant)]
type Objects = Annotated[tuple[dict[str, Any], ...] | None, BeforeValidator(_objects)]


class FlinksModel(BaseModel):
    """Fields by Flinks' name in any case; never shown, since bodies hold what no log may hold."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=lambda name: name.replace("_", ""),
    )

    @model_validator(mode="before")
    @classmethod
    def _in_any_case(cls, raw: Mapping[str, object]) -> dict[str, object]:
        return {str(key).lower(): value for key, value in raw.items()}

    def __repr__(self) -> str:
        """Show the type alone."""
        return f"{type(self).__name__}(hidden)"

    __str__ = __repr__


class LoginBody(FlinksModel):
    """`Login` of a 200."""

    id: FlinksId = None
    last_refresh: Instant = None


class IneligibleCard(FlinksModel):
    """One element of `IneligibleCards` (GetNightlyRefreshStatus)."""

    login_id: FlinksId = None
    last_refresh_date: Instant = None
    last_refresh_state: Text = None
    last_refresh_error_code: Code = None


class FlinksReply(FlinksModel):
    """Any JSON object that Flinks answers with, or sends."""

    http_status_code: Annotated[
        Status, Field(validation_alias=AliasChoices("httpstatuscode", "statuscode"))
    ] = None
    """DeleteCard calls it `StatusCode`, in suites that ran on a live Flinks."""
    flinks_code: Code = None
    message: Text = None
    request_id: FlinksId = None
    login: Annotated[LoginBody, BeforeValidator(lambda value: _object(value) or {})] = LoginBody()
    has_no_login: Annotated[
        bool, BeforeValidator(lambda value: value is None), Field(validation_alias="login")
    ] = False
    """Whether `Login` is null, as in every answer of a session that was opened without `Save`."""
    institution: Text = None
    institution_name: Text = None
    institution_id: Text = None
    security_challenges: Objects = None
    accounts: Objects = None
    misshapen: bool = False
    """Not Flinks' word: whether something among `accounts` is no object."""
    token: TokenText = None
    response_type: Text = None
    ineligible_cards: Annotated[tuple[dict[str, Any], ...] | None, BeforeValidator(_cards)] = None

    @model_validator(mode="before")
    @classmethod
    def _notices_what_is_dropped(cls, raw: Mapping[str, object]) -> dict[str, object]:
        named = {str(key).lower(): value for key, value in raw.items()}
        accounts = named.get("accounts")
        odd = isinstance(accounts, list) and not all(isinstance(each, dict) for each in accounts)
        return named | {"misshapen": odd}


def read_reply(body: bytes) -> FlinksReply | None:
    """Return what a body says, or None for one that is no JSON object at all.

    Numbers are not read but kept as they are written; `simplejson` writes them so again.
    """
    try:
        raw = json.loads(body, parse_constant=_refuse, parse_float=RawJSON, parse_int=RawJSON)
    except (ValueError, RecursionError):
        return None
    return FlinksReply.model_validate(raw) if isinstance(raw, dict) else None


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which are no JSON and could not be passed on as such."""
    raise ValueError(constant)
