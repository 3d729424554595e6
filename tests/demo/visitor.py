"""A browser without a window: calls the demo's server in this process."""

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

ORIGIN = "http://127.0.0.1:8803"


class Visitor:
    def __init__(self, app: Starlette, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=ORIGIN, headers={"Origin": ORIGIN}
        )

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._http.get(path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._http.post(path, **more))
