"""Reads the body of a webhook whose signature was verified over the raw bytes."""

from typing import Final

from flinks_reconnect.domain.answers import WebhookAccounts, WebhookIgnored, WebhookReason
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.flinks.meaning import Standing, institution_of, standing
from flinks_reconnect.flinks.wire import FlinksReply, read_reply

_ACCOUNTS: Final = "getaccountsdetail"
_KYC: Final = "kyc"
_ASSUMED_STATUS: Final = 200
"""The body is the API's 200 body and a `ResponseType` (Flinks, webhooks); errors are not sent."""


def read_webhook(body: bytes) -> WebhookAccounts | WebhookIgnored:
    """Return the accounts that the body brings, or why it brings none. Never raises."""
    reply = read_reply(body)
    if reply is None or reply.response_type is None:
        return WebhookIgnored(WebhookReason.MALFORMED)
    kind = reply.response_type.lower()
    if kind != _ACCOUNTS:
        reason = WebhookReason.KYC if kind == _KYC else WebhookReason.OTHER_TYPE
        return WebhookIgnored(reason)
    if standing(reply, _ASSUMED_STATUS) is not Standing.DONE:
        return WebhookIgnored(WebhookReason.NO_SUCCESS)
    return _accounts(reply)


def _accounts(reply: FlinksReply) -> WebhookAccounts | WebhookIgnored:
    if reply.login.id is None or reply.accounts is None:
        return WebhookIgnored(WebhookReason.MALFORMED)
    return WebhookAccounts(
        request_id=RequestId(reply.request_id) if reply.request_id else None,
        login_id=LoginId(reply.login.id),
        last_refresh=reply.login.last_refresh,
        accounts=reply.accounts,
        institution=institution_of(reply),
    )
