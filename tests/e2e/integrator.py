"""The integrator's server: it calls the deployed API, signed with SigV4, over real HTTP."""

import hashlib
import json
import time
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.e2e.sandbox_control import Login
from tests.e2e.traces import Traces
from tests.e2e.wire import PATIENCE_SECONDS, PAUSE_SECONDS, Answer, eventually, fetch

ROUTES: Final = [
    ("POST", "/refreshes"),
    ("POST", "/refreshes/none/iframe-url"),
    ("GET", "/refreshes/none"),
    ("GET", "/connections/none"),
    ("GET", "/callback/none"),
    ("GET", "/reconnect"),
]
TERMINAL: Final = {"completed", "failed", "expired", "cancelled"}


class Integrator:
    """A caller with the stack's callers' policy, and nothing else."""

    def __init__(self, facts: Mapping[str, Any], traces: Traces) -> None:
        self.base_url: str = facts["apiUrl"]
        self._region: str = facts["region"]
        self._key = Credentials(
            facts["accessKeyId"], facts["secretAccessKey"], facts.get("sessionToken")
        )
        self._traces = traces

    @property
    def origin(self) -> str:
        """The origin of our own pages, such as the callback's."""
        address = urlsplit(self.base_url)
        return f"{address.scheme}://{address.netloc}"

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """Sign a call and send it; an underscore in a header's name stands for a dash."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.base_url}{path}"
        request = AWSRequest(method, url, data=data, headers=_typed(named))
        SigV4Auth(self._key, "execute-api", self._region).add_auth(request)
        answer = fetch(method, url, data or None, dict(request.headers.items()))
        if answer.status >= 400:
            self._traces.say(answer.text)
        return answer

    def warm_up(self) -> None:
        """Let each function of the API start once, so that no story's clock runs meanwhile."""
        for method, path in ROUTES:
            self.call(method, path)

    def start(self, login: Login, **more: object) -> Answer:
        """Ask for fresh data of a login, its person being here; `more` overrides and adds."""
        body: dict[str, object] = {
            "loginId": login.login_id,
            "userPresent": True,
            "selectedAccounts": login.selected,
            "reference": login.reference,
            "mode": "embedded",
        }
        merged = {name: value for name, value in (body | more).items() if value is not None}
        return self.call("POST", "/refreshes", merged)

    def begin(self, login: Login, *until: str, **more: object) -> str:
        """Start a refresh, wait for a status, return the refresh's id."""
        started = self.start(login, **more)
        assert started.status == 202, started.text
        refresh_id: str = started.body["id"]
        self.wait(refresh_id, *until)
        return refresh_id

    def read(self, refresh_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/refreshes/{refresh_id}")
        assert answer.status == 200, answer.text
        return answer.body

    def cancel(self, refresh_id: str) -> Answer:
        return self.call("POST", f"/refreshes/{refresh_id}/cancel")

    def next_attempt(self, refresh_id: str) -> Answer:
        return self.call("POST", f"/refreshes/{refresh_id}/attempts")

    def iframe_url(self, refresh_id: str) -> Answer:
        return self.call("POST", f"/refreshes/{refresh_id}/iframe-url")

    def connect_url(self, refresh_id: str) -> str:
        """Get an address of Flinks Connect; its token is a secret."""
        issued = self.iframe_url(refresh_id)
        assert issued.status == 200, issued.text
        url: str = issued.body["url"]
        self._traces.plant(*parse_qs(urlsplit(url).query)["authorizeToken"])
        return url

    def until_no_url(self, refresh_id: str) -> Answer:
        """Ask for addresses until there are none to have."""

        def refused() -> Answer | None:
            answer = self.iframe_url(refresh_id)
            return answer if answer.status != 200 else None

        return eventually(refused, "a refusal")

    def until_late(self, refresh_id: str) -> dict[str, Any]:
        """Wait until an expired refresh was completed after all."""

        def completed() -> dict[str, Any] | None:
            seen = self.read(refresh_id)
            return seen if seen["status"] == "completed" else None

        return eventually(completed, "a late completion")

    def wait(
        self, refresh_id: str, *statuses: str, seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Read the refresh until it has one of these statuses."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self.read(refresh_id)
            if seen["status"] in statuses:
                return seen
            stuck = seen["status"] in TERMINAL or time.monotonic() > deadline
            assert not stuck, f"expected {statuses}, but it is {seen}"
            time.sleep(PAUSE_SECONDS)

    def accounts(self, refresh_id: str) -> dict[str, Any]:
        """Read the accounts of a completed refresh, and check what was said of them."""
        link = self.call("GET", f"/refreshes/{refresh_id}/accounts")
        assert link.status == 200, link.text
        snapshot = link.body["snapshot"]
        fetched = fetch("GET", snapshot["url"])
        assert fetched.status == 200
        content = fetched.content
        if fetched.headers.get("content-encoding") == "gzip":
            content = zlib.decompress(content, wbits=31)
        assert hashlib.sha256(content).hexdigest() == snapshot["sha256"]
        assert len(content) == snapshot["bytes"]
        document: dict[str, Any] = json.loads(content)
        self._traces.plant(*_personal(document))
        return document | {"missingAccounts": snapshot["missingAccounts"]}


def callback_of(connect_url: str) -> str:
    """Return the address of ours that Flinks Connect was told to go to in the end."""
    return parse_qs(urlsplit(connect_url).query)["redirectUrl"][0]


def instant(text: str) -> datetime:
    """Read a time of the API."""
    return datetime.fromisoformat(text)


def _typed(headers: dict[str, str]) -> dict[str, str]:
    given = {name.lower() for name in headers}
    return headers if "content-type" in given else {"content-type": "application/json"} | headers


def _personal(document: dict[str, Any]) -> set[str]:
    """Collect what only this person's accounts hold; a word or two could be anybody's."""
    texts: set[str] = set()
    for account in document["accounts"]:
        texts |= {str(account.get(name) or "") for name in ("Id", "AccountNumber")}
        movements = account.get("Transactions") or []
        described = {str(each.get("Description") or "") for each in movements}
        texts |= {each for each in described if len(each) > 12}
        texts |= {str(each.get("Id") or "") for each in movements}
    return texts
