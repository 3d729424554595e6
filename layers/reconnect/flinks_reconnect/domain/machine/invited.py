"""Rules: a person who is away is handed a link. Nothing happens at the bank."""

from dataclasses import replace

from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.link import LONGEST_LIFE, MOST_LINKS, Link
from flinks_reconnect.domain.machine.context import Context, Step
from flinks_reconnect.domain.machine.signals import LinkIssued, LinkOpened
from flinks_reconnect.domain.refresh import Status


def link_issued(context: Context, signal: LinkIssued) -> Step:
    """The next link takes the place of the one before; the refresh waits as long as it lives."""
    refresh = context.refresh
    generation = refresh.link.generation + 1 if refresh.link else 1
    if generation > MOST_LINKS:
        return context.ignore()
    expires_at = min(context.now + signal.life, refresh.created_at + LONGEST_LIFE)
    link = Link(generation=generation, channel=signal.channel, expires_at=expires_at)
    waits_until = max(refresh.expires_at, expires_at)
    due_at = waits_until if _waits_for_its_expiry(context) else refresh.due_at
    return context.stay(link=link, expires_at=waits_until, due_at=due_at)


def link_opened(context: Context, signal: LinkOpened) -> Step:
    """The link's page was opened: told once, and nothing starts."""
    link = context.refresh.link
    if link is None or link.opened or link.generation != signal.generation:
        return context.ignore()
    told = context.with_event(EventType.LINK_OPENED)
    return told.with_refresh(link=replace(link, opened=True)).done()


def _waits_for_its_expiry(context: Context) -> bool:
    """Whether nothing but the refresh's own expiry ends what it is in."""
    refresh = context.refresh
    waits = refresh.status in {Status.INVITED, Status.CREDENTIALS_REQUIRED}
    return waits and refresh.due_at == refresh.expires_at
