"""A small client of Reconnect for Flinks. Copy it: it needs httpx and botocore, nothing else.

Your server calls this, never your page: the calls are signed with an AWS key, and a LoginId
must not reach a browser. Give the key's user or role the policy that the stack exports.

    api = ReconnectApi(httpx.AsyncClient(), base_url=..., region=..., credentials=...)
    refresh = await api.start_refresh(login_id=..., selected_accounts=[...], key=str(uuid4()))
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypedDict, cast

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

type Mode = Literal["embedded", "redirect"]
type Channel = Literal["email", "sms", "in_app"]
type Reason = Literal["nightly_failed", "mfa_answers_changed", "stale", "policy"]

SERVICE: Final = "execute-api"


class Attempt(TypedDict):
    """One visit at the bank; `expiresAt` is set while the bank waits for an answer."""

    number: int
    expiresAt: str | None


class Trouble(TypedDict):
    """What went wrong, and who must act: user, bank, flinks or operator."""

    code: str
    owner: str
    message: str


class LinkState(TypedDict):
    """How the last link stands: active, expired, used or closed. Its address is told only once."""

    expiresAt: str
    channel: Channel
    state: str


class Refresh(TypedDict):
    """A refresh as the API tells it; times are RFC 3339 in UTC. There is more than is used here."""

    id: str
    reference: str | None
    status: str
    nextAction: str
    retryAt: str | None
    attempt: Attempt | None
    link: LinkState | None
    error: Trouble | None
    expiresAt: str
    completedAt: str | None


class ConnectUrl(TypedDict):
    """Where the person answers the bank. Show it once, in an iframe; never keep or log it."""

    url: str
    origin: str
    expiresAt: str
    requestIdExpiresAt: str | None


class Link(TypedDict):
    """A way back for a person who is away. Hand it to your mailer; never keep or log it."""

    url: str
    channel: Channel
    expiresAt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error answer of the API (application/problem+json), or of the network before it."""

    status: int
    code: str
    title: str = ""
    owner: str = "operator"
    next_action: str = "none"
    retry_at: str | None = None


class ProblemError(Exception):
    """The API refused, and says by a stable code who must act and what comes next."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem."""
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectApi:
    """The API of one deployed stack. Every method raises ProblemError."""

    http: httpx.AsyncClient
    base_url: str
    region: str
    credentials: Credentials = field(repr=False)
    host: str | None = None
    """The Host header, where it is not the one of the base URL."""

    async def start_refresh(
        self,
        *,
        login_id: str,
        selected_accounts: Sequence[str] | Literal["all"],
        key: str,
        mode: Mode = "embedded",
        **more: object,
    ) -> Refresh:
        """Ask for fresh data because the person is here and pressed a button.

        The same refresh comes back while one is open. `key` is new for every press, and the
        same when that press is sent again. `more`: reference, institutionId, language, ...
        """
        body = {
            "loginId": login_id,
            "selectedAccounts": selected_accounts,
            "mode": mode,
            "reason": "user_requested",
            "userPresent": True,
            **more,
        }
        answer = await self._call("POST", "/refreshes", body, {"Idempotency-Key": key})
        return cast("Refresh", answer)

    async def invite(
        self,
        *,
        login_id: str,
        selected_accounts: Sequence[str] | Literal["all"],
        key: str,
        reason: Reason = "stale",
        **more: object,
    ) -> Refresh:
        """Ask for fresh data of a person who is away: no bank is called until they act.

        A job of yours calls this, where a connection broke; `link` comes next. The same refresh
        comes back while one is open, whatever it is doing. `key` and `more` as at the start.
        """
        body = {
            "loginId": login_id,
            "selectedAccounts": selected_accounts,
            "reason": reason,
            "userPresent": False,
            **more,
        }
        answer = await self._call("POST", "/refreshes", body, {"Idempotency-Key": key})
        return cast("Refresh", answer)

    async def link(
        self, refresh_id: str, *, channel: Channel = "email", expires_in_seconds: int | None = None
    ) -> Link:
        """Return a link to send to the person; opening it starts nothing, their click there does.

        The link before it opens nothing any more. A refresh has five at most (too_many_links).
        Without `expires_in_seconds` it is good for as long as the channel allows.
        """
        body: dict[str, object] = {"channel": channel}
        if expires_in_seconds is not None:
            body["expiresInSeconds"] = expires_in_seconds
        return cast("Link", await self._call("POST", f"/refreshes/{refresh_id}/link", body))

    async def start_attempt(self, refresh_id: str, *, key: str) -> Refresh:
        """Start again within an open refresh: the person pressed the button."""
        path = f"/refreshes/{refresh_id}/attempts"
        return cast("Refresh", await self._call("POST", path, None, {"Idempotency-Key": key}))

    async def read(self, refresh_id: str) -> Refresh:
        """Return the refresh as it stands now."""
        return cast("Refresh", await self._call("GET", f"/refreshes/{refresh_id}"))

    async def cancel(self, refresh_id: str) -> Refresh:
        """Give the refresh up; a healthy connection stays healthy."""
        return cast("Refresh", await self._call("POST", f"/refreshes/{refresh_id}/cancel"))

    async def connect_url(self, refresh_id: str) -> ConnectUrl:
        """Return a new address for the iframe; each one can be opened once."""
        answer = await self._call("POST", f"/refreshes/{refresh_id}/iframe-url")
        return cast("ConnectUrl", answer)

    async def accounts(self, refresh_id: str) -> dict[str, Any]:
        """Return the fresh accounts, exactly as they were stored for this refresh."""
        answer = await self._call("GET", f"/refreshes/{refresh_id}/accounts")
        snapshot = answer["snapshot"]
        fetched = await self._send(self.http.build_request("GET", snapshot["url"]))
        digest = hashlib.sha256(fetched.content).hexdigest()
        if not fetched.is_success or digest != snapshot["sha256"]:
            raise ProblemError(Problem(status=502, code="snapshot_unreadable"))
        return cast("dict[str, Any]", fetched.json())

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        answer = await self._send(self._signed(method, path, body, headers or {}))
        told = _object(answer)
        if answer.is_success and told is not None:
            return told
        raise ProblemError(_problem(answer.status_code, told or {}))

    def _signed(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> httpx.Request:
        """Sign with SigV4 exactly the bytes and headers that are sent."""
        content = b"" if body is None else json.dumps(body).encode()
        own = {"Accept": "application/json", **headers}
        if body is not None:
            own["Content-Type"] = "application/json"
        if self.host is not None:
            own["Host"] = self.host
        url = self.base_url + path
        request = AWSRequest(method, url, headers=own, data=content)
        SigV4Auth(self.credentials, SERVICE, self.region).add_auth(request)
        return self.http.build_request(method, url, content=content, headers=dict(request.headers))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self.http.send(request)
        except httpx.TransportError as error:
            problem = Problem(status=502, code="api_unreachable", next_action="wait")
            raise ProblemError(problem) from error


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        told = answer.json()
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _problem(status: int, told: Mapping[str, Any]) -> Problem:
    """Read a problem; what is no problem+json at all gets a code that says so."""
    return Problem(
        status=status if status >= 400 else 502,
        code=told.get("code", "unreadable_answer"),
        title=told.get("title", ""),
        owner=told.get("owner", "operator"),
        next_action=told.get("nextAction", "none"),
        retry_at=told.get("retryAt"),
    )
