"""What the environment of a function says, read once. A missing name is an error that names it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.clocks import Clocks


class MissingSettingError(Exception):
    """The environment lacks a name that this function needs."""


class InvalidSettingError(Exception):
    """The environment holds a value that cannot work."""


MAY_BE_ZERO: Final = frozenset({"late_grace", "poll", "skew", "token_margin", "url_margin"})
LARGEST: Final = {
    "attempts_per_day": 50,
    "away_expiry": 21 * 86400,
    "link_email": 21 * 86400,
    "link_in_app": 21 * 86400,
    "link_sms": 21 * 86400,
    "poll": 900,
    "snapshot": 86400,
    "visit": 86400,
}
"""The most that a clock (seconds) or count may be: a queue delays by 15 minutes (Amazon SQS,
DelaySeconds), a snapshot is deleted on its second day, a link is a secret that lies about."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment; each property is read when a function needs it."""

    environment: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a setting; raises MissingSettingError."""
        try:
            return self.environment[name]
        except KeyError:
            raise MissingSettingError(name) from None

    def optional(self, name: str) -> str | None:
        """Return a setting, or None where it is empty or absent."""
        return self.environment.get(name) or None

    def switch(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self[name] == "true"

    def listed(self, name: str) -> AllowList:
        """Return a comma-separated list."""
        entries = self.environment.get(name, "").split(",")
        return AllowList(tuple(entry.strip() for entry in entries if entry.strip()))

    @property
    def clocks(self) -> Clocks:
        """Return the clocks: `name=seconds` pairs, as the template writes them."""
        configured = dict(pair.split("=") for pair in self["CLOCKS"].split())
        names = [each.name for each in fields(Clocks)]
        if unknown := configured.keys() - set(names):
            raise InvalidSettingError(f"CLOCKS: {', '.join(sorted(unknown))}")
        values: dict[str, Any] = {name: _clock(name, configured) for name in names}
        return Clocks(**values)


def settings() -> Settings:
    """Return the settings of this process."""
    return Settings(os.environ)


def _clock(name: str, configured: Mapping[str, str]) -> timedelta | tzinfo | int:
    if name not in configured:
        raise MissingSettingError(f"CLOCKS: {name}")
    if name == "day_zone":
        return ZoneInfo(configured[name])
    value = int(configured[name])
    if not (name not in MAY_BE_ZERO) <= value <= LARGEST.get(name, value):
        raise InvalidSettingError(f"CLOCKS: {name}")
    return value if name == "attempts_per_day" else timedelta(seconds=value)
