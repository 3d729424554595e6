"""Where the person may be sent back to: exact entries, known on a row by a short hash."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowList:
    """Exact matches only: no patterns, no prefixes, no normalising (rules R11, S18)."""

    entries: tuple[str, ...]

    def reference(self, wanted: str | None) -> str | None:
        """Return the hash of the wanted entry, of the first one if none is wanted.

        Raises LookupError for what is not on the list.
        """
        if wanted is None:
            return _hash(self.entries[0]) if self.entries else None
        if wanted not in self.entries:
            raise LookupError("not on the allow-list")
        return _hash(wanted)

    def entry(self, reference: str | None) -> str | None:
        """Return the entry of this hash, or None if it is no longer on the list."""
        return next((entry for entry in self.entries if _hash(entry) == reference), None)


def _hash(entry: str) -> str:
    return hashlib.sha256(entry.encode()).hexdigest()[:10]
