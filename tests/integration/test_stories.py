"""Every function on its sample event, through its real handler."""

from tests.integration.world import World, at, parsed, sample


def test_the_main_story_completes_through_every_handler(world: World) -> None:
    done = world.completed()
    link = parsed(world.invoke("refreshes", at(sample("refreshes_accounts"), id=done["id"])), 200)
    assert link["snapshot"]["accounts"] == 3
