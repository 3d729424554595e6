"""The callback's HTTP contract: what a browser brings back, and what it gets."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from flinks_reconnect.api.callback.page import (
    callback_answer,
    unavailable_answer,
    unknown_response,
)
from flinks_reconnect.api.edge.languages import language_of
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.language import Language
from flinks_reconnect.observability import logger
from flinks_reconnect.usecases.errors import UnknownCallbackError
from flinks_reconnect.usecases.take_callback import Returned

type Take = Callable[[str, str | None], Returned]

_LONGEST_STATE: Final = 160


class Callback:
    """One hit of the callback. What the query says is compared, never believed."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Look at the event."""
        self._event = event

    @property
    def state(self) -> str:
        """Return the state in the path; nothing that is too long to be one of ours."""
        state = (self._event.get("pathParameters") or {}).get("state") or ""
        return state if len(state) <= _LONGEST_STATE else ""

    @property
    def login_id(self) -> str | None:
        """Return the LoginId that the query names once; twice is as good as none."""
        several = (self._event.get("multiValueQueryStringParameters") or {}).get("loginId")
        return several[0] if several and len(several) == 1 else None

    @property
    def in_frame(self) -> bool:
        """Whether a browser says that this is a frame."""
        return self._header("sec-fetch-dest") == "iframe"

    @property
    def language(self) -> Language:
        """Return the language of the browser."""
        return language_of(self._header("accept-language"))

    @property
    def is_prefetch(self) -> bool:
        """Whether nobody has come yet: a browser only looks ahead."""
        return "prefetch" in (self._header("sec-purpose") or self._header("purpose") or "")

    def _header(self, wanted: str) -> str | None:
        headers: Mapping[str, str] = self._event.get("headers") or {}
        return next((value for name, value in headers.items() if name.lower() == wanted), None)


def answer_callback(
    callback: Callback, *, take: Take, return_urls: AllowList, embed_origins: AllowList
) -> dict[str, Any]:
    """Take the hint and answer; whatever fails, the browser gets a page without a secret."""
    if callback.is_prefetch:
        return unavailable_answer(callback.language)
    try:
        returned = take(callback.state, callback.login_id)
    except UnknownCallbackError:
        return unknown_response(callback.language)
    except Exception as error:  # the one edge: a stranger must not see a crash
        logger.error("callback failed", error=type(error).__name__)
        return unavailable_answer(callback.language)
    return callback_answer(
        returned,
        language=callback.language,
        in_frame=callback.in_frame,
        return_urls=return_urls,
        embed_origins=embed_origins,
        nonce=secrets.token_urlsafe(16),
    )
