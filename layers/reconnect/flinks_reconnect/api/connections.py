"""What a caller sees of a connection. Neither a LoginId nor a RequestId is among it."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from flinks_reconnect.api.edge.problems import timestamp, wrong_view
from flinks_reconnect.api.refreshes import error_view, refresh_view, when
from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.ids import support_code
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.domain.warnings import warnings
from flinks_reconnect.usecases.import_connections import Imported, ImportReport, Outcome
from flinks_reconnect.usecases.ports import FoundRefresh, Known
from flinks_reconnect.usecases.read_connection import Timeline

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.connections import (
        ConnectionAnswer,
        EnteredAnswer,
        ImportAnswer,
        ImportItemAnswer,
        TimelineAnswer,
        TimelineItemAnswer,
    )
    from flinks_reconnect.api.contract.refreshes import RefreshAnswer


def connection_view(known: Known, clocks: Clocks, now: datetime) -> "ConnectionAnswer":
    """Return a connection as the integrator sees it now."""
    connection, settings = known.connection, known.settings
    live_until = connection.lease.live_until
    return {
        "id": settings.id,
        "supportCode": support_code(settings.id, settings.reference),
        "reference": settings.reference,
        "institutionId": settings.institution_id,
        "language": settings.language,
        "selectedAccounts": _selected(settings.selection),
        "unattended": settings.unattended,
        "health": {
            "status": connection.health,
            "cause": error_view(connection.health_cause),
            "trouble": error_view(connection.trouble_at(now)),
        },
        "dataAsOf": when(connection.data_as_of),
        "warnings": [
            {"code": each.code, "endsAt": timestamp(each.ends_at)}
            for each in warnings(connection, now, clocks)
        ],
        "attemptsToday": connection.lease.attempts_on(clocks.day(now)),
        "liveUntil": when(live_until) if live_until and live_until > now else None,
        "refresh": _refresh(known, clocks, now),
        "closedAt": when(connection.closed_at),
    }


def timeline_view(timeline: Timeline) -> "TimelineAnswer":
    """Return a stretch of a connection's refreshes."""
    return {"items": [_entry(each) for each in timeline.refreshes], "next": timeline.next}


def import_view(report: ImportReport) -> "ImportAnswer":
    """Return what became of each item, and how many met which outcome."""
    met = report.counts
    return {
        "dryRun": report.dry_run,
        "created": met[Outcome.CREATED],
        "updated": met[Outcome.UPDATED],
        "unchanged": met[Outcome.UNCHANGED],
        "invalid": met[Outcome.INVALID],
        "closed": met[Outcome.CLOSED],
        "failed": met[Outcome.FAILED],
        "items": [_imported(index, each) for index, each in enumerate(report.items)],
    }


def _imported(index: int, item: Imported) -> "ImportItemAnswer":
    view: ImportItemAnswer = {"index": index, "outcome": item.outcome}
    if item.id is not None:
        view["id"] = item.id
    if item.wrong:
        wrong = wrong_view(item.wrong)
        view["fields"], view["errors"] = wrong["fields"], wrong["errors"]
    return view


def _refresh(known: Known, clocks: Clocks, now: datetime) -> "RefreshAnswer | None":
    connection = known.connection
    if connection.refresh is None:
        return None
    found = FoundRefresh(refresh=connection.refresh, settings=known.settings, connection=connection)
    return refresh_view(found, clocks, now)


def _entry(refresh: Refresh) -> "TimelineItemAnswer":
    trail: list[EnteredAnswer] = [
        {"status": status, "at": timestamp(at)} for status, at in refresh.entered
    ]
    return {
        "id": refresh.id,
        "status": refresh.status,
        "reason": refresh.reason,
        "attempts": refresh.attempts,
        "error": error_view(refresh.error),
        "late": refresh.late,
        "createdAt": timestamp(refresh.created_at),
        "updatedAt": timestamp(refresh.updated_at),
        "completedAt": when(refresh.completed_at),
        "trail": trail,
    }


def _selected(selection: Selection | None) -> Literal["all"] | list[str] | None:
    if selection is None:
        return None
    return "all" if selection.everything else list(selection.ids)
