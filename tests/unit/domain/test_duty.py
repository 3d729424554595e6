"""What a worker that looks at a refresh has to do: the row alone decides."""

import pytest
from flinks_reconnect.domain.duty import Duty, accounts_duty, authorize_duty, is_sign_in
from flinks_reconnect.domain.refresh import Kind, Status

from tests.unit.domain.cases import NOW, a_connection, a_refresh, ago, an_attempt

UNSENT = {"sent_at": None, "request_id": None, "activity_at": None}
SENT = {"request_id": None, "activity_at": None}


@pytest.mark.parametrize(
    ("attempt", "due_at", "duty"),
    [
        (UNSENT, NOW, Duty.SEND_AUTHORIZE),
        (SENT, ago(-10), Duty.NOTHING),
        (SENT, NOW, Duty.PROBE),
        ({}, NOW, Duty.POLL_AUTHORIZE),
    ],
)
def test_the_authorize_worker_sends_once_then_asks(
    attempt: dict[str, object], due_at: object, duty: Duty
) -> None:
    refresh = a_refresh(Status.STARTING, attempt=an_attempt(**attempt), due_at=due_at)

    assert authorize_duty(a_connection(refresh), NOW) is duty


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.STARTING])
def test_the_authorize_worker_has_nothing_to_do_elsewhere(status: Status) -> None:
    refresh = a_refresh(status, attempt=an_attempt(**UNSENT))

    assert authorize_duty(a_connection(refresh), NOW) is Duty.NOTHING


@pytest.mark.parametrize("status", [Status.VERIFYING, Status.FETCHING])
@pytest.mark.parametrize(
    ("attempt", "duty"),
    [
        ({}, Duty.CALL_DATA),
        ({"data_claimed": True}, Duty.POLL_DATA),
        ({"request_gone": True}, Duty.OPEN_CACHED),
        ({"request_gone": True, "data_claimed": True}, Duty.OPEN_CACHED),
        ({"request_id": None}, Duty.OPEN_CACHED),
    ],
)
def test_the_accounts_worker_calls_once_then_polls_or_asks_by_login(
    status: Status, attempt: dict[str, object], duty: Duty
) -> None:
    refresh = a_refresh(status, attempt=an_attempt(**attempt))

    assert accounts_duty(a_connection(refresh)) is duty


@pytest.mark.parametrize(("asked", "duty"), [(True, Duty.CALL_DATA), (False, Duty.NOTHING)])
def test_an_expired_refresh_is_asked_about_only_after_a_callback(asked: bool, duty: Duty) -> None:
    refresh = a_refresh(Status.EXPIRED, attempt=an_attempt(asked=asked))

    assert accounts_duty(a_connection(refresh)) is duty


@pytest.mark.parametrize(
    "status",
    [
        status
        for status in Status
        if status not in {Status.VERIFYING, Status.FETCHING, Status.EXPIRED}
    ],
)
def test_the_accounts_worker_has_nothing_to_do_elsewhere(status: Status) -> None:
    asked = an_attempt(asked=True)

    assert accounts_duty(a_connection(a_refresh(status, attempt=asked))) is Duty.NOTHING


def test_without_refresh_or_attempt_there_is_nothing_to_do() -> None:
    for connection in (a_connection(None), a_connection(a_refresh(Status.INVITED, attempt=None))):
        assert authorize_duty(connection, NOW) is Duty.NOTHING
        assert accounts_duty(connection) is Duty.NOTHING
        assert not is_sign_in(connection)


@pytest.mark.parametrize("kind", Kind)
def test_a_sign_in_is_known_by_its_kind(kind: Kind) -> None:
    connection = a_connection(a_refresh(attempt=an_attempt(kind=kind)))

    assert is_sign_in(connection) == (kind is Kind.SIGN_IN)
