"""What a caller sees of a refresh. Neither a LoginId nor a RequestId is among it."""

from datetime import datetime
from typing import TYPE_CHECKING

from flinks_reconnect.api.edge.problems import timestamp
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import REMEDIES, ErrorCode, NextAction
from flinks_reconnect.domain.ids import support_code
from flinks_reconnect.domain.link import LinkState
from flinks_reconnect.domain.next_action import next_action
from flinks_reconnect.domain.refresh import Kind, Refresh, Status
from flinks_reconnect.usecases.issue_connect_url import IssuedUrl
from flinks_reconnect.usecases.ports import FoundRefresh
from flinks_reconnect.usecases.read_refresh import AccountsLink

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.refreshes import (
        AccountsAnswer,
        AttemptAnswer,
        ErrorAnswer,
        IframeUrlAnswer,
        LinkStateAnswer,
        RefreshAnswer,
    )


def refresh_view(found: FoundRefresh, clocks: Clocks, now: datetime) -> "RefreshAnswer":
    """Return a refresh as the integrator sees it."""
    refresh = found.refresh
    return {
        "id": refresh.id,
        "connectionId": found.settings.id,
        "reference": found.settings.reference,
        "supportCode": support_code(found.settings.id, found.settings.reference),
        "status": refresh.status,
        "reason": refresh.reason,
        "nextAction": _next_action(refresh, now),
        "retryAt": when(refresh.retry_at),
        "attempt": attempt_view(refresh, clocks),
        "link": _link(refresh, now),
        "mergedInto": refresh.merged_into,
        "error": error_view(refresh.error),
        "late": refresh.late,
        "createdAt": timestamp(refresh.created_at),
        "updatedAt": timestamp(refresh.updated_at),
        "expiresAt": timestamp(refresh.expires_at),
        "completedAt": when(refresh.completed_at),
        "dataAsOf": when(refresh.data_as_of),
    }


def url_view(issued: IssuedUrl) -> "IframeUrlAnswer":
    """Return a Connect URL with its clocks; the answer is never stored or repeated."""
    return {
        "url": issued.url,
        "origin": issued.origin,
        "expiresAt": timestamp(issued.expires_at),
        "requestIdExpiresAt": when(issued.request_expires_at),
        "authorizeTokenExpiresAt": timestamp(issued.token_expires_at),
    }


def accounts_view(link: AccountsLink) -> "AccountsAnswer":
    """Return where the filtered accounts can be read for a minute."""
    return {
        "snapshot": {
            "url": link.url,
            "expiresAt": timestamp(link.expires_at),
            "bytes": link.snapshot.bytes,
            "sha256": link.snapshot.sha256,
            "accounts": link.snapshot.accounts,
            "missingAccounts": link.snapshot.vanished,
            "vanishedAccounts": link.snapshot.vanished,  # deprecated: the name before 0.2
        }
    }


def attempt_view(refresh: Refresh, clocks: Clocks) -> "AttemptAnswer | None":
    """Return the attempt, with its deadline while the bank waits for an answer."""
    attempt = refresh.attempt
    if attempt is None:
        return None
    alive = refresh.status in {Status.MFA_REQUIRED, Status.VERIFYING}
    answerable = alive and attempt.kind is not Kind.SIGN_IN and attempt.activity_at is not None
    expires_at = (
        attempt.activity_at + clocks.request_id_idle
        if answerable and attempt.activity_at is not None
        else None
    )
    return {"number": attempt.number, "expiresAt": when(expires_at)}


def _next_action(refresh: Refresh, now: datetime) -> NextAction:
    waits_for_click = refresh.status is Status.INVITED
    if waits_for_click and refresh.link_state(now) is LinkState.ACTIVE:
        return NextAction.OPEN_LINK
    return next_action(refresh)


def _link(refresh: Refresh, now: datetime) -> "LinkStateAnswer | None":
    link, state = refresh.link, refresh.link_state(now)
    if link is None or state is None:
        return None
    return {
        "expiresAt": timestamp(link.expires_at),
        "channel": link.channel,
        "state": state,
    }


def error_view(code: ErrorCode | None) -> "ErrorAnswer | None":
    """Return a trouble with who must act."""
    if code is None:
        return None
    remedy = REMEDIES[code]
    return {"code": code, "owner": remedy.owner, "message": remedy.message}


def when(instant: datetime | None) -> str | None:
    """Return an instant, if there is one."""
    return timestamp(instant) if instant is not None else None
