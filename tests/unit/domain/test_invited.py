"""A link waits for a person; handing it out does nothing at the bank."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.link import LONGEST_LIFE, MOST_LINKS, Channel, Link, LinkState
from flinks_reconnect.domain.machine.context import Step
from flinks_reconnect.domain.machine.signals import Asked, LinkIssued
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import TERMINAL, Refresh, Status

from tests.unit.domain.cases import CLOCKS, NOW, a_connection, a_refresh, shapes

OPEN = [each for each in Status if each not in TERMINAL]
WEEK = timedelta(days=7)


def invited() -> Connection:
    draft = a_refresh(Status.INVITED, attempt=None, attempts=0, created_at=NOW)
    lasting = replace(draft, expires_at=NOW + CLOCKS.present_expiry)
    return step(a_connection(), Asked(draft=lasting, person_present=False), NOW, CLOCKS).connection


def issue(connection: Connection, life: timedelta = WEEK, after: timedelta = timedelta()) -> Step:
    return step(connection, LinkIssued(Channel.EMAIL, life), NOW + after, CLOCKS)


def refresh_of(taken: Step) -> Refresh:
    assert taken.connection.refresh is not None
    return taken.connection.refresh


def test_the_refresh_waits_as_long_as_its_link_is_good() -> None:
    refresh = refresh_of(issue(invited()))
    assert refresh.link == Link(generation=1, channel=Channel.EMAIL, expires_at=NOW + WEEK)
    assert refresh.status is Status.INVITED
    assert refresh.expires_at == refresh.due_at == NOW + WEEK


def test_a_short_link_does_not_shorten_the_wait() -> None:
    long = issue(invited()).connection
    refresh = refresh_of(issue(long, timedelta(minutes=30)))
    assert refresh.link is not None
    assert refresh.link.expires_at == NOW + timedelta(minutes=30)
    assert refresh.expires_at == refresh.due_at == NOW + WEEK


def test_no_link_outlives_three_weeks_after_the_refresh_was_asked_for() -> None:
    connection = invited()
    for day in (0, 6, 12, 18):
        connection = issue(connection, after=timedelta(days=day)).connection
    refresh = refresh_of(Step(connection))
    assert refresh.expires_at == refresh.created_at + LONGEST_LIFE


def test_e33_a_refresh_has_five_links_and_no_sixth() -> None:
    connection = invited()
    for number in range(1, MOST_LINKS + 1):
        taken = issue(connection)
        assert refresh_of(taken).link == Link(
            generation=number, channel=Channel.EMAIL, expires_at=NOW + WEEK
        )
        connection = taken.connection
    assert issue(connection) == Step(connection)


@pytest.mark.parametrize("status", OPEN)
def test_whatever_an_open_refresh_does_goes_on_and_nobody_is_asked(status: Status) -> None:
    for connection in shapes(status, 20):
        taken = issue(connection)
        assert not taken.commands
        assert not taken.settled
        assert refresh_of(taken).status is status
        assert refresh_of(taken).attempt == refresh_of(Step(connection)).attempt
        assert taken.connection.outbox == connection.outbox
        assert taken.connection.lease == connection.lease


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_e31_what_is_over_gets_no_link(status: Status) -> None:
    for connection in shapes(status, 20):
        assert issue(connection) == Step(connection)


def test_a_link_is_active_until_it_expires_and_used_up_by_success_alone() -> None:
    refresh = refresh_of(issue(invited()))
    assert replace(refresh, link=None).link_state(NOW) is None
    assert refresh.link_state(NOW + WEEK - timedelta(milliseconds=1)) is LinkState.ACTIVE
    assert refresh.link_state(NOW + WEEK) is LinkState.EXPIRED
    assert replace(refresh, status=Status.COMPLETED).link_state(NOW) is LinkState.USED
    for status in TERMINAL - {Status.COMPLETED}:
        assert replace(refresh, status=status).link_state(NOW) is LinkState.CLOSED
