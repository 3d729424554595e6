"""Many workers on one thread, one virtual clock, one seed: who runs next is decided here alone.

Every call to a port sleeps a little before it has its effect and a little after, so whatever else
is due runs in between. A task that is killed gets `Killed`, which no use case catches.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from greenlet import getcurrent, greenlet

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


class Killed(BaseException):
    """This process is no more."""


@dataclass(eq=False)
class Invocation:
    """One run of a Lambda function."""

    function: str
    deadline: float
    number: int
    began: float = 0.0
    cause: str = ""
    """What it was started for, for the trace."""
    touched: dict[str, float] = field(default_factory=dict)
    """The Flinks sessions of which it was told a sign of life, and when."""
    writes: int = 0
    died: str = ""
    """How it ended, if not well: killed, or the error that it raised."""
    refused: str = ""
    """The session of which a question was refused to it."""
    refused_at: float = 0.0
    asked: str = ""
    """The session whose question (203) it was told of."""
    struck: list[str] = field(default_factory=list)
    """What went wrong around it."""


@dataclass(eq=False)
class Task:
    """A greenlet with a name, and the Lambda runs that it is inside of."""

    name: str
    run: greenlet
    inside: list[Invocation] = field(default_factory=list)


class Clockwork:
    """The hub: a heap of who wakes when."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - for repeatable worlds, not a secret
        self.now = 0.0
        self.steps = 0
        self.watching = False
        """While true, calls cost nothing, go wrong never and let nobody else in between."""
        self.stopped = False
        """A judge has seen enough."""
        self.kill_at: int | None = None
        """The step (an I/O counted once before and once after) at which the caller dies."""
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()
        self._tasks: dict[greenlet, Task] = {}
        self._hub = getcurrent()

    def instant(self) -> datetime:
        """Return the virtual time as a datetime."""
        return START + timedelta(seconds=self.now)

    def seconds(self, instant: datetime) -> float:
        """Return an instant as seconds since the world began."""
        return (instant - START).total_seconds()

    @property
    def task(self) -> Task | None:
        """The task that runs now."""
        return self._tasks.get(getcurrent())

    @property
    def invocation(self) -> Invocation | None:
        """The Lambda run that runs now."""
        task = self.task
        return task.inside[-1] if task and task.inside else None

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Do this later, in one go."""
        heapq.heappush(self._heap, (self.now + max(0.0, seconds), next(self._numbers), act))

    def spawn(
        self, name: str, act: Callable[[], object], *, delay: float = 0, inside: bool = False
    ) -> Task:
        """Start a task; it may sleep. `inside`: it is a thread of the run that starts it."""
        run = greenlet(lambda: self._live(act), self._hub)
        task = Task(name, run)
        parent = self.task
        if inside and parent is not None:
            task.inside = list(parent.inside)
        self._tasks[run] = task
        self.after(delay, run.switch)
        return task

    def sleep(self, seconds: float) -> None:
        """Let others run; raises Killed when the Lambda run's time is over meanwhile."""
        if self.watching:
            return
        current = getcurrent()
        if current is self._hub:
            raise AssertionError("only a task sleeps")
        wake, ends = self.now + seconds, self._ends_at()
        heapq.heappush(self._heap, (min(wake, ends), next(self._numbers), current.switch))
        self._hub.switch()
        if self.now >= ends:
            raise Killed

    def step(self) -> None:
        """Count one point of an I/O; here a process may die."""
        self.steps += 1
        if self.kill_at == self.steps:
            self.kill_at = None
            raise Killed

    def run(self, until: float, *, most: float = float("inf")) -> None:
        """Let the world go on until this time, or until so many steps were done."""
        while self._heap and not self.stopped and self._heap[0][0] <= until and self.steps < most:
            self.now, _, act = heapq.heappop(self._heap)
            act()
        if self.steps < most:
            self.now = max(self.now, until)

    def together(self, acts: Sequence[Callable[[], None]]) -> None:
        """Run these side by side, and return when all have ended (a Lambda's own threads)."""
        if not acts or self.watching:
            for act in acts:
                act()
            return
        left = len(acts)
        waiting, failed = getcurrent(), []

        def one(act: Callable[[], None]) -> None:
            nonlocal left
            try:
                act()
            except BaseException as error:  # handed on to the one who waits
                failed.append(error)
            left -= 1
            if not left:
                self.after(0, waiting.switch)

        for act in acts:
            self.spawn("thread", lambda act=act: one(act), inside=True)  # type: ignore[misc] # the loop's own value
        self._hub.switch()
        for error in failed:
            raise error

    def _ends_at(self) -> float:
        task = self.task
        return task.inside[-1].deadline if task and task.inside else float("inf")

    def _live(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Killed:
            return
        finally:
            self._tasks.pop(getcurrent(), None)
