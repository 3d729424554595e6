"""Links and visits as HTTP bodies. Read by hand: a public function has no room for models."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flinks_reconnect.api.problems import NO_LINK, ProblemError, invalid, timestamp
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.link import Channel
from flinks_reconnect.domain.seals import Purpose, is_shaped
from flinks_reconnect.usecases.issue_link import IssuedLink, WantedLink

_FIELDS: Final = {"channel", "expiresInSeconds"}
_SHORTEST: Final = 60
"""Seconds; what is good for less could not be opened."""


def wanted_link(body: Mapping[str, Any], clocks: Clocks) -> WantedLink:
    """Return the link that is asked for; raises a 422 problem."""
    _require(set(body) <= _FIELDS, "unknown field")
    channel = body.get("channel", Channel.EMAIL.value)
    _require(channel in list(Channel), "channel")
    longest = clocks.link_life(Channel(channel)).total_seconds()
    seconds = body.get("expiresInSeconds")
    if seconds is None:
        return WantedLink(channel=Channel(channel))
    _require(type(seconds) is int and _SHORTEST <= seconds <= longest, "expiresInSeconds")
    return WantedLink(channel=Channel(channel), life=timedelta(seconds=seconds))


def link_secret(body: Mapping[str, Any]) -> str:
    """Return the link's secret; raises a 400 problem for what is no link at all."""
    secret = body.get("link")
    if set(body) != {"link"} or not isinstance(secret, str) or not is_shaped(Purpose.LINK, secret):
        raise ProblemError(NO_LINK)
    return secret


def link_view(issued: IssuedLink) -> dict[str, Any]:
    """Return a link; its secret is in no other answer."""
    return {
        "url": issued.url,
        "channel": issued.link.channel.value,
        "expiresAt": timestamp(issued.link.expires_at),
    }


def _require(good: bool, field: str) -> None:
    if not good:
        raise ProblemError(invalid([field]))
