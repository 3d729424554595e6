"""Take over many connections at once; each stands for itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.usecases.advance import ConnectionClosedError
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

    def __call__(
        self, items: Sequence[Registration | Unreadable], *, dry_run: bool
    ) -> ImportReport:
        """Register each item; `dry_run`: tell what would become of it, and write nothing."""
        until = self.register.advance.clock() + TIME_LIMIT
        seen: set[LoginId] = set()
        done = []
        for item in items:
            if isinstance(item, Unreadable):
                done.append(Imported(outcome=Outcome.INVALID, wrong=item.wrong))
            elif item.login_id in seen:
                done.append(Imported(outcome=Outcome.INVALID, wrong=(_TWICE,)))
            elif self.register.advance.clock() >= until:
                done.append(Imported(outcome=Outcome.FAILED))
            else:
                seen.add(item.login_id)
                done.append(self._one(item, dry_run=dry_run))
        return ImportReport(dry_run=dry_run, items=tuple(done))

    def _one(self, item: Registration, *, dry_run: bool) -> Imported:
        home = self.register.advance.home_of(item.login_id)
        try:
            registered = self.register(item, dry_run=dry_run, reopens=False)
        except ConnectionClosedError:
            return Imported(outcome=Outcome.CLOSED, id=home)
        except Exception:  # one item's fault must not stop the others; its outcome tells of it
            return Imported(outcome=Outcome.FAILED, id=home)
        return Imported(outcome=Outcome(registered.change), id=home)
