"""Rules: how a refresh ends, well or not, and what may still follow."""

from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.case import NO_DELAY, Case, Command, Step, Worker
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import REMEDIES, NextAction, Owner, Trouble
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.proof import as_kept, is_newer, proves, proves_by_session
from flinks_reconnect.domain.refresh import Attempt, Kind, Status
from flinks_reconnect.domain.signals import (
    CallbackSeen,
    Cancelled,
    Closed,
    Delivered,
    NightlyFailed,
    PersonDeclined,
    ProvenElsewhere,
    WebhookMatched,
)

_ONE_NIGHT: Final = timedelta(days=1)
_ONE_SECOND: Final = timedelta(seconds=1)
_MAY_STILL_SUCCEED: Final = frozenset(
    {
        Trouble.ATTEMPT_EXPIRED,
        Trouble.REFRESH_EXPIRED,
        Trouble.SESSION_GONE,
        Trouble.OUTCOME_UNKNOWN,
        Trouble.MFA_SESSION_LOST,
    }
)
"""Ends that nobody told us: what the person did in their last minute may show only later."""
_JUST_LOOKED: Final = 3
"""As many looks as this count as made where Flinks was asked right before an end."""


def completed(case: Case, delivered: Delivered, *, session_over: bool = True) -> Step:
    """Fresh data is stored: done, once; health clears on this proof.

    `session_over`: the data came from the attempt's own session, which it spends.
    """
    if delivered.snapshot is None:
        return failed(case, Trouble.ACCOUNTS_VANISHED)
    late = case.refresh.status is Status.EXPIRED
    vanished = delivered.snapshot.vanished
    over = case.live_until(case.now) if session_over and not _leaves_session(case) else case
    proven = _at_rest(over).where(login_id=delivered.login_id)
    told = proven.told(EventType.REFRESH_COMPLETED, late=late).told(
        EventType.ACCOUNTS_REFRESHED, vanished=vanished
    )
    return told.refreshed(delivered.last_refresh, since=_newer_than(case)).to(
        Status.COMPLETED,
        due=case.now,
        snapshot=delivered.snapshot,
        completed_at=case.now,
        data_as_of=min(delivered.last_refresh or case.now, case.now),
        error=None,
        retry_at=None,
        late=late,
    )


def failed(case: Case, trouble: Trouble) -> Step:
    """The refresh is over without data; the last good data stays readable at Flinks."""
    if case.refresh.status is Status.EXPIRED:
        return not_late(case)
    told = case.told(EventType.REFRESH_FAILED, error=trouble)
    starts_anew = REMEDIES[trouble].next_action is NextAction.START_NEW_SESSION
    retry_at = case.lease_ahead if starts_anew else None
    return told.to(Status.FAILED, due=case.now, error=trouble, retry_at=retry_at)


def expired(case: Case) -> Step:
    """Nobody came in time; Flinks is asked once more, and success may still be proven late."""
    over = _ended(case).told(EventType.REFRESH_EXPIRED)
    looks = _last_looks(case)
    asked = over if looks is None else over.asking(looks, misses=_JUST_LOOKED if looks else 0)
    commands = () if looks is None else (Command(Worker.ACCOUNTS, looks),)
    return asked.to(
        Status.EXPIRED,
        *commands,
        due=case.now,
        error=Trouble.REFRESH_EXPIRED,
        retry_at=case.lease_ahead,
    )


def cancelled(case: Case, _: Cancelled) -> Step:
    """Given up by the integrator. The lease stays: a session may still be alive at the bank."""
    told = case.told(EventType.REFRESH_CANCELLED)
    return told.to(Status.CANCELLED, due=case.now, retry_at=None)


def declined(case: Case, _: PersonDeclined) -> Step:
    """The person said no. Nothing has changed: they may begin again where they were, or not."""
    told = case.told(EventType.REFRESH_DECLINED)
    return told.to(
        Status.INVITED, due=case.refresh.expires_at, error=Trouble.DECLINED, retry_at=None
    )


def closed(case: Case, _: Closed) -> Step:
    """Nothing is shared any more: the login is forgotten, and whatever was asked for ends.

    The lease stays, since a session that Flinks did not stop may still be alive at the bank.
    """
    over = case.where(
        login_id=None,
        health=Health.CLOSED,
        health_cause=None,
        trouble=None,
        trouble_until=None,
        closed_at=case.now,
    )
    refresh = case.connection.refresh
    if refresh is None:
        return over.done()
    if refresh.is_open:
        return cancelled(over, Cancelled())
    return (over.with_attempt(call_at=None) if refresh.asks_late else over).done()


def attempt_over(case: Case, trouble: Trouble) -> Step:
    """This attempt brought nothing. While there is time a human act may start the next."""
    if case.refresh.status is Status.EXPIRED:
        return not_late(case)
    cannot_go_on = case.connection.login_id is None
    if cannot_go_on or case.now >= case.refresh.expires_at:
        return expired(case)
    over = _ended(case)
    if trouble in _MAY_STILL_SUCCEED and _was_begun(case.refresh.attempt):
        over = over.asking(case.clocks.late_grace, misses=0)
    return over.to(
        Status.INVITED,
        due=case.refresh.expires_at,
        error=trouble,
        retry_at=case.lease_ahead,
    )


def back_in_time(case: Case, signal: CallbackSeen) -> Step:
    """The browser came back after the attempt had ended, but soon enough to be believed."""
    if not _is_eligible(case):
        return case.ignore()
    back = case.asking(
        NO_DELAY, last_ask=True, asked=False, misses=0, other_login=signal.other_login
    )
    until = case.now + case.clocks.late_grace
    return back.to(Status.VERIFYING, Command(Worker.ACCOUNTS), due=until)


def back_late(case: Case, signal: CallbackSeen) -> Step:
    """The browser came back after the refresh had expired: ask Flinks, change nothing yet."""
    if not _is_eligible(case) or case.attempt.asked:
        return case.ignore()
    asked_at = case.attempt.called_at or case.refresh.created_at
    wait = max(asked_at + case.clocks.poll - case.now, NO_DELAY)
    return case.asking(wait, asked=True, misses=0, other_login=signal.other_login).stay(
        Command(Worker.ACCOUNTS, wait)
    )


def not_late(case: Case) -> Step:
    """Flinks does not prove a late success: the refresh stays expired."""
    return case.with_attempt(call_at=None).stay() if case.refresh.asks_late else case.ignore()


def brought(case: Case, signal: WebhookMatched) -> Step:
    """A verified webhook brought the data of this refresh."""
    if signal.delivered.snapshot is None or not _concerns(case, signal):
        return case.ignore()
    return completed(case, signal.delivered, session_over=_is_of_our_session(case, signal))


def brought_late(case: Case, signal: WebhookMatched) -> Step:
    """A verified webhook proves success after the refresh had expired."""
    attempt = case.refresh.attempt
    waits = attempt is not None and (_is_eligible(case) or case.refresh.asks_late)
    return brought(case, signal) if waits else case.ignore()


def proven_elsewhere(case: Case, signal: ProvenElsewhere) -> Step:
    """A verified webhook while nothing waits: its proof counts, the data is not kept."""
    told, known = signal.last_refresh, case.connection.data_as_of
    if told is None or case.connection.login_id != signal.login_id:
        return case.ignore()
    if told > case.now + case.clocks.skew or (known is not None and as_kept(told) <= known):
        return case.ignore()
    refresh = case.connection.refresh
    attempt = refresh.attempt if refresh and refresh.is_open else None
    is_fresh = attempt is None or proves(attempt, told, case.now, case.clocks)
    # Of a login that we know nothing of yet, data from before what goes on tell nothing either.
    return case.refreshed(told).done() if is_fresh or known is not None else case.ignore()


def nightly_failed(case: Case, signal: NightlyFailed) -> Step:
    """Flinks could not refresh this login tonight. Told once per cause."""
    known = case.connection.data_as_of
    # Flinks' nightly list knows whole seconds only.
    seen = known and known.replace(microsecond=0)
    if seen is not None and seen > (signal.last_refresh or case.now - _ONE_NIGHT):
        return case.ignore()
    if REMEDIES[signal.cause].owner is not Owner.USER:
        return _in_trouble(case, signal.cause)
    if case.connection.health is Health.RECONNECT_REQUIRED:
        return case.ignore()
    return _as_listed(case, signal.last_refresh).broken(signal.cause, at=_night_of(case)).done()


def _as_listed(case: Case, listed: datetime | None) -> Case:
    """What Flinks lists as the last success, to the second, is no news if it is told again."""
    known = case.connection.known_refresh
    newest = listed + _ONE_SECOND if listed is not None else None
    if newest is None or (known is not None and known >= newest) or newest > case.now:
        return case
    return case.where(last_refresh=newest)


def _in_trouble(case: Case, cause: Trouble) -> Step:
    """No person can cure it: it is shown and told as such, and passes by itself."""
    stands = case.connection.trouble_at(case.now)
    until = case.now + case.clocks.trouble_life
    noted = case.where(trouble=cause, trouble_until=until)
    if stands is cause:
        # Told already; the same night's list, read again, changes nothing.
        renewed = until - (case.connection.trouble_until or until) > _ONE_NIGHT / 2
        return noted.done() if renewed else case.ignore()
    return noted.told(EventType.CONNECTION_TROUBLE, error=cause).done()


def _night_of(case: Case) -> datetime:
    """When the night failed: before what the person has begun meanwhile, if anything."""
    refresh = case.connection.refresh
    if refresh is None or not refresh.is_open or refresh.attempt is None:
        return case.now
    return min(case.now, refresh.attempt.since)


def _at_rest(case: Case) -> Case:
    """Nothing is asked any more, so nothing of the asking is kept."""
    if case.refresh.attempt is None:
        return case
    return case.with_attempt(
        call_at=None, called_at=None, calls=0, misses=0, selection=0, asked=False, last_ask=False
    )


def _ended(case: Case) -> Case:
    attempt = case.refresh.attempt
    if attempt is None:
        return case
    return case.with_attempt(ended_at=attempt.ended_at or case.now, asked=False, call_at=None)


def _last_looks(case: Case) -> timedelta | None:
    """How soon Flinks is asked after the end; None where nothing can have come of an attempt."""
    attempt = case.refresh.attempt
    if attempt is None or not _was_begun(attempt):
        return None
    gone = attempt.request_id is None or attempt.request_gone
    if gone and case.connection.login_id is None:
        return None
    called_at = attempt.called_at
    just_asked = called_at is not None and case.now < called_at + case.clocks.verify_again
    return case.clocks.look_delay(_JUST_LOOKED) if just_asked else NO_DELAY


def _was_begun(attempt: Attempt | None) -> bool:
    """Whether a person or a bank can have done anything about it."""
    if attempt is None:
        return False
    return attempt.sent_at is not None or attempt.activity_at is not None


def _leaves_session(case: Case) -> bool:
    """Whether another session of the attempt was never used up: one that we never saw, or lost."""
    attempt = case.refresh.attempt
    return attempt is not None and (attempt.answer_lost or attempt.kind is Kind.SIGN_IN)


def _newer_than(case: Case) -> datetime | None:
    attempt = case.refresh.attempt
    return attempt.since if attempt is not None and attempt.kind is not Kind.ADOPTED else None


def _is_eligible(case: Case) -> bool:
    """An ended attempt may be proven successful for a while, until the next one is sent."""
    attempt = case.refresh.attempt
    if attempt is None or not _was_begun(attempt):
        return False
    ended_at = attempt.ended_at or attempt.activity_at or attempt.since
    return case.now < ended_at + case.clocks.late_grace


def _concerns(case: Case, signal: WebhookMatched) -> bool:
    """The same session or the same login, with data newer than the attempt."""
    attempt, delivered = case.refresh.attempt, signal.delivered
    if case.connection.login_id not in {None, delivered.login_id}:
        return False
    if attempt is None:
        known, since = case.connection.known_refresh, case.refresh.created_at
        return is_newer(delivered.last_refresh, since, known, case.now, case.clocks)
    if _is_of_our_session(case, signal):
        return proves_by_session(attempt, delivered.last_refresh, case.now, case.clocks)
    same_login = delivered.login_id == case.connection.login_id
    return same_login and proves(attempt, delivered.last_refresh, case.now, case.clocks)


def _is_of_our_session(case: Case, signal: WebhookMatched) -> bool:
    ours = case.refresh.attempt.request_id if case.refresh.attempt else None
    return signal.request_id is not None and signal.request_id == ours
