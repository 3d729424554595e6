"""`watch` and `timeline`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from flinks_reconnect_client.cli.where import NotFoundHereError
from flinks_reconnect_client.client import ReconnectClient
from flinks_reconnect_client.models import Cause, Connection, Refresh, TimelineItem
from flinks_reconnect_client.pace import ENDED, pause_before_look

MOMENT = "%Y-%m-%d %H:%M:%S"


def watch(
    client: ReconnectClient,
    refresh_id: str,
    console: Console,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Print each change of a refresh; return whether it ended with data."""
    shown = None
    for refresh in _looks(client, refresh_id, sleep):
        line = _line(refresh)
        if line != shown:
            console.print(f"{datetime.now(UTC):%H:%M:%S}  {line}", markup=False, highlight=False)
            shown = line
    return refresh.status == "completed"


def _looks(
    client: ReconnectClient, refresh_id: str, sleep: Callable[[float], None]
) -> Iterator[Refresh]:
    looks = 0
    while True:
        refresh = client.read_refresh(refresh_id)
        yield refresh
        if refresh.status in ENDED:
            return
        sleep(min(pause_before_look(refresh, looks, datetime.now(UTC)), 10.0))
        looks += 1


def _line(refresh: Refresh) -> str:
    parts = [f"{refresh.status:<20}", f"next: {refresh.next_action}"]
    if refresh.attempt:
        parts.append(f"attempt {refresh.attempt.number}")
    if refresh.retry_at:
        parts.append(f"not before {refresh.retry_at:{MOMENT}} UTC")
    if refresh.link:
        parts.append(f"link by {refresh.link.channel}: {refresh.link.state}")
    return "  ".join([*parts, _cause(refresh.error)]).rstrip()


def timeline(client: ReconnectClient, who: str, limit: int, console: Console) -> None:
    """Print a connection and its latest refreshes."""
    connection_id = _connection_id(client, who)
    connection = client.read_connection(connection_id)
    console.print(_head(connection), markup=False, highlight=False)
    table = Table("begun (UTC)", "refresh", "status", "reason", "attempts", "how it went", "error")
    for each in client.timeline(connection_id, limit=limit).items:
        table.add_row(
            f"{each.created_at:{MOMENT}}",
            each.id,
            each.status + (" (late)" if each.late else ""),
            each.reason,
            str(each.attempts),
            _trail(each),
            _cause(each.error),
        )
    console.print(table)


def _connection_id(client: ReconnectClient, who: str) -> str:
    if who.startswith("rf_"):
        return client.read_refresh(who).connection_id
    if who.startswith("cn_"):
        return who
    found = client.find_connections(reference=who).items
    if not found and _is_shaped_as_code(who):
        found = client.find_connections(support_code=who).items
    if len(found) == 1:
        return found[0].id
    ids = " ".join(each.id for each in found)
    raise NotFoundHereError(
        f"Several connections have this reference; give one of them: {ids}"
        if found
        else "No connection has this id, reference or support code."
    )


def _is_shaped_as_code(text: str) -> bool:
    """Whether a person may have read this out as a support code."""
    return re.fullmatch("[A-Za-z2-7]{4}-?[A-Za-z2-7]{4}", text) is not None


def _head(connection: Connection) -> str:
    as_of = f"{connection.data_as_of:{MOMENT}} UTC" if connection.data_as_of else "never"
    lines = [
        f"{connection.id}  reference: {connection.reference or '-'}  "
        f"support code: {connection.support_code}  "
        f"bank: {connection.institution_id or '-'}",
        f"health: {connection.health.status}  {_cause(connection.health.cause)}".rstrip(),
        f"data as of: {as_of}",
    ]
    lines += [f"ends {each.ends_at:{MOMENT}} UTC: {each.code}" for each in connection.warnings]
    return "\n".join(lines)


def _trail(item: TimelineItem) -> str:
    """Write each status with the seconds since the refresh was asked for."""
    steps = [
        f"{each.status} +{(each.at - item.created_at).total_seconds():.0f} s" for each in item.trail
    ]
    return "\n".join(steps)


def _cause(cause: Cause | None) -> str:
    return f"{cause.code} ({cause.owner})" if cause else ""
