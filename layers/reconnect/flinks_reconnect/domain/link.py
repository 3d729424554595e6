"""A reconnect link: our invitation, good for days; it opens a page and starts nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST_LIFE: Final = timedelta(days=21)
"""No link leads to a refresh that was asked for longer ago than this."""
MOST_LINKS: Final = 5
"""Links of one refresh; who needs more is asked to look why the others did not arrive."""


class Channel(StrEnum):
    """How the integrator hands the link out; its life depends on it."""

    EMAIL = "email"
    SMS = "sms"
    IN_APP = "in_app"


class LinkState(StrEnum):
    """What a link is still good for."""

    ACTIVE = "active"
    EXPIRED = "expired"
    USED = "used"
    """The refresh was completed: only success uses a link up."""
    CLOSED = "closed"
    """The refresh ended otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The one link of a refresh that counts; a new one has the next generation."""

    generation: int
    channel: Channel
    expires_at: datetime
    opened: bool = False
    """Whether its page was opened; told once."""
