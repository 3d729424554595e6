"""Generated passages inside written documents: between two markers, and nowhere else."""

import re
from pathlib import Path


class NoMarkerError(Exception):
    """The document has no place for this passage."""


def with_passage(document: str, name: str, passage: str) -> str:
    """Return the document with this passage between its markers; raises NoMarkerError."""
    begin, end = f"<!-- generated: {name} -->", "<!-- end of generated -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not place.search(document):
        raise NoMarkerError(name)
    return place.sub(lambda _: f"{begin}\n{passage}\n{end}", document)


def written(path: Path, name: str, passage: str) -> tuple[Path, str]:
    """Return the document's path, and its text with the passage as it should be."""
    return path, with_passage(path.read_text(), name, passage)
