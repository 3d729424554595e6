"""One signal meeting one connection: what the rules see, and the outcomes they can give."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flinks_reconnect.domain.calls import Call
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import OF_CONNECTION, Event, EventType
from flinks_reconnect.domain.proof import as_kept, is_newer
from flinks_reconnect.domain.refresh import (
    LONGEST_TRAIL,
    TERMINAL,
    TRAIL_LETTERS,
    Attempt,
    Refresh,
    Status,
)
from flinks_reconnect.domain.wake_up import wake_up_at
from flinks_reconnect.domain.warnings import rungs_reached, warnings

NO_DELAY = timedelta(0)


class Worker(StrEnum):
    """Who is asked to look at the refresh next."""

    AUTHORIZE = "authorize"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class Command:
    """Ask a worker to look at the refresh, at once or later. It decides by what it then sees."""

    worker: Worker
    delay: timedelta = NO_DELAY


@dataclass(frozen=True, slots=True)
class Step:
    """What a signal led to. Nothing is written if `changed` is false."""

    connection: Connection
    commands: tuple[Command, ...] = ()
    changed: bool = False
    settled: bool = False
    """The refresh ended with this step (or, late, was completed after all)."""
    call: Call | None = None
    """The call to Flinks that the worker which came has to make now."""


@dataclass(frozen=True, slots=True)
class Context:
    """A connection with a refresh, an instant, and the clocks. Rules turn it into a step."""

    connection: Connection
    now: datetime
    clocks: Clocks

    @property
    def refresh(self) -> Refresh:
        """Return the open or last refresh; rules of the table's `none` row never ask."""
        if self.connection.refresh is None:
            raise LookupError("this connection never had a refresh")
        return self.connection.refresh

    @property
    def attempt(self) -> Attempt:
        """Return the current attempt; rules that ask are reached only where there is one."""
        if self.refresh.attempt is None:
            raise LookupError("this refresh never had an attempt")
        return self.refresh.attempt

    def ignore(self, *commands: Command) -> Step:
        """Change nothing; a command may still be worth sending."""
        return Step(self.connection, commands)

    def where(self, **changes: Any) -> "Context":
        """Return this case with other facts about the connection."""
        return replace(self, connection=replace(self.connection, **changes))

    def with_refresh(self, **changes: Any) -> "Context":
        """Return this case with other facts about the refresh."""
        return self.where(refresh=replace(self.refresh, **changes))

    def with_attempt(self, **changes: Any) -> "Context":
        """Return this case with other facts about the attempt."""
        return self.with_refresh(attempt=replace(self.attempt, **changes))

    def live_until(self, instant: datetime, *, others: bool = False) -> "Context":
        """Record until when a Flinks session of this login may be alive, and whose it is."""
        return self.where(lease=replace(self.connection.lease, live_until=instant, others=others))

    def alive(self) -> "Context":
        """Record a sign of life of a session of ours; it never shortens the lease."""
        until = self.now + self.clocks.session
        known = self.connection.lease.live_until
        return self if known is not None and known >= until else self.live_until(until)

    @property
    def lease_ahead(self) -> datetime | None:
        """Return when no session can be alive any more, if that is still to come."""
        until = self.connection.lease.live_until
        return until if until is not None and until > self.now else None

    def counted(self, change: int) -> "Context":
        """Count a bank login of today, or take one back that bothered nobody."""
        today = self.clocks.day(self.now)
        used = max(0, self.connection.lease.attempts_on(today) + change)
        return self.where(lease=replace(self.connection.lease, day=today, used=used))

    def is_exhausted(self, instant: datetime) -> bool:
        """Whether the person's day at that instant has had its bank logins."""
        used = self.connection.lease.attempts_on(self.clocks.day(instant))
        return used >= self.clocks.attempts_per_day

    def refreshed(
        self, last_refresh: datetime | None, *, since: datetime | None = None
    ) -> "Context":
        """Record proof of fresh data: its age, and health where it is newer than the break.

        `since`: the data is known to be newer than this.
        """
        reported = as_kept(last_refresh or self.now)
        before = self.connection.known_refresh
        as_of, newest = min(reported, self.now), max(reported, before or reported)
        known = self.connection.data_as_of
        if known is not None and as_of <= known:
            return self
        fresh = self.where(
            data_as_of=as_of,
            last_refresh=newest if newest > as_of else None,
            warned=0,
            trouble=None,
            trouble_until=None,
        )
        return fresh._healed(reported, since) if before is None or reported > before else fresh

    def _healed(self, reported: datetime, since: datetime | None) -> "Context":
        broken_at = self.connection.broken_at
        stays_broken = (
            broken_at is not None
            and (since is None or since < broken_at)
            and not is_newer(reported, broken_at, None, self.now, self.clocks)
        )
        if stays_broken:
            return self
        repaired = self.connection.health is Health.RECONNECT_REQUIRED
        context = self.where(health=Health.HEALTHY, health_cause=None, broken_at=None)
        if not repaired:
            return context
        as_of = self.connection.data_as_of
        return context.with_event(EventType.CONNECTION_REPAIRED, data_as_of=as_of)

    def broken(self, cause: ErrorCode, *, at: datetime | None = None) -> "Context":
        """Mark the connection as needing the person, and tell once."""
        if self.connection.health is Health.RECONNECT_REQUIRED:
            return self
        context = self.where(
            health=Health.RECONNECT_REQUIRED, health_cause=cause, broken_at=at or self.now
        )
        return context.with_event(EventType.CONNECTION_RECONNECT_REQUIRED, error=cause)

    def warned(self) -> "Context":
        """Tell what ends soon unless the data is refreshed, each once; of several the last."""
        reached = rungs_reached(self.connection, self.now, self.clocks)
        if reached <= self.connection.warned:
            return self
        last = warnings(self.connection, self.now, self.clocks)[-1]
        return self.where(warned=reached).with_event(
            EventType.CONNECTION_AT_RISK,
            data_as_of=self.connection.data_as_of,
            risk=last.code,
            ends_at=last.ends_at,
        )

    def with_event(
        self, event: EventType, *, data_as_of: datetime | None = None, **facts: Any
    ) -> "Context":
        """Put an event into the outbox; it is stored with this very step."""
        age = self.now - (data_as_of or self.now)
        refresh = self.connection.refresh
        fresh = Event(
            type=event,
            version=self.connection.version + 1,
            at=self.now,
            age=age // timedelta(milliseconds=1),
            refresh_id=refresh.id if refresh and event not in OF_CONNECTION else None,
            **facts,
        )
        return self.where(outbox=(*self.connection.outbox, fresh))

    def to(self, status: Status, *commands: Command, due: datetime, **changes: Any) -> Step:
        """Move the refresh to a status with a deadline."""
        trail = _trail(self.refresh, status, self.now)
        entered = self.with_refresh(
            status=status, due_at=due, updated_at=self.now, trail=trail, **changes
        )
        return entered.done(*commands, settled=status in TERMINAL)

    def stay(self, *commands: Command, **changes: Any) -> Step:
        """Keep the status and record something."""
        return self.with_refresh(updated_at=self.now, **changes).done(*commands)

    def asking(self, after: timedelta, **changes: Any) -> "Context":
        """Record when Flinks is to be asked next about the attempt."""
        return self.with_attempt(call_at=self.now + after, **changes)

    def taking(self, call: Call) -> Step:
        """Let the worker that is here make a call, and nobody else."""
        return replace(self.stay(), call=call)

    def done(self, *commands: Command, settled: bool = False) -> Step:
        """Close the step: the version counts on, and the wake-up is never later than needed."""
        context = self.where(version=self.connection.version + 1)
        return Step(context._woken(), commands, changed=True, settled=settled)

    def _woken(self) -> Connection:
        """Pull the wake-up earlier where it is needed; moving the index costs write units."""
        needed = wake_up_at(self.connection, self.now, self.clocks)
        stored = self.connection.wake_at
        slack = self.clocks.first_wake
        if needed is None or (stored is not None and stored <= needed + slack):
            return self.connection
        return replace(self.connection, wake_at=needed)


def _trail(refresh: Refresh, status: Status, now: datetime) -> str:
    """Return the trail with one more entry; the oldest ones go when it grows too long."""
    entry = f"{TRAIL_LETTERS[status]}+{int((now - refresh.created_at).total_seconds())}"
    entries = [*refresh.trail.split(), entry]
    while len(" ".join(entries)) > LONGEST_TRAIL:
        del entries[0]
    return " ".join(entries)
