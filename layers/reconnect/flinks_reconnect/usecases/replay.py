"""An Idempotency-Key, as use cases are given it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What an Idempotency-Key stands for."""

    key: str
    """Hash of caller, route and key."""
    body: str
    """Hash of the request's body."""
