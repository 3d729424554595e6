"""Receive the redirect callback: a hint that the person is done. It is never believed."""

from collections.abc import Callable
from dataclasses import dataclass

from flinks_reconnect.domain.capabilities import Capability, Purpose, verify_capability
from flinks_reconnect.domain.machine.signals import CallbackSeen, Due
from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import (
    RefreshNotFoundError,
    RefreshSettledError,
    UnknownCallbackError,
)


@dataclass(frozen=True, slots=True)
class Returned:
    """The refresh that somebody came back to; `hosted`: in a frame of our own page."""

    refresh: Refresh
    hosted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCallback:
    """First, second and late hits answer alike."""

    advance: Advance
    signing_keys: Callable[[], tuple[bytes, ...]]

    def __call__(self, state: str, claimed_login_id: str | None) -> Returned:
        """Record the hint and return what it is about; raises UnknownCallbackError."""
        for purpose in (Purpose.CALLBACK, Purpose.HOSTED_CALLBACK):
            opened = verify_capability(self.signing_keys(), purpose, state, self.advance.clock())
            if opened is not None:
                refresh = self._seen(opened, claimed_login_id)
                return Returned(refresh, hosted=purpose is Purpose.HOSTED_CALLBACK)
        raise UnknownCallbackError

    def _seen(self, opened: Capability, claimed_login_id: str | None) -> Refresh:
        try:
            found = self.advance.find(opened.refresh_id)
            if found.connection is None:
                return found.refresh
            known = found.connection.login_id
            other = bool(known and claimed_login_id and claimed_login_id.lower() != known)
            # What the clock has ended meanwhile ends first; the hint is then a late one (rule R6).
            hint = CallbackSeen(opened.number, other)
            self.advance.refresh(opened.refresh_id, Due(), hint, found=found)
        except RefreshSettledError:
            return found.refresh
        except RefreshNotFoundError as error:
            raise UnknownCallbackError from error
        return found.refresh
