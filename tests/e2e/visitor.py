"""The person's browser without a page: what anybody can send who holds a link."""

import json
from dataclasses import dataclass
from typing import Any

from tests.e2e.conftest import Scene
from tests.e2e.wire import Answer, fetch

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Calls the page's routes; nothing is signed."""

    scene: Scene
    origin: str | None = None

    def page(self) -> Answer:
        return fetch("GET", f"{self.scene.api.base_url}/reconnect")

    def open(self, link: str) -> Answer:
        """Open a visit with a link's address."""
        body = json.dumps({"link": link.partition("#")[2]}).encode()
        opened = self._call("POST", "", body, **JSON)
        if opened.status == 201:
            self.scene.traces.plant(opened.body["visit"].rpartition(".")[2])
        return opened

    def token(self, link: str) -> str:
        opened = self.open(link)
        assert opened.status == 201, opened.text
        token: str = opened.body["visit"]
        return token

    def current(self, token: str) -> dict[str, Any]:
        answer = self._call("GET", "/current", authorization=f"Bearer {token}")
        assert answer.status == 200, answer.text
        seen: dict[str, Any] = answer.body["refresh"]
        return seen

    def act(self, what: str, token: str) -> Answer:
        """`start`, or `iframe-url`."""
        return self._call("POST", f"/{what}", b"", authorization=f"Bearer {token}")

    def may(self, path: str) -> Answer:
        """Ask what a browser asks before a call of another origin's page."""
        asked = {"access-control-request-method": "POST"}
        return self._call("OPTIONS", path, None, **asked)

    def _call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = headers if self.origin is None else headers | {"origin": self.origin}
        url = f"{self.scene.api.base_url}/reconnect/visits{path}"
        answer = fetch(method, url, body, named)
        if answer.status >= 400:
            self.scene.traces.say(answer.text)
        return answer
