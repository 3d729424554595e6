"""What every refusal has in common: a problem with a stable code, and no trace of the attempt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.world import Event, World, parsed

CANARY = "kanarienvogel"
"""Stands in hostile values; no answer and no log line may hold it."""


@contextmanager
def nothing_happens(world: World) -> Iterator[None]:
    """Neither a row nor a message nor a call to Flinks nor an object comes of it."""
    before = world.everything()
    yield
    assert world.everything() == before


def refused(world: World, function: str, event: Event, status: int, code: str) -> Event:
    """The event is answered with this problem, and with nothing else."""
    with nothing_happens(world):
        answer = world.invoke(function, event)
    problem = parsed(answer, status)
    assert_problem(answer, problem, status, code)
    assert CANARY not in json.dumps(answer).lower()
    assert CANARY not in world.log.text.lower()
    return problem


def assert_problem(answer: Event, problem: dict[str, Any], status: int, code: str) -> None:
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "no-store"
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"] == f"docs/errors.md#{code}"
    assert problem["title"]
    assert problem["owner"] in {"user", "bank", "flinks", "operator"}
    assert problem["nextAction"]


NO_GUID = "must be a GUID that is not all zeros"


def wrong(**messages: str) -> dict[str, Any]:
    """What is told of fields that are wrong."""
    errors = [{"field": name, "message": message} for name, message in messages.items()]
    return {"fields": sorted(messages), "errors": errors}
