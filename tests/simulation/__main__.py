"""`python -m tests.simulation --seeds 100 --jobs 2`, or `--replay 17` with its trace."""

import argparse
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.deployment import Deployment
from tests.simulation.weather import FAULTS
from tests.simulation.world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replay", type=int)
    parser.add_argument("--without", default="")
    parser.add_argument("--only", default=None)
    parser.add_argument("--deaf-to", default="", help="rules not to judge")
    parser.add_argument("--trace", default="")
    asked = parser.parse_args()
    without = frozenset(filter(None, asked.without.split(",")))
    deaf = frozenset(filter(None, asked.deaf_to.split(",")))
    only = frozenset(filter(None, asked.only.split(","))) if asked.only is not None else None
    unknown = (without | (only or frozenset())) - set(FAULTS)
    if unknown:
        parser.error(f"no such faults: {sorted(unknown)}")
    if asked.replay is not None:
        with Deployment().installed() as deployment:
            world = World(
                deployment, asked.replay, without=without, only=only, deaf_to=deaf, tracing=True
            )
            world.run()
            lines = [each for each in world.trace if asked.trace in each]
            print(*lines, sep="\n")
            print(world.judge.faults, world.clockwork.steps)
        return
    shares = [
        (list(range(asked.first + job, asked.first + asked.seeds, asked.jobs)), without, only, deaf)
        for job in range(asked.jobs)
    ]
    began = time.perf_counter()
    if asked.jobs == 1:
        results = [_share(*shares[0])]
    else:
        with ProcessPoolExecutor(asked.jobs) as pool:
            results = list(pool.map(_share, *zip(*shares, strict=True)))
    steps = sum(each[0] for each in results)
    found = [line for each in results for line in each[1]]
    kinds = Counter(line.split(": ", 1)[1].split(":")[0] for line in found)
    took = time.perf_counter() - began
    print(*found, sep="\n")
    print(f"{asked.seeds} worlds, {steps} steps, {steps / took:.0f} a second; {dict(kinds)}")


def _share(
    seeds: list[int], without: frozenset[str], only: frozenset[str] | None, deaf: frozenset[str]
) -> tuple[int, list[str]]:
    steps, found = 0, []
    with Deployment().installed() as deployment:
        for seed in seeds:
            world = World(deployment, seed, without=without, only=only, deaf_to=deaf)
            try:
                world.run()
            except Exception as error:
                found.append(f"{seed}: CRASH: {type(error).__name__} {error}")
            steps += world.clockwork.steps
            found += [f"{seed}: {fault}" for fault in world.judge.faults[:1]]
    return steps, found


if __name__ == "__main__":
    main()
