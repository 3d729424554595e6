"""The integrator's app: a role that may call the API, by the policy that the stack exports."""

import contextlib
import json
from dataclasses import dataclass
from typing import Final

from local.emulator import administrator

SESSION_SECONDS: Final = 43_200
"""A role's session can last twelve hours at most; `make up` opens another."""


@dataclass(frozen=True, kw_only=True)
class SessionKey:
    """What a SigV4 signature is made with."""

    access_key_id: str
    secret_access_key: str
    session_token: str


def caller(endpoint_url: str, *, name: str, policy_arn: str) -> SessionKey:
    """Make the role with this one policy, and open a session of it, as an app on AWS has one."""
    iam = administrator().client("iam", endpoint_url=endpoint_url)
    sts = administrator().client("sts", endpoint_url=endpoint_url)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": sts.get_caller_identity()["Arn"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(trust),
            MaxSessionDuration=SESSION_SECONDS,
        )
    iam.attach_role_policy(RoleName=name, PolicyArn=policy_arn)
    key = sts.assume_role(
        RoleArn=iam.get_role(RoleName=name)["Role"]["Arn"],
        RoleSessionName="demo",
        DurationSeconds=SESSION_SECONDS,
    )["Credentials"]
    return SessionKey(
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
        session_token=key["SessionToken"],
    )
