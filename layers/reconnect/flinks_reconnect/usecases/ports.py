"""What the use cases need from outside, in their own words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flinks_reconnect.domain.accounts import Account, AccountsOptions, Selection
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import Event
from flinks_reconnect.domain.flinks_answers import AccountsAnswer, AuthorizeAnswer
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.machine.context import Command
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.usecases.replay import Replay

type Clock = Callable[[], datetime]
"""Returns the current instant, with UTC as its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Both rows of a connection, as one consistent read saw them."""

    connection: Connection
    settings: ConnectionSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRefresh:
    """A refresh wherever it lies now: still on its connection's row, or in its history."""

    refresh: Refresh
    settings: ConnectionSettings
    connection: Connection | None
    """None: the refresh is history, and the row has moved on to a newer one."""
    closed: bool = False
    """The connection was closed since; nothing of its accounts is handed out any more, not even
    when it is shared anew."""


@dataclass(frozen=True, slots=True)
class Due:
    """One entry of the due index: a row, and the wake-up that the index knows of."""

    connection_id: ConnectionId
    wake_at: datetime


class ConnectionStore(Protocol):
    """The rows of connections. Every read is strongly consistent.

    Any method may raise StoreUnavailableError.
    """

    def load(self, connection_id: ConnectionId) -> Known | None:
        """Return both rows of the connection that this id stands for now, or None."""

    def find(self, refresh_id: RefreshId) -> FoundRefresh | None:
        """Return the refresh, wherever it moved to, or None if there is none."""

    def locate(self, request_id: RequestId) -> RefreshId | None:
        """Return the refresh whose attempt has this RequestId, or None."""

    def replayed(self, replay: Replay) -> RefreshId | None:
        """Return what the key led to, or None; raises KeyReusedError for another body."""

    def remember(self, replay: Replay, refresh_id: RefreshId) -> None:
        """Keep what the key led to, if it is not kept yet.

        Raises KeyReusedError where it is, with another body.
        """

    def begin(self, known: Known, before: Known | None, replay: Replay | None) -> None:
        """Write a start in one transaction; raises StaleWriteError.

        `before` is what was read, None at first contact. Settings that did not change are not
        written again.
        """

    def save(self, after: Connection, before: Connection) -> None:
        """Write one step, with its history or attempt row in the same transaction.

        A step that closes the connection erases what is configured of it, but for the reference,
        and lets both rows go in 400 days. Raises StaleWriteError if the row is no longer the one
        that was read.
        """

    def move(
        self, before: Connection, moved: Connection, home: Known | None, arrived: Connection
    ) -> None:
        """Move an adopted, now settled refresh to the connection that its LoginId proved.

        One transaction: `before` becomes a stub that points home, the refresh of `moved` becomes
        history there, and `arrived` takes the place of `home` (None: its first contact, and the
        settings come along). Raises StaleWriteError.
        """

    def configure(self, after: ConnectionSettings, before: ConnectionSettings) -> None:
        """Write what changed of the settings, and that alone; the live row is not touched.

        Raises StaleWriteError for a connection that is closed or gone.
        """

    def settled(
        self, connection_id: ConnectionId, upto: RefreshId | None, limit: int
    ) -> tuple[Refresh, ...]:
        """Return settled refreshes, the newest first: from `upto` on, which is among them."""

    def learn_institution(self, settings: ConnectionSettings, institution_id: str) -> None:
        """Keep which bank this is, now that Flinks named it; not of a closed connection."""

    def due(self, shard: int, now: datetime, limit: int, after: Due | None = None) -> Iterable[Due]:
        """Return what the index shows as due in this shard, the oldest first, behind `after`.

        The one read that is not consistent: the index lags, and a shard of it can be throttled.
        Fewer than `limit` are the last.
        """

    def with_code(
        self, code: str, limit: int, after: ConnectionId | None = None
    ) -> Sequence[ConnectionId]:
        """Return connections of a support code, in the order of their ids; a hint, as `due` is.

        Fewer than `limit` are the last. An id may be one that a session had before its login was
        proven.
        """

    def broken(self, limit: int, after: ConnectionId | None = None) -> Sequence[ConnectionId]:
        """Return connections that must be reconnected, in the same way."""

    def postpone(self, connection_id: ConnectionId, until: datetime) -> int:
        """Let the sweep look at this row again only then; for one that cannot be written or read.

        A refresh that expires earlier is looked at when it does. Returns how many times running
        the row was put off, without a step between; 0 where it has no wake-up to move. Never
        raises.
        """

    def published(self, connection: Connection) -> None:
        """Empty the outbox, if the row is still as published; what owes nothing may sleep."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One bank login under way."""

    institution_id: str
    name: str


class Seats(Protocol):
    """How many bank logins of one institution may be under way at once, over all workers."""

    def take(self, institution_id: str) -> Seat | None:
        """Return a seat, or None where all are taken."""

    def leave(self, seat: Seat) -> None:
        """Give the seat back."""


class CommandQueue(Protocol):
    """Asks the workers to look at a refresh."""

    def send(self, command: Command, refresh_id: RefreshId) -> None:
        """Send it, with the command's delay or the queue's longest (15 minutes).

        Raises QueueUnavailableError.
        """

    def send_webhook(self, digest: str) -> None:
        """Ask the accounts worker to look at a stored webhook."""


class FlinksGateway(Protocol):
    """Flinks, in the words of the domain. No call is ever repeated inside."""

    def mint_token(self) -> "AuthorizeToken":
        """Buy a single-use token; raises MintError."""

    def authorize_live(self, token: "AuthorizeToken", login_id: LoginId) -> AuthorizeAnswer:
        """Start a bank login (`MostRecentCached: false`, `Save: true`). Up to 215 s, once."""

    def authorize_cached(self, token: "AuthorizeToken", login_id: LoginId) -> AuthorizeAnswer:
        """Ask how things stand, without calling the bank (`MostRecentCached: true`)."""

    def authorize_poll(self, request_id: RequestId) -> AuthorizeAnswer:
        """Ask how a call that went to the background stands (`/AuthorizeAsync`)."""

    def call_accounts(
        self, request_id: RequestId, selection: Selection, options: AccountsOptions
    ) -> AccountsAnswer:
        """Ask for the data of a session (`/GetAccountsDetail`), filtered by the selection."""

    def poll_accounts(self, request_id: RequestId) -> AccountsAnswer:
        """Ask again (`/GetAccountsDetailAsync`)."""

    def nightly_failures(self) -> Iterator["NightlyFailure | None"]:
        """Yield the logins that were not refreshed tonight, however many, as they come in.

        None: an entry that is no card or names no login. Raises NightlyStatusError at the latest
        at its end; what came before is true all the same.
        """

    def delete_login(self, login_id: LoginId) -> None:
        """Delete a login with all its data, for good; one that is unknown is gone already.

        Raises DeletionError and SecretUnavailableError. Up to 20 s.
        """


@dataclass(frozen=True, slots=True, repr=False)
class AuthorizeToken:
    """A single-use token; never stored, never logged, never used twice."""

    value: str
    minted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyFailure:
    """One login of Flinks' list of cards that nightly refresh left out."""

    login_id: LoginId
    cause: ErrorCode
    last_refresh: datetime | None


class NightlySlices(Protocol):
    """Parts of tonight's list, kept until they are marked. Their names say nothing of a login."""

    def hand_over(self, failures: Sequence[NightlyFailure | None]) -> None:
        """Keep this part and ask for it to be marked; twice or once in a night is the same."""

    def take(self, name: str) -> tuple[NightlyFailure | None, ...]:
        """Return a part; nothing where it is marked already, or gone."""

    def done(self, name: str) -> None:
        """Forget what the part holds, and remember that it is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectTarget:
    """What a Connect URL is to show."""

    request_id: RequestId | None
    """None: a full sign-in."""
    institution_id: str | None
    language: Language | None
    selection: Selection
    mode_embedded: bool
    callback_url: str
    tag: RefreshId


class ConnectUrls(Protocol):
    """Builds Flinks Connect addresses."""

    @property
    def origin(self) -> str:
        """The exact origin that the widget's messages come from."""

    def build(self, target: ConnectTarget, token: AuthorizeToken) -> str:
        """Return the iframe address; it carries secrets and is shown once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSnapshot:
    """The filtered accounts of a refresh as they were written."""

    sha256: str
    bytes: int


class SnapshotStore(Protocol):
    """Where filtered accounts lie, encrypted, for a while.

    `put` raises StoreUnavailableError.
    """

    def put(
        self, refresh_id: RefreshId, accounts: tuple[Account, ...], about: dict[str, object]
    ) -> StoredSnapshot:
        """Write them under refresh and digest; the same accounts twice are one object."""

    def link(self, refresh_id: RefreshId, sha256: str, expires_in: timedelta) -> str:
        """Return an address that can be read for so long, by whoever holds it."""


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """One event, and whose it is."""

    settings: ConnectionSettings
    event: Event


class EventBus(Protocol):
    """Tells the integrator what happened."""

    def publish(self, events: Sequence[OutgoingEvent]) -> Sequence[bool]:
        """Send up to ten events of any rows in one call and return which ones were taken.

        A repetition keeps its id. Raises BusSlowError.
        """
