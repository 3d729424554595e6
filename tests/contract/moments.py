"""Rows as they come about, for tests of the store: built by the step function, not by hand."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flinks_reconnect.domain.accounts import EVERYTHING, Selection, Snapshot
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import ChallengeAsked, Refused
from flinks_reconnect.domain.ids import (
    ConnectionId,
    LoginId,
    RequestId,
    connection_id,
    new_refresh_id,
    provisional_connection_id,
)
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.machine.signals import (
    Adopted,
    Answered,
    Asked,
    CallbackSeen,
    DataAnswer,
    DataAnswered,
    Delivered,
    Due,
    NightlyFailed,
    Sent,
    Signal,
    WorkerCame,
)
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import Reason, Refresh, Status
from flinks_reconnect.usecases.ports import Known

CLOCKS = Clocks()
START = datetime(2026, 11, 22, 12, 0, 0, 123000, tzinfo=UTC)
ID_KEY = b"an id key of the tests"
_numbers = itertools.count(1)


def login_id(number: int | None = None) -> LoginId:
    return LoginId(f"10000000-0000-4000-8000-{number or next(_numbers):012d}")


def request_id() -> RequestId:
    return RequestId(f"20000000-0000-4000-8000-{next(_numbers):012d}")


def home(login: LoginId) -> ConnectionId:
    return connection_id(ID_KEY, login)


def draft(connection: ConnectionId, now: datetime = START) -> Refresh:
    number = next(_numbers)
    expires_at = now + CLOCKS.present_expiry
    return Refresh(
        id=new_refresh_id(connection, now, lambda size: number.to_bytes(size, "big")),
        status=Status.INVITED,
        reason=Reason.USER_REQUESTED,
        created_at=now,
        updated_at=now,
        expires_at=expires_at,
        due_at=expires_at,
    )


def asked(
    known: Known | None = None,
    *,
    login: LoginId | None = None,
    now: datetime = START,
    selection: Selection = EVERYTHING,
) -> Known:
    """A start with a person present, on a new connection or on one that is at rest."""
    login = login or login_id()
    if known is None:
        connection = Connection(id=home(login), login_id=login)
        settings = ConnectionSettings(id=connection.id, reference="customer-1", selection=selection)
        known = Known(connection=connection, settings=settings)
    signal = Asked(draft=draft(known.connection.id, now), person_present=True)
    return replace(known, connection=after(known.connection, signal, now=now))


def adopted(request: RequestId, *, login: LoginId | None = None) -> Known:
    """An interrupted session that was handed over, with or without its LoginId."""
    at = home(login) if login else provisional_connection_id(ID_KEY, request)
    signal = Adopted(draft=draft(at), request_id=request, last_activity_at=START)
    connection = after(Connection(id=at, login_id=login), signal)
    return Known(connection=connection, settings=ConnectionSettings(id=at, selection=EVERYTHING))


def after(connection: Connection, *signals: Signal, now: datetime = START) -> Connection:
    for signal in signals:
        taken = step(connection, signal, now, CLOCKS)
        assert taken.changed, f"{signal} changes nothing"
        connection = taken.connection
    return connection


def sent(connection: Connection) -> Connection:
    return after(connection, Sent(1))


def challenged(connection: Connection, request: RequestId) -> Connection:
    return after(connection, Answered(1, ChallengeAsked(request_id=request)))


def came_back(connection: Connection) -> Connection:
    return after(connection, CallbackSeen(1))


def completed(connection: Connection, login: LoginId | None = None) -> Connection:
    delivered = Delivered(
        login_id=login or connection.login_id or login_id(),
        last_refresh=START + timedelta(seconds=30),
        snapshot=Snapshot(
            sha256="a" * 64,
            bytes=1234,
            accounts=2,
            vanished=0,
            expires_at=START + CLOCKS.snapshot,
        ),
    )
    return after(connection, data(connection, delivered))


def data(connection: Connection, answer: DataAnswer) -> DataAnswered:
    """What Flinks answers to the data call of the session that the connection is at."""
    attempt = connection.refresh.attempt if connection.refresh else None
    assert attempt is not None
    assert attempt.request_id is not None
    return DataAnswered(
        attempt=attempt.number, call=attempt.calls, request_id=attempt.request_id, answer=answer
    )


def looked(connection: Connection, *, now: datetime = START) -> Connection:
    """A worker took the call that is due."""
    return after(connection, WorkerCame(Worker.ACCOUNTS), now=now)


def expired_unanswered(connection: Connection) -> Connection:
    """Flinks knows the session no more and has no newer data, and the refresh's time is over."""
    now = START + CLOCKS.present_expiry
    over = after(connection, Due(), now=now)
    assert over.refresh is not None
    assert over.refresh.status is Status.EXPIRED
    return over


def expired_gone(connection: Connection) -> Connection:
    """An adopted session without a LoginId: when Flinks has forgotten it, nothing can follow."""
    over = after(connection, data(connection, Refused(code=ErrorCode.SESSION_GONE)))
    assert over.refresh is not None
    assert over.refresh.status is Status.EXPIRED
    return over


def completed_late(connection: Connection) -> Connection:
    """And yet: shortly afterwards a callback makes us ask, and Flinks proves success."""
    return completed(after(connection, CallbackSeen(1)))


def nightly_failed() -> Known:
    """A login that nobody started here, on Flinks' list of this night."""
    login = login_id()
    signal = NightlyFailed(cause=ErrorCode.CREDENTIALS_REJECTED, last_refresh=START)
    connection = after(Connection(id=home(login), login_id=login), signal)
    return Known(connection=connection, settings=ConnectionSettings(id=connection.id))
