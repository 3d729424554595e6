"""Configured addresses of Flinks: whole, never built from a pattern, and never plain HTTP."""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LOCATION = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")
"""A host and perhaps a port; nothing that a page's security policy could take for its own."""
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def api_base(url: str) -> str:
    """Return the API's address without a last slash; raises ValueError for an unsafe one.

    Customers' hosts follow no single pattern (older ones carry no country), so the address is
    configured whole. Plain HTTP is taken on the loopback alone, where the sandbox listens.
    """
    parts = _checked(url)
    return origin_of(parts) + parts.path.rstrip("/")


def connect_origin(url: str) -> str:
    """Return the exact origin of Flinks Connect; raises ValueError for an unsafe address.

    A path is refused: which one is shown depends on the session, and has its own settings.
    """
    parts = _checked(url)
    if parts.path not in {"", "/"}:
        raise ValueError("the address of Flinks Connect must not have a path")
    return origin_of(parts)


def origin_of(parts: SplitResult) -> str:
    """Return scheme, host and port as a browser writes them in `event.origin`."""
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{port}"


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if not _LOCATION.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise ValueError("a Flinks address must be a scheme, a host and perhaps a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("a Flinks address must be a whole https:// address")
    if quote(parts.path, "/") != parts.path:
        raise ValueError("the path of a Flinks address must be plain")
    return parts
