"""Messages that arrive at one webhook address but concern nobody's refresh."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from .ids import named_guid
from .wire import instant

KINDS: Final = ("pay", "upload", "investments", "summary", "statements", "stranger")
"""What Flinks' webhook pages name beside the details and the KYC message, and a new customer."""
OLD: Final = timedelta(days=43)


def message(kind: str, now: datetime) -> bytes:
    """Write a message of another product, or about somebody who just joined."""
    body: dict[str, Any] = {"HttpStatusCode": 200, "RequestId": named_guid("request", kind, now)}
    responses = {
        "pay": "PayEvent",
        "upload": "UploadFraudAlert",
        "investments": "GetInvestments",
        "summary": "GetAccountsSummary",
        "statements": "GetStatements",
        "stranger": "GetAccountsDetail",
    }
    body["ResponseType"] = responses[kind]
    if kind in ("summary", "statements", "stranger"):
        body["Login"] = {"Id": named_guid("stranger", now), "LastRefresh": instant(now)}
    if kind in ("summary", "stranger"):
        body["Accounts"] = [{"Id": named_guid("account", now), "Title": "somebody who just joined"}]
    return json.dumps(body).encode()


def aged(body: bytes, now: datetime) -> bytes:
    """Make a data message one of 43 days ago, as one that was kept back or sent again."""
    told = json.loads(body)
    told["Login"]["LastRefresh"] = instant(now - OLD)
    return json.dumps(told, ensure_ascii=False).encode()
