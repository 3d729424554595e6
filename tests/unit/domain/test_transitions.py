"""The table of transitions: every status meets every signal, in every shape we can think of."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from flinks_reconnect.domain.calls import next_call
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.machine.context import Step
from flinks_reconnect.domain.machine.signals import Due, Signal, Swept
from flinks_reconnect.domain.machine.step import TABLE, step
from flinks_reconnect.domain.refresh import TERMINAL, Status

from tests.unit.domain.cases import CLOCKS, NOW, shapes, signals

SHAPES = 150
STATUSES = (None, *Status)
ENDS = {
    Status.COMPLETED: EventType.REFRESH_COMPLETED,
    Status.FAILED: EventType.REFRESH_FAILED,
    Status.EXPIRED: EventType.REFRESH_EXPIRED,
    Status.CANCELLED: EventType.REFRESH_CANCELLED,
}
named = pytest.mark.parametrize("status", STATUSES, ids=lambda status: str(status or "none"))


def after(step_taken: Step) -> Status | None:
    refresh = step_taken.connection.refresh
    return refresh.status if refresh else None


def take(connection: Connection, signal: Signal) -> Step:
    return step(connection, signal, NOW, CLOCKS)


def test_every_status_has_a_row() -> None:
    assert set(TABLE) == set(STATUSES)


def test_the_signals_tried_here_are_all_there_are() -> None:
    assert {type(signal) for signal in signals()} | {Swept} == set(get_args(Signal))


@named
def test_a_signal_without_a_rule_changes_nothing_and_asks_for_nothing(
    status: Status | None,
) -> None:
    for connection in shapes(status, SHAPES // 10):
        for signal in signals():
            if type(signal) not in TABLE[status]:
                assert take(connection, signal) == Step(connection)


@named
def test_a_rule_leads_to_the_statuses_that_it_names_and_to_each_of_them(
    status: Status | None,
) -> None:
    reached = defaultdict(set)
    for connection in shapes(status, SHAPES):
        for signal in signals():
            if type(signal) in TABLE[status]:
                taken = take(connection, signal)
                if taken.changed:
                    reached[type(signal)].add(after(taken))
    for kind, rule in TABLE[status].items():
        assert kind in reached, f"{kind.__name__} never does anything here"
        assert reached[kind] - {status} == set(rule.to) - {status}, kind.__name__


@named
def test_a_signal_of_another_attempt_is_refused(status: Status | None) -> None:
    for connection in shapes(status, SHAPES // 10):
        for signal in signals(number=2):
            if hasattr(signal, "attempt"):
                assert take(connection, signal) == Step(connection)


@named
def test_only_what_changes_counts_the_version_on_and_by_one(status: Status | None) -> None:
    for connection in shapes(status, SHAPES // 5):
        for signal in signals():
            taken = take(connection, signal)
            assert taken.connection.version == connection.version + taken.changed
            if not taken.changed:
                assert taken.connection == connection


@named
def test_an_end_brings_exactly_its_event_and_nothing_else_does(status: Status | None) -> None:
    """S8, R3: the event that says so is stored in the same write."""
    for connection in shapes(status, SHAPES // 5):
        for signal in signals():
            taken = take(connection, signal)
            fresh = taken.connection.outbox[len(connection.outbox) :]
            told = [event.type for event in fresh if event.type in ENDS.values()]
            now = after(taken)
            ended = now in TERMINAL and now is not status
            assert told == ([ENDS[now]] if ended and now else []), signal
            assert taken.settled == ended, signal
            assert all(event.version == taken.connection.version for event in fresh)


@named
def test_an_end_absorbs_whatever_comes_but_a_new_start_and_the_late_success(
    status: Status | None,
) -> None:
    """S9."""
    if status not in TERMINAL:
        return
    for connection in shapes(status, SHAPES // 5):
        before = connection.refresh
        for signal in signals():
            refresh = take(connection, signal).connection.refresh
            if refresh is None or before is None or refresh.id != before.id:
                continue
            late = (refresh.status, refresh.late) == (Status.COMPLETED, True)
            assert refresh.status is status or (status is Status.EXPIRED and late)
            if status is not Status.EXPIRED:
                assert refresh == before


@named
def test_whatever_waits_has_a_wake_up(status: Status | None) -> None:
    """L1, L2: nothing depends on a message that may be lost."""
    soon = NOW + CLOCKS.first_wake
    for connection in shapes(status, SHAPES // 5):
        for signal in signals():
            taken = take(connection, signal)
            refresh, wake_at = taken.connection.refresh, taken.connection.wake_at
            if not taken.changed:
                continue
            if refresh is not None and refresh.is_open:
                assert wake_at is not None, signal
                assert wake_at <= refresh.due_at + CLOCKS.first_wake, signal
            if taken.connection.outbox:
                assert wake_at is not None, signal
                assert wake_at <= soon + CLOCKS.first_wake, signal


@named
def test_a_deadline_that_has_not_come_moves_nothing(status: Status | None) -> None:
    for connection in shapes(status, SHAPES // 5):
        refresh = connection.refresh
        if refresh is not None:
            early = replace(
                connection, refresh=replace(refresh, due_at=NOW + timedelta(milliseconds=1))
            )
            taken = take(early, Due())
            asked = next_call(early, NOW - CLOCKS.verify_again, CLOCKS) is not None
            assert (taken.connection, taken.changed) == (early, False)
            assert len(taken.commands) == asked


@named
def test_the_sweep_always_looks_later_again_or_never(status: Status | None) -> None:
    """One look costs one write, and the row goes to the end of the line."""
    for connection in shapes(status, SHAPES // 5):
        swept = take(connection, Swept())
        row = swept.connection
        assert swept.changed
        assert row.version == connection.version + 1
        assert row.wake_at is None or row.wake_at >= NOW + CLOCKS.verify_again
        if row.wake_at is None:
            assert row.outbox == ()
            assert row.refresh is None or not row.refresh.is_open
        assert after(swept) is after(take(connection, Due()) if connection.refresh else swept)


def test_time_does_not_run_backwards_on_a_row() -> None:
    """D91: a machine whose clock is behind writes no instant before the last one."""
    for status in Status:
        for connection in shapes(status, SHAPES // 10):
            for signal in signals():
                taken = step(connection, signal, NOW - timedelta(hours=1), CLOCKS)
                before, refresh = connection.refresh, taken.connection.refresh
                if before is not None and refresh is not None and refresh.id == before.id:
                    assert refresh.updated_at >= before.updated_at
