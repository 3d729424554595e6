"""What the browser gets at the callback: a redirect, or a page that says nothing secret."""

import json
from html import escape
from string import Template
from typing import Any, Final

from flinks_reconnect.api.edge.headers import HTML
from flinks_reconnect.api.return_address import return_address
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.refresh import Mode, Refresh
from flinks_reconnect.usecases.take_callback import Returned

_PAGE: Final = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 1rem/1.5 system-ui, sans-serif; color: #1c2733; background: #f6f8fa }
main { max-width: 28rem; padding: 2rem; text-align: center }
</style>
</head>
<body>
<main role="status"><h1>$title</h1><p>$text</p></main>
$script
</body>
</html>
""")
_SCRIPT: Final = Template("""<script nonce="$nonce">
parent.postMessage($message, $origin);
</script>""")


_WORDS: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "thanks": {
        "en": ("Thank you", "You can close this page and go back to your app."),
        "fr": ("Merci", "Vous pouvez fermer cette page et revenir à votre application."),
    },
    "framed": {
        "en": ("Thank you", "One moment, please."),
        "fr": ("Merci", "Un instant, s’il vous plaît."),
    },
    "unknown": {
        "en": (
            "Nothing to see here",
            "This address is not in use, or not any more. Go back to your app, or open your link "
            "again.",
        ),
        "fr": (
            "Rien à voir ici",
            "Cette adresse ne sert pas, ou plus. Revenez à votre application, ou ouvrez de nouveau "
            "votre lien.",
        ),
    },
    "unavailable": {
        "en": ("One moment", "Please reload this page in a few seconds."),
        "fr": ("Un instant", "Rechargez cette page dans quelques secondes."),
    },
}


def callback_answer(
    returned: Returned,
    *,
    language: Language,
    in_frame: bool,
    return_urls: AllowList,
    embed_origins: AllowList,
    nonce: str,
) -> dict[str, Any]:
    """Return the answer to every hit of a callback: first, second and late ones alike."""
    refresh = returned.refresh
    if returned.hosted:
        return _hosted(refresh, embed_origins, nonce, language)
    if in_frame or refresh.mode is Mode.EMBEDDED:
        return _embedded(refresh, embed_origins.entry(refresh.embed_origin), nonce, language)
    address = return_address(return_urls, refresh)
    if address is None:
        return _page(200, "thanks", language)
    return {
        "statusCode": 303,
        "headers": {**HTML, "Location": address},
        "body": "",
    }


def unknown_response(language: Language) -> dict[str, Any]:
    """Return the neutral page for a callback that means nothing to us."""
    return _page(404, "unknown", language)


def unavailable_answer(language: Language) -> dict[str, Any]:
    """Return the page for the moment when the hint cannot be taken."""
    return _page(503, "unavailable", language)


def _embedded(
    refresh: Refresh, origin: str | None, nonce: str, language: Language
) -> dict[str, Any]:
    if origin is None:
        return _page(200, "thanks", language)
    return _telling(refresh, _literal(origin), origin, nonce, language)


def _hosted(
    refresh: Refresh, embed_origins: AllowList, nonce: str, language: Language
) -> dict[str, Any]:
    """Tell our own page, which has our own origin and may itself be in a listed page's frame."""
    ancestors = " ".join(("'self'", *embed_origins.entries))
    return _telling(refresh, "location.origin", ancestors, nonce, language)


def _telling(
    refresh: Refresh, target: str, ancestors: str, nonce: str, language: Language
) -> dict[str, Any]:
    message = {"type": "flinks-reconnect.callback", "refreshId": refresh.id}
    script = _SCRIPT.substitute(nonce=nonce, message=_literal(message), origin=target)
    return _page(200, "framed", language, script, ancestors, nonce)


def _page(
    status: int,
    what: str,
    language: Language,
    script: str = "",
    ancestors: str = "'none'",
    nonce: str = "",
) -> dict[str, Any]:
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}"
    )
    policy += f"; script-src 'nonce-{nonce}'" if script else ""
    title, text = _WORDS[what][language]
    body = _PAGE.substitute(
        language=language, title=escape(title), text=escape(text), script=script
    )
    headers = {**HTML, "Content-Security-Policy": policy}
    return {"statusCode": status, "headers": headers, "body": body}


def _literal(value: object) -> str:
    """Write a value into a script so that no text of it can end the script."""
    return json.dumps(value).replace("<", "\\u003c")
