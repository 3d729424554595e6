"""`make prove`: search long, kill everywhere, hunt every deliberate bug, and write it down."""

import argparse
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Final

from tests.simulation.__main__ import covered
from tests.simulation.crash import Killing, killings
from tests.simulation.hunt import LIMIT, Catch, hunted
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.many import Asked, Found, restored, searched, stored
from tests.simulation.mutants import MUTANTS
from tests.simulation.stored import FOUND_AT

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
_HEAD: Final = Path(__file__).with_name("proof_head.md")
_AT_A_TIME: Final = 200


def main() -> None:
    """Prove, and write docs/proof.md."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.prove")
    parser.add_argument("--steps", type=int, default=10_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, help="the first world")
    parser.add_argument("--kept", type=Path, help="a file from which a search goes on that stopped")
    given = parser.parse_args()
    began = time.perf_counter()
    found = _searched(given.steps, given.jobs, given.first, given.kept)
    with ProcessPoolExecutor(given.jobs) as pool:
        catches = list(pool.map(hunted, MUTANTS))
    killed = killings(given.jobs)
    took = time.perf_counter() - began
    command = f"make prove PROVE_STEPS={given.steps} PROVE_FIRST={given.first}"
    PAGE.write_text(_page(found, catches, killed, f"`{command}`, {took / 60:.0f} minutes"))
    print(f"written: {PAGE}")
    if given.kept is not None:
        given.kept.unlink(missing_ok=True)
    broken = found.faults or any(each.broken for each in killed)
    escaped = {each.name for each, catch in zip(MUTANTS, catches, strict=True) if catch.seed < 0}
    raise SystemExit(bool(broken or escaped & set(FOUND_AT)))


def _searched(steps: int, jobs: int, first: int, kept: Path | None) -> Found:
    """Run new worlds until so many steps were done; a fault does not end the search."""
    of = f"{_commit()} from world {first}"
    total = restored(kept.read_text(), of) if kept is not None and kept.exists() else Found()
    seeds = count(first + total.worlds)
    while total.steps < steps:
        some = list(islice(seeds, _AT_A_TIME))
        found = searched(some, jobs, Asked(deaf_to=NOT_MENDED_YET))
        print(*found.faults, sep="\n", end="\n" if found.faults else "")
        total.add(found)
        print(f"{total.worlds} worlds, {total.steps} steps, {len(total.faults)} faults", flush=True)
        if kept is not None:
            kept.write_text(stored(total, of))
    return total


def _page(found: Found, catches: list[Catch], killed: list[Killing], how: str) -> str:
    parts = [
        _HEAD.read_text().rstrip(),
        "## Figures",
        f"Commit {_commit()}; {how}.",
        *_search(found),
        *_hunts(catches),
        *_killings(killed),
    ]
    return "\n\n".join(parts) + "\n"


def _search(found: Found) -> list[str]:
    deaf = ", ".join(sorted(NOT_MENDED_YET)) or "none"
    told = "\n".join(f"- {fault}" for fault in found.faults) or "No judge had anything to say."
    return [
        "### The search",
        f"{found.worlds} worlds, {found.steps} steps (sides of an I/O). Rules not judged: {deaf}.",
        told,
        "```text\n" + "\n".join(line.rstrip() for line in covered(found)) + "\n```",
    ]


def _hunts(catches: list[Catch]) -> list[str]:
    rows = [
        f"| {mutant.name} | `{mutant.module}` | {_steps(catch)} | {catch.verdict.split(':')[0]} |"
        for mutant, catch in zip(MUTANTS, catches, strict=True)
    ]
    head = "| bug | module | steps until found | rule |\n|---|---|---|---|"
    alive = sum(catch.seed < 0 for catch in catches)
    return [
        "### Deliberate bugs",
        f"{len(catches)} bugs, {alive} of them not found within {LIMIT} steps.",
        "\n".join([head, *rows]),
    ]


def _steps(catch: Catch) -> str:
    return f"{catch.steps:,} (world {catch.seed})" if catch.seed >= 0 else "not found"


def _killings(killed: list[Killing]) -> list[str]:
    rows = [
        f"| {each.story} | {each.points} | {each.runs} | {len(each.broken)} |" for each in killed
    ]
    head = "| story | sides of an I/O | runs | did not recover |\n|---|---|---|---|"
    return ["### Crash points", "\n".join([head, *rows])]


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    run = partial(subprocess.run, capture_output=True, text=True, check=True)
    return str(run(asked, cwd=PAGE.parent).stdout).strip()


if __name__ == "__main__":
    main()
