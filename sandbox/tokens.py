"""Authorize tokens: single use, dead after 15 or 30 minutes. OAuth access tokens: an hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .codes import TOKEN_REFUSED, FlinksError


@dataclass(slots=True)
class Token:
    """One minted token."""

    value: str
    kind: str
    minted_at: datetime
    used_at: datetime | None = None
    used_for: str | None = None


class Tokens:
    """Every token since the last reset."""

    def __init__(self, next_guid: Callable[[], str], clock: Callable[[], datetime]) -> None:
        """Start without any."""
        self._next_guid, self._clock = next_guid, clock
        self._by_value: dict[str, Token] = {}

    def __iter__(self) -> Iterator[Token]:
        """Walk through them, oldest first."""
        return iter(self._by_value.values())

    def mint(self, kind: str = "authorize") -> Token:
        """Issue a token."""
        token = Token(self._next_guid(), kind, self._clock())
        self._by_value[token.value] = token
        return token

    def use(self, value: str, minutes: int, used_for: str) -> None:
        """Use a token up, or raise UNAUTHORIZED (troubleshooting page: a message about it)."""
        token = self._by_value.get(value.strip().lower())
        reason = self._trouble(token, minutes)
        if token is None or reason:
            raise FlinksError("UNAUTHORIZED", f"{TOKEN_REFUSED} ({reason})")
        token.used_at, token.used_for = self._clock(), used_for

    def _trouble(self, token: Token | None, minutes: int) -> str | None:
        if token is None or token.kind != "authorize":
            return "unknown token"
        if token.used_at is not None:
            return "token already used"
        if self._clock() >= token.minted_at + timedelta(minutes=minutes):
            return "token expired"
        return None

    def was_minted(self, value: str) -> bool:
        """Say whether this token was ever issued, used or not."""
        return value.strip().lower() in self._by_value

    def is_access_token(self, value: str) -> bool:
        """Say whether an OAuth access token is good; those may be used again and again."""
        token = self._by_value.get(value.strip().lower())
        return (
            token is not None
            and token.kind == "access"
            and self._clock() < token.minted_at + timedelta(hours=1)
        )
