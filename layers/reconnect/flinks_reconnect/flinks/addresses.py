"""Configured addresses of Flinks: whole, never built from a pattern, and never plain HTTP."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
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
    plain_and_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain_and_local):
        raise ValueError("a Flinks address must be a whole https:// address")
    if "@" in parts.netloc or parts.query or parts.fragment or not url.isascii():
        raise ValueError("a Flinks address must be a scheme, a host and perhaps a path")
    if any(character in url for character in " \\<>\"'"):
        raise ValueError("a Flinks address must not hold spaces, quotes or backslashes")
    return parts
