"""Register a connection, or change what is configured of it: only what is given changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.domain.language import Language
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import ConnectionClosedError, StaleWriteError
from flinks_reconnect.usecases.ports import Known

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the integrator states of a login; None: nothing is said, so nothing changes."""

    login_id: LoginId
    reference: str | None = None
    institution_id: str | None = None
    language: Language | None = None
    selection: Selection | None = None
    unattended: bool | None = None

    def applied(self, settings: ConnectionSettings) -> ConnectionSettings:
        """Return the settings as this makes them."""
        return replace(settings, **dict(self._stated()))

    def _stated(self) -> Iterator[tuple[str, Any]]:
        for name in ("reference", "institution_id", "language", "selection", "unattended"):
            value = getattr(self, name)
            if value is not None:
                yield name, value


class Change(StrEnum):
    """What a registration did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The connection as it now stands."""

    known: Known
    change: Change

    @property
    def is_new(self) -> bool:
        """Whether this very call made it."""
        return self.change is Change.CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterConnection:
    """The one way to widen or change a stored selection (rule R5), and to allow the policy.

    The same twice is the same connection: its id is made from the LoginId. A closed one is shared
    anew by this alone: who connects the same account again may get the same LoginId (Flinks).
    """

    advance: Advance

    def __call__(
        self, registration: Registration, *, dry_run: bool = False, reopens: bool = True
    ) -> Registered:
        """Raises ConnectionClosedError, and StaleWriteError after five lost races.

        `dry_run`: tell what it would do, and write nothing. `reopens`: a closed connection is
        shared anew, as if it were new.
        """
        for attempt in range(_TRIES):
            known = self._known(registration.login_id)
            if known is not None and known.connection.closed_at is not None and not reopens:
                raise ConnectionClosedError
            try:
                return self._apply(registration, known, dry_run=dry_run)
            except StaleWriteError:
                self.advance.pause(attempt)
        raise StaleWriteError

    def _known(self, login_id: LoginId) -> Known | None:
        return self.advance.connections.load(self.advance.home_of(login_id))

    def _apply(
        self, registration: Registration, known: Known | None, *, dry_run: bool
    ) -> Registered:
        if known is None:
            return self._create(registration, dry_run=dry_run)
        if known.connection.closed_at is not None:
            return self._reopen(registration, known, dry_run=dry_run)
        after = registration.applied(known.settings)
        if after == known.settings:
            return Registered(known=self.advance.seen(known), change=Change.UNCHANGED)
        if not dry_run:
            self.advance.connections.configure(after, known.settings)
        seen = replace(self.advance.seen(known), settings=after)
        return Registered(known=seen, change=Change.UPDATED)

    def _reopen(self, registration: Registration, known: Known, *, dry_run: bool) -> Registered:
        settings = registration.applied(known.settings)
        again = Known(
            connection=known.connection.reopened(registration.login_id, self.advance.clock()),
            # Counted, so that the row is written in any case: it was to go in 400 days.
            settings=replace(settings, version=settings.version + 1),
        )
        if not dry_run:
            self.advance.connections.begin(again, known, None)
        return Registered(known=again, change=Change.CREATED)

    def _create(self, registration: Registration, *, dry_run: bool) -> Registered:
        home = self.advance.home_of(registration.login_id)
        known = Known(
            # The version of a row that was written once, as a step would leave it.
            connection=Connection(id=home, login_id=registration.login_id, version=1),
            settings=registration.applied(ConnectionSettings(id=home)),
        )
        if not dry_run:
            self.advance.connections.begin(known, None, None)
        return Registered(known=known, change=Change.CREATED)
