"""Capabilities that are not stored: `<refresh>.<n>.<expiry>.<mac>`.

The callback's state names an attempt, a link and a visit name the link's generation. The mac is an
HMAC-SHA256 over purpose and content, so a seal of one purpose is worth nothing for another, and
nobody can move its expiry.
"""

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from flinks_reconnect.domain.ids import RefreshId, is_refresh_id


class Purpose(StrEnum):
    """What a seal opens."""

    CALLBACK = "callback"
    """Takes the hint that an attempt is done."""
    HOSTED_CALLBACK = "hosted_callback"
    """The same for an attempt in our own page, which then hears of it."""
    LINK = "link"
    """Opens visits; it lies in mailboxes for days, so its mac is the longest."""
    VISIT = "visit"
    """Lets a page act for the person who opened the link."""


_MAC_BYTES: Final = {
    Purpose.CALLBACK: 16,
    Purpose.HOSTED_CALLBACK: 16,
    Purpose.LINK: 32,
    Purpose.VISIT: 16,
}
_LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Capability:
    """A verified capability: this refresh, and the attempt or the link's generation."""

    refresh_id: RefreshId
    number: int


def sign_capability(key: bytes, purpose: Purpose, what: Capability, expires_at: datetime) -> str:
    """Write the capability as text that is safe in a URL's path."""
    content = f"{what.refresh_id}.{what.number}.{int(expires_at.timestamp())}"
    return f"{content}.{_mac(key, purpose, content)}"


def verify_capability(
    keys: Sequence[bytes], purpose: Purpose, text: str, now: datetime
) -> Capability | None:
    """Return what it opens, or None if it is forged, of another purpose, or expired."""
    content, _, mac = text.rpartition(".")
    parts = content.split(".")
    if len(text) > _LONGEST or not text.isascii() or len(parts) != 3:
        return None
    if not any(
        hmac.compare_digest(_mac(key, purpose, content).encode(), mac.encode()) for key in keys
    ):
        return None
    refresh_id, number, expiry = parts
    if not is_refresh_id(refresh_id) or now >= datetime.fromtimestamp(int(expiry), UTC):
        return None
    return Capability(RefreshId(refresh_id), int(number))


def is_shaped(purpose: Purpose, text: str) -> bool:
    """Whether the text looks like a seal of this purpose; only `unseal` knows if it is one."""
    parts = text.split(".")
    if len(text) > _LONGEST or len(parts) != 4:
        return False
    refresh_id, number, expiry, mac = parts
    length = math.ceil(_MAC_BYTES[purpose] * 8 / 6)
    return (
        is_refresh_id(refresh_id)
        and all(each.isascii() and each.isdigit() for each in (number, expiry))
        and re.fullmatch(f"[A-Za-z0-9_-]{{{length}}}", mac) is not None
    )


def _mac(key: bytes, purpose: Purpose, content: str) -> str:
    digest = hmac.digest(key, f"{purpose}|{content}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[: _MAC_BYTES[purpose]]).decode().rstrip("=")
