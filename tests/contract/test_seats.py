"""The port `Seats`: one bank never holds more than its share, and nobody sits for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flinks_reconnect.aws.bank_concurrency import BankSeats
from flinks_reconnect.usecases.ports import Seat, Seats

from tests.contract.conftest import MakeTable, StoppedClock
from tests.fakes.seats import MemorySeats

MOST = 3
LONGEST = timedelta(seconds=300)


@dataclass
class Bank:
    """Seats, and the clock that they go by."""

    seats: Seats
    clock: StoppedClock

    def take(self, institution: str = "bank-1") -> Seat:
        seat = self.seats.take(institution)
        assert seat is not None
        return seat


@pytest.fixture(params=["memory", "moto", "ministack"])
def bank(request: pytest.FixtureRequest, clock: StoppedClock, make_table: MakeTable) -> Bank:
    if request.param == "memory":
        return Bank(MemorySeats(clock, most=MOST, longest=LONGEST), clock)
    table = make_table(request.getfixturevalue(request.param))
    seats = BankSeats(table.client, table.name, clock=clock, most=MOST, longest=LONGEST)
    return Bank(seats, clock)


def test_as_many_sit_as_there_are_seats(bank: Bank) -> None:
    taken = {bank.take().name for _ in range(MOST)}
    assert len(taken) == MOST
    assert bank.seats.take("bank-1") is None


def test_another_bank_has_seats_of_its_own(bank: Bank) -> None:
    for _ in range(MOST):
        bank.take()
    assert bank.take("bank-2").institution_id == "bank-2"


def test_a_seat_that_is_left_is_free(bank: Bank) -> None:
    seats = [bank.take() for _ in range(MOST)]
    bank.seats.leave(seats[1])
    bank.take()
    assert bank.seats.take("bank-1") is None


def test_leaving_twice_frees_one_seat(bank: Bank) -> None:
    first, *_ = [bank.take() for _ in range(MOST)]
    bank.seats.leave(first)
    bank.seats.leave(first)
    bank.take()
    assert bank.seats.take("bank-1") is None


def test_a_worker_that_died_leaves_its_seat_by_the_clock(bank: Bank) -> None:
    for _ in range(MOST):
        bank.take()
    bank.clock.advance(LONGEST - timedelta(seconds=1))
    assert bank.seats.take("bank-1") is None
    bank.clock.advance(timedelta(seconds=1))
    for _ in range(MOST):
        bank.take()
    assert bank.seats.take("bank-1") is None


@pytest.mark.parametrize("bank", ["memory", "ministack"], indirect=True)
def test_of_twenty_at_once_three_sit(bank: Bank) -> None:
    """Not on moto, whose rows are plain dictionaries that threads change under each other."""
    with ThreadPoolExecutor(20) as threads:
        seats = list(threads.map(bank.seats.take, ["bank-1"] * 20))
    assert sum(seat is not None for seat in seats) == MOST
