"""The demo's server: the page, and the proxy that stands between it and our API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from botocore.credentials import Credentials
from flinks_reconnect_client import AsyncReconnectClient
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from demo.answers import HANDLERS
from demo.bank_desk import BankDesk
from demo.connections import Connections
from demo.happenings import Happenings
from demo.page import Page
from demo.proxy import Proxy
from demo.stack import StackFacts
from demo.story import Behind, Story

SECONDS: Final = 35.0  # API Gateway gives up after 29
LOCAL_HOSTS: Final = ["127.0.0.1", "localhost"]


def create_app(
    facts: StackFacts,
    *,
    origin: str,
    transport: httpx.AsyncBaseTransport | None = None,
    behind: Behind | None = None,
) -> Starlette:
    """Return the demo for one deployed stack; `origin` is where browsers reach it."""
    happenings = Happenings()
    http = httpx.AsyncClient(
        transport=transport or httpx.AsyncHTTPTransport(retries=1),  # of connections, not of calls
        timeout=SECONDS,
        trust_env=False,
        event_hooks={"response": [happenings.answered]},
    )
    api, connections = _api(facts, http), Connections.seeded()
    desk = BankDesk(connections=connections, api=api)
    story = Story(
        connections=connections, happenings=happenings, api=api, behind=behind, own_origin=origin
    )
    proxy = Proxy(desk, api_origin=facts.api_origin, own_origin=origin)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http, story.playing():
            yield

    return Starlette(
        routes=[*Page(facts, origin).routes(), *proxy.routes(), *story.routes()],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )


def _api(facts: StackFacts, http: httpx.AsyncClient) -> AsyncReconnectClient:
    """Return the client; in a real app its address and key come from where they always do."""
    return AsyncReconnectClient(
        facts.api_url,
        region=facts.region,
        credentials=Credentials(facts.access_key_id, facts.secret_access_key, facts.session_token),
        http=http,
    )
