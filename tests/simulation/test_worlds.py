"""Worlds from seeds: a bounded slice of what `make prove` searches, and what it must not miss."""

from collections.abc import Iterator

import pytest

from tests.simulation.deployment import Deployment
from tests.simulation.hunt import replayed
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.many import Asked, shared
from tests.simulation.mutants import MUTANTS
from tests.simulation.stored import FOUND_AT
from tests.simulation.weather import FAULTS
from tests.simulation.world import World

ASKED = Asked(deaf_to=NOT_MENDED_YET)
WORLDS = 24


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with Deployment().installed() as installed:
        yield installed


@pytest.mark.parametrize("first", range(0, WORLDS, 6), ids="from-{}".format)
def test_no_judge_has_anything_to_say(first: int) -> None:
    """One that has: `python -m tests.simulation --replay <seed>` shows what happened."""
    found = shared(tuple(range(first, first + 6)), ASKED)

    assert found.faults == []
    assert found.steps > 6000


def test_the_same_seed_is_the_same_world(deployment: Deployment) -> None:
    first, second = (World(deployment, 11, deaf_to=NOT_MENDED_YET, tracing=True) for _ in range(2))
    deployment.enter(first, 11)
    first.run()
    deployment.enter(second, 11)
    second.run()

    assert list(first.trace) == list(second.trace)
    assert len(first.trace) > 200


def test_a_fault_that_is_switched_off_stays_away(deployment: Deployment) -> None:
    world = World(deployment, 3, only=frozenset(), deaf_to=NOT_MENDED_YET)
    world.run()

    assert world.judge.faults == []
    assert not world.weather.happened


def test_the_worlds_are_worth_the_look() -> None:
    """Together they meet nearly every fault there is, and every status."""
    found = shared(tuple(range(100, 112)), ASKED)

    assert len(set(found.happened) & set(FAULTS)) > len(FAULTS) * 0.7
    assert len({status for status, _, _ in found.covered}) >= 11


@pytest.mark.parametrize("mutant", MUTANTS, ids=[each.name for each in MUTANTS])
def test_a_deliberate_bug_is_found(mutant: object) -> None:
    """In a stored world, so that it is cheap; `make prove` hunts for them anew."""
    bug = next(each for each in MUTANTS if each is mutant)

    assert replayed(bug, FOUND_AT[bug.name])
