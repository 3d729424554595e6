"""An integrator's hands on a sandbox in this process: API calls, control calls, the widget."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp

from sandbox.app import api_app, connect_app
from sandbox.logins import PASSWORD
from sandbox.world import World

GREATDAY = "5a4db0c0-0000-4000-8000-000000000001"
NOMFA = "5a4db0c0-0000-4000-8000-000000000002"
ANSWERS = {
    "What city were you born in?": ["Montreal"],
    "What is the best country on earth?": ["Canada"],
    "What shape do people like most?": ["Triangle"],
}


def seeded(number: int) -> str:
    """Return the loginId of a seeded login."""
    return f"5a4db0c0-0000-4000-8000-{number:012d}"


@dataclass
class Flinks:
    """What an integrator and a test do with a sandbox."""

    world: World
    customer: str = ""

    def __post_init__(self) -> None:
        self.customer = self.world.settings.customer_id
        self._api: ASGIApp = api_app(self.world)
        self._connect: ASGIApp = connect_app(self.world)

    def serve_api_with(self, app: ASGIApp) -> None:
        """Put something before the API origin."""
        self._api = app

    def request(
        self, method: str, path: str, *, connect: bool = False, **options: Any
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._connect if connect else self._api)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def call(self, method: str, endpoint: str, **options: Any) -> httpx.Response:
        path = f"/v3/{self.customer}/BankingServices/{endpoint}"
        headers = {"x-api-key": self.world.settings.api_key} | options.pop("headers", {})
        return self.request(method, path, headers=headers, **options)

    def token(self) -> str:
        key = {"flinks-auth-key": self.world.settings.secret_key}
        body = self.call("POST", "GenerateAuthorizeToken", headers=key).json()
        answer: str = body.get("Token") or body["token"]
        return answer

    def authorize(self, endpoint: str = "Authorize", **body: Any) -> httpx.Response:
        return self.call("POST", endpoint, headers={"flinks-auth-key": self.token()}, json=body)

    def live(self, login_id: str = GREATDAY, **body: Any) -> httpx.Response:
        return self.authorize(LoginId=login_id, MostRecentCached=False, Save=True, **body)

    def cached(self, login_id: str = GREATDAY) -> httpx.Response:
        return self.authorize(LoginId=login_id, MostRecentCached=True)

    def detail(self, request_id: str, **body: Any) -> httpx.Response:
        return self.call("POST", "GetAccountsDetail", json={"RequestId": request_id, **body})

    def poll(self, request_id: str, what: str = "AccountsDetail") -> httpx.Response:
        return self.call("GET", f"Get{what}Async/{request_id}")

    def data(self, request_id: str, **body: Any) -> dict[str, Any]:
        answer = self.detail(request_id, **body)
        while answer.status_code == 202:
            answer = self.poll(request_id)
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    def control(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self.request(method, f"/_sandbox{path}", json=body or None)
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock", advanceSeconds=seconds)

    def widget(self, institution: str | None = None, **query: str) -> "Widget":
        body = {"institution": institution, "query": query}
        answer = self.request("POST", "/_widget/visits", connect=True, json=body).json()
        return Widget(self, answer)


class Widget:
    """The browser's part of the widget: posts events, shows screens."""

    def __init__(self, flinks: Flinks, answer: dict[str, Any]) -> None:
        self.flinks, self.visit = flinks, answer["visit"]
        self.events: list[dict[str, Any]] = []
        self._take(answer)

    def _take(self, answer: dict[str, Any]) -> None:
        self.screen: dict[str, Any] = answer["screen"]
        self.events += answer["events"]

    def act(self, step: str, **body: Any) -> "Widget":
        path = f"/_widget/visits/{self.visit}/{step}"
        answer = self.flinks.request("POST", path, connect=True, json=body)
        assert answer.status_code == 200, answer.text
        self._take(answer.json())
        return self

    def sign_in(self, username: str, password: str = PASSWORD) -> "Widget":
        return self.act("credentials", username=username, password=password)

    def answer(self, *answers: str) -> "Widget":
        prompts = [each["prompt"] for each in self.screen["challenges"]]
        return self.act("mfa", answers={prompts[0]: list(answers)})

    @property
    def steps(self) -> list[str]:
        return [each["step"] for each in self.events if "step" in each]

    @property
    def redirect(self) -> dict[str, Any]:
        return next(each for each in self.events if each.get("step") == "REDIRECT")
