"""The demo's server: the page, and the proxy that stands between it and our API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from botocore.credentials import Credentials
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from demo.answers import HANDLERS
from demo.bank_desk import BankDesk
from demo.connections import Connections
from demo.page import Page
from demo.proxy import Proxy
from demo.reconnect_api import ReconnectApi
from demo.stack import StackFacts

SECONDS: Final = 35.0  # API Gateway gives up after 29
LOCAL_HOSTS: Final = ["127.0.0.1", "localhost"]


def create_app(
    facts: StackFacts, *, origin: str, transport: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """Return the demo for one deployed stack; `origin` is where browsers reach it."""
    http = httpx.AsyncClient(
        transport=transport or httpx.AsyncHTTPTransport(retries=1),  # of connections, not of calls
        timeout=SECONDS,
        trust_env=False,
    )
    desk = BankDesk(connections=Connections.seeded(), api=_api(facts, http))
    proxy = Proxy(desk, api_origin=facts.api_origin, own_origin=origin)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    return Starlette(
        routes=[*Page(facts, origin).routes(), *proxy.routes()],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )


def _api(facts: StackFacts, http: httpx.AsyncClient) -> ReconnectApi:
    return ReconnectApi(
        http=http,
        base_url=facts.api_url,
        region=facts.region,
        credentials=Credentials(facts.access_key_id, facts.secret_access_key, facts.session_token),
        host=facts.api_host,
    )
