"""Steering webhooks: where they go, and sending odd ones on demand."""

from typing import Any
from urllib.parse import urlsplit

from ..sessions import Session
from ..strangers import KINDS, aged, message
from ..webhooks import Delivery
from ..world import World
from .body import ControlBody, ControlError
from .views import masked

LARGEST_BODY = 20_000_000


def subscribe(world: World, body: ControlBody) -> None:
    """Set where webhooks go and how they are signed."""
    now = world.webhooks.subscription
    url, secret = body.take("url", str), body.take("secret", str)
    header, enabled = body.take("headerName", str), body.take("enabled", bool)
    kyc = body.flag("kyc", now.kyc)
    delay = body.seconds("delaySeconds", now.delay_seconds, 10_000_000)
    body.done()
    if url is not None:
        now.url = _checked(url)
    now.secret = secret or now.secret
    now.header_name = _header(header) if header else now.header_name
    now.enabled = now.url is not None if enabled is None else enabled
    now.kyc, now.delay_seconds = kyc, delay


def _checked(url: str) -> str:
    try:
        address = urlsplit(url)
        usable = address.scheme in ("http", "https") and bool(address.hostname)
        usable = usable and (address.port is None or address.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ControlError("url must be an absolute http or https address")
    return url


def _header(name: str) -> str:
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in name):
        raise ControlError("headerName must be a plain header name")
    return name


def send(world: World, body: ControlBody) -> list[Delivery]:
    """Queue a message by hand, good or odd."""
    if world.webhooks.subscription.url is None:
        raise ControlError("set a url first: PUT /_sandbox/webhooks")
    session = _subject(world, body)
    response_type = body.take("responseType", str) or "GetAccountsDetail"
    signature = body.choice("signature", ("good", "bad", "none"), "good")
    copies = 1 + body.count("duplicate", 0, 100)
    size = body.count("bodyBytes", 0, LARGEST_BODY)
    raw = body.take("rawBody", str)
    delay = body.seconds("delaySeconds", 0, 10_000_000)
    kind = body.choice("kind", ("own", "stale", *KINDS), "own")
    body.done()
    content = raw.encode() if raw is not None else None
    content = content or _content(world, session, kind, response_type, size)
    return [
        world.queue_webhook(
            session, response_type, signature=signature, body=content, delay_seconds=delay
        )
        for _ in range(copies)
    ]


def _content(world: World, session: Session, kind: str, response_type: str, size: int) -> bytes:
    """Write the message: this session's, one of long ago, or one that concerns nobody here."""
    if kind in KINDS:
        return message(kind, world.clock())
    content = world.webhook_body(session, response_type, size)
    return aged(content, world.clock()) if kind == "stale" else content


def _subject(world: World, body: ControlBody) -> Session:
    """Find the session a message is about, or make one up for its login."""
    login_id, request_id = body.take("loginId", str), body.take("requestId", str)
    for session in world.bank.sessions:
        if request_id and session.request_id == request_id.lower():
            return session
    if login_id is None:
        raise ControlError("loginId or the requestId of a known session is needed")
    login = world.bank.login(login_id)
    session = world.bank.open(login, live=False)
    session.status = "authorized"
    if request_id:
        session.request_id = request_id
    return session


def webhooks_view(world: World) -> dict[str, Any]:
    """Show the subscription, its secret masked, and every delivery."""
    now = world.webhooks.subscription
    return {
        "url": now.url,
        "secret": masked(now.secret),
        "headerName": now.header_name,
        "enabled": now.enabled,
        "kyc": now.kyc,
        "delaySeconds": now.delay_seconds,
        "deliveries": [each.view() for each in world.webhooks.deliveries],
    }
