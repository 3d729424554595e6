"""The trail: letters and seconds on the row, statuses and instants for whoever reads it."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.machine.signals import Cancelled, PersonActed, Sent, Signal
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import LONGEST_TRAIL, TRAIL_LETTERS, Status

from tests.unit.domain.cases import CLOCKS, NOW, a_connection, a_refresh


def test_a_refresh_that_has_entered_nothing_has_no_trail() -> None:
    assert a_refresh(trail="").entered == ()


def test_a_trail_is_read_as_statuses_and_instants() -> None:
    refresh = a_refresh(trail="s+0 m+9 v+64 f+65 C+76", created_at=NOW)
    assert refresh.entered == (
        (Status.STARTING, NOW),
        (Status.MFA_REQUIRED, NOW + timedelta(seconds=9)),
        (Status.VERIFYING, NOW + timedelta(seconds=64)),
        (Status.FETCHING, NOW + timedelta(seconds=65)),
        (Status.COMPLETED, NOW + timedelta(seconds=76)),
    )


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_letter_of_its_own(status: Status) -> None:
    refresh = a_refresh(trail=f"{TRAIL_LETTERS[status]}+1")
    assert [entered for entered, _ in refresh.entered] == [status]


def test_what_the_steps_write_is_what_is_read() -> None:
    invited = a_refresh(Status.INVITED, attempt=None, created_at=NOW, updated_at=NOW, trail="")
    row = a_connection(invited)
    acts: tuple[Signal, ...] = (PersonActed(), Sent(2), Cancelled())
    for seconds, signal in enumerate(acts, start=1):
        row = step(row, signal, NOW + timedelta(seconds=seconds), CLOCKS).connection
    assert row.refresh is not None
    assert row.refresh.entered == (
        (Status.STARTING, NOW + timedelta(seconds=1)),
        (Status.CANCELLED, NOW + timedelta(seconds=3)),
    )


def test_a_trail_that_lost_its_oldest_entries_is_still_read() -> None:
    trail = " ".join(f"r+{seconds}" for seconds in range(1000, 1014))
    assert len(trail) <= LONGEST_TRAIL
    assert len(a_refresh(trail=trail).entered) == 14
