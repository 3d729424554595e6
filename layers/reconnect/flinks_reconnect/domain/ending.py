"""Rules: how a refresh ends, well or not, and what may still follow."""

from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.case import Case, Command, Step, Worker
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import Trouble
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.domain.signals import (
    CallbackSeen,
    Cancelled,
    Closed,
    Delivered,
    NightlyFailed,
    ProvenElsewhere,
    WebhookMatched,
)

_ONE_NIGHT: Final = timedelta(days=1)


def completed(case: Case, delivered: Delivered, *, session_over: bool = True) -> Step:
    """Fresh data is stored: done, once; health clears on this proof.

    `session_over`: the data came from the attempt's own session, which it spends.
    """
    if case.connection.login_id not in {None, delivered.login_id}:
        return failed(case, Trouble.IDENTITY_MISMATCH)
    if delivered.snapshot is None:
        return failed(case, Trouble.ACCOUNTS_VANISHED)
    late = case.refresh.status is Status.EXPIRED
    vanished = delivered.snapshot.vanished
    over = case.live_until(case.now) if session_over else case
    proven = over.where(login_id=delivered.login_id)
    told = proven.told(EventType.REFRESH_COMPLETED, late=late).told(
        EventType.ACCOUNTS_REFRESHED, vanished=vanished
    )
    return told.healthy(as_of=delivered.last_refresh or case.now).to(
        Status.COMPLETED,
        due=case.now,
        snapshot=delivered.snapshot,
        completed_at=case.now,
        error=None,
        retry_at=None,
        late=late,
    )


def failed(case: Case, trouble: Trouble) -> Step:
    """The refresh is over without data; the last good data stays readable at Flinks."""
    if case.refresh.status is Status.EXPIRED:
        return not_late(case)
    told = case.told(EventType.REFRESH_FAILED, error=trouble)
    return told.to(Status.FAILED, due=case.now, error=trouble, retry_at=None)


def expired(case: Case) -> Step:
    """Nobody came in time."""
    told = _ended(case).told(EventType.REFRESH_EXPIRED)
    return told.to(Status.EXPIRED, due=case.now, error=Trouble.REFRESH_EXPIRED, retry_at=None)


def cancelled(case: Case, _: Cancelled) -> Step:
    """Given up by the integrator. The lease stays: a session may still be alive at the bank."""
    told = case.told(EventType.REFRESH_CANCELLED)
    return told.to(Status.CANCELLED, due=case.now, retry_at=None)


def closed(case: Case, _: Closed) -> Step:
    """Nothing is shared any more: the login is forgotten, and whatever was asked for ends.

    The lease stays, since a session that Flinks did not stop may still be alive at the bank.
    """
    over = case.where(login_id=None, health=Health.CLOSED, health_cause=None, closed_at=case.now)
    refresh = case.connection.refresh
    if refresh is None:
        return over.done()
    if refresh.is_open:
        return cancelled(over, Cancelled())
    return (over.with_attempt(asked=False) if refresh.asks_late else over).done()


def attempt_over(case: Case, trouble: Trouble) -> Step:
    """This attempt brought nothing. While there is time a human act may start the next."""
    if case.refresh.status is Status.EXPIRED:
        return not_late(case)
    cannot_go_on = case.connection.login_id is None
    if cannot_go_on or case.now >= case.refresh.expires_at:
        return expired(case)
    lease = case.connection.lease.live_until
    retry_at = lease if lease is not None and lease > case.now else None
    return _ended(case).to(
        Status.INVITED, due=case.refresh.expires_at, error=trouble, retry_at=retry_at
    )


def back_in_time(case: Case, signal: CallbackSeen) -> Step:
    """The browser came back after the attempt had ended, but soon enough to be believed."""
    if not _is_eligible(case):
        return case.ignore()
    back = case.with_attempt(last_ask=True, asked=False, other_login=signal.other_login)
    return back.to(
        Status.VERIFYING, Command(Worker.ACCOUNTS), due=case.now + case.clocks.verify_again
    )


def back_late(case: Case, signal: CallbackSeen) -> Step:
    """The browser came back after the refresh had expired: ask Flinks, change nothing yet."""
    if not _is_eligible(case):
        return case.ignore()
    if case.attempt.asked:
        return case.ignore(Command(Worker.ACCOUNTS))
    return case.with_attempt(asked=True, other_login=signal.other_login).stay(
        Command(Worker.ACCOUNTS)
    )


def not_late(case: Case) -> Step:
    """Flinks does not prove a late success: the refresh stays expired."""
    return case.with_attempt(asked=False).stay() if case.attempt.asked else case.ignore()


def brought(case: Case, signal: WebhookMatched) -> Step:
    """A verified webhook brought the data of this refresh."""
    if not _concerns(case, signal):
        return case.ignore()
    return completed(case, signal.delivered, session_over=_is_of_our_session(case, signal))


def brought_late(case: Case, signal: WebhookMatched) -> Step:
    """A verified webhook proves success after the refresh had expired."""
    eligible = case.refresh.attempt is not None and _is_eligible(case)
    return brought(case, signal) if eligible else case.ignore()


def proven_elsewhere(case: Case, signal: ProvenElsewhere) -> Step:
    """A verified webhook while nothing waits: health may clear; the data is not kept."""
    newer = signal.last_refresh
    known = case.connection.data_as_of
    if newer is None or case.connection.login_id != signal.login_id:
        return case.ignore()
    if case.connection.health is not Health.RECONNECT_REQUIRED or _is_older(newer, known):
        return case.ignore()
    return case.healthy(as_of=newer).done()


def nightly_failed(case: Case, signal: NightlyFailed) -> Step:
    """Flinks could not refresh this login tonight; the person is needed. Told once."""
    known = case.connection.data_as_of
    # Flinks' nightly list knows whole seconds only.
    seen = known and known.replace(microsecond=0)
    fresher = seen is not None and seen > (signal.last_refresh or case.now - _ONE_NIGHT)
    if case.connection.health is Health.RECONNECT_REQUIRED or fresher:
        return case.ignore()
    return case.broken(signal.cause).done()


def _ended(case: Case) -> Case:
    attempt = case.refresh.attempt
    if attempt is None:
        return case
    return case.with_attempt(ended_at=attempt.ended_at or case.now, asked=False)


def _is_eligible(case: Case) -> bool:
    """An ended attempt may be proven successful for a while, until the next one is sent."""
    ended_at = case.attempt.ended_at
    return ended_at is not None and case.now < ended_at + case.clocks.late_grace


def _concerns(case: Case, signal: WebhookMatched) -> bool:
    """The same session, or the same login with data newer than the attempt."""
    attempt, delivered = case.refresh.attempt, signal.delivered
    if _is_of_our_session(case, signal):
        return True
    if delivered.login_id != case.connection.login_id or delivered.last_refresh is None:
        return False
    return delivered.last_refresh > (attempt.since if attempt else case.refresh.created_at)


def _is_of_our_session(case: Case, signal: WebhookMatched) -> bool:
    ours = case.refresh.attempt.request_id if case.refresh.attempt else None
    return signal.request_id is not None and signal.request_id == ours


def _is_older(instant: datetime, known: datetime | None) -> bool:
    return known is not None and instant <= known
