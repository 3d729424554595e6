"""One plain HTTP request, and its answer."""

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

REQUEST_SECONDS = 120
PATIENCE_SECONDS = float(os.environ.get("RECONNECT_PATIENCE", "40"))
PAUSE_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that it holds."""
        parsed = json.loads(self.content)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type", "") == "application/problem+json"


def fetch(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Make one request; redirects are not followed."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=REQUEST_SECONDS)
    target = address.path + (f"?{address.query}" if address.query else "")
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(status=answer.status, headers=told, content=answer.read())
    finally:
        connection.close()


def eventually[T](look: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(PAUSE_SECONDS)
    return seen
