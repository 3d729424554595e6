"""Take over many connections at once; each stands for itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.usecases.errors import ConnectionClosedError
from flinks_reconnect.usecases.in_parallel import Together, side_by_side
from flinks_reconnect.usecases.register_connection import (
    Change,
    RegisterConnection,
    Registration,
)

TIME_LIMIT: Final = timedelta(seconds=8)
"""No item is begun later, so that the caller always hears what became of each."""
_TWICE: Final = FieldError("loginId", "came before in this import")


class Outcome(StrEnum):
    """What became of one item; beside what a registration does."""

    CREATED = Change.CREATED.value
    UPDATED = Change.UPDATED.value
    UNCHANGED = Change.UNCHANGED.value
    INVALID = "invalid"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is not as it should be: the fields that are wrong, and how."""

    wrong: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One item's outcome."""

    outcome: Outcome
    id: ConnectionId | None = None
    wrong: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of each item, in the order in which they came."""

    dry_run: bool
    items: tuple[Imported, ...]

    @property
    def counts(self) -> Counter[Outcome]:
        """Return how many items met each outcome."""
        return Counter(each.outcome for each in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportConnections:
    """One bad item does not stop the others, and the same import may be sent again."""

    register: RegisterConnection
    together: Together = side_by_side

    def __call__(
        self, items: Sequence[Registration | Unreadable], *, dry_run: bool
    ) -> ImportReport:
        """Register each item; `dry_run`: tell what would become of it, and write nothing."""
        until = self.register.advance.clock() + TIME_LIMIT
        done = self.together(
            lambda item: self._in_time(item, until, dry_run=dry_run), _each_once(items)
        )
        return ImportReport(dry_run=dry_run, items=tuple(done))

    def _in_time(
        self, item: Registration | Unreadable, until: datetime, *, dry_run: bool
    ) -> Imported:
        if isinstance(item, Unreadable):
            return Imported(outcome=Outcome.INVALID, wrong=item.wrong)
        if self.register.advance.clock() >= until:
            return Imported(outcome=Outcome.FAILED)
        return self._one(item, dry_run=dry_run)

    def _one(self, item: Registration, *, dry_run: bool) -> Imported:
        home = self.register.advance.home_of(item.login_id)
        try:
            registered = self.register(item, dry_run=dry_run, reopens=False)
        except ConnectionClosedError:
            return Imported(outcome=Outcome.CLOSED, id=home)
        except Exception:  # one item's fault must not stop the others; its outcome tells of it
            return Imported(outcome=Outcome.FAILED, id=home)
        return Imported(outcome=Outcome(registered.change), id=home)


def _each_once(
    items: Sequence[Registration | Unreadable],
) -> list[Registration | Unreadable]:
    """Return the items, with those that name a login a second time as ones that are not right."""
    seen: set[LoginId] = set()
    once: list[Registration | Unreadable] = []
    for item in items:
        if isinstance(item, Unreadable) or item.login_id not in seen:
            once.append(item)
        else:
            once.append(Unreadable((_TWICE,)))
        if not isinstance(item, Unreadable):
            seen.add(item.login_id)
    return once
