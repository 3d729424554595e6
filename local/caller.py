"""The integrator's own user: it may call the API, by the policy that the stack exports."""

import contextlib
from dataclasses import dataclass

from local.emulator import administrator


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """What a SigV4 signature is made with."""

    access_key_id: str
    secret_access_key: str


def caller(endpoint_url: str, *, name: str, policy_arn: str) -> AccessKey:
    """Make the user with this one policy, and a new key in place of any older one."""
    iam = administrator().client("iam", endpoint_url=endpoint_url)
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
    for old in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=old["AccessKeyId"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return AccessKey(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
