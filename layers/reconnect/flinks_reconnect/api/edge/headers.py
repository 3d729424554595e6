"""The headers that every answer of ours carries: kept nowhere, sniffed by nobody, over TLS."""

from typing import Final

ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000",
}
HTML: Final = {**ALWAYS, "Content-Type": "text/html; charset=utf-8"}
