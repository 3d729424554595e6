"""The widget's URL parameters: read by name, in any case; booleans are `true` or `false`."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Parameters:
    """The query of a Connect URL."""

    def __init__(self, raw: Mapping[str, str]) -> None:
        """Take the parameters of an address."""
        self._values = {name.lower(): value for name, value in raw.items()}

    def text(self, name: str) -> str | None:
        """Return a parameter, or None where it is missing or empty."""
        return self._values.get(name.lower()) or None

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean parameter."""
        value = self.text(name)
        return default if value is None else value.lower() == "true"

    def ids(self, name: str) -> list[str]:
        """Return a comma-separated list, in lower case."""
        return [each.strip().lower() for each in (self.text(name) or "").split(",") if each.strip()]

    def number(self, name: str) -> int | None:
        """Return a whole number, or None."""
        value = self.text(name) or ""
        return int(value) if value.isdecimal() and len(value) < 10 else None

    @property
    def language(self) -> str:
        """Return the language of the widget and of the bank session."""
        return "fr" if (self.text("language") or "en").lower().startswith("fr") else "en"

    @property
    def demo(self) -> bool:
        """Say whether the dummy banks are shown; a newer example writes `toolbox=true`."""
        return self.flag("demo") or self.flag("toolbox")

    @property
    def redirect_url(self) -> str | None:
        """Return where to go in the end; one old step list and one app spell it otherwise."""
        return self.text("redirectUrl") or self.text("redirectUri")


def with_query(url: str, added: Mapping[str, str]) -> str:
    """Merge parameters onto the query an address already has."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def may_navigate_to(url: str) -> bool:
    """Say whether a redirect address is one a widget may open: a scheme of its own, no script."""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return False
    return bool(scheme) and scheme not in ("javascript", "data", "vbscript", "blob", "file")
