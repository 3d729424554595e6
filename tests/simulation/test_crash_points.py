"""Every I/O of every story, its process killed before and after; then everything recovers (D72).

Whoever dies takes its answer along: a caller asks again with the same Idempotency-Key, a queue
message comes back when its visibility ends (or never: then the sweep acts), a stream record is
read again; a callback does not come twice. `make prove` kills at every point, this at some.
"""

from collections.abc import Iterator

import pytest

from tests.simulation.crash import killed, told, wrong
from tests.simulation.deployment import Deployment, environments
from tests.simulation.stories import STORIES, Story

EVERY = 7
"""A prime, so that both sides of an I/O and all kinds of I/O have their turn."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with Deployment().installed() as installed:
        yield installed


@pytest.mark.parametrize("story", STORIES, ids=[each.name for each in STORIES])
def test_the_story_goes_well(story: Story, deployment: Deployment) -> None:
    world = told(story, deployment)

    assert wrong(story, world) == []
    assert world.judge.refreshes


@pytest.mark.parametrize("story", STORIES, ids=[each.name for each in STORIES])
def test_wherever_a_process_dies_the_story_ends_well(story: Story, deployment: Deployment) -> None:
    found = killed(story, deployment, every=EVERY)

    assert found.broken == {}
    assert found.runs > 10


def test_the_stories_run_every_function(deployment: Deployment) -> None:
    run = set()
    for story in STORIES:
        run |= {kind.split()[0] for _, kind, _ in told(story, deployment).covered}

    assert set(environments()) <= run | {"fetch_accounts"}
