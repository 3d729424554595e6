"""What the caller does next, by status; a failure's remedy names it."""

from typing import Final

from flinks_reconnect.domain.errors import REMEDIES, NextAction
from flinks_reconnect.domain.refresh import Refresh, Status

NEXT_ACTIONS: Final = {
    Status.INVITED: NextAction.START_AGAIN,
    Status.STARTING: NextAction.WAIT,
    Status.MFA_REQUIRED: NextAction.OPEN_IFRAME,
    Status.CREDENTIALS_REQUIRED: NextAction.OPEN_IFRAME,
    Status.VERIFYING: NextAction.WAIT,
    Status.FETCHING: NextAction.WAIT,
    Status.RETRY_SCHEDULED: NextAction.WAIT,
    Status.COMPLETED: NextAction.NONE,
    Status.EXPIRED: NextAction.START_NEW_SESSION,
    Status.CANCELLED: NextAction.NONE,
}


def next_action(refresh: Refresh) -> NextAction:
    """Return what comes next where the person is present; a failure's remedy names it."""
    if refresh.status is Status.FAILED:
        return REMEDIES[refresh.error].next_action if refresh.error else NextAction.CONTACT_SUPPORT
    return NEXT_ACTIONS[refresh.status]
