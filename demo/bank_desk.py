"""What a person can do with their bank connections: each act is one call of our API."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flinks_reconnect_client import (
    AsyncReconnectClient,
    IframeUrl,
    Link,
    Mode,
    NotFoundError,
    ProblemError,
)

from demo.arrivals import arrived
from demo.connections import BankConnection, Connections


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDesk:
    """The connections of one person, and the API that refreshes them.

    In a real app this is where the session decides: every method acts for the person who is
    signed in to the app, on connections that belong to that person and to nobody else.
    """

    connections: Connections
    api: AsyncReconnectClient

    async def look(self) -> list[BankConnection]:
        """Return all connections, with what became of those that were being refreshed."""
        await asyncio.gather(
            *(self.follow(each) for each in self.connections if each.is_refreshing),
            return_exceptions=True,  # the list is there even where the API is not
        )
        return list(self.connections)

    async def refresh(self, connection: BankConnection, mode: Mode) -> None:
        """Ask for fresh data; while a refresh is open, this finds that one again."""
        asked = _asked(connection, mode)
        connection.take(
            await self.api.start_refresh(**asked, user_present=True, reason="user_requested")
        )

    async def send_link(self, connection: BankConnection, mode: Mode) -> Link:
        """Get a link for the person who is away; a refresh that is open already gets it.

        A real app does this in the back office or at night, and gives the link to its mailer.
        Nothing of it stays here: who needs it once more gets a new one.
        """
        refresh = connection.refresh
        if refresh is None or not connection.is_refreshing:
            refresh = await self.api.start_refresh(**_asked(connection, mode), reason="stale")
            connection.take(refresh)
        link = await _known(connection, self.api.link(refresh.id, channel="email"))
        with suppress(ProblemError):  # the link is there, even where its refresh cannot be read now
            await self.follow(connection)
        return link

    async def start_again(self, connection: BankConnection) -> None:
        """Ask the bank once more, within the refresh that is open."""
        if connection.refresh is not None:
            attempt = self.api.start_attempt(connection.refresh.id)
            connection.take(await _known(connection, attempt))

    async def follow(self, connection: BankConnection) -> None:
        """Learn how the refresh stands now."""
        if connection.refresh is not None:
            connection.take(await _known(connection, self.api.read_refresh(connection.refresh.id)))

    async def cancel(self, connection: BankConnection) -> None:
        """Give the refresh up."""
        if connection.refresh is not None:
            connection.take(await _known(connection, self.api.cancel(connection.refresh.id)))

    async def connect_url(self, connection: BankConnection) -> IframeUrl | None:
        """Return where the person answers the bank, or None if nothing is being refreshed."""
        if connection.refresh is None:
            return None
        return await self.api.iframe_url(connection.refresh.id)

    async def accounts(self, connection: BankConnection) -> dict[str, Any] | None:
        """Return what the page shows of the data that arrived, or None if none did."""
        refresh = connection.refresh
        if connection.arrived is None and refresh and refresh.status == "completed":
            connection.arrived = arrived(connection, await self.api.accounts(refresh.id))
        return connection.arrived


def _asked(connection: BankConnection, mode: Mode) -> dict[str, Any]:
    """Say whose data is asked for, and how the person is to come back from the bank."""
    return {
        "login_id": connection.login_id,
        "selected_accounts": [each.id for each in connection.chosen],
        "mode": mode,
        "reference": connection.reference,
        "institution_id": connection.institution_id,
        "language": connection.language,
    }


async def _known[T](connection: BankConnection, asked: Awaitable[T]) -> T:
    """Return the answer; forget a refresh that the API does not know any more."""
    try:
        return await asked
    except NotFoundError:
        connection.refresh = None
        raise
