"""Bulkheads: a bank that hangs keeps its own seats taken, and nobody else waits for it."""

from dataclasses import replace

import pytest
from flinks_reconnect.domain.ids import LoginId, RefreshId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.authorize_in_turn import PAUSE, AuthorizeInTurn

from tests.fakes.faults import refused, throttled
from tests.fakes.service import Invocation, Service

BANK = "7d3f0000-0000-4000-8000-00000000000b"


@pytest.fixture
def refresh_id(service: Service, login_id: LoginId) -> RefreshId:
    """A start at a bank that is known, whose message was taken."""
    started = service.begin(login_id).found.refresh.id
    home = service.home_of(login_id)
    service.store.settings[home] = replace(service.store.settings[home], institution_id=BANK)
    service.queue.messages.clear()
    return started


def in_turn(service: Service) -> AuthorizeInTurn:
    return service.authorize_in_turn


def test_a_call_holds_a_seat_as_long_as_it_lasts(service: Service, refresh_id: RefreshId) -> None:
    seen = []
    service.gate.arm(lambda: seen.append(len(service.seats.held[BANK])), after=3)
    in_turn(service)(refresh_id, Invocation())

    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED
    assert seen == [1]
    assert service.seats.held[BANK] == {}


def test_who_finds_no_seat_comes_back_soon_and_sends_nothing(
    service: Service, refresh_id: RefreshId
) -> None:
    service.seats.most = 1
    service.seats.take(BANK)
    before = service.refresh(refresh_id)
    in_turn(service)(refresh_id, Invocation())

    assert service.flinks.calls["mint_token"] == 0
    assert service.refresh(refresh_id) == before
    assert service.queue.commands() == [(Worker.AUTHORIZE, PAUSE)]


def test_a_bank_that_is_full_keeps_nobody_of_another_bank(
    service: Service, refresh_id: RefreshId
) -> None:
    service.seats.most = 1
    service.seats.take("another bank")
    in_turn(service)(refresh_id, Invocation())

    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED


def test_a_seat_is_left_by_who_fails(service: Service, refresh_id: RefreshId) -> None:
    service.flinks.will("mint_token", ValueError())
    with pytest.raises(ValueError, match=r"^$"):
        in_turn(service)(refresh_id, Invocation())

    assert service.seats.held[BANK] == {}


def test_seats_that_cannot_be_counted_stop_no_call(service: Service, refresh_id: RefreshId) -> None:
    service.seats.fault = throttled("UpdateItem")
    in_turn(service)(refresh_id, Invocation())
    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED


def test_a_row_of_seats_that_dynamodb_refuses_is_our_own_fault(
    service: Service, refresh_id: RefreshId
) -> None:
    service.seats.fault = fault = refused("UpdateItem")
    with pytest.raises(type(fault)):
        in_turn(service)(refresh_id, Invocation())


def test_who_only_asks_how_things_stand_takes_no_seat(
    service: Service, refresh_id: RefreshId
) -> None:
    in_turn(service)(refresh_id, Invocation())
    service.seats.held.clear()
    in_turn(service)(refresh_id, Invocation())

    assert service.seats.held == {}


def test_a_connection_whose_bank_nobody_knows_takes_none(
    service: Service, login_id: LoginId
) -> None:
    refresh_id = service.begin(login_id).found.refresh.id
    in_turn(service)(refresh_id, Invocation())

    assert service.refresh(refresh_id).status is Status.MFA_REQUIRED
    assert service.seats.held == {}
