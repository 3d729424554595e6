"""Closing: the login is forgotten, what was open ends, and nothing brings it back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.domain.machine.context import Step
from flinks_reconnect.domain.machine.signals import Closed, Due, Swept
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import TERMINAL, Status

from tests.unit.domain.cases import (
    CLOCKS,
    NOW,
    a_connection,
    a_refresh,
    an_attempt,
    shapes,
    signals,
)

named = pytest.mark.parametrize("status", [None, *Status], ids=lambda each: str(each or "none"))


def close(connection: Connection) -> Step:
    return step(connection, Closed(), NOW, CLOCKS)


@named
def test_closing_forgets_the_login_and_keeps_the_lease(status: Status | None) -> None:
    for connection in shapes(status, 30):
        taken = close(connection)
        closed = taken.connection
        assert taken.changed
        assert taken.commands == ()
        assert (closed.login_id, closed.health, closed.health_cause) == (None, Health.CLOSED, None)
        assert closed.closed_at == max(
            NOW, connection.refresh.updated_at if connection.refresh else NOW
        )
        assert closed.lease == connection.lease
        assert closed.data_as_of == connection.data_as_of


@named
def test_closing_ends_what_is_open_with_its_event_and_leaves_an_end_as_it_is(
    status: Status | None,
) -> None:
    for connection in shapes(status, 30):
        taken = close(connection)
        before, after = connection.refresh, taken.connection.refresh
        fresh = taken.connection.outbox[len(connection.outbox) :]
        if before is None or after is None:
            assert before is after is None
            assert not fresh
        elif before.is_open:
            assert after.status is Status.CANCELLED
            assert [event.type for event in fresh] == [EventType.REFRESH_CANCELLED]
            assert taken.settled
        else:
            assert after.status is before.status
            assert not after.asks_late
            assert not fresh


@named
def test_a_closed_connection_ignores_every_signal(status: Status | None) -> None:
    for connection in shapes(status, 10):
        closed = close(connection).connection
        later = NOW + timedelta(days=30)
        for signal in signals():
            assert step(closed, signal, later, CLOCKS) == Step(closed)


@named
def test_the_sweep_still_looks_after_the_events_of_a_closed_connection_and_then_rests(
    status: Status | None,
) -> None:
    for connection in shapes(status, 30):
        closed = close(connection).connection
        swept = step(closed, Swept(), NOW, CLOCKS)
        assert swept.commands == ()
        assert (swept.connection.wake_at is not None) == bool(closed.outbox)
        only_looked = replace(swept.connection, wake_at=closed.wake_at, version=closed.version)
        assert only_looked == closed


def test_a_late_question_is_not_asked_any_more() -> None:
    asking = a_refresh(Status.EXPIRED, attempt=an_attempt(asked=True))
    closed = close(a_connection(asking, wake_at=None)).connection
    assert closed.wake_at is None
    assert step(closed, Due(), NOW, CLOCKS) == Step(closed)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_an_end_is_not_told_twice(status: Status) -> None:
    before = a_refresh(status, attempt=None)
    assert close(a_connection(before)).connection.refresh == before


HOME = ConnectionId("cn_" + "a" * 24)


def test_settings_take_what_they_lack_and_nothing_else() -> None:
    mine = ConnectionSettings(id=HOME, reference="mine", unattended=True, version=3)
    brought = ConnectionSettings(
        id=ConnectionId("cn_" + "b" * 24),
        reference="theirs",
        institution_id="14",
        language="fr",
        selection=EVERYTHING,
    )
    assert mine.completed_by(brought) == replace(
        mine, institution_id="14", language="fr", selection=EVERYTHING
    )
    narrow = replace(mine, selection=Selection())
    assert narrow.completed_by(brought).selection == Selection()
