"""Errors, as application/problem+json (RFC 9457)."""

from typing import Annotated, NotRequired, TypedDict

from pydantic import Field, with_config

from flinks_reconnect.api.contract.values import (
    CLOSED,
    Timestamp,
)
from flinks_reconnect.domain.errors import NextAction, Owner
from flinks_reconnect.domain.refresh import Status


@with_config(CLOSED)
class FieldErrorAnswer(TypedDict):
    """What is wrong with one field; never its value, and no name that the caller made up."""

    field: Annotated[
        str, Field(description="As in `accountsOptions.withKyc` or `selectedAccounts[2]`.")
    ]
    message: str
    nearest: NotRequired[Annotated[str, Field(description="The known name that is most like it.")]]


class WrongFields(TypedDict):
    """Which fields are wrong, and of each what."""

    fields: list[str]
    errors: list[FieldErrorAnswer]


@with_config(CLOSED)
class ProblemAnswer(TypedDict):
    """Why a call was refused (RFC 9457). Branch on `code`; it never changes its meaning."""

    type: Annotated[
        str, Field(pattern="^docs/errors\\.md#[a-z_]+$", description="Where the code is explained.")
    ]
    title: str
    status: Annotated[
        int,
        Field(
            ge=400,
            le=599,
            description="The answer's own. A rare refusal by API Gateway itself may leave it out.",
        ),
    ]
    code: str
    owner: Owner
    nextAction: NextAction
    retryAt: NotRequired[Timestamp]
    fields: NotRequired[Annotated[list[str], Field(description="With a 422.")]]
    errors: NotRequired[
        Annotated[list[FieldErrorAnswer], Field(description="With a 422: the first ten.")]
    ]
    refreshId: NotRequired[Annotated[str, Field(description="With `other_session_open`.")]]
    refreshStatus: NotRequired[Annotated[Status, Field(description="With `no_iframe_url`.")]]
