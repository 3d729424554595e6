"""Hand out a link for the person who is away. It calls nobody and starts nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.capabilities import Capability, Purpose, sign_capability
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.domain.link import Channel, Link
from flinks_reconnect.domain.machine.signals import Due, LinkIssued
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import RefreshSettledError, TooManyLinksError

PAGE: Final = "reconnect"
"""Where our page is, below the public base URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLink:
    """How the link will go to the person, and how long it is to be good for."""

    channel: Channel = Channel.EMAIL
    life: timedelta | None = None
    """None: as long as the channel allows; it never lives longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLink:
    """The link, shown once: its secret lies in the fragment and is not stored."""

    url: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLink:
    """Each link takes the place of the one before, so a lost one is worth nothing any more."""

    advance: Advance
    signing_keys: Callable[[], tuple[bytes, ...]]

    def __call__(self, refresh_id: RefreshId, wanted: WantedLink, base_url: str) -> IssuedLink:
        """Return a new link.

        Raises TooManyLinksError, RefreshNotFoundError, and RefreshSettledError for what is over.
        """
        # Read first: a link that nobody could seal would take the place of a good one.
        signing_key = self.signing_keys()[0]
        longest = self.advance.clocks.link_life(wanted.channel)
        life = min(wanted.life or longest, longest)
        result = self.advance.refresh(refresh_id, Due(), LinkIssued(wanted.channel, life))
        refresh = result.connection.refresh
        if refresh is None or not refresh.is_open:
            raise RefreshSettledError(refresh_id)
        if not result.changed or refresh.link is None:
            raise TooManyLinksError
        link = refresh.link
        what = Capability(refresh_id, link.generation)
        secret = sign_capability(signing_key, Purpose.LINK, what, link.expires_at)
        return IssuedLink(url=f"{base_url}/{PAGE}#{secret}", link=link)
