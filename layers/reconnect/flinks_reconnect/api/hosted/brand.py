"""In whose name the hosted page speaks, and whether its accent colour can be seen."""

import math
from dataclasses import dataclass
from string import Template
from typing import Final

_WHITE, _BLACK = "#ffffff", "#000000"
_GROUNDS: Final = {"light": "#fffdfa", "dark": "#1c201f"}
"""What buttons stand on, by day and by night: `--card` in `hosted/page.css`."""
_LEAST: Final = 3.0
"""Contrast of a control's shape with what is around it (WCAG 2.2, 1.4.11)."""
_RULE: Final = Template(
    "@media (prefers-color-scheme: $scheme) { :root { --first: $accent; --first-hover: $accent; "
    "--on-first: $text; --brand: $text; --brand-ground: $accent; } }"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What the integrator says of themselves; whatever is missing has a neutral stand-in."""

    name: str = ""
    logo: str = ""
    """An https address; the one foreign picture that the page may load."""
    accent: str = ""
    """`#rrggbb`."""
    support: str = ""
    """Where the person gets help: an https, mailto or tel address."""
    privacy: str = ""


def accent_fault(accent: str) -> str | None:
    """Return why a colour cannot be the accent, or None: its buttons must be seen by day."""
    ratio = contrast(accent, _GROUNDS["light"])
    if ratio >= _LEAST:
        return None
    return (
        f"contrast {ratio:.1f}:1 with the page, at least {_LEAST:.0f}:1 is needed; take it darker"
    )


def accent_rules(accent: str) -> str:
    """Return the style of the accent: by day and by night where it can be seen, else nothing.

    What is written on it is black or white, whichever stands out more: at least 4.5:1, always.
    """
    if not accent:
        return ""
    text = max((_WHITE, _BLACK), key=lambda each: contrast(each, accent))
    return "\n".join(
        _RULE.substitute(scheme=scheme, accent=accent, text=text)
        for scheme, ground in _GROUNDS.items()
        if contrast(accent, ground) >= _LEAST
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else math.pow((channel + 0.055) / 1.055, 2.4)
