"""Remembering the whole state, and returning to it."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .world import World

PARTS: Final = (
    "readings", "guids", "answers", "tokens", "bank", "calls", "faults", "webhooks", "nightly",
    "visits",
)  # fmt: skip
MOST: Final = 50


class Snapshots:
    """Copies of a world; they outlive a reset."""

    def __init__(self, world: World) -> None:
        """Start without any."""
        self._world = world
        self._taken: dict[str, tuple[dict[str, Any], datetime, bool]] = {}

    def take(self) -> str:
        """Copy the state."""
        name = f"snapshot-{len(self._taken) + 1}"
        clock = self._world.clock
        self._taken[name] = (self._copied(), clock(), clock.frozen)
        return name

    def restore(self, name: str) -> bool:
        """Return to a copy; it can be restored again."""
        if name not in self._taken:
            return False
        parts, instant, frozen = self._taken[name]
        vars(self._world).update(copy.deepcopy(parts, self._shared()))
        self._world.clock.freeze(frozen)
        self._world.clock.set(instant)
        return True

    def is_full(self) -> bool:
        """Say whether no more copies are taken."""
        return len(self._taken) >= MOST

    def _copied(self) -> dict[str, Any]:
        state = {name: getattr(self._world, name) for name in PARTS}
        return copy.deepcopy(state, self._shared())

    def _shared(self) -> dict[int, Any]:
        """Name what every copy shares instead of copying: the world, its clock, its settings."""
        world = self._world
        return {id(each): each for each in (world, world.clock, world.settings)}
