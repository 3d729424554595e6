"""Who calls, as an Idempotency-Key means it."""

from collections.abc import Mapping
from typing import Any, Final

_ASSUMED: Final = ":assumed-role/"


def scope_of(identity: Mapping[str, Any]) -> str:
    """Return the account and the user or role that signed; empty where nobody did.

    An assumed role's ARN ends in the name of its session, which every task, function instance or
    new set of credentials chooses anew (AWS IAM, Identifiers: `assumed-role/<role>/<session>`).
    The retry of a call often comes from another one, so the session is left out.
    """
    arn: str = identity.get("userArn") or ""
    if _ASSUMED not in arn:
        return arn
    role, _, _session = arn.rpartition("/")
    return role
