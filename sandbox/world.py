"""The whole state of a sandbox, made anew at each reset."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

from .answers import Answers
from .bank import Bank
from .bankdata import Books, Wanted
from .calls import LoggedCall
from .clock import SandboxClock
from .faults import Faults
from .ids import GuidSource
from .journal import Journal
from .nightly import Nightly
from .rendering import rendered
from .sessions import Collection, Session
from .settings import Readings, Settings
from .snapshots import Snapshots
from .tokens import Tokens
from .webhooks import Delivery, Subscription, Webhooks, sign

DATA_MESSAGE: Final = "GetAccountsDetail"


class World:
    """Everything the two origins and the control API share."""

    def __init__(
        self,
        settings: Settings,
        clock: SandboxClock | None = None,
        readings: Readings | None = None,
    ) -> None:
        """Start afresh."""
        self.settings = settings
        self.clock = clock or SandboxClock()
        self._first_readings = readings or Readings()
        self._pumping = asyncio.Lock()
        self.snapshots = Snapshots(self)
        self.journal = Journal()
        self.reset()

    def reset(self, keep: frozenset[str] = frozenset()) -> None:
        """Start over; `keep` may name clock, webhooks, readings, calls and faults."""
        before = vars(self).copy()
        if "clock" not in keep:
            self.clock.reset()
        self.readings = self._first_readings
        self.guids = GuidSource(self.settings.seed)
        self.answers = Answers(self.settings.seed, Books(self.settings.seed))
        self.tokens = Tokens(self.guids, self.clock)
        self.bank = Bank(self.clock, self.guids, lambda: self.readings)
        self.bank.on_success = self.announce
        self.calls: list[LoggedCall] = []
        self.faults = Faults()
        self.webhooks = Webhooks(
            self.clock,
            Subscription(
                secret=self.settings.webhook_secret, header_name=self.readings.webhook_header
            ),
        )
        self.nightly = Nightly(
            self.bank,
            self.clock,
            lambda: self.webhooks.subscription.enabled,
            lambda: self.readings,
        )
        self.visits: dict[str, Any] = {}
        vars(self).update({name: before[name] for name in keep & before.keys()})

    def tell(self, kind: str, text: str) -> None:
        """Write into the journal what just happened."""
        self.journal.add(self.clock(), kind, text)

    def wanted(self, session: Session, days: int | None = None) -> Wanted:
        """Return what a data call with no other options asks for."""
        seen = self._last_seen_day(session)
        return Wanted(
            since=seen - timedelta(days=days or session.days),
            until=seen,
            identity=self.readings.with_account_identity,
        )

    def _last_seen_day(self, session: Session) -> date:
        """Return the last day that the refresh behind a session has seen."""
        known = session.data_at
        return (session.login.created_at if known.year == 1 else known).date()

    # Webhooks

    def announce(self, session: Session) -> None:
        """Queue the webhooks that follow a successful sign-in."""
        subscription = self.webhooks.subscription
        if not (subscription.enabled and subscription.url):
            return
        if subscription.kyc:
            self.queue_webhook(session, "KYC")
        self.queue_webhook(
            session, DATA_MESSAGE, delay_seconds=subscription.delay_seconds + _collecting(session)
        )

    def webhook_body(self, session: Session, response_type: str, padding: int = 0) -> bytes:
        """Render a message: the API's 200 body plus `ResponseType`."""
        everything = Collection(self.clock(), 0, self.wanted(session), None)
        body = (
            self.answers.kyc(session)
            if response_type == "KYC"
            else self.answers.detail(session, everything)
        )
        message: dict[str, Any] = {"ResponseType": response_type, **body}
        content = rendered(message, self.readings)
        if padding > len(content):
            message["Padding"] = "x" * (padding - len(content) - len(',"Padding":""'))
            content = rendered(message, self.readings)
        return content

    def queue_webhook(
        self,
        session: Session,
        response_type: str,
        *,
        signature: str = "good",
        body: bytes | None = None,
        delay_seconds: float | None = None,
    ) -> Delivery:
        """Put one message into the outbox; the pump sends it when it is due."""
        subscription = self.webhooks.subscription
        content = body if body is not None else self.webhook_body(session, response_type)
        delay = subscription.delay_seconds if delay_seconds is None else delay_seconds
        delivery = Delivery(
            id=self.guids(),
            url=subscription.url or "",
            headers=_headers(subscription, content, signature),
            body=content,
            due_at=self.clock() + timedelta(seconds=delay),
            response_type=response_type,
            login_id=session.login.login_id,
            request_id=session.request_id,
            signature=signature,
        )
        self.webhooks.deliveries.append(delivery)
        return delivery

    async def pump(self) -> None:
        """Do what the clock says is due: webhooks, and the nightly refresh."""
        async with self._pumping:
            if self.nightly.run_if_due():
                self.tell("night", "the nightly refresh ran")
            for delivery in self.webhooks.due():
                attempt = await asyncio.to_thread(self.webhooks.attempt, delivery)
                self.webhooks.record(delivery, attempt)
                answered = attempt.status or attempt.error
                self.tell("webhook", f"{delivery.response_type}: answered {answered}")
                self._end_session_of(delivery)

    def _end_session_of(self, delivery: Delivery) -> None:
        """Data that the integrator has taken need no data call any more."""
        delivered = delivery.state == "delivered" and delivery.response_type == DATA_MESSAGE
        if not (delivered and self.readings.webhook_delivers):
            return
        session = self.bank.sessions.named(delivery.request_id)
        if session is not None:
            session.delivered_by_webhook = True


def _collecting(session: Session) -> float:
    """Return how long collecting takes: the message comes when it is done, not before.

    A 202 more than the first stands for the ten seconds that are to pass between two polls.
    """
    traits = session.login.behaviour
    return max(traits.data_seconds, 10 * (traits.data_polls - 1))


def _headers(subscription: Subscription, content: bytes, signature: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if signature == "none":
        return headers
    secret = subscription.secret if signature == "good" else f"not-{subscription.secret}"
    return headers | {subscription.header_name: sign(secret, content)}
