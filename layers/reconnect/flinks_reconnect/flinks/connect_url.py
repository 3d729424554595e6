"""Addresses of Flinks Connect, parameter by parameter as the Reconnect page gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.flinks.addresses import connect_origin
from flinks_reconnect.usecases.ports import AuthorizeToken, ConnectTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectUrlBuilder:
    """Implements `ConnectUrls`. Raises ValueError when it is made with an unsafe address."""

    base_url: str
    """The whole address of Flinks Connect, from the dashboard's settings."""
    connect_path: str = "/"
    """Where a session is resumed: `/` (Reconnect page) or `/v2/` (help centre)."""
    credential_path: str = "/v2/Credential/"
    """Where a full sign-in begins, before the institution's id."""
    selector_path: str = "/v2/"
    """Where a full sign-in begins if the institution is unknown."""
    consent_enable: bool = True
    """Whether Flinks shows its consent page. Always sent: Flinks' pages disagree on the default."""
    demo: bool = False
    """Offers Flinks' own test institution."""

    def __post_init__(self) -> None:
        """Refuse an address that is not an origin, and paths that are not paths."""
        connect_origin(self.base_url)
        for path in (self.connect_path, self.credential_path, self.selector_path):
            if not path.startswith("/") or path.startswith("//") or quote(path, "/") != path:
                raise ValueError("a path of Flinks Connect must be a plain path from the root")

    @property
    def origin(self) -> str:
        """The exact origin that the widget's messages come from."""
        return connect_origin(self.base_url)

    def build(self, target: ConnectTarget, token: AuthorizeToken) -> str:
        """Return the iframe address; it carries secrets and is shown once.

        The commas between account ids stay as they are: the Reconnect page prints
        `resumeSelectedAccounts={id1},{id2}`.
        """
        pairs = [f"{name}={value}" for name, value in self._parameters(target, token)]
        return f"{self.origin}{self._path(target)}?{'&'.join(pairs)}"

    def _path(self, target: ConnectTarget) -> str:
        if target.request_id is not None:
            return self.connect_path
        if target.institution_id is None:
            return self.selector_path
        return self.credential_path.rstrip("/") + "/" + _encoded(target.institution_id)

    def _parameters(
        self, target: ConnectTarget, token: AuthorizeToken
    ) -> Iterator[tuple[str, str]]:
        if target.request_id is not None:
            yield "requestId", _encoded(target.request_id)
        yield "authorizeToken", _encoded(token.value)
        yield "redirectUrl", _encoded(target.callback_url)
        if target.mode_embedded:
            yield "innerRedirect", "true"
        if target.language is not None:
            yield "language", _encoded(target.language)
        yield "tag", _encoded(target.tag)
        yield from self._settings()
        yield from _chosen(target.selection)

    def _settings(self) -> Iterator[tuple[str, str]]:
        yield "consentEnable", _flag(self.consent_enable)
        if self.demo:
            yield "demo", "true"


def _chosen(selection: Selection) -> Iterator[tuple[str, str]]:
    """Name what the person chose once, and offer no choice that nobody would honour.

    The Reconnect page shows `resumeSelectedAccounts` for a session that is resumed; a full
    sign-in that does not know it ignores it, and our own filter holds either way.
    """
    if selection.everything:
        yield "accountSelectorEnable", "false"
    elif selection.ids:
        yield "resumeSelectedAccounts", ",".join(map(_encoded, selection.ids))


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _flag(value: bool) -> str:
    return "true" if value else "false"
