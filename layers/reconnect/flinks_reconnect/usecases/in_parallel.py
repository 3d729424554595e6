"""Do the same to many things, some of them at a time: each act mostly waits for the network."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

AT_ONCE: Final = 16
"""More bring little: one function has at most one processor below 1,769 MB (Lambda, memory)."""


class Together(Protocol):
    """How a use case goes about many things of a kind."""

    def __call__[T, R](self, act: Callable[[T], R], on: Sequence[T]) -> list[R]:
        """Do this to each and return what came of it, in the order of the things."""


def side_by_side[T, R](act: Callable[[T], R], on: Sequence[T]) -> list[R]:
    """Do this to each, up to sixteen at a time."""
    if len(on) <= 1:
        return [act(each) for each in on]
    with ThreadPoolExecutor(min(AT_ONCE, len(on))) as threads:
        return list(threads.map(act, on))
