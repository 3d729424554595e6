"""Flinks spoke first, and a signed body was kept: whose data is it?"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flinks_reconnect.domain.accounts import Snapshot
from flinks_reconnect.domain.connection import Connection
from flinks_reconnect.domain.flinks_answers import (
    AccountsCollected,
    WebhookAccounts,
    WebhookIgnored,
    WebhookReason,
)
from flinks_reconnect.domain.ids import ConnectionId, LoginId
from flinks_reconnect.domain.machine.context import Step
from flinks_reconnect.domain.machine.signals import (
    Delivered,
    Due,
    ProvenElsewhere,
    Signal,
    WebhookMatched,
)
from flinks_reconnect.domain.machine.step import steps
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.deliver_accounts import DeliverAccounts
from flinks_reconnect.usecases.webhook_ports import WebhookInbox

type ReadWebhook = Callable[[bytes], WebhookAccounts | WebhookIgnored]


class WebhookOutcome(StrEnum):
    """What became of a webhook that was not dropped for its kind; it counts under this name."""

    DATA = "data"
    HEALTH = "health"
    NOTHING = "nothing"
    STRANGER = "stranger"
    """Accounts of a login that nobody registered here: a first connection, or another product's."""
    QUARANTINED = "quarantined"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeWebhook:
    """Whose data is it, and does anybody wait for it?"""

    advance: Advance
    inbox: WebhookInbox
    read: ReadWebhook
    deliver: DeliverAccounts
    home_of: Callable[[LoginId], ConnectionId]
    pass_on: Callable[[str], None] = lambda _: None
    """Takes the digest of every verified webhook before its body goes, if anybody wants it."""

    def __call__(self, digest: str) -> WebhookOutcome | WebhookReason:
        """Return what became of it: the reason itself if it was dropped as none of our business.

        The row decides, so a repetition has no second effect. Of what nobody here waits for
        nothing is kept; only what nobody can name is set aside for a look.
        """
        body = self.inbox.get(digest)
        if body is None:
            return WebhookOutcome.GONE
        message = self.read(body)
        outcome = self._outcome(message)
        self.pass_on(digest)
        if outcome is WebhookOutcome.QUARANTINED:
            self.inbox.quarantine(digest)
        else:
            self.inbox.discard(digest)
        return outcome

    def _outcome(self, message: WebhookAccounts | WebhookIgnored) -> WebhookOutcome | WebhookReason:
        if isinstance(message, WebhookIgnored):
            return WebhookOutcome.QUARANTINED if message.needs_a_look else message.reason
        connection = self._whose(message)
        return self._take(connection, message) if connection else WebhookOutcome.STRANGER

    def _whose(self, message: WebhookAccounts) -> Connection | None:
        """The refresh of this session, or else the connection of this login."""
        located = (
            self.advance.connections.locate(message.request_id) if message.request_id else None
        )
        found = self.advance.connections.find(located) if located else None
        if found is not None and found.connection is not None:
            return found.connection
        known = self.advance.connections.load(self.home_of(message.login_id))
        return known.connection if known else None

    def _take(self, connection: Connection, message: WebhookAccounts) -> WebhookOutcome:
        delivered = self._delivered(connection, message)
        if delivered is not None and connection.refresh is not None:
            signal = WebhookMatched(request_id=message.request_id, delivered=delivered)
            # What the clock has ended meanwhile ends first; the data may come late then (R6).
            result = self.advance.refresh(connection.refresh.id, Due(), signal)
            if _completes(result):
                return WebhookOutcome.DATA
        if not message.accounts:
            # Without data nothing is proven of the login (rule R14).
            return WebhookOutcome.NOTHING
        proof = ProvenElsewhere(login_id=message.login_id, last_refresh=message.last_refresh)
        # An adopted session's own row knows no login yet; the login's connection does.
        proven = self.advance.connection(self.home_of(message.login_id), proof)
        return WebhookOutcome.HEALTH if proven and proven.changed else WebhookOutcome.NOTHING

    def _delivered(self, connection: Connection, message: WebhookAccounts) -> Delivered | None:
        """Store the data if a refresh waits for just this; None: it does not match.

        Flinks was not asked for it, so a chosen account that is missing has not vanished: whether
        it has is left to our own question.
        """
        looks = (Due(), self._preview(message))
        result = steps(connection, looks, self.advance.clock(), self.advance.clocks)
        if not _completes(result) or connection.refresh is None:
            return None
        collected = AccountsCollected(
            request_id=message.request_id,
            login_id=message.login_id,
            last_refresh=message.last_refresh,
            accounts=message.accounts,
            institution=message.institution,
        )
        delivered = self.deliver(connection, connection.refresh.id, collected, None, whole=True)
        return delivered if isinstance(delivered, Delivered) else None

    def _preview(self, message: WebhookAccounts) -> Signal:
        """The signal as if its data were stored, to see first whether anybody waits for it."""
        pretended = Snapshot(
            sha256="", bytes=0, accounts=0, vanished=0, expires_at=self.advance.clock()
        )
        delivered = Delivered(
            login_id=message.login_id, last_refresh=message.last_refresh, snapshot=pretended
        )
        return WebhookMatched(request_id=message.request_id, delivered=delivered)


def _completes(result: Step) -> bool:
    refresh = result.connection.refresh
    return result.settled and refresh is not None and refresh.status is Status.COMPLETED
