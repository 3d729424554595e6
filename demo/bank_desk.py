"""What a person can do with their bank connections: each act is one call of our API."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from demo.arrivals import arrived
from demo.connections import BankConnection, Connections
from demo.reconnect_api import ConnectUrl, Mode, ProblemError, ReconnectApi, Refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDesk:
    """The connections of one person, and the API that refreshes them.

    In a real app this is where the session decides: every method acts for the person who is
    signed in to the app, on connections that belong to that person and to nobody else.
    """

    connections: Connections
    api: ReconnectApi

    async def look(self) -> list[BankConnection]:
        """Return all connections, with what became of those that were being refreshed."""
        await asyncio.gather(
            *(self.follow(each) for each in self.connections if each.is_refreshing),
            return_exceptions=True,  # the list is there even where the API is not
        )
        return list(self.connections)

    async def refresh(self, connection: BankConnection, mode: Mode) -> None:
        """Ask for fresh data; while a refresh is open, this finds that one again."""
        started = await self.api.start_refresh(
            login_id=connection.login_id,
            selected_accounts=[each.id for each in connection.chosen],
            key=str(uuid4()),
            mode=mode,
            reference=connection.reference,
            institutionId=connection.institution_id,
            language=connection.language,
        )
        connection.take(started)

    async def start_again(self, connection: BankConnection) -> None:
        """Ask the bank once more, within the refresh that is open."""
        if connection.refresh is not None:
            refresh_id = connection.refresh["id"]
            await self._take(connection, self.api.start_attempt(refresh_id, key=str(uuid4())))

    async def follow(self, connection: BankConnection) -> None:
        """Learn how the refresh stands now."""
        if connection.refresh is not None:
            await self._take(connection, self.api.read(connection.refresh["id"]))

    async def cancel(self, connection: BankConnection) -> None:
        """Give the refresh up."""
        if connection.refresh is not None:
            await self._take(connection, self.api.cancel(connection.refresh["id"]))

    async def connect_url(self, connection: BankConnection) -> ConnectUrl | None:
        """Return where the person answers the bank, or None if nothing is being refreshed."""
        if connection.refresh is None:
            return None
        return await self.api.connect_url(connection.refresh["id"])

    async def accounts(self, connection: BankConnection) -> dict[str, Any] | None:
        """Return what the page shows of the data that arrived, or None if none did."""
        refresh = connection.refresh
        if connection.arrived is None and refresh and refresh["status"] == "completed":
            connection.arrived = arrived(connection, await self.api.accounts(refresh["id"]))
        return connection.arrived

    async def _take(self, connection: BankConnection, asked: Awaitable[Refresh]) -> None:
        """Keep the answer; forget a refresh that the API does not know any more."""
        try:
            connection.take(await asked)
        except ProblemError as error:
            if error.problem.code == "not_found":
                connection.refresh = None
            raise
