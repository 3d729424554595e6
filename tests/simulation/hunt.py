"""Hunts a deliberate bug: world after world until a judge speaks, and counts the steps."""

from dataclasses import dataclass

from tests.simulation.deployment import Deployment, Mutant
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.world import World

LIMIT = 20_000


@dataclass(frozen=True)
class Catch:
    """Where a bug was found, after how many steps, and what the judge said; seed -1: never."""

    seed: int
    steps: int
    verdict: str


def hunted(mutant: Mutant, *, first: int = 0, limit: int = LIMIT) -> Catch:
    """Look for the bug for so many steps."""
    with Deployment().installed(mutant) as deployment:
        seed, steps = first, 0
        while steps < limit:
            world = World(deployment, seed, deaf_to=NOT_MENDED_YET)
            world.run()
            steps += world.clockwork.steps
            if world.judge.faults:
                return Catch(seed, steps, world.judge.faults[0])
            seed += 1
    return Catch(-1, steps, "")


def replayed(mutant: Mutant, seed: int) -> tuple[list[str], int]:
    """Run one stored world with the bug in it."""
    with Deployment().installed(mutant) as deployment:
        world = World(deployment, seed, deaf_to=NOT_MENDED_YET)
        world.run()
        return world.judge.faults, world.clockwork.steps
