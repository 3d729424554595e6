"""Issue a Connect URL: mint a token, build the address, guard the clocks. The one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.capabilities import Capability, Purpose, sign_capability
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.machine.signals import Due, SignInOpened
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import Attempt, Kind, Mode, Refresh, Status
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import NoUrlError
from flinks_reconnect.usecases.ports import ConnectTarget, ConnectUrls, FlinksGateway, FoundRefresh


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedUrl:
    """The address, shown once, and the clocks it lives by."""

    url: str
    origin: str
    expires_at: datetime
    request_expires_at: datetime | None
    token_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueConnectUrl:
    """A guard, not a signal: the row is read again after the mint, and its deadline is truth."""

    advance: Advance
    flinks: FlinksGateway
    connect_urls: ConnectUrls
    signing_keys: Callable[[], tuple[bytes, ...]]

    def __call__(self, refresh_id: RefreshId, base_url: str, *, hosted: bool = False) -> IssuedUrl:
        """Raises NoUrlError, MintError and RefreshNotFoundError. Always mints anew.

        `base_url`: where the callback is. `hosted`: our own page will hold the frame.
        """
        self._guard(refresh_id)
        token = self.flinks.mint_token()
        found, attempt = self._guard(refresh_id)
        clocks = self.advance.clocks
        token_dies_at = token.minted_at + clocks.authorize_token - clocks.token_margin
        purpose = Purpose.HOSTED_CALLBACK if hosted else Purpose.CALLBACK
        callback_url = f"{base_url}/callback/{self._state(purpose, found.refresh, attempt)}"
        target = self._target(found, attempt, callback_url, hosted=hosted)
        if attempt.kind is Kind.SIGN_IN:
            opened = self.advance.refresh(refresh_id, SignInOpened(attempt.number))
            if not opened.changed:
                raise NoUrlError(opened.connection.refresh or found.refresh)
        session_dies_at = self._session_dies_at(attempt)
        return IssuedUrl(
            url=self.connect_urls.build(target, token),
            origin=self.connect_urls.origin,
            expires_at=min(token_dies_at, session_dies_at or token_dies_at),
            request_expires_at=session_dies_at,
            token_expires_at=token_dies_at,
        )

    def _guard(self, refresh_id: RefreshId) -> tuple[FoundRefresh, Attempt]:
        found = self.advance.find(refresh_id)
        if found.connection is None:
            raise NoUrlError(found.refresh)
        now = self.advance.clock()
        connection = step(found.connection, Due(), now, self.advance.clocks).connection
        refresh = connection.refresh or found.refresh
        if refresh.attempt is None or not _is_issuable(refresh.status, refresh.attempt):
            raise NoUrlError(refresh)
        dies_at = self._session_dies_at(refresh.attempt)
        if dies_at is not None and now >= dies_at - self.advance.clocks.url_margin:
            raise NoUrlError(refresh, over_at=dies_at)
        return found, refresh.attempt

    def _session_dies_at(self, attempt: Attempt) -> datetime | None:
        if attempt.kind is Kind.SIGN_IN or attempt.activity_at is None:
            return None
        return attempt.activity_at + self.advance.clocks.request_id_idle

    def _target(
        self, found: FoundRefresh, attempt: Attempt, callback_url: str, *, hosted: bool
    ) -> ConnectTarget:
        settings, refresh = found.settings, found.refresh
        return ConnectTarget(
            request_id=None if attempt.kind is Kind.SIGN_IN else attempt.request_id,
            institution_id=settings.institution_id,
            language=settings.language,
            selection=settings.selection or Selection(),
            mode_embedded=hosted or refresh.mode is Mode.EMBEDDED,
            callback_url=callback_url,
            tag=refresh.id,
        )

    def _state(self, purpose: Purpose, refresh: Refresh, attempt: Attempt) -> str:
        return sign_capability(
            self.signing_keys()[0],
            purpose,
            Capability(refresh.id, attempt.number),
            refresh.expires_at + self.advance.clocks.callback_after_expiry,
        )


def _is_issuable(status: Status, attempt: Attempt) -> bool:
    """A sign-in is opened while it is asked for; a session while Flinks still knows it."""
    if attempt.kind is Kind.SIGN_IN:
        return status is Status.CREDENTIALS_REQUIRED
    return status in {Status.MFA_REQUIRED, Status.VERIFYING} and not attempt.request_gone
