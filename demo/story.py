"""The demo's story: last night one connection broke, and an event told the app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from flinks_reconnect_client import AsyncReconnectClient, NewConnection, ProblemError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.answers import json_answer
from demo.backstage import LEVERS, Hear, LeverError
from demo.connections import BankConnection, Connections
from demo.happenings import Happenings

BROKEN: Final = "one-question"
"""The connection that the first night breaks."""
_HEALED: Final = frozenset({"connection.repaired", "refresh.completed"})


class Behind(Protocol):
    """Whoever hears the bus and pulls the sandbox's levers."""

    async def listen(self, hear: Hear) -> None:
        """Hear every event until the demo ends."""

    async def pull(self, lever: str, login_id: str) -> None:
        """Let something happen to this login; raises LeverError."""

    def close(self) -> None:
        """Leave nothing behind."""


@dataclass(slots=True, kw_only=True)
class Story:
    """What is told beside the connections; without anybody behind, only the calls are."""

    connections: Connections
    happenings: Happenings
    api: AsyncReconnectClient
    behind: Behind | None
    own_origin: str

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/happenings", self.happened),
            Route("/api/levers/{lever}/{reference}", self.pulled, methods=["POST"]),
        ]

    async def happened(self, _: Request) -> Response:
        """Tell what just happened, and which levers there are."""
        levers = LEVERS if self.behind else ()
        return json_answer({"happenings": self.happenings.view(), "levers": levers})

    async def pulled(self, request: Request) -> Response:
        """Let something happen to one connection."""
        lever = request.path_params["lever"]
        connection = self.connections.get(request.path_params["reference"])
        is_own = request.headers.get("origin") == self.own_origin
        if self.behind is None or lever not in LEVERS or not is_own:
            raise HTTPException(403)
        self.happenings.add("stage", lever, about=connection.reference)
        try:
            await self._pull(lever, connection)
        except (LeverError, ProblemError):
            raise HTTPException(502) from None
        return json_answer({"done": True})

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """Listen while the demo runs; the first night has just passed."""
        if self.behind is None:
            yield
            return
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.behind.listen(self.hear)),
                group.create_task(self._dawn()),
            ]
            try:
                yield
            finally:
                for each in tasks:
                    each.cancel()
                self.behind.close()

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event of the bus: what an app does with it is this."""
        reference = event.get("reference")
        self.happenings.add("event", event["type"], about=reference)
        for each in self.connections:
            if each.reference != reference:
                continue
            if event["type"] == "connection.reconnect_required":
                each.is_broken = True
            elif event["type"] in _HEALED:
                each.is_broken = False

    async def _dawn(self) -> None:
        with suppress(LeverError, ProblemError):
            await self._pull("night", self.connections.get(BROKEN))

    async def _pull(self, lever: str, connection: BankConnection) -> None:
        if lever == "night":  # a connection that nobody registered is told of without its reference
            known = NewConnection(login_id=connection.login_id, reference=connection.reference)
            await self.api.register_connection(known)
        if self.behind is not None:
            await self.behind.pull(lever, connection.login_id)
