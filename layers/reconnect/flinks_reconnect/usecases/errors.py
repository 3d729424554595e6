"""Every way in which a use case can end without its result; the edge answers each of them."""

from datetime import datetime

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.refresh import Refresh


class UseCaseError(Exception):
    """What the caller of a use case has to deal with."""


class TransientError(UseCaseError):
    """What failed comes back by itself, and a later try may succeed."""


class StaleWriteError(TransientError):
    """Somebody else wrote the row first; read again and decide again."""


class StoreUnavailableError(TransientError):
    """Table or bucket did not answer, or ask for patience; a write may have had its effect."""


class QueueUnavailableError(TransientError):
    """A queue did not take a message."""


class KeyReusedError(UseCaseError):
    """This Idempotency-Key came before, with another body."""


class SecretUnavailableError(TransientError):
    """A secret cannot be read; whoever needed it refuses (rule R11)."""


class MintError(UseCaseError):
    """No authorize token could be had; `trouble` says why, and nothing was sent to the bank."""

    def __init__(self, code: ErrorCode) -> None:
        """Name the trouble."""
        super().__init__(code.value)
        self.code = code


class DeletionError(UseCaseError):
    """Flinks did not say that the login is deleted; the same call may be sent again."""

    def __init__(self, code: ErrorCode) -> None:
        """Name the trouble."""
        super().__init__(code.value)
        self.code = code


class NightlyStatusError(TransientError):
    """Flinks' nightly status could not be read."""


class PublishError(TransientError):
    """At least one event was not taken by the bus."""


class BusSlowError(PublishError):
    """The bus did not answer in time."""


class RefreshNotFoundError(UseCaseError):
    """No refresh has this id."""


class ConnectionUnknownError(UseCaseError):
    """No connection has this id."""


class ConnectionClosedError(UseCaseError):
    """The person has stopped sharing this login."""


class RefreshSettledError(UseCaseError):
    """The refresh is over and its connection has moved on to a newer one."""


class NoTimeLeftError(TransientError):
    """Too little of this invocation is left to hold the call; the message comes back."""


class UnfinishedNightError(TransientError):
    """A passing fault of the table kept some entries from being looked at; the rest is done."""


class NoUrlError(UseCaseError):
    """No URL can be had now; the refresh, as it stands, says what to do instead."""

    def __init__(self, refresh: Refresh, *, over_at: datetime | None = None) -> None:
        """Carry the refresh; `over_at`: its session is in its last minute, and ends then."""
        super().__init__(refresh.status.value)
        self.refresh = refresh
        self.over_at = over_at


class TooManyLinksError(UseCaseError):
    """This refresh has had as many links as one may have."""


class NotTakenError(UseCaseError):
    """The integrator did not take a webhook; it is sent again later."""


class NotOfThisTimelineError(UseCaseError):
    """No refresh of this connection has the id from which the timeline was to go on."""


class NotCancellableError(UseCaseError):
    """The refresh has ended otherwise."""


class NoAccountsError(UseCaseError):
    """This refresh has no accounts to read: not yet, not any more, or never."""

    def __init__(self, *, gone: bool) -> None:
        """Tell whether they will ever come."""
        super().__init__("gone" if gone else "not yet")
        self.gone = gone


class SelectionRequiredError(UseCaseError):
    """The first start of a connection names its accounts, or says "all"."""


class SelectionDiffersError(UseCaseError):
    """The start names other accounts than the stored ones; a start never changes them."""


class OtherSessionOpenError(UseCaseError):
    """This connection is already being refreshed under another RequestId."""

    def __init__(self, refresh_id: RefreshId) -> None:
        """Name the refresh that is open."""
        super().__init__("another session is open")
        self.refresh_id = refresh_id


class LoginNotProvenError(UseCaseError):
    """An adopted session has not shown yet which login it is of, so none can be deleted."""


class StillInUseError(UseCaseError):
    """Flinks is still working on this login."""

    def __init__(self, retry_at: datetime) -> None:
        """Tell when it is worth another try."""
        super().__init__("still in use")
        self.retry_at = retry_at


class IndexUnreadableError(UseCaseError):
    """Not one shard of the due index could be read; nothing is known of what is overdue."""


class UnknownCallbackError(UseCaseError):
    """The state is forged, expired or of a refresh that we do not know."""


class LinkGoneError(UseCaseError):
    """The link opens nothing. `replaced`: it was good until a newer one took its place.

    Only who holds a link that we sealed learns that; to all others, gone is gone.
    """

    def __init__(self, *, replaced: bool) -> None:
        """Carry whether there is a newer link."""
        super().__init__()
        self.replaced = replaced


class VisitOverError(UseCaseError):
    """The visit is forged or over, or its link was taken back; a good link opens a new one."""
