"""Rules: how a refresh ends, well or not, and what may still follow."""

from datetime import datetime, timedelta
from typing import Final

from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, NextAction, Owner
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.machine.context import NO_DELAY, Command, Context, Step, Worker
from flinks_reconnect.domain.machine.signals import (
    CallbackSeen,
    Cancelled,
    Closed,
    Delivered,
    NightlyFailed,
    PersonDeclined,
    ProvenElsewhere,
    WebhookMatched,
)
from flinks_reconnect.domain.proof import as_kept, is_newer, proves, proves_by_session
from flinks_reconnect.domain.refresh import Attempt, Kind, Status

_ONE_NIGHT: Final = timedelta(days=1)
_ONE_SECOND: Final = timedelta(seconds=1)
_MAY_STILL_SUCCEED: Final = frozenset(
    {
        ErrorCode.ATTEMPT_EXPIRED,
        ErrorCode.REFRESH_EXPIRED,
        ErrorCode.SESSION_GONE,
        ErrorCode.OUTCOME_UNKNOWN,
        ErrorCode.MFA_SESSION_LOST,
    }
)
"""Ends that nobody told us: what the person did in their last minute may show only later."""
_JUST_LOOKED: Final = 3
"""As many looks as this count as made where Flinks was asked right before an end."""


def completed(context: Context, delivered: Delivered, *, session_over: bool = True) -> Step:
    """Fresh data is stored: done, once; health clears on this proof.

    `session_over`: the data came from the attempt's own session, which it spends.
    """
    if delivered.snapshot is None:
        return failed(context, ErrorCode.ACCOUNTS_VANISHED)
    late = context.refresh.status is Status.EXPIRED
    vanished = delivered.snapshot.vanished
    over = (
        context.live_until(context.now)
        if session_over and not _leaves_session(context)
        else context
    )
    proven = _at_rest(over).where(login_id=delivered.login_id)
    as_of = min(delivered.last_refresh or context.now, context.now)
    ended = proven.with_event(EventType.REFRESH_COMPLETED, late=late, data_as_of=as_of).with_event(
        EventType.ACCOUNTS_REFRESHED, vanished=vanished, data_as_of=as_of
    )
    return ended.refreshed(delivered.last_refresh, since=_newer_than(context)).to(
        Status.COMPLETED,
        due=context.now,
        snapshot=delivered.snapshot,
        completed_at=context.now,
        data_as_of=as_of,
        error=None,
        retry_at=None,
        late=late,
    )


def failed(context: Context, code: ErrorCode) -> Step:
    """The refresh is over without data; the last good data stays readable at Flinks."""
    if context.refresh.status is Status.EXPIRED:
        return not_late(context)
    ended = context.with_event(EventType.REFRESH_FAILED, error=code)
    starts_anew = REMEDIES[code].next_action is NextAction.START_NEW_SESSION
    retry_at = context.lease_ahead if starts_anew else None
    return ended.to(Status.FAILED, due=context.now, error=code, retry_at=retry_at)


def expired(context: Context) -> Step:
    """Nobody came in time; Flinks is asked once more, and success may still be proven late."""
    over = _ended(context).with_event(EventType.REFRESH_EXPIRED)
    looks = _last_looks(context)
    asked = over if looks is None else over.asking(looks, misses=_JUST_LOOKED if looks else 0)
    commands = () if looks is None else (Command(Worker.ACCOUNTS, looks),)
    return asked.to(
        Status.EXPIRED,
        *commands,
        due=context.now,
        error=ErrorCode.REFRESH_EXPIRED,
        retry_at=context.lease_ahead,
    )


def cancelled(context: Context, _: Cancelled) -> Step:
    """Given up by the integrator. The lease stays: a session may still be alive at the bank."""
    ended = context.with_event(EventType.REFRESH_CANCELLED)
    return ended.to(Status.CANCELLED, due=context.now, retry_at=None)


def declined(context: Context, _: PersonDeclined) -> Step:
    """The person said no. Nothing has changed: they may begin again where they were, or not."""
    ended = context.with_event(EventType.REFRESH_DECLINED)
    return ended.to(
        Status.INVITED, due=context.refresh.expires_at, error=ErrorCode.DECLINED, retry_at=None
    )


def closed(context: Context, _: Closed) -> Step:
    """Nothing is shared any more: the login is forgotten, and whatever was asked for ends.

    The lease stays, since a session that Flinks did not stop may still be alive at the bank.
    """
    over = context.where(
        login_id=None,
        health=Health.CLOSED,
        health_cause=None,
        trouble=None,
        trouble_until=None,
        closed_at=context.now,
    )
    refresh = context.connection.refresh
    if refresh is None:
        return over.done()
    if refresh.is_open:
        return cancelled(over, Cancelled())
    return (over.with_attempt(call_at=None) if refresh.asks_late else over).done()


def attempt_over(context: Context, code: ErrorCode) -> Step:
    """This attempt brought nothing. While there is time a human act may start the next."""
    if context.refresh.status is Status.EXPIRED:
        return not_late(context)
    cannot_go_on = context.connection.login_id is None
    if cannot_go_on or context.now >= context.refresh.expires_at:
        return expired(context)
    over = _ended(context)
    if code in _MAY_STILL_SUCCEED and _was_begun(context.refresh.attempt):
        over = over.asking(context.clocks.late_grace, misses=0)
        over = over.with_event(EventType.ATTEMPT_EXPIRED, error=code)
    return over.to(
        Status.INVITED,
        due=context.refresh.expires_at,
        error=code,
        retry_at=context.lease_ahead,
    )


def back_in_time(context: Context, signal: CallbackSeen) -> Step:
    """The browser came back after the attempt had ended, but soon enough to be believed."""
    if not _is_eligible(context):
        return context.ignore()
    back = context.asking(
        NO_DELAY, last_ask=True, asked=False, misses=0, other_login=signal.other_login
    )
    until = context.now + context.clocks.late_grace
    return back.to(Status.VERIFYING, Command(Worker.ACCOUNTS), due=until)


def back_late(context: Context, signal: CallbackSeen) -> Step:
    """The browser came back after the refresh had expired: ask Flinks, change nothing yet."""
    if not _is_eligible(context) or context.attempt.asked:
        return context.ignore()
    asked_at = context.attempt.called_at or context.refresh.created_at
    wait = max(asked_at + context.clocks.poll - context.now, NO_DELAY)
    return context.asking(wait, asked=True, misses=0, other_login=signal.other_login).stay(
        Command(Worker.ACCOUNTS, wait)
    )


def not_late(context: Context) -> Step:
    """Flinks does not prove a late success: the refresh stays expired."""
    return (
        context.with_attempt(call_at=None).stay() if context.refresh.asks_late else context.ignore()
    )


def brought(context: Context, signal: WebhookMatched) -> Step:
    """A verified webhook brought the data of this refresh."""
    if signal.delivered.snapshot is None or not _concerns(context, signal):
        return context.ignore()
    return completed(context, signal.delivered, session_over=_is_of_our_session(context, signal))


def brought_late(context: Context, signal: WebhookMatched) -> Step:
    """A verified webhook proves success after the refresh had expired."""
    attempt = context.refresh.attempt
    waits = attempt is not None and (_is_eligible(context) or context.refresh.asks_late)
    return brought(context, signal) if waits else context.ignore()


def proven_elsewhere(context: Context, signal: ProvenElsewhere) -> Step:
    """A verified webhook while nothing waits: its proof counts, the data is not kept."""
    reported, known = signal.last_refresh, context.connection.data_as_of
    if reported is None or context.connection.login_id != signal.login_id:
        return context.ignore()
    if reported > context.now + context.clocks.skew or (
        known is not None and as_kept(reported) <= known
    ):
        return context.ignore()
    refresh = context.connection.refresh
    attempt = refresh.attempt if refresh and refresh.is_open else None
    is_fresh = attempt is None or proves(attempt, reported, context.now, context.clocks)
    # Of a login that we know nothing of yet, data from before what goes on tell nothing either.
    return context.refreshed(reported).done() if is_fresh or known is not None else context.ignore()


def nightly_failed(context: Context, signal: NightlyFailed) -> Step:
    """Flinks could not refresh this login tonight. Told once per cause."""
    known = context.connection.data_as_of
    # Flinks' nightly list knows whole seconds only.
    seen = known and known.replace(microsecond=0)
    if seen is not None and seen > (signal.last_refresh or context.now - _ONE_NIGHT):
        return context.ignore()
    if REMEDIES[signal.cause].owner is not Owner.USER:
        return _in_trouble(context, signal.cause)
    if context.connection.health is Health.RECONNECT_REQUIRED:
        return context.ignore()
    return (
        _as_listed(context, signal.last_refresh).broken(signal.cause, at=_night_of(context)).done()
    )


def _as_listed(context: Context, listed: datetime | None) -> Context:
    """What Flinks lists as the last success, to the second, is no news if it is told again."""
    known = context.connection.known_refresh
    newest = listed + _ONE_SECOND if listed is not None else None
    if newest is None or (known is not None and known >= newest) or newest > context.now:
        return context
    return context.where(last_refresh=newest)


def _in_trouble(context: Context, cause: ErrorCode) -> Step:
    """No person can cure it: it is shown and told as such, and passes by itself."""
    stands = context.connection.trouble_at(context.now)
    until = context.now + context.clocks.trouble_life
    noted = context.where(trouble=cause, trouble_until=until)
    if stands is cause:
        # Told already; the same night's list, read again, changes nothing.
        renewed = until - (context.connection.trouble_until or until) > _ONE_NIGHT / 2
        return noted.done() if renewed else context.ignore()
    return noted.with_event(EventType.CONNECTION_TROUBLE, error=cause).done()


def _night_of(context: Context) -> datetime:
    """When the night failed: before what the person has begun meanwhile, if anything."""
    refresh = context.connection.refresh
    if refresh is None or not refresh.is_open or refresh.attempt is None:
        return context.now
    return min(context.now, refresh.attempt.since)


def _at_rest(context: Context) -> Context:
    """Nothing is asked any more, so nothing of the asking is kept."""
    if context.refresh.attempt is None:
        return context
    return context.with_attempt(
        call_at=None,
        called_at=None,
        calls=0,
        misses=0,
        selection=0,
        asked=False,
        last_ask=False,
        data_claimed=False,
        data_accepted=False,
        collecting_since=None,
    )


def _ended(context: Context) -> Context:
    attempt = context.refresh.attempt
    if attempt is None:
        return context
    return context.with_attempt(ended_at=attempt.ended_at or context.now, asked=False, call_at=None)


def _last_looks(context: Context) -> timedelta | None:
    """How soon Flinks is asked after the end; None where nothing can have come of an attempt."""
    attempt = context.refresh.attempt
    if attempt is None or not _was_begun(attempt):
        return None
    gone = attempt.request_id is None or attempt.request_gone
    if gone and context.connection.login_id is None:
        return None
    called_at = attempt.called_at
    just_asked = called_at is not None and context.now < called_at + context.clocks.verify_again
    return context.clocks.look_delay(_JUST_LOOKED) if just_asked else NO_DELAY


def _was_begun(attempt: Attempt | None) -> bool:
    """Whether a person or a bank can have done anything about it."""
    if attempt is None:
        return False
    return attempt.sent_at is not None or attempt.activity_at is not None


def _leaves_session(context: Context) -> bool:
    """Whether another session of the attempt was never used up: one that we never saw, or lost."""
    attempt = context.refresh.attempt
    return attempt is not None and (attempt.session_unread or attempt.kind is Kind.SIGN_IN)


def _newer_than(context: Context) -> datetime | None:
    attempt = context.refresh.attempt
    return attempt.since if attempt is not None and attempt.kind is not Kind.ADOPTED else None


def _is_eligible(context: Context) -> bool:
    """An ended attempt may be proven successful for a while, until the next one is sent."""
    attempt = context.refresh.attempt
    if attempt is None or not _was_begun(attempt):
        return False
    ended_at = attempt.ended_at or attempt.activity_at or attempt.since
    return context.now < ended_at + context.clocks.late_grace


def _concerns(context: Context, signal: WebhookMatched) -> bool:
    """The same session or the same login, with data newer than the attempt."""
    attempt, delivered = context.refresh.attempt, signal.delivered
    if context.connection.login_id not in {None, delivered.login_id}:
        return False
    if attempt is None:
        known, since = context.connection.known_refresh, context.refresh.created_at
        return is_newer(delivered.last_refresh, since, known, context.now, context.clocks)
    if _is_of_our_session(context, signal):
        return proves_by_session(attempt, delivered.last_refresh, context.now, context.clocks)
    same_login = delivered.login_id == context.connection.login_id
    return same_login and proves(attempt, delivered.last_refresh, context.now, context.clocks)


def _is_of_our_session(context: Context, signal: WebhookMatched) -> bool:
    ours = context.refresh.attempt.request_id if context.refresh.attempt else None
    return signal.request_id is not None and signal.request_id == ours
