"""The line to one Flinks instance: addresses, headers, keys. What is said on it is not its matter.

Nothing is repeated, with one exception: where Flinks refuses our keys and they have changed since
they were read, the call is sent once more with the new ones.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from flinks_reconnect.flinks.addresses import api_base
from flinks_reconnect.flinks.cards import BrokenListError, read_cards
from flinks_reconnect.flinks.codes import Endpoint
from flinks_reconnect.flinks.credentials import CredentialSource, FlinksCredentials
from flinks_reconnect.flinks.exchange import (
    BrokenTransportError,
    HttpCall,
    Lost,
    OpenTransport,
    exchange,
    listen,
)
from flinks_reconnect.flinks.reply_parser import Outcome, ParsedReply, parse, refuses_keys
from flinks_reconnect.flinks.wire import FlinksReply

type Headers = Mapping[str, str]
type Body = Mapping[str, object] | None
"""What is posted; None: a GET."""

_COMMON: Final = {
    "Accept": "application/json",
    # A compressed body could grow beyond our limit in one step.
    "Accept-Encoding": "identity",
    "Connection": "close",
    "Content-Type": "application/json",
    "User-Agent": "flinks-reconnect",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlinksCallSeen:
    """One call, for logs and metrics: no key, no body, nothing that identifies a person."""

    endpoint: Endpoint
    http_status: int | None
    """None: no answer."""
    flinks_code: str | None
    seconds: float


def unseen(_: FlinksCallSeen) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send where, and how long to wait for all of it."""

    endpoint: Endpoint
    body: Body
    limit: timedelta
    last: str = ""
    """The last part of the path, where the endpoint takes one."""
    method: str = ""
    """Where it is neither the POST of a body nor the GET of none."""


class FlinksTransport:
    """Sends calls to one instance."""

    def __init__(
        self,
        *,
        base_url: str,
        customer_id: str,
        credentials: CredentialSource,
        open_transport: OpenTransport,
        seen: Callable[[FlinksCallSeen], None],
    ) -> None:
        """Raises ValueError for an unsafe address, or an id that does not belong in a path."""
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", customer_id):
            raise ValueError("a Flinks customer id is a GUID")
        self._root = f"{api_base(base_url)}/v3/{customer_id}/BankingServices"
        self._credentials = credentials
        self._open_transport = open_transport
        self._seen = seen
        for chatty in ("httpx", "httpcore"):
            # They log the address of each call, which may end in a RequestId or a LoginId.
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def send(self, request: Request, headers: Headers) -> Outcome:
        """Send once."""
        began = time.monotonic()
        outcome = parse(exchange(self._call(request, headers), self._open_transport))
        self._seen(_call_seen(request.endpoint, outcome, time.monotonic() - began))
        return outcome

    def cards(self, request: Request, headers: Headers) -> Generator[object, None, Outcome]:
        """Send once, yield each card of the answer as it comes in, and return what it says."""
        began = time.monotonic()
        outcome = yield from _listed(self._call(request, headers), self._open_transport)
        self._seen(_call_seen(request.endpoint, outcome, time.monotonic() - began))
        return outcome

    def cards_keyed(
        self, request: Request, headers: Callable[[FlinksCredentials], Headers]
    ) -> Generator[object, None, Outcome]:
        """As `send_keyed`, for a list of cards."""
        known = self._credentials()
        outcome = yield from self.cards(request, headers(known))
        if not refuses_keys(outcome, request.endpoint):
            return outcome
        fresh = self._credentials(force=True)
        return outcome if fresh == known else (yield from self.cards(request, headers(fresh)))

    def send_keyed(
        self, request: Request, headers: Callable[[FlinksCredentials], Headers]
    ) -> Outcome:
        """Send with our keys, and once more with new ones; raises SecretUnavailableError.

        Never for a live `/Authorize`, whose repetition could be a second bank login (rule R7).
        """
        known = self._credentials()
        outcome = self.send(request, headers(known))
        if not refuses_keys(outcome, request.endpoint):
            return outcome
        fresh = self._credentials(force=True)
        return outcome if fresh == known else self.send(request, headers(fresh))

    def _call(self, request: Request, headers: Headers) -> HttpCall:
        last = f"/{quote(request.last, safe='')}" if request.last else ""
        return HttpCall(
            method=request.method or ("GET" if request.body is None else "POST"),
            url=f"{self._root}/{request.endpoint}{last}",
            headers={**_COMMON, **headers},
            content=b"" if request.body is None else json.dumps(request.body).encode(),
            seconds=request.limit.total_seconds(),
        )


def _listed(call: HttpCall, open_transport: OpenTransport) -> Generator[object, None, Outcome]:
    """Yield the cards; what stands around them is judged as the body of any other answer."""
    try:
        with listen(call, open_transport) as answer:
            fields = yield from read_cards(answer.pieces)
            return ParsedReply(answer.status, FlinksReply.model_validate(fields))
    except (BrokenTransportError, BrokenListError) as error:
        return Lost(type(error).__name__)


def _call_seen(endpoint: Endpoint, outcome: Outcome, seconds: float) -> FlinksCallSeen:
    status, code = None, None
    if isinstance(outcome, ParsedReply):
        status = outcome.status
        code = outcome.reply.flinks_code if outcome.reply else None
    return FlinksCallSeen(endpoint=endpoint, http_status=status, flinks_code=code, seconds=seconds)
