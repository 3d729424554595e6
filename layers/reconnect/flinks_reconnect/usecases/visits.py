"""A visit: what a person may do who opened a link. Reading costs nothing; a click starts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flinks_reconnect.domain.capabilities import (
    Capability,
    Purpose,
    sign_capability,
    verify_capability,
)
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.signals import Due, LinkOpened, PersonActed, PersonDeclined
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import (
    LinkGoneError,
    RefreshNotFoundError,
    RefreshSettledError,
    StaleWriteError,
    StoreUnavailableError,
    VisitOverError,
)
from flinks_reconnect.usecases.ports import FoundRefresh


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVisit:
    """A visit's token, shown once, and what the person sees."""

    token: str
    expires_at: datetime
    found: FoundRefresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Links and visits are not stored: the refresh knows the generation that still counts."""

    advance: Advance
    signing_keys: Callable[[], tuple[bytes, ...]]

    def open(self, secret: str) -> OpenedVisit:
        """Open a visit; as often as one likes, since it uses nothing up. Raises LinkGoneError."""
        opened = self._opened(Purpose.LINK, secret)
        if opened is None:
            raise LinkGoneError(replaced=self._is_replaced(secret))
        link, found = opened
        self._tell(link, found)
        expires_at = self.advance.clock() + self.advance.clocks.visit
        token = sign_capability(self.signing_keys()[0], Purpose.VISIT, link, expires_at)
        return OpenedVisit(token=token, expires_at=expires_at, found=found)

    def current(self, token: str) -> FoundRefresh:
        """Return the refresh as it stands now; raises VisitOverError."""
        opened = self._opened(Purpose.VISIT, token)
        if opened is None:
            raise VisitOverError
        return opened[1]

    def start(self, token: str) -> FoundRefresh:
        """The click: start what is due. Twice is once.

        Raises VisitOverError, and RefreshSettledError for what is over.
        """
        refresh_id = self.current(token).refresh.id
        self.advance.refresh(refresh_id, Due(), PersonActed())
        found = self.advance.read(refresh_id)
        if not found.refresh.is_open:
            raise RefreshSettledError(refresh_id)
        return found

    def declined(self, token: str) -> FoundRefresh:
        """The person said no in Flinks' window; raises VisitOverError."""
        found = self.current(token)
        attempt = found.refresh.attempt
        if attempt is None:
            return found
        with suppress(RefreshSettledError):
            self.advance.refresh(found.refresh.id, Due(), PersonDeclined(attempt.number))
        return self.advance.read(found.refresh.id)

    def refresh_of(self, token: str) -> RefreshId:
        """Return the refresh that this visit acts for; raises VisitOverError."""
        return self.current(token).refresh.id

    def _tell(self, link: Capability, found: FoundRefresh) -> None:
        """Tell that the link was opened; a page that cannot be told of opens all the same."""
        known = found.refresh.link
        if known is None or known.opened or not found.refresh.is_open:
            return
        with suppress(RefreshSettledError, StaleWriteError, StoreUnavailableError):
            self.advance.refresh(found.refresh.id, LinkOpened(link.number), found=found)

    def _is_replaced(self, secret: str) -> bool:
        sealed = verify_capability(self.signing_keys(), Purpose.LINK, secret, self.advance.clock())
        if sealed is None:
            return False
        try:
            link = self.advance.read(sealed.refresh_id).refresh.link
        except RefreshNotFoundError:
            return False
        return link is not None and link.generation > sealed.number

    def _opened(self, purpose: Purpose, text: str) -> tuple[Capability, FoundRefresh] | None:
        opened = verify_capability(self.signing_keys(), purpose, text, self.advance.clock())
        if opened is None:
            return None
        try:
            found = self.advance.read(opened.refresh_id)
        except RefreshNotFoundError:
            return None
        link = found.refresh.link
        return (opened, found) if link and link.generation == opened.number else None
