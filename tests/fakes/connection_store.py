"""The connection store in memory: the port's promises, with optimistic locking for real.

Rows are immutable values in dictionaries, so a half-written transaction cannot exist: every write
checks all of its conditions first, then applies. What has expired counts as absent on every read,
as in the table, whose garbage collector may be days late.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health
from flinks_reconnect.domain.ids import (
    ConnectionId,
    RefreshId,
    RequestId,
    moment_of,
    partition_of,
    support_code,
)
from flinks_reconnect.domain.refresh import TERMINAL, Attempt, Refresh, Status
from flinks_reconnect.domain.wake_up import wake_up_once_told
from flinks_reconnect.usecases.errors import KeyReusedError, StaleWriteError
from flinks_reconnect.usecases.ports import Clock, Due, FoundRefresh, Known
from flinks_reconnect.usecases.replay import Replay

from tests.fakes.faults import throttled

INDEX_LAG = timedelta(seconds=1)
"""A global secondary index follows the table within a fraction of a second, mostly."""
IDEMPOTENCY_LIFE = timedelta(hours=24)
ATTEMPT_LIFE = timedelta(hours=24)
HISTORY_LIFE = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """RequestId -> refresh, for a while."""

    refresh_id: RefreshId
    idle_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRow:
    """Idempotency-Key -> refresh, for a day."""

    body: str
    refresh_id: RefreshId
    dies_at: datetime


@dataclass
class MemoryConnectionStore:
    """Implements `ConnectionStore`; `written` is every live row that was ever stored."""

    clock: Clock
    clocks: Clocks = field(default_factory=Clocks)
    shards: int = 4
    live: dict[ConnectionId, Connection] = field(default_factory=dict)
    moved: dict[ConnectionId, ConnectionId] = field(default_factory=dict)
    settings: dict[ConnectionId, ConnectionSettings] = field(default_factory=dict)
    history: dict[tuple[ConnectionId, RefreshId], Refresh] = field(default_factory=dict)
    attempts: dict[str, AttemptRow] = field(default_factory=dict)
    replays: dict[str, ReplayRow] = field(default_factory=dict)
    written: list[Connection] = field(default_factory=list)
    lag: timedelta = INDEX_LAG
    throttled: set[int] = field(default_factory=set)
    """Shards of the index that take no more requests for now."""
    off: dict[ConnectionId, int] = field(default_factory=dict)
    shown: dict[ConnectionId, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    """Since when the index would show which wake-up, did it not lag."""

    def load(self, connection_id: ConnectionId) -> Known | None:
        home = self.moved.get(connection_id, connection_id)
        connection, settings = self.live.get(home), self.settings.get(home)
        if connection is None or settings is None:
            return None
        return Known(connection=connection, settings=settings)

    def find(self, refresh_id: RefreshId) -> FoundRefresh | None:
        known = self.load(partition_of(refresh_id))
        if known is None:
            return None
        current = known.connection.refresh
        if current is not None and current.id == refresh_id:
            return FoundRefresh(
                refresh=current,
                settings=known.settings,
                connection=known.connection,
                closed=known.connection.has_forgotten(current),
            )
        settled = self.history.get((known.settings.id, refresh_id))
        if settled is None:
            return None
        return FoundRefresh(
            refresh=settled,
            settings=known.settings,
            connection=None,
            closed=known.connection.has_forgotten(settled),
        )

    def locate(self, request_id: RequestId) -> RefreshId | None:
        row = self.attempts.get(request_id.lower())
        alive = row is not None and self.clock() < row.idle_at + ATTEMPT_LIFE
        return row.refresh_id if row is not None and alive else None

    def replayed(self, replay: Replay) -> RefreshId | None:
        row = self._replay(replay.key)
        if row is None:
            return None
        if row.body != replay.body:
            raise KeyReusedError
        return row.refresh_id

    def remember(self, replay: Replay, refresh_id: RefreshId) -> None:
        if self.replayed(replay) is None:
            self._keep(replay, refresh_id)

    def begin(self, known: Known, before: Known | None, replay: Replay | None) -> None:
        self._check(known.connection.id, before.connection if before else None)
        if before is None and known.settings.id in self.settings:
            raise StaleWriteError
        if before is not None and known.settings != before.settings:
            self._check_settings(before.settings)
        if replay is not None and self._replay(replay.key) is not None:
            raise StaleWriteError
        self._write(known.connection, before.connection if before else None)
        if before is None or known.settings != before.settings:
            self.settings[known.settings.id] = known.settings
        if replay is not None and known.connection.refresh is not None:
            self._keep(replay, known.connection.refresh.id)

    def save(self, after: Connection, before: Connection) -> None:
        self._write_attempt(after, before)
        self._check(after.id, before)
        settled = self._settled(after.id, after.refresh, before.refresh)
        self._write(after, before)
        self.history.update(settled)
        if after.closed_at is not None and before.closed_at is None:
            erased = ConnectionSettings(id=after.id, reference=self.settings[after.id].reference)
            self.settings[after.id] = replace(erased, version=self.settings[after.id].version)

    def move(
        self, before: Connection, moved: Connection, home: Known | None, arrived: Connection
    ) -> None:
        self._check(before.id, before)
        self._check(arrived.id, home.connection if home else None)
        settled = self._settled(arrived.id, moved.refresh, None)
        brings = home is None or home.settings.selection is None
        if home is not None and brings:
            self._check_settings(home.settings)
        self._wake(replace(before, wake_at=None))
        del self.live[before.id]
        self.moved[before.id] = arrived.id
        self.written.append(moved)
        self._write(arrived, home.connection if home else None)
        self.history.update(settled)
        if brings:
            brought = replace(self.settings[before.id], id=arrived.id)
            self.settings[arrived.id] = home.settings.completed_by(brought) if home else brought

    def configure(self, after: ConnectionSettings, before: ConnectionSettings) -> None:
        row, connection = self.settings.get(after.id), self.live.get(after.id)
        if row is None or connection is None or connection.closed_at is not None:
            raise StaleWriteError
        names = [each.name for each in fields(after)]
        changed = {each for each in names if getattr(after, each) != getattr(before, each)}
        values: dict[str, Any] = {each: getattr(after, each) for each in changed}
        self.settings[after.id] = replace(row, **values, version=row.version + 1)

    def settled(
        self, connection_id: ConnectionId, upto: RefreshId | None, limit: int
    ) -> tuple[Refresh, ...]:
        rows = [
            row
            for (home, _), row in self.history.items()
            if home == connection_id and self.clock() < row.updated_at + HISTORY_LIFE
        ]
        older = [row for row in rows if upto is None or moment_of(row.id) <= moment_of(upto)]
        newest_first = sorted(older, key=lambda row: moment_of(row.id), reverse=True)
        return tuple(newest_first[:limit])

    def learn_institution(self, settings: ConnectionSettings, institution_id: str) -> None:
        stored, row = self.settings[settings.id], self.live[settings.id]
        if stored.institution_id is None and row.closed_at is None:
            self.settings[settings.id] = replace(stored, institution_id=institution_id)

    def due(self, shard: int, now: datetime, limit: int, after: Due | None = None) -> Iterable[Due]:
        if shard in self.throttled:
            raise throttled("Query")
        shown = sorted(
            (wake_at, connection_id)
            for connection_id, wake_at in self._index().items()
            if wake_at <= now and self._shard(connection_id) == shard
        )
        behind = (after.wake_at, after.connection_id) if after else None
        rows = [each for each in shown if behind is None or each > behind]
        return [Due(connection_id, wake_at) for wake_at, connection_id in rows[:limit]]

    def with_code(
        self, code: str, limit: int, after: ConnectionId | None = None
    ) -> Sequence[ConnectionId]:
        of_code = (
            each.id
            for each in self.settings.values()
            if support_code(each.id, each.reference) == code
        )
        return [each for each in sorted(of_code) if after is None or each > after][:limit]

    def broken(self, limit: int, after: ConnectionId | None = None) -> Sequence[ConnectionId]:
        broken = (
            each.id for each in self.live.values() if each.health is Health.RECONNECT_REQUIRED
        )
        return [each for each in sorted(broken) if after is None or each > after][:limit]

    def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
        row = self.live.get(connection_id)
        if row is None or row.wake_at is None:
            return 0
        expires_at = row.refresh.expires_at if row.refresh else until
        if self.clock() < expires_at:
            until = min(until, expires_at)
        self._wake(replace(row, wake_at=until))
        self.off[connection_id] = self.off.get(connection_id, 0) + 1
        return self.off[connection_id]

    def published(self, connection: Connection) -> None:
        row = self.live.get(connection.id)
        if row is None or row.version != connection.version:
            return
        told = replace(row, outbox=())
        self._wake(replace(told, wake_at=wake_up_once_told(told, self.clock(), self.clocks)))

    def _wake(self, row: Connection) -> None:
        """Store a row; the index shows its wake-up a moment later, and the old one until then."""
        old = self.live.get(row.id)
        if old is None or old.wake_at != row.wake_at:
            shown = self.shown.setdefault(row.id, [])
            shown.append((self.clock(), row.wake_at))
        self.live[row.id] = row

    def _index(self) -> dict[ConnectionId, datetime]:
        """What the index shows now: each row's wake-up as it was `lag` ago."""
        seen = self.clock() - self.lag
        index = {}
        for connection_id, wakes in self.shown.items():
            known = [wake_at for since, wake_at in wakes if since <= seen]
            if known and known[-1] is not None:
                index[connection_id] = known[-1]
        return index

    def _check(self, connection_id: ConnectionId, before: Connection | None) -> None:
        """The version is the guard: the row is the one that was read, or there is none."""
        row = self.live.get(connection_id)
        if before is None:
            if row is not None or connection_id in self.moved:
                raise StaleWriteError
        elif row is None or row.version != before.version:
            raise StaleWriteError

    def _check_settings(self, before: ConnectionSettings) -> None:
        if self.settings[before.id].version != before.version:
            raise StaleWriteError

    def _write(self, after: Connection, before: Connection | None) -> None:
        self._wake(after)
        self.off.pop(after.id, None)
        self._write_attempt(after, before)
        self.written.append(after)

    def _write_attempt(self, after: Connection, before: Connection | None) -> None:
        """A session at the bank's question has the row by which its RequestId is found again."""
        asks, refresh = after.at_question, after.refresh
        if asks is None or (before is not None and asks == before.at_question):
            return
        if refresh is not None and refresh.attempt is not None:
            refresh_id, request_id = asks
            self.attempts[request_id.lower()] = AttemptRow(
                refresh_id=refresh_id, idle_at=self._idle_at(refresh.attempt)
            )

    def _idle_at(self, attempt: Attempt) -> datetime:
        return (attempt.activity_at or attempt.since) + self.clocks.request_id_idle

    def _settled(
        self, home: ConnectionId, after: Refresh | None, before: Refresh | None
    ) -> dict[tuple[ConnectionId, RefreshId], Refresh]:
        """An end is written once, with its step; only a late success rewrites `expired`."""
        if after is None or after.status not in TERMINAL:
            return {}
        if before is not None and before.status is after.status:
            return {}
        stored = self.history.get((home, after.id))
        expected = Status.EXPIRED if before and before.status is Status.EXPIRED else None
        if (stored.status if stored else None) is not expected:
            raise StaleWriteError
        return {(home, after.id): after}

    def _replay(self, key: str) -> ReplayRow | None:
        row = self.replays.get(key)
        return row if row is not None and self.clock() < row.dies_at else None

    def _keep(self, replay: Replay, refresh_id: RefreshId) -> None:
        self.replays[replay.key] = ReplayRow(
            body=replay.body, refresh_id=refresh_id, dies_at=self.clock() + IDEMPOTENCY_LIFE
        )

    def _shard(self, connection_id: ConnectionId) -> int:
        return zlib.crc32(connection_id.encode()) % self.shards
