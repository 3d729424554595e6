"""`python -m bench.nightly_list`: what a nightly list of 10^3 to 10^6 entries takes.

The real client over a transport that makes the list while it is read, cut and marked by the real
use cases over rows in memory. What is shown is the law of growth: processor time for an entry, and
the most memory at one time, must not grow with the list.
"""

import json
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import httpx
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.flinks.client import FlinksClient
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.usecases.check_nightly import SLICE, MarkSlice

from tests.fakes.service import Service

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
MARKED: Final = 20
"""So many parts are really marked; the others are alike."""


@dataclass(frozen=True, slots=True)
class WebhookOutcome:
    """What one list took."""

    cut_us: float
    """Microseconds of processor time for an entry, to read and cut the list."""
    mark_us: float
    """And to mark it."""
    peak: int
    """Bytes."""


class _List(httpx.SyncByteStream):
    def __init__(self, size: int) -> None:
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"HttpStatusCode": 200, "IneligibleCards": ['
        for number in range(self._size):
            card = {
                "LoginId": f"{number:08d}-0000-4000-8000-000000000001",
                "LastRefreshDate": "2026-11-01T05:00:00.1234567",
                "LastRefreshState": "AnsweringSecurityChallenge",
                "LastRefreshErrorCode": "QUESTION_NOT_FOUND",
            }
            yield (b"," if number else b"") + json.dumps(card).encode()
        yield b"]}"


def measure(size: int) -> WebhookOutcome:
    """Read, cut and mark a list of this many entries."""
    service = Service()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=_List(size)))
    flinks = FlinksClient(
        base_url="https://flinks.invalid",
        customer_id="0" * 36,
        credentials=lambda *, force=False: FlinksCredentials(secret_key="k", api_key="k"),  # noqa: S106 - no secret; it has one key
        clocks=Clocks(),
        clock=service.clock,
        open_transport=lambda: transport,
    )
    parts: list[str] = []
    service.slices.messages = parts
    keep = service.slices.hand_over

    def hand_over_some(failures: object) -> None:
        if len(parts) < MARKED:
            keep(failures)  # type: ignore[arg-type] # what it was given

    service.slices.hand_over = hand_over_some  # type: ignore[method-assign] # or memory would hold all
    check = replace(service.check_nightly, flinks=flinks)
    tracemalloc.start()
    check()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = time.process_time()
    check()
    cut = time.process_time() - began
    began = time.process_time()
    marked = sum(_mark(service.mark_slice, name) for name in service.slices.asked())
    mark = time.process_time() - began
    return WebhookOutcome(cut / size * 1e6, mark / max(marked, SLICE) * 1e6, peak)


def _mark(mark: MarkSlice, name: str) -> int:
    return mark(name).listed


def main(most: int = SIZES[-1]) -> None:
    """Print a row for each size up to the one that is named."""
    print("   entries   cut us/entry   mark us/entry   peak MB")
    for size in (each for each in SIZES if each <= most):
        taken = measure(size)
        print(
            f"{size:>10,} {taken.cut_us:>14.1f} {taken.mark_us:>15.1f} {taken.peak / 1e6:>9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:2]))
