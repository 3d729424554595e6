"""The world in which each deliberate bug shows; written down from `make prove`."""

FOUND_AT: dict[str, int] = {}
