"""Whose Idempotency-Key it is, by what API Gateway says of the caller (`userArn`)."""

import secrets

import pytest

from tests.integration.world import World, sample, with_body, with_headers

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
IAM = f"arn:aws:iam::{ACCOUNT}"
STS = f"arn:aws:sts::{ACCOUNT}"


def second_status(world: World, first: str, second: str) -> int:
    """How two callers fare who send two bodies under one key: 422 if it is the same caller."""
    key = {"Idempotency-Key": secrets.token_hex(16)}
    for caller in (first, second):
        body = {"loginId": world.add_login(), "selectedAccounts": "all"}
        event = with_headers(with_body(sample("start_refresh"), body), key)
        event["requestContext"]["identity"]["userArn"] = caller
        answer = world.invoke("start_refresh", event)
    return int(answer["statusCode"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"{STS}:assumed-role/app/task-1", f"{STS}:assumed-role/app/task-2"),
        (f"{IAM}:user/apps/app", f"{IAM}:user/apps/app"),
        (f"{STS}:federated-user/app", f"{STS}:federated-user/app"),
        (f"{IAM}:root", f"{IAM}:root"),
    ],
    ids=["two sessions of a role", "a user", "a federated user", "root"],
)
def test_the_key_is_that_of_a_user_or_a_role_whatever_its_session(
    world: World, first: str, second: str
) -> None:
    assert second_status(world, first, second) == 422


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"{STS}:assumed-role/app/task", f"{STS}:assumed-role/other/task"),
        (
            f"{STS}:assumed-role/app/task",
            f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/app/task",
        ),
        (f"{IAM}:user/one/app", f"{IAM}:user/two/app"),
        (f"{STS}:federated-user/one", f"{STS}:federated-user/two"),
        (f"{IAM}:root", f"arn:aws:iam::{OTHER_ACCOUNT}:root"),
        (f"{IAM}:user/app", f"{STS}:assumed-role/app/task"),
    ],
    ids=["role", "account of a role", "user", "federated user", "account", "kind"],
)
def test_somebody_elses_key_is_another_key(world: World, first: str, second: str) -> None:
    assert second_status(world, first, second) == 202
