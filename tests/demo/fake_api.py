"""A Reconnect API of the imagination: checks signatures, answers as it is told, remembers calls."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.stack import StackFacts
from docs.tools.examples import connection_example

LOGIN_ID = "5a4db0c0-0000-4000-8000-000000000001"
REQUEST_ID = "ffffffff-1111-4222-8333-444444444444"
LINK_EXPIRY = "2099-11-29T12:00:00.000Z"
MOST_LINKS = 5
FACTS = StackFacts(
    api_url="http://127.0.0.1:9990/api/v1",
    region="ca-central-1",
    access_key_id="AKIDEXAMPLE",
    secret_access_key="an-example-of-a-secret",  # noqa: S106 - signs for the fake alone
    connect_url="http://127.0.0.1:9991",
)
SNAPSHOT = {
    "refreshId": "rf_1",
    "missingAccounts": 0,
    "vanishedAccounts": 0,
    "accounts": [
        {
            "Id": "f154183f-c772-569e-9021-d3bfb067aa57",
            "Title": "Chequing CAD",
            "Currency": "CAD",
            "Category": "Operations",
            "Balance": {"Current": 2480.15, "Available": 2480.15},
            "Holder": {"Name": "Ada Tremblay"},
            "Transactions": [
                {
                    "Id": f"t{n}",
                    "Date": day,
                    "Description": f"SHOP {n}",
                    "Debit": 10.5,
                    "Credit": None,
                }
                for n, day in enumerate(
                    ["2099-01-02", "2099-01-01", "2001-01-03", "2001-01-02", "2001-01-01"]
                )
            ],
        }
    ],
}


def a_refresh(status: str = "starting", **more: Any) -> dict[str, Any]:
    """One refresh, as the API would tell it."""
    actions = {
        "invited": "start_again",
        "mfa_required": "open_iframe",
        "credentials_required": "open_iframe",
        "completed": "none",
        "cancelled": "none",
        "expired": "start_new_session",
        "failed": "contact_support",
    }
    return {
        "id": "rf_1",
        "connectionId": "cn_1",
        "reference": "one-question",
        "supportCode": "ABCD-EFGH",
        "status": status,
        "reason": "user_requested",
        "nextAction": actions.get(status, "wait"),
        "retryAt": None,
        "attempt": {"number": 1, "expiresAt": None},
        "link": None,
        "error": None,
        "late": False,
        "createdAt": "2026-11-22T12:00:00.000Z",
        "updatedAt": "2026-11-22T12:00:00.000Z",
        "expiresAt": "2099-11-22T12:30:00.000Z",
        "completedAt": "2026-11-22T12:01:00.000Z" if status == "completed" else None,
        **more,
    }


def an_invited(link: str | None = None, **more: Any) -> dict[str, Any]:
    """A refresh that waits for a person who is away; `link` is the state of theirs."""
    told = {"state": link, "channel": "email", "expiresAt": LINK_EXPIRY} if link else None
    action = "open_link" if link == "active" else "start_again"
    return a_refresh("invited", **{"nextAction": action, "attempt": None, "link": told} | more)


def secret(number: int) -> str:
    """What only the holder of this link may know."""
    return f"sealed.secret-of-link-{number}"


@dataclass
class FakeApi:
    """Hand `.app` to an ASGI transport."""

    refresh: dict[str, Any] = field(default_factory=a_refresh)
    problem: tuple[int, dict[str, Any] | str] | None = None
    links: int = 0
    link_problem: tuple[int, dict[str, Any]] | None = None
    connect_origin: str = FACTS.connect_origin
    api_origin: str = FACTS.api_origin
    snapshot: bytes = field(default_factory=lambda: json.dumps(SNAPSHOT).encode())
    calls: list[tuple[str, str, Any, dict[str, str]]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/{path:path}", self._answer, methods=["GET", "POST"]),
                Route("/bucket/snapshot", self._snapshot),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        path = request.path_params["path"]
        told = json.loads(body) if body else None
        self.calls.append((request.method, path, told, dict(request.headers)))
        if not is_signed(request, body):
            return JSONResponse({"code": "forbidden"}, 403)
        if self.problem is not None:
            status, answer = self.problem
            return Response(answer if isinstance(answer, str) else json.dumps(answer), status)
        if path.endswith("/link"):
            return self._link()
        if path == "refreshes" and told and not told["userPresent"]:
            self.refresh = an_invited()
        if path == "connections":
            return JSONResponse(connection_example(closed=False), 201)
        return JSONResponse(self._told(path))

    def _link(self) -> Response:
        if self.links == MOST_LINKS:
            self.link_problem = (429, {"code": "too_many_links"})
        if self.link_problem is not None:
            status, answer = self.link_problem
            return JSONResponse(answer, status)
        self.links += 1
        expiry = LINK_EXPIRY.replace("00.000Z", f"{self.links:02}.000Z")
        link = {"state": "active", "channel": "email", "expiresAt": expiry}
        self.refresh = an_invited("active") | {"link": link}
        url = f"{self.api_origin}/api/v1/reconnect#{secret(self.links)}"
        return JSONResponse({"url": url, "channel": "email", "expiresAt": expiry}, 201)

    def _told(self, path: str) -> dict[str, Any]:
        if path.endswith("/iframe-url"):
            return {
                "url": f"{self.connect_origin}/?requestId={REQUEST_ID}&authorizeToken=t",
                "origin": self.connect_origin,
                "expiresAt": "2099-11-22T12:07:00.000Z",
                "requestIdExpiresAt": "2099-11-22T12:08:00.000Z",
                "authorizeTokenExpiresAt": "2099-11-22T12:13:00.000Z",
            }
        if path.endswith("/accounts"):
            digest = hashlib.sha256(json.dumps(SNAPSHOT).encode()).hexdigest()
            return {
                "snapshot": {
                    "url": f"{self.api_origin}/bucket/snapshot",
                    "expiresAt": "2099-11-22T12:01:00.000Z",
                    "bytes": len(json.dumps(SNAPSHOT)),
                    "sha256": digest,
                    "accounts": 1,
                    "missingAccounts": 0,
                    "vanishedAccounts": 0,
                }
            }
        if path.endswith("/cancel"):
            self.refresh = a_refresh("cancelled")
        return self.refresh

    async def _snapshot(self, request: Request) -> Response:
        assert "authorization" not in request.headers  # a presigned address has its own proof
        return Response(self.snapshot, media_type="application/json")


def is_signed(request: Request, body: bytes) -> bool:
    """Sign again what arrived, with the secret that only the two sides know."""
    given = request.headers.get("authorization", "")
    if "SignedHeaders=" not in given:
        return False
    names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: request.headers[name] for name in names}
    url = f"http://{request.headers['host']}{request.url.path}"
    again = AWSRequest(request.method, url, headers=headers, data=body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    credentials = Credentials(FACTS.access_key_id, FACTS.secret_access_key)
    auth = SigV4Auth(credentials, "execute-api", FACTS.region)
    text = auth.string_to_sign(again, auth.canonical_request(again))
    return given.endswith(f"Signature={auth.signature(text, again)}")
