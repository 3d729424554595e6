"""`python -m tests.simulation --seeds 100 --jobs 2`, or `--replay 17` with its trace."""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.deployment import Deployment
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.many import Asked, Found, searched
from tests.simulation.weather import FAULTS
from tests.simulation.world import World


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    asked: Asked
    seeds: int
    first: int
    jobs: int
    replay: int | None
    trace: str
    notes: list[str] = field(default_factory=list)


def main() -> None:
    """Search many worlds, or show one."""
    wanted = _wanted()
    if wanted.replay is not None:
        _replay(wanted, wanted.replay)
        return
    began = time.perf_counter()
    found = searched(range(wanted.first, wanted.first + wanted.seeds), wanted.jobs, wanted.asked)
    took = time.perf_counter() - began
    print(*found.faults, sep="\n")
    print(*covered(found), sep="\n")
    kinds = Counter(line.split(": ", 2)[1] for line in found.faults)
    print(f"{wanted.seeds} worlds, {found.steps} steps, {found.steps / took:.0f} a second;", *kinds)
    raise SystemExit(bool(found.faults))


def covered(found: Found) -> list[str]:
    """The coverage as a table, and its holes."""
    statuses = sorted({status for status, _, _ in found.covered})
    kinds = sorted({kind for _, kind, _ in found.covered})
    lines = [f"{'':44}" + "".join(f"{each[:11]:>12}" for each in statuses)]
    for kind in kinds:
        counts = [_count(found, status, kind) for status in statuses]
        lines.append(f"{kind[:44]:44}" + "".join(f"{count or '.':>12}" for count in counts))
    met = Counter(fault for _, _, fault in found.covered)
    lines.append("fault: in how many of (status x what happened) it struck")
    lines += [f"  {name}: {met[name]}" for name in sorted(met) if name != "-"]
    never = sorted(set(FAULTS) - set(found.happened))
    lines.append(f"never happened: {', '.join(never) or 'nothing'}")
    return lines


def _count(found: Found, status: str, kind: str) -> int:
    return sum(
        count for (each, what, _), count in found.covered.items() if (each, what) == (status, kind)
    )


def _replay(wanted: Wanted, seed: int) -> None:
    with Deployment().installed() as deployment:
        asked = wanted.asked
        world = World(
            deployment,
            seed,
            without=asked.without,
            only=asked.only,
            deaf_to=asked.deaf_to,
            tracing=True,
        )
        world.run()
    print(*(line for line in world.trace if wanted.trace in line), sep="\n")
    print(world.judge.faults, world.clockwork.steps)


def _wanted() -> Wanted:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replay", type=int, help="show one world, with its trace")
    parser.add_argument("--without", default="", help="faults and people that stay away")
    parser.add_argument("--only", default=None, help="the only faults and people there are")
    parser.add_argument("--deaf-to", default=",".join(NOT_MENDED_YET), help="rules not judged")
    parser.add_argument("--trace", default="", help="lines of the trace that hold this")
    given = parser.parse_args()
    only = None if given.only is None else _names(given.only)
    without = _names(given.without)
    unknown = (without | (only or frozenset())) - set(FAULTS)
    if unknown:
        parser.error(f"no such faults: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    asked = Asked(without=without, only=only, deaf_to=_names(given.deaf_to))
    return Wanted(asked, given.seeds, given.first, given.jobs, given.replay, given.trace)


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


if __name__ == "__main__":
    main()
