"""What just happened: the app's calls and the events that it heard, for the page to show beside."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import httpx

from demo.connections import timestamp

MOST: Final = 40
_ID: Final = re.compile(r"(rf|cn)_[0-9a-z]+")

type Kind = Literal["call", "event", "stage"]


@dataclass(slots=True)
class Happenings:
    """The last things that happened, oldest first. Nothing of them is an id or a secret."""

    kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST))
    count: int = 0

    def add(self, kind: Kind, what: str, *, about: str | None = None, result: str = "") -> None:
        """Remember one; `about` is the app's own name of a connection."""
        self.count += 1
        told = {
            "number": self.count,
            "at": timestamp(datetime.now(UTC)),
            "kind": kind,
            "what": what,
        }
        self.kept.append(told | {"about": about, "result": result})

    async def answered(self, response: httpx.Response) -> None:
        """Remember a call of the API by its route; reads by the clock would drown the others."""
        request, path = response.request, response.request.url.path
        route = _ID.sub("{id}", path[max(path.find("/refreshes"), path.find("/connections")) :])
        if route.startswith(("/refreshes", "/connections")) and _tells(request.method, route):
            self.add("call", f"{request.method} {route}", result=str(response.status_code))

    def view(self) -> Iterable[dict[str, Any]]:
        """Return them for the page, the newest first."""
        return [*reversed(self.kept)]


def _tells(method: str, route: str) -> bool:
    return method != "GET" or route.endswith("/accounts")
