"""Typed ids, how they are made, and what they say.

Ids are addresses: a refresh id names its connection's partition, and a connection id is an HMAC
of the LoginId, so nobody must register a connection before its first refresh.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Final, NewType

LoginId = NewType("LoginId", str)
"""Flinks' handle of stored bank credentials; a capability, never shown."""
RequestId = NewType("RequestId", str)
"""Flinks' handle of one live session at the bank; dies after 8 minutes of inactivity."""
AccountId = NewType("AccountId", str)
"""Flinks' handle of one bank account of a login."""
ConnectionId = NewType("ConnectionId", str)
"""Ours: `cn_` and 24 characters."""
RefreshId = NewType("RefreshId", str)
"""Ours: `rf_`, the connection's 24 characters, then time and randomness (18 characters)."""

NO_ID: Final = "00000000-0000-0000-0000-000000000000"
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LENGTH: Final = 10
_RANDOM_LENGTH: Final = 8
_BODY_LENGTH: Final = 24
_CODE_LENGTH: Final = 8


def connection_id(id_key: bytes, login_id: LoginId) -> ConnectionId:
    """Return the id of the connection that stands for this LoginId."""
    return _connection_id(id_key, "login", login_id.lower())


def provisional_connection_id(id_key: bytes, request_id: RequestId) -> ConnectionId:
    """Return the id under which an adopted session lives until its LoginId is proven."""
    return _connection_id(id_key, "request", request_id.lower())


def new_refresh_id(
    connection: ConnectionId, now: datetime, random_bytes: Callable[[int], bytes]
) -> RefreshId:
    """Make the id of a refresh: sorts by time within its connection."""
    time = _encode(int(now.timestamp() * 1000), _TIME_LENGTH)
    random = _encode(int.from_bytes(random_bytes(5), "big"), _RANDOM_LENGTH)
    return RefreshId("rf_" + connection.removeprefix("cn_") + time + random)


def is_refresh_id(text: str) -> bool:
    """Whether this could be a refresh id of ours (its shape only)."""
    length = 3 + _BODY_LENGTH + _TIME_LENGTH + _RANDOM_LENGTH
    body = text.removeprefix("rf_")
    return (
        text.startswith("rf_")
        and len(text) == length
        and set(body[_BODY_LENGTH:]) <= set(_ALPHABET)
        and set(body[:_BODY_LENGTH]) <= set("abcdefghijklmnopqrstuvwxyz234567")
    )


def is_connection_id(text: str) -> bool:
    """Whether this could be a connection id of ours (its shape only)."""
    body = text.removeprefix("cn_")
    return (
        text.startswith("cn_")
        and len(body) == _BODY_LENGTH
        and set(body) <= set("abcdefghijklmnopqrstuvwxyz234567")
    )


def partition_of(refresh: RefreshId) -> ConnectionId:
    """Return the connection under which this refresh was created."""
    return ConnectionId("cn_" + refresh[3 : 3 + _BODY_LENGTH])


def moment_of(refresh: RefreshId) -> str:
    """Return the part of the id that tells the refreshes of one connection apart."""
    return refresh[3 + _BODY_LENGTH :]


def support_code(connection: ConnectionId, reference: str | None) -> str:
    """Return what a person reads out to support, in two halves of four characters.

    It stands for all connections of one reference, at every bank, so that one index finds both; a
    connection without a reference has the beginning of its own id. 40 bits: two of a million
    persons may share a code, so it finds and proves nothing.
    """
    of_reference = hashlib.sha256((reference or "").encode()).digest()[:5]
    code = base64.b32encode(of_reference).decode() if reference else connection[3:11].upper()
    return f"{code[:4]}-{code[4:]}"


def read_support_code(text: str) -> str | None:
    """Return a code as `support_code` writes it, however it was typed; None: it is none."""
    code = "".join(each for each in text if each not in "- ").upper()
    is_one = len(code) == _CODE_LENGTH and set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    return f"{code[:4]}-{code[4:]}" if is_one else None


def _connection_id(id_key: bytes, kind: str, value: str) -> ConnectionId:
    digest = hmac.digest(id_key, f"{kind}|{value}".encode(), hashlib.sha256)
    return ConnectionId("cn_" + base64.b32encode(digest[:15]).decode().lower())


def _encode(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
