"""`import`: connections of a CSV file. No value of the file is printed: a LoginId is a secret."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, cast

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from flinks_reconnect_client.client import ReconnectClient
from flinks_reconnect_client.models import ImportedItem, NewConnection
from flinks_reconnect_client.wire import written

COLUMNS = (
    "CSV with a heading: loginId and, if wanted, reference, institutionId, language (en, fr), "
    "selectedAccounts (ids with spaces between them, or all), unattended (true, false)."
)
MOST_ITEMS = 100
MOST_BYTES = 60_000
"""The API takes 64 kB."""
_KNOWN = (
    "loginId",
    "reference",
    "institutionId",
    "language",
    "selectedAccounts",
    "unattended",
)
_BAD = frozenset({"invalid", "closed", "failed"})


class UnreadableFileError(Exception):
    """The file is not such a CSV file; the message names the line, never a value."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the file."""

    line: int
    connection: NewConnection


def run(client: ReconnectClient, file: Path, dry_run: bool, console: Console) -> bool:
    """State them all; return whether each was taken. The same file may be sent again."""
    rows = read(file)
    counts: Counter[str] = Counter()
    table = Table("line", "outcome", "what is wrong")
    with Progress(console=console) as progress:
        task = progress.add_task("dry run" if dry_run else "import", total=len(rows))
        for part in parts(rows):
            report = client.import_connections([each.connection for each in part], dry_run=dry_run)
            for row, item in zip(part, report.items, strict=True):
                counts[item.outcome] += 1
                if item.outcome in _BAD:
                    table.add_row(str(row.line), item.outcome, _wrong(item))
            progress.advance(task, len(part))
    if table.row_count:
        console.print(table)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    console.print(f"{'Would be: ' if dry_run else ''}{told or 'nothing to import'}.")
    return not _BAD & set(counts)


def read(file: Path) -> list[Row]:
    """Return the connections of the file; raises UnreadableFileError."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        _check(reader.fieldnames or [])
        return [
            Row(line=reader.line_num, connection=_connection(each, reader.line_num))
            for each in reader
            if any(each.values())
        ]


def parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield as many at a time as one call of the API takes."""
    part: list[Row] = []
    size = 0
    for row in rows:
        own = len(json.dumps(written(row.connection)))
        if part and (len(part) == MOST_ITEMS or size + own > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += own + 2
    if part:
        yield part


def _check(headings: Iterable[str]) -> None:
    found = set(headings)
    if "loginId" not in found:
        raise UnreadableFileError(f"There is no column loginId. {COLUMNS}")
    for name in sorted(found - set(_KNOWN)):
        near = get_close_matches(name.replace("_", "").lower(), [each.lower() for each in _KNOWN])
        meant = [each for each in _KNOWN if each.lower() in near]
        hint = f"; did you mean {meant[0]}?" if meant else f". {COLUMNS}"
        raise UnreadableFileError(f"A column of the file is not known{hint}")


def _connection(cells: dict[str, str | None], line: int) -> NewConnection:
    if None in cells or None in cells.values():
        raise UnreadableFileError(f"Line {line} has another number of cells than the heading.")
    given = {name: (cell or "").strip() or None for name, cell in cells.items()}
    return NewConnection(
        login_id=given["loginId"] or "",
        reference=given.get("reference"),
        institution_id=given.get("institutionId"),
        language=cast("Literal['en', 'fr'] | None", given.get("language")),
        selected_accounts=_selected(given.get("selectedAccounts")),
        unattended=_truth(given.get("unattended"), line),
    )


def _selected(cell: str | None) -> Literal["all"] | list[str] | None:
    if cell is None or cell == "all":
        return cast("Literal['all'] | None", cell)
    return cell.replace(";", " ").split()


def _truth(cell: str | None, line: int) -> bool | None:
    known = {None: None, "true": True, "false": False}
    if (cell and cell.lower()) not in known:
        raise UnreadableFileError(f"Line {line}: unattended is true or false.")
    return known[cell and cell.lower()]


def _wrong(item: ImportedItem) -> str:
    if item.outcome == "closed":
        return "the person has stopped sharing it; POST /connections shares it anew"
    if item.outcome == "failed":
        return "not taken this time; send the file again"
    return "\n".join(f"{each.field} {each.message}" for each in item.errors or [])
