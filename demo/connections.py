"""The app's own list of bank connections. A real app keeps it in its database."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from flinks_reconnect_client import Refresh

SEEDS: Final = Path(__file__).parent / "connections.json"
SEEDED_AGE: Final = timedelta(days=4)
ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})


def timestamp(instant: datetime) -> str:
    """Write an instant as the page reads it."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class UnknownConnectionError(LookupError):
    """The list has no connection of this reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """An account that the person chose when they first connected this bank."""

    id: str
    title: str
    last_four: str


@dataclass(slots=True, kw_only=True)
class BankConnection:
    """One connected bank of one person."""

    reference: str
    label: str
    bank: str
    hint: dict[str, str]
    """What happens with this one in the demo, by language; a real app has none."""
    login_id: str = field(repr=False)
    """Flinks' handle of the stored sign-in. It never leaves this server but for our API."""
    institution_id: str
    language: str
    """That of the first connection: with another one, Flinks would make another login."""
    chosen: tuple[KnownAccount, ...]
    updated_at: str
    updated_before: str
    """When the data before these were as of."""
    refresh: Refresh | None = None
    arrived: dict[str, Any] | None = None
    """What the page shows of the last completed refresh."""
    is_broken: bool = False
    """Whether an event said that the person must come back."""
    seen: frozenset[str] = frozenset()
    """The transactions that have ever arrived."""

    @property
    def is_refreshing(self) -> bool:
        """Whether a refresh is under way or waits for the person."""
        return self.refresh is not None and self.refresh.status not in ENDED

    def take(self, refresh: Refresh) -> None:
        """Keep how the refresh stands."""
        self.refresh = refresh
        completed_at = refresh.completed_at if refresh.status == "completed" else None
        if completed_at and (told := timestamp(completed_at)) != self.updated_at:
            self.updated_before, self.updated_at = self.updated_at, told
            self.arrived = None

    @classmethod
    def from_json(cls, seed: dict[str, Any], updated_at: str) -> Self:
        """Read one connection of the file."""
        chosen = tuple(
            KnownAccount(id=each["id"], title=each["title"], last_four=each["lastFour"])
            for each in seed["accounts"]
        )
        return cls(
            reference=seed["reference"],
            label=seed["label"],
            bank=seed["bank"],
            hint=seed["hint"],
            login_id=seed["loginId"],
            institution_id=seed["institutionId"],
            language=seed["language"],
            chosen=chosen,
            updated_at=updated_at,
            updated_before=updated_at,
        )


class Connections:
    """The connections of the one person who uses the demo."""

    def __init__(self, connections: Iterable[BankConnection]) -> None:
        """Hold these, in this order."""
        self._by_reference = {each.reference: each for each in connections}

    @classmethod
    def seeded(cls, now: datetime | None = None) -> Self:
        """Return the connections of the sandbox's test logins, as of some days ago."""
        then = (now or datetime.now(UTC)) - SEEDED_AGE
        updated_at = timestamp(then)
        seeds = json.loads(SEEDS.read_text(encoding="utf-8"))
        return cls(BankConnection.from_json(each, updated_at) for each in seeds)

    def __iter__(self) -> Iterator[BankConnection]:
        """Go through them in order."""
        return iter(self._by_reference.values())

    def get(self, reference: str) -> BankConnection:
        """Return the connection; raises UnknownConnectionError."""
        try:
            return self._by_reference[reference]
        except KeyError:
            raise UnknownConnectionError(reference) from None
