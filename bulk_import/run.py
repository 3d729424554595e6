"""The run: read the file, send batches, write the report, which is also where to go on from."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any, Final, Protocol

BATCH: Final = 100
"""The most that POST /connections/import takes."""
TRIES: Final = 6
PAUSE: Final = 2.0
"""Seconds before the second try; each later one waits twice as long, or as the answer says."""
PASSING: Final = frozenset({429, 500, 502, 503, 504})
AGAIN: Final = "failed"
"""The one outcome that another run tries anew."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API; status 0 where none came."""

    status: int
    body: Mapping[str, Any]
    retry_after: float | None = None


class Api(Protocol):
    """Sends a signed call."""

    def __call__(self, body: Mapping[str, Any]) -> Reply:
        """POST /connections/import."""


class RefusedError(Exception):
    """The API does not take this call, whatever is in it: rights, address, or its health."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the file: an object as `POST /connections` takes it, or what is no object."""

    line: int
    value: Any


@dataclass
class BulkImport:
    """Each line ends in the report with its number and outcome, and never with its LoginId."""

    api: Api
    report: Path
    dry_run: bool = False
    progress: Callable[[Counter[str]], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, lines: Iterable[str]) -> Counter[str]:
        """Send what is not done yet, and count all outcomes.

        Raises RefusedError; another run goes on from there.
        """
        done = self._done()
        counts = Counter(done.values())
        waiting = (item for item in _items(lines) if done.get(item.line, AGAIN) == AGAIN)
        for some in batched(waiting, BATCH, strict=False):
            outcomes = self._send(some)
            self._write(outcomes)
            counts.subtract(done[each["line"]] for each in outcomes if each["line"] in done)
            counts.update(each["outcome"] for each in outcomes)
            self.progress(counts)
        return +counts

    def _done(self) -> dict[int, str]:
        """Return what the report says of each line; the last word counts, half a line does not."""
        if not self.report.is_file():
            return {}
        whole, newline, half = self.report.read_text().rpartition("\n")
        if half:  # the run before died while it wrote
            self.report.write_text(whole + newline)
        told = (json.loads(row) for row in whole.splitlines())
        return {each["line"]: each["outcome"] for each in told}

    def _send(self, some: Sequence[Item]) -> list[dict[str, Any]]:
        body = {"connections": [item.value for item in some], "dryRun": self.dry_run}
        pause = PAUSE
        for attempt in range(1, TRIES + 1):
            reply = self.api(body)
            if reply.status == 200:
                return _outcomes(some, reply.body["items"])
            if reply.status not in PASSING and reply.status != 0:
                raise RefusedError(f"HTTP {reply.status} {reply.body.get('code', '')}".strip())
            if attempt < TRIES:
                self.sleep(reply.retry_after or pause)
                pause *= 2
        raise RefusedError(f"no answer in {TRIES} tries, the last was HTTP {reply.status}")

    def _write(self, outcomes: Sequence[Mapping[str, Any]]) -> None:
        with self.report.open("a") as report:
            report.writelines(json.dumps(each) + "\n" for each in outcomes)


def _items(lines: Iterable[str]) -> Iterator[Item]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Item(number, json.loads(line))
            except ValueError:
                yield Item(number, None)


def _outcomes(some: Sequence[Item], told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the report's rows: why an item was refused is in its `fields`."""
    by_index = {each["index"]: each for each in told}
    rows = []
    for index, item in enumerate(some):
        each = by_index.get(index, {"outcome": AGAIN})
        kept = {name: each[name] for name in ("outcome", "id", "fields") if name in each}
        rows.append({"line": item.line, **kept})
    return rows
