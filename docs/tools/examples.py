"""The document's examples, made by the code that makes the real answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flinks_reconnect.api.connections import (
    connection_view,
    import_view,
    timeline_view,
)
from flinks_reconnect.api.edge import problems
from flinks_reconnect.api.found_connections import receipt_view
from flinks_reconnect.api.links import link_view
from flinks_reconnect.api.refreshes import accounts_view, refresh_view, url_view
from flinks_reconnect.domain.accounts import Selection, Snapshot
from flinks_reconnect.domain.capabilities import Capability, Purpose, sign_capability
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health, Lease
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import (
    AccountId,
    LoginId,
    RequestId,
    connection_id,
    new_refresh_id,
)
from flinks_reconnect.domain.link import Channel, Link
from flinks_reconnect.domain.refresh import Attempt, Kind, Reason, Refresh, Status
from flinks_reconnect.flinks.connect_url import ConnectUrlBuilder
from flinks_reconnect.usecases.erase_reference import Erased, Erasure, Receipt
from flinks_reconnect.usecases.import_connections import Imported, ImportReport, Outcome
from flinks_reconnect.usecases.issue_connect_url import IssuedUrl
from flinks_reconnect.usecases.issue_link import IssuedLink
from flinks_reconnect.usecases.ports import AuthorizeToken, ConnectTarget, FoundRefresh, Known
from flinks_reconnect.usecases.read_connection import Timeline
from flinks_reconnect.usecases.read_refresh import AccountsLink

CLOCKS: Final = Clocks()
NOW: Final = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
LOGIN: Final = "10000000-0000-4000-8000-000000000001"
SESSION: Final = "20000000-0000-4000-8000-000000000001"
ACCOUNTS: Final = [f"30000000-0000-4000-8000-00000000000{digit}" for digit in (1, 2)]
_HOME: Final = connection_id(b"example", LoginId(LOGIN))
_ID: Final = new_refresh_id(_HOME, NOW, lambda count: bytes(range(count)))

START: Final[dict[str, Any]] = {
    "a person pressed Refresh": {
        "loginId": LOGIN,
        "userPresent": True,
        "selectedAccounts": ACCOUNTS,
        "reference": "customer-42/bank-1",
    },
    "the person is away": {
        "loginId": LOGIN,
        "reason": "nightly_failed",
        "selectedAccounts": "all",
    },
    "an interrupted session": {
        "requestId": SESSION,
        "loginId": LOGIN,
        "selectedAccounts": ACCOUNTS,
        "lastActivityAt": "2026-11-22T14:27:30Z",
    },
}


LINKS: Final[dict[str, Any]] = {
    "in an e-mail": {"channel": "email"},
    "in a text message, for an hour": {"channel": "sms", "expiresInSeconds": 3600},
}
CONNECTIONS: Final[dict[str, Any]] = {
    "a connection of a customer": {
        "loginId": LOGIN,
        "reference": "customer-42/bank-1",
        "institutionId": "14",
        "language": "en",
        "selectedAccounts": ACCOUNTS,
    },
    "refreshes may start without a person": {"loginId": LOGIN, "unattended": True},
}
IMPORTS: Final[dict[str, Any]] = {
    "first tried": {"dryRun": True, "connections": list(CONNECTIONS.values())[:1]},
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "StartBody": START,
    "LinkBody": LINKS,
    "ConnectionBody": CONNECTIONS,
    "ImportBody": IMPORTS,
}


def refresh_example(status: Status) -> dict[str, Any]:
    """Return a refresh of this status as the API shows it."""
    settings = ConnectionSettings(id=_HOME, reference="customer-42/bank-1")
    refresh = _refresh(status)
    connection = Connection(id=_HOME, login_id=LoginId(LOGIN), refresh=refresh)
    found = FoundRefresh(refresh=refresh, settings=settings, connection=connection)
    return dict(refresh_view(found, CLOCKS, NOW))


def connection_example(*, closed: bool) -> dict[str, Any]:
    """Return a connection as the API shows it."""
    chosen = Selection(ids=tuple(AccountId(each) for each in ACCOUNTS))
    settings = ConnectionSettings(
        id=_HOME,
        reference="customer-42/bank-1",
        institution_id=None if closed else "14",
        language=None if closed else "en",
        selection=None if closed else chosen,
    )
    connection = Connection(
        id=_HOME,
        login_id=None if closed else LoginId(LOGIN),
        health=Health.CLOSED if closed else Health.HEALTHY,
        data_as_of=NOW + timedelta(seconds=70),
        lease=Lease(day=NOW.date(), used=1),
        refresh=_refresh(Status.COMPLETED),
        closed_at=NOW + timedelta(days=1) if closed else None,
    )
    known = Known(connection=connection, settings=settings)
    return dict(connection_view(known, CLOCKS, NOW + timedelta(days=closed, seconds=90)))


def timeline_example() -> dict[str, Any]:
    """Return a timeline as the API shows it."""
    done = replace(
        _refresh(Status.COMPLETED),
        updated_at=NOW + timedelta(seconds=76),
        completed_at=NOW + timedelta(seconds=76),
        trail="s+0 m+9 v+64 f+65 C+76",
    )
    return dict(timeline_view(Timeline(refreshes=(done,), next=None)))


def import_example() -> dict[str, Any]:
    """Return what became of an import, as the API shows it."""
    items = (
        Imported(outcome=Outcome.CREATED, id=_HOME),
        Imported(outcome=Outcome.INVALID, wrong=(FieldError("language", "must be 'en' or 'fr'"),)),
    )
    return dict(import_view(ImportReport(dry_run=True, items=items)))


def _refresh(status: Status) -> Refresh:
    attempt = Attempt(
        number=1,
        kind=Kind.LIVE,
        since=NOW,
        sent_at=NOW,
        request_id=RequestId(SESSION),
        activity_at=NOW + timedelta(seconds=9),
    )
    return Refresh(
        id=_ID,
        status=status,
        reason=Reason.USER_REQUESTED,
        created_at=NOW,
        updated_at=NOW + timedelta(seconds=9),
        expires_at=NOW + CLOCKS.present_expiry,
        due_at=NOW + CLOCKS.session,
        attempt=attempt,
        attempts=1,
    )


def url_example() -> dict[str, Any]:
    """Return a Connect URL as the API shows it."""
    state = sign_capability(
        b"example", Purpose.CALLBACK, Capability(_ID, 1), NOW + timedelta(days=1)
    )
    target = ConnectTarget(
        request_id=RequestId(SESSION),
        institution_id="14",
        language="en",
        selection=Selection(ids=tuple(AccountId(each) for each in ACCOUNTS)),
        mode_embedded=True,
        callback_url=f"https://refresh.example.com/callback/{state}",
        tag=_ID,
    )
    builder = ConnectUrlBuilder(base_url="https://example-iframe.private.fin.ag")
    url = builder.build(target, AuthorizeToken("40000000-0000-4000-8000-000000000001", NOW))
    session_dies_at = NOW + CLOCKS.request_id_idle
    issued = IssuedUrl(
        url=url,
        origin=builder.origin,
        expires_at=session_dies_at,
        request_expires_at=session_dies_at,
        token_expires_at=NOW + CLOCKS.authorize_token - CLOCKS.token_margin,
    )
    return dict(url_view(issued))


def accounts_example() -> dict[str, Any]:
    """Return where accounts are read, as the API shows it."""
    snapshot = Snapshot(
        sha256="9f" * 32, bytes=48210, accounts=2, vanished=0, expires_at=NOW + CLOCKS.snapshot
    )
    url = f"https://bucket.s3.ca-central-1.amazonaws.com/snapshots/{_ID}/{snapshot.sha256}.json"
    expires_at = NOW + timedelta(seconds=60)
    return dict(accounts_view(AccountsLink(url=url, expires_at=expires_at, snapshot=snapshot)))


def link_example() -> dict[str, Any]:
    """Return a link as the API shows it."""
    link = Link(generation=1, channel=Channel.SMS, expires_at=NOW + CLOCKS.link_sms)
    secret = sign_capability(b"example", Purpose.LINK, Capability(_ID, 1), link.expires_at)
    url = f"https://refresh.example.com/reconnect#{secret}"
    return dict(link_view(IssuedLink(url=url, link=link)))


def problem_example() -> dict[str, Any]:
    """Return a problem as the API shows it."""
    return problems.SELECTION_REQUIRED.body()


def found_example() -> dict[str, Any]:
    """Return a page of found connections as the API shows it."""
    return {"items": [connection_example(closed=False)], "next": None}


def receipt_example() -> dict[str, Any]:
    """Return the receipt of an erasure as the API shows it."""
    at = NOW + timedelta(days=1)
    line = Erased(id=_HOME, outcome=Erasure.ERASED, closed_at=at)
    return dict(receipt_view("customer-42/bank-1", Receipt(at=at, connections=(line,))))


ANSWERS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "IframeUrlAnswer": url_example,
    "LinkAnswer": link_example,
    "AccountsAnswer": accounts_example,
    "FoundConnectionsAnswer": found_example,
    "ReceiptAnswer": receipt_example,
    "TimelineAnswer": timeline_example,
    "ImportAnswer": import_example,
}
