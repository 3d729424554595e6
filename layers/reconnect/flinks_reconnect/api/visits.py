"""Visits: what a link opens, and what its person sees."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flinks_reconnect.api.edge.problems import NO_LINK, ProblemError, timestamp
from flinks_reconnect.api.refreshes import attempt_view, error_view, when
from flinks_reconnect.api.return_address import return_address
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.capabilities import Purpose, is_shaped
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import support_code
from flinks_reconnect.domain.next_action import next_action
from flinks_reconnect.usecases.ports import FoundRefresh
from flinks_reconnect.usecases.visits import OpenedVisit

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.visits import (
        OpenedVisitAnswer,
        SeenRefreshAnswer,
        VisitAnswer,
    )


def link_secret(body: Mapping[str, Any]) -> str:
    """Return the link's secret; raises a 400 problem for what is no link at all."""
    secret = body.get("link")
    if set(body) != {"link"} or not isinstance(secret, str) or not is_shaped(Purpose.LINK, secret):
        raise ProblemError(NO_LINK)
    return secret


def visit_view(found: FoundRefresh, clocks: Clocks, return_urls: AllowList) -> "VisitAnswer":
    """Return a refresh as the person sees it who opened its link: nothing of the integrator's."""
    refresh = found.refresh
    is_under_way = refresh.is_open and refresh.error is None
    seen: SeenRefreshAnswer = {
        "status": refresh.status,
        "nextAction": next_action(refresh),
        "retryAt": when(refresh.retry_at),
        "attempt": attempt_view(refresh, clocks),
        "error": error_view(ErrorCode.CONNECTION_CLOSED if found.closed else refresh.error),
        "language": found.settings.language,
        "returnUrl": None if is_under_way else return_address(return_urls, refresh),
        "supportCode": support_code(found.settings.id, found.settings.reference),
        "completedAt": when(refresh.completed_at),
    }
    return {"refresh": seen}


def opened_view(visit: OpenedVisit, clocks: Clocks, return_urls: AllowList) -> "OpenedVisitAnswer":
    """Return a visit that was just opened; its token is in no other answer."""
    seen = visit_view(visit.found, clocks, return_urls)
    return {"visit": visit.token, "expiresAt": timestamp(visit.expires_at), **seen}
