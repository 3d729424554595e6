"""A Reconnect API of the imagination: checks each signature, answers as it is told, remembers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from flinks_reconnect.domain.refresh import Status

from docs.tools import examples

API_URL = "http://127.0.0.1:9990/api/v1"
REGION = "ca-central-1"
KEY = Credentials("AKIDEXAMPLE", "an-example-of-a-secret", "an-example-of-a-session")


def a_refresh(entered: Status = Status.STARTING, **more: Any) -> dict[str, Any]:
    """One refresh, as the OpenAPI document shows it."""
    return examples.refresh_example(entered) | more


def a_problem(code: str, status: int, **more: Any) -> httpx.Response:
    """One refusal."""
    told = {"type": "about:blank", "title": code, "status": status, "code": code}
    told |= {"owner": "operator", "nextAction": "none"}
    headers = more.pop("headers", {})
    return httpx.Response(status, json=told | more, headers=headers)


@dataclass
class FakeApi:
    """Answers by turns; the last answer again and again."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    calls: list[httpx.Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def then(self, *answers: httpx.Response | Exception | dict[str, Any]) -> None:
        """Answer these from now on."""
        self.answers = [
            httpx.Response(200, json=each) if isinstance(each, dict) else each for each in answers
        ]

    @property
    def paths(self) -> list[str]:
        return [f"{each.method} {each.url.raw_path.decode()[7:]}" for each in self.calls]

    @property
    def body(self) -> Any:
        return json.loads(self.calls[-1].content)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def sleep_async(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        if not request.url.path.startswith("/bucket") and not is_signed(request):
            return a_problem("forbidden", 403)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def is_signed(request: httpx.Request) -> bool:
    """Sign again what arrived, with the secret that only the two sides know."""
    given = request.headers.get("authorization", "")
    names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: request.headers[name] for name in names if name}
    again = AWSRequest(request.method, str(request.url), headers=headers, data=request.content)
    again.context["timestamp"] = request.headers.get("x-amz-date", "")
    auth = SigV4Auth(KEY, "execute-api", REGION)
    text = auth.string_to_sign(again, auth.canonical_request(again))
    expected: str = auth.signature(text, again)
    return bool(given.endswith(f"Signature={expected}"))


@contextmanager
def served(api: FakeApi) -> Iterator[str]:
    """Let it answer over HTTP; gives the address of the API."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            url = f"http://{self.headers['host']}{self.path}"
            content = self.rfile.read(length)
            given = httpx.Request(self.command, url, headers=self.headers.items(), content=content)
            answer = api.transport.handle_request(given)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_DELETE = do_GET  # noqa: N815 - the names that the standard library calls

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
