"""Watches every stored row and says what must never be: the invariants, by name.

S6 data belong to the login of the connection; S7 a refresh's data are written once; S8 an end and
its event are one write; S9 ends absorb (but for the late success) and versions rise; S14 delivered
accounts were chosen; S17 work is bounded; S19 attempts never go back. S1, S2, S3 and S23 are seen
from Flinks' side (`SimulatedFlinks.faults`), S4 and S5 where a URL is issued and a callback taken.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.domain.warnings import next_warning_at

from tests.fakes.service import Service

END_OF = {
    EventType.REFRESH_COMPLETED: Status.COMPLETED,
    EventType.REFRESH_FAILED: Status.FAILED,
    EventType.REFRESH_EXPIRED: Status.EXPIRED,
    EventType.REFRESH_CANCELLED: Status.CANCELLED,
}
MOST_POLLS = 200


@dataclass
class Witness:
    """Call `check` after every act; it asserts."""

    service: Service
    chosen: dict[LoginId, Selection] = field(default_factory=dict)
    refreshes: dict[RefreshId, Refresh] = field(default_factory=dict)
    _read: int = 0
    _stored: int = 0
    _versions: dict[ConnectionId, int] = field(default_factory=dict)
    _closed: dict[ConnectionId, Connection] = field(default_factory=dict)
    _ends: defaultdict[RefreshId, set[tuple[int, EventType]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def check(self) -> None:
        """Judge whatever was written since the last time."""
        rows = self.service.store.written[self._read :]
        self._read += len(rows)
        for row in rows:
            self._judge_version(row)
            self._judge_wake(row)
            self._judge_refresh(row)
            self._judge_closed(row)
        self._judge_history()
        self._judge_accounts()
        self._judge_work()
        faults = self.service.flinks.faults
        assert not faults, "; ".join(faults)

    def check_at_rest(self) -> None:
        """Judge a service in which nothing is due any more (L1, L2)."""
        self.check()
        for row in self.service.store.live.values():
            assert row.refresh is None or not row.refresh.is_open, "L1: a refresh never ended"
            assert row.outbox == (), "L2: an event was never published"
            warned_at = next_warning_at(row, self.service.clocks)
            # A wake-up is a lower bound: fresh data may have moved the warning since.
            in_time = row.wake_at is not None and warned_at is not None and row.wake_at <= warned_at
            assert in_time or row.wake_at == warned_at, (
                "a row that waits for nothing is looked at for ever"
            )
        for refresh in self.refreshes.values():
            self._judge_told(refresh)

    def _judge_version(self, row: Connection) -> None:
        assert row.version > self._versions.get(row.id, 0), "S9: a version did not rise"
        self._versions[row.id] = row.version

    def _judge_closed(self, row: Connection) -> None:
        """What is closed is forgotten, and nothing but a registration brings it back."""
        known = self._closed.get(row.id)
        if known is not None and row.login_id and row.reopened_at != known.reopened_at:
            assert row.reopened_at is not None, "a closed connection was opened by nobody"
            anew = known.reopened(row.login_id, row.reopened_at)
            told = replace(row, outbox=anew.outbox, wake_at=anew.wake_at, version=anew.version)
            assert told == anew, "a connection that is shared anew remembers"
            del self._closed[row.id]
        elif known is not None:
            only_told = replace(row, outbox=known.outbox, wake_at=known.wake_at)
            assert replace(only_told, version=known.version) == known, "a closed connection moved"
            assert len(row.outbox) <= len(known.outbox), "a closed connection has news"
        elif row.closed_at is not None:
            self._closed[row.id] = row
            assert row.login_id is None, "a closed connection knows its login"
            assert row.refresh is None or not row.refresh.is_open, "L1: closed, and open"

    def _judge_wake(self, row: Connection) -> None:
        clocks = self.service.clocks
        if row.outbox:
            assert row.wake_at is not None, "L2: nobody would look after these events"
        if row.refresh is not None and row.refresh.is_open:
            assert row.wake_at is not None, "L1: nobody would look after this refresh"
            latest = max(row.refresh.due_at, self.service.now) + clocks.first_wake
            assert row.wake_at <= latest, "L1: looked at too late"

    def _judge_refresh(self, row: Connection) -> None:
        refresh = row.refresh
        if refresh is None:
            return
        before = self.refreshes.get(refresh.id)
        self.refreshes[refresh.id] = refresh
        self._judge_end(row, refresh, before)
        if before is None:
            return
        if before.snapshot is not None:
            assert refresh.snapshot == before.snapshot, "S7: a refresh's data were written twice"
        assert refresh.attempts >= before.attempts, "S19: an attempt went back"
        if before.status in {Status.COMPLETED, Status.FAILED, Status.CANCELLED}:
            assert refresh == before, "S9: an end does not change"
        if before.status is Status.EXPIRED and refresh.status is not Status.EXPIRED:
            assert (refresh.status, refresh.late) == (Status.COMPLETED, True), "S9: expired"

    def _judge_end(self, row: Connection, refresh: Refresh, before: Refresh | None) -> None:
        """S8: with the write that ends a refresh, and only then, its event is in the outbox."""
        told = {
            (event.version, event.type)
            for event in row.outbox
            if event.refresh_id == refresh.id and event.type in END_OF
        }
        fresh = told - self._ends[refresh.id]
        self._ends[refresh.id] |= told
        is_end = not refresh.is_open and (before is None or before.status is not refresh.status)
        expected = [refresh.status] if is_end else []
        assert [END_OF[kind] for _, kind in fresh] == expected, "S8: an end and its event differ"

    def _judge_told(self, refresh: Refresh) -> None:
        ids = [
            event_id
            for event_id, events in self.service.bus.told.items()
            if event_id.startswith(refresh.id) and events[0].type in END_OF
        ]
        assert len(ids) == (2 if refresh.late else 1), "R3: an end was not told exactly once"

    def _judge_history(self) -> None:
        for row in self.service.store.live.values():
            if row.refresh is not None and not row.refresh.is_open:
                stored = self.service.store.history.get((row.id, row.refresh.id))
                assert stored is not None, "S8: an end without its history"
                assert stored.status is row.refresh.status, "S8: history differs"

    def _judge_accounts(self) -> None:
        stored = self.service.snapshots.put_accounts
        for refresh_id, accounts in stored[self._stored :]:
            login_id = self.service.login_of(refresh_id)
            if login_id is not None:
                ids = {account["Id"] for account in accounts}
                assert ids <= self._may_leave(login_id), "S14/S6: an account that was not chosen"
        self._stored = len(stored)

    def _may_leave(self, login_id: LoginId) -> set[str]:
        ours = {str(account) for account in self.service.all_account_ids(login_id)}
        chosen = self.chosen.get(login_id, Selection())
        return ours if chosen.everything else ours & {str(account) for account in chosen.ids}

    def _judge_work(self) -> None:
        flinks = self.service.flinks
        for row in self.service.store.live.values():
            most = self.service.clocks.attempts_per_day
            assert row.lease.used <= most, "S17: too many bank logins in a day"
        polls = Counter(flinks.polled)
        assert all(count <= MOST_POLLS for count in polls.values()), "S17: polled without end"
