"""A process killed at one side of one I/O of a story; then everything must recover (D72)."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat

from tests.simulation.deployment import Deployment
from tests.simulation.stories import STORIES, Story
from tests.simulation.world import World


@dataclass
class Killing:
    """What became of a story, killed at each of its points."""

    story: str
    points: int
    runs: int = 0
    broken: dict[int, list[str]] = field(default_factory=dict)


def told(
    story: Story, deployment: Deployment, *, kill_at: int | None = None, returns: bool = True
) -> World:
    """Tell the story to its end; `returns`: a killed worker's message comes back."""
    world = story.world(deployment)
    world.clockwork.kill_at = kill_at
    world.queues.returns = returns
    while world.clockwork.now < world.plan.faulty and not world.is_quiet:
        world.clockwork.run(world.clockwork.now + 120)
    world.judge_end()
    return world


def wrong(story: Story, world: World) -> list[str]:
    """What is not as it should be at the end."""
    return world.judge.faults + [
        f"{seen.id[-8:]} is {seen.status}"
        for seen in world.judge.refreshes.values()
        if seen.status != story.ends
    ]


def killed(story: Story, deployment: Deployment, *, every: int = 1) -> Killing:
    """Kill at every point, or at each n-th, with the message coming back and without."""
    found = Killing(story.name, told(story, deployment).last_call)
    for kill_at in range(1, found.points + 1, every):
        for returns in (True, False):
            found.runs += 1
            world = told(story, deployment, kill_at=kill_at, returns=returns)
            if is_wrong := wrong(story, world):
                found.broken[kill_at] = is_wrong
    return found


def killings(jobs: int, every: int = 1) -> list[Killing]:
    """Kill in every story."""
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_one, range(len(STORIES)), repeat(every)))


def _one(number: int, every: int) -> Killing:
    with Deployment().installed() as deployment:
        return killed(STORIES[number], deployment, every=every)
