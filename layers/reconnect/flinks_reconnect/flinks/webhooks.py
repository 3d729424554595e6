"""Reads the body of a webhook whose signature was verified over the raw bytes."""

import re
from typing import Final

from flinks_reconnect.domain.flinks_answers import WebhookAccounts, WebhookIgnored, WebhookReason
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.flinks.reply_parser import Standing, institution_of, standing
from flinks_reconnect.flinks.wire import FlinksReply, read_reply

_ACCOUNTS: Final = "getaccountsdetail"
_DOCUMENTED: Final = (
    (WebhookReason.KYC, re.compile("kyc")),
    (WebhookReason.SUMMARY, re.compile("summary")),
    (WebhookReason.STATEMENTS, re.compile("statement")),
    (WebhookReason.INVESTMENTS, re.compile("investment|wealth")),
    (WebhookReason.ATTRIBUTES, re.compile("attribute")),
    (
        WebhookReason.PAY,
        re.compile("^(flinks)?pay|payment|transfer|^g?eft|^sessionsetupstatuschanged$"),
    ),
    (WebhookReason.UPLOAD, re.compile("upload|fraud")),
    (WebhookReason.DROPOUT, re.compile("dropout")),
)
"""The kinds that Flinks' pages name ("Webhooks", introduction; Pay, "Session status"; changelog of
November 2019). They print the exact `ResponseType` of few, so a word of the product will do."""
_NO_LETTER: Final = re.compile("[^a-z]")
_ASSUMED_STATUS: Final = 200
"""The body is the API's 200 body and a `ResponseType` (Flinks, webhooks); errors are not sent."""


def read_webhook(body: bytes) -> WebhookAccounts | WebhookIgnored:
    """Return the accounts that the body brings, or why it brings none. Never raises."""
    reply = read_reply(body)
    if reply is None or reply.response_type is None:
        return WebhookIgnored(WebhookReason.MALFORMED)
    kind = _NO_LETTER.sub("", reply.response_type.lower())
    if kind != _ACCOUNTS:
        return WebhookIgnored(_named(kind))
    if standing(reply, _ASSUMED_STATUS) is not Standing.DONE:
        return WebhookIgnored(WebhookReason.NO_SUCCESS)
    return _accounts(reply)


def _named(kind: str) -> WebhookReason:
    for reason, word in _DOCUMENTED:
        if word.search(kind):
            return reason
    return WebhookReason.OTHER_TYPE


def _accounts(reply: FlinksReply) -> WebhookAccounts | WebhookIgnored:
    if reply.has_no_login and reply.accounts is not None:
        return WebhookIgnored(WebhookReason.NOT_SAVED)
    if reply.login.id is None or reply.accounts is None:
        return WebhookIgnored(WebhookReason.MALFORMED)
    return WebhookAccounts(
        request_id=RequestId(reply.request_id) if reply.request_id else None,
        login_id=LoginId(reply.login.id),
        last_refresh=reply.login.last_refresh,
        accounts=reply.accounts,
        institution=institution_of(reply),
    )
