"""GUIDs: reproducible for logins and accounts, from the seed for sessions and tokens."""

import random
from typing import Final
from uuid import UUID, uuid5

NAMESPACE: Final = UUID("00000000-0000-4000-8000-5a4db0c05700")


def named_guid(*parts: object) -> str:
    """Return the same GUID for the same parts, on every machine and for every seed."""
    return str(uuid5(NAMESPACE, "/".join(str(part) for part in parts)))


class GuidSource:
    """A stream of GUIDs that repeats itself for the same seed."""

    def __init__(self, seed: int) -> None:
        """Start the stream of a seed."""
        self._random = random.Random(seed)  # noqa: S311 - must repeat itself

    def __call__(self) -> str:
        """Return the next GUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))
