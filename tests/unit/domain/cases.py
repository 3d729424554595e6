"""Rows to try the step function on: every status, in many shapes, made from a seed."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flinks_reconnect.domain.accounts import EVERYTHING, Snapshot
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import (
    Connection,
    ConnectionSettings,
    Health,
    Lease,
)
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import Event, EventType
from flinks_reconnect.domain.flinks_answers import (
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    NothingAllowed,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.link import Channel, Link
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.machine.signals import (
    Adopted,
    Answered,
    Asked,
    CallbackSeen,
    Cancelled,
    Closed,
    DataAnswer,
    DataAnswered,
    Delivered,
    Due,
    LinkIssued,
    LinkOpened,
    NightlyFailed,
    NotStarted,
    PersonActed,
    PersonDeclined,
    Probed,
    ProvenElsewhere,
    Sent,
    Signal,
    SignInOpened,
    WebhookMatched,
    WorkerCame,
)
from flinks_reconnect.domain.refresh import TERMINAL, Attempt, Kind, Reason, Refresh, Status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOCKS = Clocks()
HOME = ConnectionId("cn_" + "a" * 24)
REFRESH_ID = RefreshId("rf_" + "a" * 24 + "0" * 18)
LOGIN = LoginId("10000000-0000-4000-8000-000000000001")
OTHER_LOGIN = LoginId("10000000-0000-4000-8000-000000000002")
REQUEST = RequestId("20000000-0000-4000-8000-000000000001")
OTHER_REQUEST = RequestId("20000000-0000-4000-8000-000000000002")
SNAPSHOT = Snapshot(
    sha256="0" * 64, bytes=2, accounts=1, vanished=0, expires_at=NOW + timedelta(days=1)
)
SETTINGS = ConnectionSettings(id=HOME, selection=EVERYTHING)
KINDS = {
    Status.STARTING: (Kind.LIVE,),
    Status.MFA_REQUIRED: (Kind.LIVE, Kind.ADOPTED),
    Status.CREDENTIALS_REQUIRED: (Kind.SIGN_IN,),
}
"""Where not every kind of attempt can be."""
WITHOUT_ATTEMPT = TERMINAL | {Status.INVITED, Status.RETRY_SCHEDULED}


def ago(seconds: float) -> datetime:
    """Return an instant before now."""
    return NOW - timedelta(seconds=seconds)


def an_attempt(**changes: object) -> Attempt:
    """Return a live attempt that was sent a minute ago and waits for the person."""
    plain = Attempt(
        number=1,
        kind=Kind.LIVE,
        since=ago(60),
        sent_at=ago(60),
        request_id=REQUEST,
        activity_at=ago(50),
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # the caller names its fields


def a_refresh(status: Status = Status.MFA_REQUIRED, **changes: object) -> Refresh:
    """Return a refresh that a person asked for a minute ago."""
    plain = Refresh(
        id=REFRESH_ID,
        status=status,
        reason=Reason.USER_REQUESTED,
        created_at=ago(61),
        updated_at=ago(50),
        expires_at=ago(61) + CLOCKS.present_expiry,
        due_at=ago(50) + CLOCKS.request_id_idle,
        attempt=an_attempt(),
        attempts=1,
        person_seen_at=ago(61),
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # the caller names its fields


def a_connection(refresh: Refresh | None = None, **changes: object) -> Connection:
    """Return a healthy connection."""
    plain = Connection(
        id=HOME,
        login_id=LOGIN,
        health=Health.HEALTHY,
        data_as_of=ago(86400),
        lease=Lease(day=NOW.date(), used=1),
        refresh=refresh,
        wake_at=NOW,
        version=7,
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # the caller names its fields


def shapes(status: Status | None, count: int, seed: int = 1) -> Iterator[Connection]:
    """Return connections in this status, as different as rows can be."""
    dice = random.Random(f"{status}/{seed}")  # noqa: S311 - for repeatable tests, not a secret
    for _ in range(count):
        yield _shape(dice, status)


def _shape(dice: random.Random, status: Status | None) -> Connection:
    refresh = _refresh(dice, status) if status is not None else None
    attempt = refresh.attempt if refresh else None
    adopted = attempt is not None and attempt.kind is Kind.ADOPTED
    told = Event(type=EventType.REFRESH_MFA_REQUIRED, version=3, at=ago(9), refresh_id=REFRESH_ID)
    return a_connection(
        refresh,
        login_id=dice.choice((LOGIN, None)) if adopted else LOGIN,
        health=dice.choice((Health.UNKNOWN, Health.HEALTHY, Health.RECONNECT_REQUIRED)),
        broken_at=dice.choice((None, ago(7200))),
        trouble=dice.choice((None, ErrorCode.BANK_DISABLED)),
        trouble_until=dice.choice((ago(5), NOW + timedelta(hours=1))),
        data_as_of=dice.choice((None, ago(86400))),
        lease=Lease(
            live_until=dice.choice((None, ago(1), NOW + timedelta(seconds=200))),
            day=NOW.date(),
            used=dice.choice((0, 1, 3)),
        ),
        outbox=dice.choice(((), (told,))),
        wake_at=dice.choice((None, ago(5), NOW + timedelta(days=3))),
    )


def _refresh(dice: random.Random, status: Status) -> Refresh:
    attempt: Attempt | None = _attempt(dice, dice.choice(KINDS.get(status, tuple(Kind))))
    error = dice.choice((None, ErrorCode.DECLINED, ErrorCode.ACCESS_REFUSED))
    if status in WITHOUT_ATTEMPT and dice.random() < 0.3:
        attempt = None
    if status in WITHOUT_ATTEMPT and dice.random() < 0.15:
        # A session of ours that was left alone while the bank waits for its answer.
        attempt = an_attempt(kind=dice.choice((Kind.LIVE, Kind.ADOPTED)))
        error = ErrorCode.DECLINED
    over = ago(5)
    link = Link(generation=1, channel=Channel.EMAIL, expires_at=NOW + timedelta(days=3))
    return a_refresh(
        status,
        link=dice.choice((None, link)),
        attempt=attempt,
        expires_at=over if status is Status.EXPIRED else dice.choice((over, ago(-3600))),
        due_at=dice.choice((ago(1), ago(1), NOW + timedelta(seconds=100))),
        retry_at=dice.choice((None, NOW + timedelta(seconds=100))),
        person_seen_at=dice.choice((None, ago(20), ago(2000))),
        unattended=dice.random() < 0.2,
        tries=dice.choice((0, 4)),
        error=error,
        snapshot=SNAPSHOT if status is Status.COMPLETED else None,
    )


def _attempt(dice: random.Random, kind: Kind) -> Attempt:
    since = dice.choice((20, 300, 1200))
    return an_attempt(
        kind=kind,
        since=ago(since),
        sent_at=dice.choice((None, ago(since))),
        baseline=dice.choice((None, ago(90000))),
        request_id=dice.choice((None, REQUEST, REQUEST)),
        activity_at=dice.choice((None, ago(10), ago(450), ago(1100), ago(4000))),
        call_at=dice.choice((None, ago(1), ago(61), NOW + timedelta(seconds=100))),
        called_at=dice.choice((None, ago(3), ago(300))),
        calls=dice.choice((1, 1, 2)),
        misses=dice.choice((0, 2, 4)),
        request_gone=dice.random() < 0.2,
        data_claimed=dice.random() < 0.3,
        data_accepted=dice.random() < 0.2,
        collecting_since=dice.choice((None, None, ago(30), ago(1900))),
        last_ask=dice.random() < 0.4,
        asked=dice.random() < 0.4,
        openings=dice.choice((0, 3)),
        other_login=dice.random() < 0.3,
        token_refused=dice.random() < 0.3,
        ended_at=dice.choice((None, ago(100), ago(9000))),
    )


def _authorize_answers() -> tuple[AuthorizeAnswer, ...]:
    return (
        Authorized(request_id=OTHER_REQUEST, login_id=LOGIN, last_refresh=NOW),
        Authorized(request_id=OTHER_REQUEST, login_id=LOGIN, last_refresh=ago(86400)),
        Authorized(request_id=OTHER_REQUEST, login_id=LOGIN, last_refresh=None),
        Authorized(request_id=OTHER_REQUEST, login_id=OTHER_LOGIN, last_refresh=NOW),
        ChallengeAsked(request_id=REQUEST),
        StillRunning(request_id=REQUEST),
        StillRunning(request_id=None),
        OutcomeUnknown(why="lost"),
        NotSent(why="refused"),
        *(Refused(code=trouble) for trouble in ErrorCode),
    )


def _delivered() -> tuple[Delivered, ...]:
    return (
        Delivered(login_id=LOGIN, last_refresh=NOW, snapshot=SNAPSHOT),
        Delivered(login_id=LOGIN, last_refresh=None, snapshot=SNAPSHOT),
        Delivered(login_id=LOGIN, last_refresh=ago(86400), snapshot=SNAPSHOT),
        Delivered(login_id=LOGIN, last_refresh=NOW, snapshot=None),
        Delivered(login_id=OTHER_LOGIN, last_refresh=NOW, snapshot=SNAPSHOT),
    )


def signals(number: int = 1) -> tuple[Signal, ...]:
    """Return every signal, with everything it may carry, of this attempt."""
    draft = a_refresh(Status.INVITED, attempt=None, attempts=0, id=RefreshId(REFRESH_ID[:-1] + "1"))
    lasting = replace(draft, expires_at=NOW + CLOCKS.away_expiry)
    data: tuple[DataAnswer, ...] = (
        *_delivered(),
        NothingAllowed(login_id=LOGIN),
        NothingAllowed(login_id=OTHER_LOGIN),
        StillCollecting(),
        OutcomeUnknown(why="lost"),
        NotSent(why="refused"),
        *(Refused(code=trouble) for trouble in ErrorCode),
    )
    return (
        Asked(draft=lasting, person_present=True),
        Asked(draft=lasting, person_present=False),
        Asked(draft=replace(lasting, unattended=True), person_present=False),
        Adopted(draft=lasting, request_id=REQUEST, last_activity_at=ago(30)),
        PersonActed(),
        PersonDeclined(number),
        *(WorkerCame(worker) for worker in Worker),
        *(LinkIssued(channel, CLOCKS.link_life(channel)) for channel in Channel),
        *(LinkOpened(generation) for generation in (1, 2)),
        Cancelled(),
        Closed(),
        Sent(number),
        SignInOpened(number),
        CallbackSeen(number),
        CallbackSeen(number, other_login=True),
        Due(),
        NightlyFailed(cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None),
        NightlyFailed(cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=ago(90000)),
        NightlyFailed(cause=ErrorCode.BANK_DISABLED, last_refresh=ago(90000)),
        ProvenElsewhere(login_id=LOGIN, last_refresh=NOW),
        ProvenElsewhere(login_id=OTHER_LOGIN, last_refresh=None),
        *(NotStarted(number, trouble) for trouble in ErrorCode),
        *(Answered(number, answer) for answer in _authorize_answers()),
        *(Answered(number, answer, call) for answer in _authorize_answers() for call in (1, 2)),
        *(Probed(number, answer, call) for answer in _authorize_answers() for call in (1, 2)),
        *(
            DataAnswered(
                attempt=number, call=1, request_id=request_id, answer=answer, polled=polled
            )
            for answer in data
            for request_id in (REQUEST, OTHER_REQUEST)
            for polled in (False, True)
        ),
        *(
            WebhookMatched(request_id=request_id, delivered=delivered)
            for request_id in (None, REQUEST, OTHER_REQUEST)
            for delivered in _delivered()
        ),
    )
