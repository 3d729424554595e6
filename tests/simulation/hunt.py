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


def hunted(mutant: Mutant, *, limit: int = LIMIT) -> Catch:
    """Look for the bug for so many steps."""
    seed, steps = 0, 0
    while steps < limit:
        found = _next_fault(mutant, seed, limit - steps)
        steps += found.steps
        if found.seed < 0:
            break
        if not _ran(None, found.seed, mutant.stirs).judge.faults:
            return Catch(found.seed, steps, found.verdict)
        # The judges have something to say there without the bug, too: that tells nothing.
        seed = found.seed + 1
    return Catch(-1, steps, "")


def _next_fault(mutant: Mutant, seed: int, limit: int) -> Catch:
    steps = 0
    with Deployment().installed(mutant) as deployment:
        while steps < limit:
            world = World(deployment, seed, deaf_to=NOT_MENDED_YET, stirs=mutant.stirs)
            world.run()
            steps += world.clockwork.steps
            if world.judge.faults:
                return Catch(seed, steps, world.judge.faults[0])
            seed += 1
    return Catch(-1, steps, "")


def _ran(mutant: Mutant | None, seed: int, stirs: tuple[str, ...]) -> World:
    with Deployment().installed(mutant) as deployment:
        world = World(deployment, seed, deaf_to=NOT_MENDED_YET, stirs=stirs)
        world.run()
        return world


def replayed(mutant: Mutant, seed: int) -> list[str]:
    """Run one stored world with the bug in it, and return what the judges say."""
    return _ran(mutant, seed, mutant.stirs).judge.faults
