"""Find connections: by whose they are, or those that must be reconnected."""

from collections.abc import Sequence
from dataclasses import dataclass

from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.ids import ConnectionId, support_code
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.in_parallel import Together, side_by_side
from flinks_reconnect.usecases.ports import Known

_NOBODY = ConnectionId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What all found connections have in common; at least one of the first three is given."""

    reference: str | None = None
    code: str | None = None
    """A support code, as `support_code` writes it."""
    is_broken: bool = False
    """Only those that must be reconnected."""
    institution_id: str | None = None

    def matches(self, known: Known) -> bool:
        """Whether the connection, as it stands, is one of them; an index may be behind."""
        settings = known.settings
        broken = known.connection.health is Health.RECONNECT_REQUIRED
        return (
            (self.reference is None or settings.reference == self.reference)
            and (self.code is None or support_code(settings.id, settings.reference) == self.code)
            and (not self.is_broken or broken)
            and (self.institution_id is None or settings.institution_id == self.institution_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConnections:
    """A page of what was found; one that was narrowed may be short, or empty, before the end."""

    connections: tuple[Known, ...]
    next: ConnectionId | None
    """Where the next page begins: after this id; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindConnections:
    """An index finds, the rows themselves decide. Nothing is written."""

    advance: Advance
    together: Together = side_by_side

    def __call__(
        self, sought: Sought, *, limit: int, after: ConnectionId | None
    ) -> FoundConnections:
        """Return up to `limit` connections, those after `after` if that is given."""
        ids = self._indexed(sought, limit, after)
        loaded = self.together(self.advance.connections.load, ids)
        seen = {each.settings.id: self.advance.seen(each) for each in loaded if each is not None}
        found = tuple(each for each in seen.values() if sought.matches(each))
        return FoundConnections(connections=found, next=ids[-1] if len(ids) == limit else None)

    def _indexed(
        self, sought: Sought, limit: int, after: ConnectionId | None
    ) -> Sequence[ConnectionId]:
        code = sought.code
        if code is None and sought.reference is not None:
            code = support_code(_NOBODY, sought.reference)
        if code is not None:
            return self.advance.connections.with_code(code, limit, after)
        return self.advance.connections.broken(limit, after)
