"""The page that a link leads to: one document, everything in it, nothing from anybody else.

It is the same for every link. What the link is stays in the fragment, which no server sees.
"""

import re
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from flinks_reconnect.api.edge.headers import HTML
from flinks_reconnect.api.hosted.brand import Brand, accent_rules

_FILES: Final = Path(__file__).parent
_SCRIPTS: Final = (
    "shared/clock.js",
    "shared/window-words.js",
    "shared/words.js",
    "shared/situation.js",
    "shared/frame.js",
    "words.js",
    "visit.js",
    "screen.js",
    "follow.js",
    "page.js",
)
_IMPORT: Final = re.compile(r"^import [^;]+;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=[a-z])", re.MULTILINE)
_UNNAMED: Final = "Your bank connection"
_HEADERS: Final = {
    **HTML,
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def page_answer(
    *, brand: Brand, connect_origin: str, ancestors: tuple[str, ...], nonce: str
) -> dict[str, Any]:
    """Return the page, for anybody who asks.

    `brand` is whom the person knows; `connect_origin` is the one foreign origin that may be
    framed; `ancestors` are the origins that may frame this page, and none may if it is empty.
    """
    name = brand.name.strip()
    body = _page().substitute(
        nonce=escape(nonce),
        app=escape(name),
        logo=escape(brand.logo),
        support=escape(brand.support),
        privacy=escape(brand.privacy),
        ancestors=escape(" ".join(ancestors)),
        title=escape(name or _UNNAMED),
        style=_text("page.css") + accent_rules(brand.accent),
        early=_text("early.js"),
        script="\n".join(inlined(_text(each)) for each in _SCRIPTS),
    )
    headers = {
        **_HEADERS,
        "Content-Security-Policy": _policy(brand, connect_origin, ancestors, nonce),
    }
    return {"statusCode": 200, "headers": headers, "body": body}


def _policy(brand: Brand, connect_origin: str, ancestors: tuple[str, ...], nonce: str) -> str:
    """Allow own script, style and API, the logo, and two frames: Connect and callback."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            f"img-src data: {brand.logo}".rstrip(),
            "connect-src 'self'",
            f"frame-src {connect_origin} 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {' '.join(ancestors) or "'none'"}",
        )
    )


def inlined(module: str) -> str:
    """Return a module's text as part of one script, where every name is known without an import."""
    return _EXPORT.sub("", _IMPORT.sub("", module))


@cache
def _page() -> Template:
    return Template(_text("page.html"))


@cache
def _text(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")
