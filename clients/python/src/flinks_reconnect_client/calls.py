"""Every route of the API as a value: what is sent, and how its answer is read."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, cast
from urllib.parse import quote, urlencode

import httpx

from flinks_reconnect_client.errors import error_of, made_here
from flinks_reconnect_client.models import (
    Accounts,
    AccountsOptions,
    Channel,
    Connection,
    FoundConnections,
    IframeUrl,
    ImportReport,
    Link,
    Mode,
    NewConnection,
    Problem,
    Reason,
    Receipt,
    Refresh,
    Snapshot,
    Timeline,
)
from flinks_reconnect_client.wire import UnreadableError, camel, read, sent, written

Answer = TypeVar("Answer")
Language = Literal["en", "fr"]
SelectedAccounts = Literal["all"] | Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Call(Generic[Answer]):
    """One call, not sent yet."""

    method: str
    path: str
    read: Callable[[Any], Answer] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    """Whether sending it twice does no more than sending it once."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """`POST /refreshes`. The arguments of `start_refresh`."""

    login_id: str | None
    request_id: str | None
    last_activity_at: datetime | None
    reason: Reason | None
    user_present: bool
    reference: str | None
    language: Language | None
    institution_id: str | None
    selected_accounts: SelectedAccounts | None
    return_url: str | None
    embed_origin: str | None
    mode: Mode | None
    accounts_options: AccountsOptions | None


def start_refresh(asked: Start, key: str | None) -> Call[Refresh]:
    """Return the call that starts, or finds, a refresh."""
    return _post("/refreshes", Refresh, written(asked), key=key or new_key())


def start_attempt(refresh_id: str, key: str | None) -> Call[Refresh]:
    """Return the call that starts the next attempt."""
    return _post(f"{_refresh(refresh_id)}/attempts", Refresh, key=key or new_key())


def read_refresh(refresh_id: str) -> Call[Refresh]:
    """Return the call that reads a refresh."""
    return _get(_refresh(refresh_id), Refresh)


def cancel_refresh(refresh_id: str) -> Call[Refresh]:
    """Return the call that gives a refresh up."""
    return _post(f"{_refresh(refresh_id)}/cancel", Refresh)


def issue_link(refresh_id: str, channel: Channel, seconds: int | None) -> Call[Link]:
    """Return the call that makes a link."""
    body = sent({"channel": channel, "expires_in_seconds": seconds})
    return _post(f"{_refresh(refresh_id)}/link", Link, body, repeatable=False)


def issue_iframe_url(refresh_id: str) -> Call[IframeUrl]:
    """Return the call that mints an address of Flinks Connect."""
    return _post(f"{_refresh(refresh_id)}/iframe-url", IframeUrl, repeatable=False)


def read_snapshot(refresh_id: str) -> Call[Snapshot]:
    """Return the call that tells where the fresh accounts can be read."""
    return Call(
        method="GET",
        path=f"{_refresh(refresh_id)}/accounts",
        read=lambda told: read(Accounts, told).snapshot,
    )


def register_connection(known: NewConnection) -> Call[Connection]:
    """Return the call that states what is known of a stored login."""
    return _post("/connections", Connection, written(known))


def import_connections(known: Sequence[NewConnection], dry_run: bool) -> Call[ImportReport]:
    """Return the call that states it of up to a hundred."""
    body = {"dryRun": dry_run, "connections": [written(each) for each in known]}
    return _post("/connections/import", ImportReport, body)


def read_connection(connection_id: str) -> Call[Connection]:
    """Return the call that reads a connection."""
    return _get(_connection(connection_id), Connection)


def find_connections(sought: Mapping[str, object]) -> Call[FoundConnections]:
    """Return the call that finds connections; what is None is not asked for."""
    return _get(f"/connections{_query(sought)}", FoundConnections)


def erase_reference(reference: str) -> Call[Receipt]:
    """Return the call that erases all of one person."""
    return Call(
        method="DELETE",
        path=f"/connections{_query({'reference': reference})}",
        read=lambda told: read(Receipt, told),
    )


def stop_sharing(connection_id: str) -> Call[Connection]:
    """Return the call that deletes the login at Flinks and forgets it here."""
    return Call(
        method="DELETE",
        path=_connection(connection_id),
        read=lambda told: read(Connection, told),
    )


def read_timeline(connection_id: str, limit: int | None, before: str | None) -> Call[Timeline]:
    """Return the call that reads how the refreshes of a connection went."""
    query = _query({"limit": limit, "before": before})
    return _get(f"{_connection(connection_id)}/timeline{query}", Timeline)


def new_key() -> str:
    """Return an Idempotency-Key that nothing else has."""
    return str(uuid.uuid4())


def answered(call: Call[Answer], answer: httpx.Response) -> Answer:
    """Return what the API answered; raises a ProblemError."""
    told = _json(answer)
    if answer.is_success:
        try:
            return call.read(told)
        except UnreadableError as error:
            problem = made_here("unreadable_answer", f"The answer cannot be read: {error}.")
            raise error_of(problem) from error
    raise error_of(_problem(answer.status_code, told), _retry_after(answer))


def checked(snapshot: Snapshot, fetched: httpx.Response) -> dict[str, Any]:
    """Return the accounts, if they are the bytes that were promised; raises a ProblemError."""
    told = _json(fetched)
    digest = hashlib.sha256(fetched.content).hexdigest()
    if not fetched.is_success or digest != snapshot.sha256 or not isinstance(told, dict):
        raise error_of(made_here("snapshot_unreadable", "The accounts cannot be read now."))
    return told


def unreachable(error: Exception) -> Problem:
    """Return the problem of a call that nobody answered; the error's text could hold an address."""
    title = f"The API cannot be reached ({type(error).__name__})."
    return made_here("api_unreachable", title, waits=True)


def _refresh(refresh_id: str) -> str:
    return f"/refreshes/{quote(refresh_id, safe='')}"


def _connection(connection_id: str) -> str:
    return f"/connections/{quote(connection_id, safe='')}"


def _query(asked: Mapping[str, object]) -> str:
    given = {camel(name): each for name, each in asked.items() if each is not None}
    # A space as %20, as SigV4 writes it; a plus would be signed as another text.
    return f"?{urlencode(given, quote_via=quote, safe='')}" if given else ""


def _get(path: str, kind: type[Answer]) -> Call[Answer]:
    return Call(method="GET", path=path, read=lambda told: read(kind, told))


def _post(
    path: str,
    kind: type[Answer],
    body: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    repeatable: bool = True,
) -> Call[Answer]:
    headers = {"Idempotency-Key": key} if key else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return Call(
        method="POST",
        path=path,
        read=lambda told: read(kind, told),
        body=b"" if body is None else json.dumps(body).encode(),
        headers=headers,
        repeatable=repeatable,
    )


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _problem(status: int, told: object) -> Problem:
    """Read a problem; what is none gets a code that says so."""
    status = status if status >= 400 else 502
    least = {"type": "about:blank", "title": "", "owner": "operator", "nextAction": "none"}
    try:
        return read(Problem, {**least, **dict(cast("Any", told)), "status": status})
    except (TypeError, ValueError):
        title = "The API gave an answer that is no problem+json."
        return made_here("unreadable_answer", title, status=status)


def _retry_after(answer: httpx.Response) -> float | None:
    """Read the header Retry-After in seconds; the API sends no dates."""
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else None
