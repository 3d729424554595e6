"""What one route takes and answers, and the problems that several routes share."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

type Problems = Mapping[int, tuple[str, ...]]
"""Stable codes by status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: its successes by status, and the codes of its problems by status."""

    id: str
    summary: str
    text: str
    successes: dict[int, str]
    answer: str = "RefreshAnswer"
    takes: str | None = None
    takes_key: bool = False
    takes_visit: bool = False
    takes_page: bool = False
    takes_query: Mapping[str, tuple[str, str]] = MappingProxyType({})
    """What the query may hold: what it means, and its pattern."""
    problems: Problems


REFRESH_UNKNOWN: Problems = {404: ("not_found",)}
CONNECTION_UNKNOWN: Problems = {404: ("connection_not_found",)}
NO_BODY: Problems = {400: ("body_not_allowed",)}
SIGNED: Problems = {
    400: ("invalid_request",),
    403: ("forbidden",),
    413: ("body_too_large",),
    429: ("throttled",),
    500: ("internal_error",),
    503: ("unavailable",),
    504: ("unavailable",),
}
PUBLIC: Problems = {
    **{status: codes for status, codes in SIGNED.items() if status != 503},
    403: ("blocked",),
}
VISITING: Problems = {**PUBLIC, 403: ("blocked", "origin_not_allowed"), 503: ("unavailable",)}
VISIT_OVER: Problems = {401: ("visit_over",)}
MINTING = (
    "access_refused",
    "flinks_unavailable",
    "not_enabled",
    "request_refused",
    "throttled",
    "unrecognised_answer",
)


def together(base: Problems, *more: Problems) -> Problems:
    """Return the problems of all of them, by status."""
    merged = dict(base)
    for each in more:
        for status, codes in each.items():
            merged[status] = (*merged.get(status, ()), *codes)
    return dict(sorted(merged.items()))
