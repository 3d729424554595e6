"""Many worlds, side by side in processes of their own."""

import json
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import batched, repeat

from tests.simulation.deployment import Deployment
from tests.simulation.world import World

_SHARE = 20
"""Worlds that one process runs in one go."""


@dataclass(frozen=True)
class Asked:
    """What may happen, and what is judged."""

    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    deaf_to: frozenset[str] = frozenset()


@dataclass
class Found:
    """What some worlds showed."""

    worlds: int = 0
    steps: int = 0
    faults: list[str] = field(default_factory=list)
    covered: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Found") -> None:
        """Take in what others showed."""
        self.worlds += other.worlds
        self.steps += other.steps
        self.faults += other.faults
        self.covered += other.covered
        self.happened += other.happened


def stored(found: Found, of: str) -> str:
    """What was found so far of some code, as text, so that a search that stopped can go on."""
    covered = [[*place, times] for place, times in found.covered.items()]
    plain = {"of": of, "worlds": found.worlds, "steps": found.steps, "faults": found.faults}
    return json.dumps({**plain, "covered": covered, "happened": found.happened})


def restored(text: str, of: str) -> Found:
    """What `stored` wrote; nothing where it was found of other code."""
    plain = json.loads(text)
    if plain["of"] != of:
        return Found()
    covered = Counter({(where, what, fault): n for where, what, fault, n in plain["covered"]})
    known = {name: plain[name] for name in ("worlds", "steps", "faults")}
    return Found(**known, covered=covered, happened=Counter(plain["happened"]))


def searched(seeds: Iterable[int], jobs: int, asked: Asked) -> Found:
    """Run a world for each seed; the first fault of each is told."""
    total = Found()
    shares = list(batched(seeds, _SHARE, strict=False))
    if jobs == 1:
        for share in shares:
            total.add(shared(share, asked))
        return total
    with ProcessPoolExecutor(jobs) as pool:
        for each in pool.map(shared, shares, repeat(asked)):
            total.add(each)
    return total


def shared(seeds: tuple[int, ...], asked: Asked) -> Found:
    """Run these worlds in this process."""
    found = Found()
    with Deployment().installed() as deployment:
        for seed in seeds:
            world = World(
                deployment, seed, without=asked.without, only=asked.only, deaf_to=asked.deaf_to
            )
            world.run()
            found.worlds += 1
            found.steps += world.clockwork.steps
            found.covered += world.covered
            found.happened += world.weather.happened
            found.faults += [f"{seed}: {fault}" for fault in world.judge.faults[:1]]
    return found
