"""Names that a request made up: the known one that is most like each, and never the name itself."""

from collections.abc import Collection, Iterable
from typing import Final

from flinks_reconnect.domain.errors import FieldError

UNKNOWN: Final = "unknown field"
MOST: Final = 10
"""So many names are compared; a body can hold thousands."""
_LONGEST: Final = 64
_ALIKE: Final = 0.7


def unknown_fields(given: Iterable[str], known: Collection[str]) -> tuple[FieldError, ...]:
    """Return one error for each known name that somebody may have meant, or one without any."""
    plain = {_plain(name): name for name in known}
    meant = {_nearest(name, plain) for name, _ in zip(given, range(MOST), strict=False)}
    named: list[str | None] = [*sorted(each for each in meant if each)] or [None]
    return tuple(FieldError(UNKNOWN, _message(each), each) for each in named)


def _message(nearest: str | None) -> str:
    if nearest is None:
        return "a field that this request does not have"
    return f"a field that this request does not have; did you mean {nearest}?"


def _nearest(name: str, plain: dict[str, str]) -> str | None:
    from difflib import get_close_matches  # only a request that is refused pays for it

    found = get_close_matches(_plain(name[:_LONGEST]), plain, n=1, cutoff=_ALIKE)
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    """Write loginId, login_id and LOGIN-ID alike."""
    return name.replace("_", "").replace("-", "").lower()
