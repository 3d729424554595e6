"""Links and visits as HTTP bodies. Read by hand: a public function has no room for models."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from flinks_reconnect.api.edge.problems import ProblemError, invalid, timestamp
from flinks_reconnect.api.edge.unknown_fields import unknown_fields
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.link import Channel
from flinks_reconnect.usecases.issue_link import IssuedLink, WantedLink

if TYPE_CHECKING:
    from flinks_reconnect.api.contract.refreshes import LinkAnswer


_FIELDS: Final = {"channel", "expiresInSeconds"}
_SHORTEST: Final = 60
"""Seconds; what is good for less could not be opened."""


def wanted_link(body: Mapping[str, Any], clocks: Clocks) -> WantedLink:
    """Return the link that is asked for; raises a 422 problem."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        raise ProblemError(invalid(*unknown_fields(unknown, _FIELDS)))
    channel = body.get("channel", Channel.EMAIL.value)
    _require(channel in list(Channel), "channel", f"must be {' or '.join(Channel)}")
    longest = clocks.link_life(Channel(channel)).total_seconds()
    seconds = body.get("expiresInSeconds")
    if seconds is None:
        return WantedLink(channel=Channel(channel))
    _require(
        type(seconds) is int and _SHORTEST <= seconds <= longest,
        "expiresInSeconds",
        f"must be a whole number, {_SHORTEST} to {longest:.0f} on this channel",
    )
    return WantedLink(channel=Channel(channel), life=timedelta(seconds=seconds))


def link_view(issued: IssuedLink) -> "LinkAnswer":
    """Return a link; its secret is in no other answer."""
    return {
        "url": issued.url,
        "channel": issued.link.channel,
        "expiresAt": timestamp(issued.link.expires_at),
    }


def _require(good: bool, field: str, message: str) -> None:
    if not good:
        raise ProblemError(invalid(FieldError(field, message)))
