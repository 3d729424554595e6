"""How soon to call again: after a refusal, and while a refresh is under way."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from flinks_reconnect_client.errors import ProblemError, UnreachableError
from flinks_reconnect_client.models import Refresh

TRIES = 3
LONGEST_PAUSE = 20.0
"""Seconds that a single call may pause between two tries; what needs longer is raised."""
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})

_AGAIN = frozenset({"busy", "flinks_unavailable", "throttled", "unavailable", "unreadable_answer"})
_HELPFUL = frozenset({409, 429, 502, 503, 504})
_PERSON = frozenset({"invited", "credentials_required"})
_FIRST, _LATER, _PERSONS = 1.0, 10.0, 30.0


def pause_before_try(error: ProblemError, tries: int) -> float | None:
    """Return the seconds until the same call may be sent again; None: it is no use."""
    if tries >= TRIES or not is_passing(error):
        return None
    pause = error.retry_after
    if pause is None:
        pause = random.uniform(0.5, 1.0) * 0.25 * 2**tries  # noqa: S311 - spreads, hides nothing
    return pause if pause <= LONGEST_PAUSE else None


def is_passing(error: ProblemError) -> bool:
    """Tell whether the same call may well succeed a little later."""
    if isinstance(error, UnreachableError):
        return True
    return error.problem.status in _HELPFUL and error.code in _AGAIN


def pause_before_look(refresh: Refresh, looks: int, now: datetime) -> float:
    """Return the seconds until it is worth reading this refresh again.

    `retryAt` says when something happens next; before it nothing does. Else the pauses grow from
    a second to ten, or to thirty while nothing can happen before the person acts.
    """
    if refresh.retry_at is not None and refresh.retry_at > now:
        return (refresh.retry_at - now) / timedelta(seconds=1) + _FIRST
    longest = _PERSONS if refresh.status in _PERSON else _LATER
    return float(min(_FIRST * 1.5**looks, longest))


def is_reached(refresh: Refresh, statuses: tuple[str, ...]) -> bool:
    """Tell whether the wait is over: one of these statuses, or, without any, no more waiting."""
    if statuses:
        return refresh.status in statuses
    return refresh.status in ENDED or refresh.next_action != "wait"
