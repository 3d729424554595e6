"""Read a refresh, cancel it, or hand out its accounts. Deadlines count on every read."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.accounts import Snapshot
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.signals import Cancelled, Due
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import (
    NoAccountsError,
    NotCancellableError,
    RefreshSettledError,
)
from flinks_reconnect.usecases.ports import FoundRefresh, SnapshotStore

LINK_LIFE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsLink:
    """A short-lived address of the filtered accounts."""

    url: str
    expires_at: datetime
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRefresh:
    """What the integrator sees."""

    advance: Advance

    def __call__(self, refresh_id: RefreshId) -> FoundRefresh:
        """Return the refresh as the clock makes it now; raises RefreshNotFoundError."""
        return self.advance.read(refresh_id)

    def cancel(self, refresh_id: RefreshId) -> FoundRefresh:
        """Give it up; twice is once. Raises NotCancellableError, RefreshNotFoundError."""
        with suppress(RefreshSettledError):
            self.advance.refresh(refresh_id, Due(), Cancelled())
        found = self(refresh_id)
        if found.refresh.status is not Status.CANCELLED:
            raise NotCancellableError
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAccounts:
    """Hand out the accounts of a completed refresh, while they are kept."""

    advance: Advance
    snapshots: SnapshotStore

    def __call__(self, refresh_id: RefreshId) -> AccountsLink:
        """Raises NoAccountsError and RefreshNotFoundError."""
        found = self.advance.read(refresh_id)
        if found.closed:
            raise NoAccountsError(gone=True)
        refresh, now = found.refresh, self.advance.clock()
        snapshot = refresh.snapshot
        if snapshot is None:
            raise NoAccountsError(gone=not refresh.is_open)
        left = snapshot.expires_at - now
        if left <= timedelta(0):
            raise NoAccountsError(gone=True)
        life = min(left, LINK_LIFE)
        url = self.snapshots.link(refresh.id, snapshot.sha256, life)
        return AccountsLink(url=url, expires_at=now + life, snapshot=snapshot)
