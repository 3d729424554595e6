"""The signature of Flinks' webhooks, over the raw bytes, before anything is parsed.

base64(HMAC-SHA256(key = the secret as UTF-8, message = the raw body)): Flinks' page on HMAC. The
reference names the header `flinks-authenticity-key`, the newer guide's sample `X-Flinks-Signature`.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

HEADERS: Final = frozenset({"flinks-authenticity-key", "x-flinks-signature"})
_DIGEST = re.compile(r"[A-Za-z0-9+/]{43}=")


def sign(secret: bytes, body: bytes) -> bytes:
    """Return the base64 text of the signature that Flinks sends with this body."""
    return base64.b64encode(hmac.digest(secret, body, "sha256"))


def is_signed(headers: Mapping[str, Sequence[str]], body: bytes, secrets: Iterable[bytes]) -> bool:
    """Whether Flinks signed these bytes with one of the secrets (two while they rotate).

    `headers`: every value of every header, so that a repeated one is seen (API Gateway's
    `multiValueHeaders`). Anything odd refuses: no signature, a repeated or malformed one, two
    that differ, no secret or an empty one.
    """
    given = _given(headers)
    if given is None:
        return False
    matches = [hmac.compare_digest(sign(secret, body), given) for secret in secrets if secret]
    return any(matches)


def signature_of(headers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the headers that carry the signature, under the names that they came with."""
    return {name: values[0] for name, values in headers.items() if name.lower() in HEADERS}


def _given(headers: Mapping[str, Sequence[str]]) -> bytes | None:
    """Return the one signature that the headers agree on, or None."""
    named = [values for name, values in headers.items() if name.lower() in HEADERS]
    if any(len(values) != 1 for values in named):
        return None
    texts = {values[0] for values in named}
    if len(texts) != 1:
        return None
    text = texts.pop()
    return text.encode("ascii") if _DIGEST.fullmatch(text) else None
