"""Reading a request strictly: what is not exactly right is refused before anything happens."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from flinks_reconnect.api.edge.caller import scope_of
from flinks_reconnect.api.edge.languages import language_of
from flinks_reconnect.api.edge.problems import (
    CONNECTION_NOT_FOUND,
    NOT_FOUND,
    Problem,
    ProblemError,
    invalid,
)
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import (
    ConnectionId,
    RefreshId,
    is_connection_id,
    is_refresh_id,
)
from flinks_reconnect.domain.language import Language
from flinks_reconnect.usecases.replay import Replay

LARGEST_BODY: Final = 64 * 1024
DEEPEST: Final = 32
_LIMIT: Final = re.compile(r"[1-9][0-9]?|100")
_NOTHING: Final = "null"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class Request:
    """One API Gateway proxy event."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Look at the event; header names are compared without case."""
        self._event = event
        self._headers = _headers(event)

    @property
    def named_refresh(self) -> RefreshId | None:
        """Return the refresh that the path names, if it names one."""
        named = self._named
        return RefreshId(named) if is_refresh_id(named) else None

    @property
    def refresh_id(self) -> RefreshId:
        """Return the refresh that the path names; raises a 404 problem."""
        named = self.named_refresh
        if named is None:
            raise ProblemError(NOT_FOUND)
        return named

    @property
    def named_connection(self) -> ConnectionId | None:
        """Return the connection that the path names, if it names one."""
        named = self._named
        return ConnectionId(named) if is_connection_id(named) else None

    @property
    def connection_id(self) -> ConnectionId:
        """Return the connection that the path names; raises a 404 problem."""
        named = self.named_connection
        if named is None:
            raise ProblemError(CONNECTION_NOT_FOUND)
        return named

    @property
    def limit(self) -> int:
        """Return how many items are asked for: 1 to 100, else 20; raises a 422 problem."""
        asked = self.query("limit")
        if asked is None:
            return 20
        if not _LIMIT.fullmatch(asked):
            raise ProblemError(invalid(FieldError("limit", "must be a whole number, 1 to 100")))
        return int(asked)

    @property
    def before(self) -> RefreshId | None:
        """Return the refresh from which to go on, if one is named; raises a 422 problem."""
        asked = self.query("before")
        if asked is None:
            return None
        if not is_refresh_id(asked):
            raise ProblemError(invalid(FieldError("before", "must be the id of a refresh")))
        return RefreshId(asked)

    @property
    def stray_path(self) -> str:
        """Return the path below the stage, where no route of ours takes it."""
        path: str = (self._event.get("pathParameters") or {}).get("page") or ""
        return path

    @property
    def language(self) -> Language:
        """Return the language of the browser."""
        return language_of(", ".join(self._headers.get("accept-language", [])))

    @property
    def _named(self) -> str:
        named: str = (self._event.get("pathParameters") or {}).get("id") or ""
        return named

    def query(self, name: str) -> str | None:
        """Return a query parameter; one that comes twice is a 422 problem, others are ignored."""
        several = self._event.get("multiValueQueryStringParameters")
        one: Mapping[str, str] = self._event.get("queryStringParameters") or {}
        found: Mapping[str, list[str]] = several or {each: [one[each]] for each in one}
        values = found.get(name, [])
        if len(values) > 1:
            raise ProblemError(invalid(FieldError(name, "must come once")))
        return values[0] if values else None

    @property
    def route(self) -> str:
        """Return the method and the path, as the template writes it."""
        return f"{self._event.get('httpMethod')} {self._event.get('resource')}"

    @property
    def is_of_page(self) -> bool:
        """Whether a page in a browser calls this route, rather than the integrator's server."""
        return str(self._event.get("resource")).startswith("/reconnect")

    @property
    def origin(self) -> str | None:
        """Return the origin of the page that calls, if a browser names one; several match none."""
        given = self._headers.get("origin", [])
        return ", ".join(given) if given else None

    @property
    def bearer(self) -> str:
        """Return the bearer token, or nothing where there is not exactly one."""
        given = self._headers.get("authorization", [])
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def base_url(self) -> str | None:
        """Return our own public base URL as API Gateway knows it, never from a Host header."""
        context = self._event.get("requestContext") or {}
        domain, stage = context.get("domainName"), context.get("stage")
        return f"https://{domain}/{stage}" if domain and stage else None

    @property
    def _identity(self) -> Mapping[str, Any]:
        return (self._event.get("requestContext") or {}).get("identity") or {}

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object; raises a 4xx problem."""
        self._check_content_type()
        raw = self._event.get("body") or ""
        if len(raw.encode()) > LARGEST_BODY:
            _refuse(413, "body_too_large", "The body is larger than 64 kB.")
        if self._event.get("isBase64Encoded"):
            _refuse(400, "invalid_json", "The body is not JSON in UTF-8.")
        if raw.count("[") + raw.count("{") > DEEPEST and _depth(raw) > DEEPEST:
            _refuse(400, "invalid_json", "The body is nested too deeply.")
        try:
            body = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            _refuse(400, "invalid_json", "The body is not a JSON object with unique keys.")
        if not isinstance(body, dict):
            _refuse(400, "invalid_json", "The body is not a JSON object.")
        return body

    def empty(self) -> None:
        """Refuse a body where none belongs; one that says nothing counts as none."""
        raw = self._event.get("body") or ""
        if len(raw) > LARGEST_BODY or _meaning(raw) != _NOTHING:
            _refuse(400, "body_not_allowed", "This call takes no body.")

    def replay(self, route: str) -> Replay | None:
        """Return what the Idempotency-Key stands for, if there is one; raises a 400 problem.

        Bodies are compared by what they mean, since a client that sends again may write the same
        JSON in another way.
        """
        keys = self._headers.get("idempotency-key", [])
        if not keys:
            return None
        if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
            _refuse(
                400,
                "invalid_idempotency_key",
                "Idempotency-Key is one header of 1 to 255 printable ASCII characters.",
            )
        caller = scope_of(self._identity)
        body = _meaning(self._event.get("body") or "")
        return Replay(key=_hash(caller, route, keys[0]), body=_hash(body))

    def _check_content_type(self) -> None:
        given = self._headers.get("content-type", [])
        kind = given[0].split(";")[0].strip().lower() if len(given) == 1 else ""
        if kind != "application/json":
            _refuse(415, "unsupported_media_type", "The body must be application/json.")


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    several = event.get("multiValueHeaders")
    if several:
        return {name.lower(): list(values) for name, values in several.items()}
    return {name.lower(): [value] for name, value in (event.get("headers") or {}).items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key came twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _meaning(raw: str) -> str:
    """Return the body in one spelling of all those that mean the same; what is no JSON as it is."""
    if not raw.strip():
        return _NOTHING
    try:
        body = json.loads(raw, object_pairs_hook=_unique, parse_float=_number)
    except (ValueError, RecursionError):
        return raw
    return _NOTHING if body in ({}, []) else json.dumps(body, sort_keys=True)


def _number(literal: str) -> float:
    """Read 1.0 as what it is, 1."""
    value = float(literal)
    return int(value) if value.is_integer() else value


def _depth(text: str) -> int:
    """Return an upper bound of the nesting; brackets in texts count too, which is fine."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _refuse(status: int, code: str, title: str) -> NoReturn:
    raise ProblemError(Problem(status=status, code=code, title=title))
