"""The client whose answers are awaited. `client.py` holds the same, without await."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

import httpx
from botocore.credentials import Credentials

from flinks_reconnect_client import calls
from flinks_reconnect_client.calls import Answer, Call, Language, SelectedAccounts, Start
from flinks_reconnect_client.errors import (
    ProblemError,
    RefreshEndedError,
    UnreachableError,
    WaitTimeoutError,
)
from flinks_reconnect_client.models import (
    AccountsOptions,
    Channel,
    Connection,
    FoundConnections,
    IframeUrl,
    ImportReport,
    Link,
    Mode,
    NewConnection,
    Reason,
    Receipt,
    Refresh,
    Snapshot,
    Status,
    Timeline,
)
from flinks_reconnect_client.pace import (
    ENDED,
    is_passing,
    is_reached,
    pause_before_look,
    pause_before_try,
)
from flinks_reconnect_client.signing import address, signer

SECONDS = 35.0
"""API Gateway gives up after 29."""


class AsyncReconnectClient:
    """The API of one deployed stack. Your server calls it, never a browser: a LoginId is a secret.

    Without arguments: RECONNECT_API_URL says where, AWS's standard chain says who. Every method
    raises ProblemError. What may safely be sent twice is, after a passing trouble: a few times,
    as soon as Retry-After says.
    """

    def __init__(
        self,
        api_url: str | None = None,
        *,
        region: str | None = None,
        credentials: Credentials | None = None,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Raise NotConfiguredError where address, region or credentials cannot be found."""
        self._api_url = address(api_url)
        self._signer = signer(self._api_url, region, credentials)
        self._http = http or httpx.AsyncClient(timeout=SECONDS)
        self._owns_http = http is None
        self._sleep = sleep

    async def start_refresh(
        self,
        *,
        login_id: str | None = None,
        request_id: str | None = None,
        last_activity_at: datetime | None = None,
        reason: Reason | None = None,
        user_present: bool = False,
        reference: str | None = None,
        language: Language | None = None,
        institution_id: str | None = None,
        selected_accounts: SelectedAccounts | None = None,
        return_url: str | None = None,
        embed_origin: str | None = None,
        mode: Mode | None = None,
        accounts_options: AccountsOptions | None = None,
        key: str | None = None,
    ) -> Refresh:
        """Ask for fresh data of a login; the refresh that is open already comes back as it is.

        `user_present`: the person is here and asked for it, so the bank is called at once. Without
        it no bank is called until the person acts. `request_id`: adopt a session that was
        interrupted. `key`: the Idempotency-Key, new for every press of a button.
        """
        asked = Start(
            login_id=login_id,
            request_id=request_id,
            last_activity_at=last_activity_at,
            reason=reason,
            user_present=user_present,
            reference=reference,
            language=language,
            institution_id=institution_id,
            selected_accounts=selected_accounts,
            return_url=return_url,
            embed_origin=embed_origin,
            mode=mode,
            accounts_options=accounts_options,
        )
        return await self._send(calls.start_refresh(asked, key))

    async def start_attempt(self, refresh_id: str, *, key: str | None = None) -> Refresh:
        """Start again within an open refresh, because the person pressed a button."""
        return await self._send(calls.start_attempt(refresh_id, key))

    async def read_refresh(self, refresh_id: str) -> Refresh:
        """Return the refresh as it stands now."""
        return await self._send(calls.read_refresh(refresh_id))

    async def cancel(self, refresh_id: str) -> Refresh:
        """Give the refresh up; a healthy connection stays healthy."""
        return await self._send(calls.cancel_refresh(refresh_id))

    async def link(
        self,
        refresh_id: str,
        *,
        channel: Channel = "email",
        expires_in_seconds: int | None = None,
    ) -> Link:
        """Return a link to the hosted page; the one before it opens nothing any more.

        Opening it starts nothing at the bank, the person's click there does. A refresh has five
        at most. `in_app`: send the person there now.
        """
        return await self._send(calls.issue_link(refresh_id, channel, expires_in_seconds))

    async def iframe_url(self, refresh_id: str) -> IframeUrl:
        """Return a new address for the iframe; each one can be opened once."""
        return await self._send(calls.issue_iframe_url(refresh_id))

    async def snapshot(self, refresh_id: str) -> Snapshot:
        """Return where the fresh accounts can be read during the next minute."""
        return await self._send(calls.read_snapshot(refresh_id))

    async def accounts(self, refresh_id: str) -> dict[str, Any]:
        """Return the fresh accounts, exactly as they were stored for this refresh."""
        snapshot = await self.snapshot(refresh_id)
        try:
            fetched = await self._http.get(snapshot.url)
        except httpx.TransportError as error:
            raise UnreachableError(calls.unreachable(error)) from error
        return calls.checked(snapshot, fetched)

    async def register_connection(self, connection: NewConnection) -> Connection:
        """State what is known of a stored login; only what is given changes."""
        return await self._send(calls.register_connection(connection))

    async def import_connections(
        self, connections: Sequence[NewConnection], *, dry_run: bool = False
    ) -> ImportReport:
        """State it of up to a hundred logins; each item has its own outcome."""
        return await self._send(calls.import_connections(connections, dry_run))

    async def read_connection(self, connection_id: str) -> Connection:
        """Return how a connection stands: its health, and what ends soon without fresh data."""
        return await self._send(calls.read_connection(connection_id))

    async def timeline(
        self, connection_id: str, *, limit: int | None = None, before: str | None = None
    ) -> Timeline:
        """Return how the refreshes of a connection went, the newest first."""
        return await self._send(calls.read_timeline(connection_id, limit, before))

    async def find_connections(
        self,
        *,
        reference: str | None = None,
        support_code: str | None = None,
        health: Literal["reconnect_required"] | None = None,
        institution_id: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> FoundConnections:
        """Find connections by your reference, by a support code, or those to be reconnected.

        All that is given must hold; one of the first three must be. `after`: the `next` of the
        page before.
        """
        sought = {
            "reference": reference,
            "support_code": support_code,
            "health": health,
            "institution_id": institution_id,
            "after": after,
            "limit": limit,
        }
        return await self._send(calls.find_connections(sought))

    async def erase_reference(self, reference: str) -> Receipt:
        """Stop sharing all connections of a reference; send it again until it is `complete`."""
        return await self._send(calls.erase_reference(reference))

    async def stop_sharing(self, connection_id: str) -> Connection:
        """Delete the login at Flinks, and forget it here: the person stops sharing."""
        return await self._send(calls.stop_sharing(connection_id))

    async def wait_until(
        self, refresh_id: str, *statuses: Status, timeout: float = 600.0
    ) -> Refresh:
        """Read the refresh, at the right pace, until it has one of these statuses.

        Without any: until it has ended, or somebody other than the service has to act. `timeout`
        in seconds. Raises RefreshEndedError if it ends otherwise, WaitTimeoutError.
        """
        deadline = time.monotonic() + timeout
        looks = 0
        while True:
            refresh = await self._patient(refresh_id, deadline)
            if is_reached(refresh, statuses):
                return refresh
            if refresh.status in ENDED:
                raise RefreshEndedError(refresh)
            left = deadline - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(refresh)
            pause = pause_before_look(refresh, looks, datetime.now(UTC))
            await self._sleep(min(pause, left))
            looks += 1

    async def close(self) -> None:
        """Close the connections, if the client opened them itself."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> AsyncReconnectClient:
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def _patient(self, refresh_id: str, deadline: float) -> Refresh:
        """Read the refresh; what passes by itself is waited out."""
        while True:
            try:
                return await self.read_refresh(refresh_id)
            except ProblemError as error:
                left = deadline - time.monotonic()
                if left <= 0 or not is_passing(error):
                    raise
                await self._sleep(min(error.retry_after or 2.0, left))

    async def _send(self, call: Call[Answer]) -> Answer:
        tries = 0
        while True:
            try:
                return calls.answered(call, await self._sent(call))
            except ProblemError as error:
                tries += 1
                pause = pause_before_try(error, tries) if call.repeatable else None
                if pause is None:
                    raise
                await self._sleep(pause)

    async def _sent(self, call: Call[Answer]) -> httpx.Response:
        url = self._api_url + call.path
        own = {"Accept": "application/json", **call.headers}
        # Credentials may have to be fetched, and botocore blocks meanwhile.
        headers = await asyncio.to_thread(self._signer.signed, call.method, url, own, call.body)
        try:
            return await self._http.request(call.method, url, content=call.body, headers=headers)
        except httpx.TransportError as error:
            raise UnreachableError(calls.unreachable(error)) from error
