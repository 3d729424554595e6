"""Worlds from seeds: a bounded slice of what `make prove` searches, and what it must not miss."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.deployment import Deployment, Mutant
from tests.simulation.hunt import replayed
from tests.simulation.known import NOT_MENDED_YET
from tests.simulation.many import Asked, restored, shared, stored
from tests.simulation.mutants import MUTANTS
from tests.simulation.stored import BROKE_ONCE, FOUND_AT
from tests.simulation.weather import FAULTS
from tests.simulation.world import World

ASKED = Asked(deaf_to=NOT_MENDED_YET)
WORLDS = 24
SERVICE = Path(__file__).resolve().parents[2] / "layers" / "reconnect" / "flinks_reconnect"


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


@pytest.mark.parametrize("seed", BROKE_ONCE, ids=BROKE_ONCE.get)
def test_what_broke_once_stays_mended(seed: int) -> None:
    assert shared((seed,), ASKED).faults == []


def test_a_search_that_stopped_goes_on_only_for_the_same_code() -> None:
    found = shared((3,), ASKED)

    assert restored(stored(found, "this commit"), "this commit") == found
    assert restored(stored(found, "this commit"), "another").worlds == 0


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


@pytest.mark.parametrize("name", FOUND_AT)
def test_a_deliberate_bug_is_found(name: str) -> None:
    """In a stored world, so that it is cheap; `make prove` hunts for them anew."""
    (mutant,) = (each for each in MUTANTS if each.name == name)

    assert replayed(mutant, FOUND_AT[name])


@pytest.mark.parametrize("mutant", MUTANTS, ids=[each.name for each in MUTANTS])
def test_each_deliberate_bug_still_has_its_place(mutant: Mutant) -> None:
    source = SERVICE.joinpath(*mutant.module.split(".")).with_suffix(".py").read_text()

    assert mutant.applied(source) != source


def test_at_least_25_deliberate_bugs_are_found() -> None:
    assert len(FOUND_AT) >= 25
