"""Receive the redirect callback: a hint that the person is done. It is never believed."""

from collections.abc import Callable
from dataclasses import dataclass

from flinks_reconnect.domain.refresh import Refresh
from flinks_reconnect.domain.seals import Purpose, unseal
from flinks_reconnect.domain.signals import CallbackSeen, Due
from flinks_reconnect.usecases.advance import Advance, RefreshNotFoundError, RefreshSettledError


class UnknownCallbackError(Exception):
    """The state is forged, expired or of a refresh that we do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCallback:
    """First, second and late hits answer alike."""

    advance: Advance
    signing_keys: Callable[[], tuple[bytes, ...]]

    def __call__(self, state: str, claimed_login_id: str | None) -> Refresh:
        """Record the hint and return the refresh; raises UnknownCallbackError."""
        opened = unseal(self.signing_keys(), Purpose.CALLBACK, state, self.advance.clock())
        if opened is None:
            raise UnknownCallbackError
        try:
            found = self.advance.find(opened.refresh_id)
            if found.connection is None:
                return found.refresh
            known = found.connection.login_id
            other = bool(known and claimed_login_id and claimed_login_id.lower() != known)
            # What the clock has ended meanwhile ends first; the hint is then a late one (rule R6).
            self.advance.refresh(opened.refresh_id, Due())
            self.advance.refresh(opened.refresh_id, CallbackSeen(opened.number, other))
        except RefreshSettledError:
            return found.refresh
        except RefreshNotFoundError as error:
            raise UnknownCallbackError from error
        return found.refresh
