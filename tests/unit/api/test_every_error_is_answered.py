"""No use case's error is a 500: whoever adds one has to say what it is answered with."""

import inspect
from collections.abc import Iterator
from typing import Any, Final

import pytest
from flinks_reconnect.api.edge.problems import BROKEN
from flinks_reconnect.api.edge.response import serve
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.usecases.errors import (
    IndexUnreadableError,
    NotTakenError,
    UnknownCallbackError,
    UseCaseError,
)

from tests.unit.domain.cases import NOW, a_refresh

ELSEWHERE: Final = {
    IndexUnreadableError: "the sweep raises it; its next run is a minute away",
    NotTakenError: "the queue of passed-on webhooks sends it again",
    UnknownCallbackError: "the callback answers a person in words: 404 on a page",
}
"""What no route of the API raises, and who deals with it."""
ARGUMENTS: Final = {
    "code": ErrorCode.THROTTLED,
    "gone": True,
    "over_at": NOW,
    "refresh": a_refresh(),
    "refresh_id": "rf_1",
    "replaced": True,
    "retry_at": NOW,
}


def every(kind: type[UseCaseError]) -> Iterator[type[UseCaseError]]:
    for each in kind.__subclasses__():
        yield each
        yield from every(each)


def one(kind: type[UseCaseError]) -> UseCaseError:
    own = kind.__init__ is not Exception.__init__ and "__init__" in vars(kind)
    names = list(inspect.signature(kind.__init__).parameters)[1:] if own else []
    return kind(**{name: ARGUMENTS[name] for name in names})


@pytest.mark.parametrize("kind", sorted(set(every(UseCaseError)) - set(ELSEWHERE), key=str))
def test_an_error_of_a_use_case_has_a_problem_of_its_own(kind: type[UseCaseError]) -> None:
    def fails(_: object) -> dict[str, Any]:
        raise one(kind)

    answer = serve(
        {"httpMethod": "GET", "resource": "/refreshes/{id}"}, {"GET /refreshes/{id}": fails}
    )

    assert 400 <= answer["statusCode"] <= 503
    assert answer["statusCode"] != BROKEN.status
