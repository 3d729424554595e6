"""Calls a deployed Reconnect for Flinks.

from flinks_reconnect_client import ReconnectClient

client = ReconnectClient()
refresh = client.start_refresh(
    login_id=login_id, selected_accounts="all", user_present=True, return_url=my_page
)
send_the_person_to(client.link(refresh.id, channel="in_app").url)
"""

from flinks_reconnect_client.async_client import AsyncReconnectClient
from flinks_reconnect_client.client import ReconnectClient
from flinks_reconnect_client.errors import (
    ConflictError,
    GoneError,
    InvalidRequestError,
    NotAllowedError,
    NotFoundError,
    ProblemError,
    ReconnectError,
    RefreshEndedError,
    ThrottledError,
    UnavailableError,
    UnreachableError,
    WaitTimeoutError,
)
from flinks_reconnect_client.models import (
    AccountsOptions,
    Attempt,
    Cause,
    Channel,
    Connection,
    ConnectionHealth,
    ConnectionWarning,
    ErasedConnection,
    FoundConnections,
    HandedOutLink,
    Health,
    IframeUrl,
    ImportedItem,
    ImportReport,
    Link,
    Mode,
    NewConnection,
    NextAction,
    Owner,
    Problem,
    Reason,
    Receipt,
    Refresh,
    Snapshot,
    Status,
    Timeline,
    TimelineItem,
)
from flinks_reconnect_client.signing import NotConfiguredError

__all__ = [
    "AccountsOptions",
    "AsyncReconnectClient",
    "Attempt",
    "Cause",
    "Channel",
    "ConflictError",
    "Connection",
    "ConnectionHealth",
    "ConnectionWarning",
    "ErasedConnection",
    "FoundConnections",
    "GoneError",
    "HandedOutLink",
    "Health",
    "IframeUrl",
    "ImportReport",
    "ImportedItem",
    "InvalidRequestError",
    "Link",
    "Mode",
    "NewConnection",
    "NextAction",
    "NotAllowedError",
    "NotConfiguredError",
    "NotFoundError",
    "Owner",
    "Problem",
    "ProblemError",
    "Reason",
    "Receipt",
    "ReconnectClient",
    "ReconnectError",
    "Refresh",
    "RefreshEndedError",
    "Snapshot",
    "Status",
    "ThrottledError",
    "Timeline",
    "TimelineItem",
    "UnavailableError",
    "UnreachableError",
    "WaitTimeoutError",
]
