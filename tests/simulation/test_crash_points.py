"""Every I/O of every story, its process killed before and after; then everything recovers (D72).

Whoever dies takes its answer along: a caller asks again with the same Idempotency-Key, a queue
message comes back when its visibility ends (or never: then the sweep acts), a stream record is
read again; a callback does not come twice.
"""

from collections.abc import Iterator

import pytest

from tests.simulation.deployment import Deployment
from tests.simulation.stories import STORIES, Story
from tests.simulation.world import World


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with Deployment().installed() as installed:
        yield installed


def told(story: Story, deployment: Deployment, *, kill_at: int | None, returns: bool) -> World:
    """Tell the story to its end, with one process killed on the way."""
    world = story.world(deployment)
    world.clockwork.kill_at = kill_at
    world.queues.returns = returns
    while world.clockwork.now < world.plan.faulty and not world.is_quiet:
        world.clockwork.run(world.clockwork.now + 120)
    world.judge_end()
    return world


def ends(world: World) -> list[str]:
    """What is not as it should be at the end."""
    return world.judge.faults + [
        f"{seen.id[-8:]} is {seen.status}"
        for seen in world.judge.refreshes.values()
        if seen.status != "completed"
    ]


@pytest.mark.parametrize("story", STORIES, ids=[each.name for each in STORIES])
def test_the_story_goes_well(story: Story, deployment: Deployment) -> None:
    world = told(story, deployment, kill_at=None, returns=True)

    assert ends(world) == []
    assert world.judge.refreshes


@pytest.mark.parametrize("returns", [True, False], ids=["message returns", "message is lost"])
@pytest.mark.parametrize("story", STORIES, ids=[each.name for each in STORIES])
def test_whatever_io_a_process_dies_at_the_story_ends_well(
    story: Story, returns: bool, deployment: Deployment
) -> None:
    """The I/Os of the story itself; those of idle sweeps afterwards are all alike."""
    last = told(story, deployment, kill_at=None, returns=True).last_call
    broken = {}
    for step in range(1, last + 1):
        world = told(story, deployment, kill_at=step, returns=returns)
        if wrong := ends(world):
            broken[step] = wrong
    assert broken == {}
