"""The bucket in memory: snapshots of filtered accounts, and raw webhooks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flinks_reconnect.domain.accounts import Account
from flinks_reconnect.domain.ids import RefreshId
from flinks_reconnect.usecases.ports import Clock, NightlyFailure, StoredSnapshot
from flinks_reconnect.usecases.webhook_ports import NO_SIGNATURE, SignedWebhook


@dataclass
class MemorySnapshots:
    """Implements `SnapshotStore`; `put_accounts` is every account that was ever stored."""

    objects: dict[tuple[RefreshId, str], bytes] = field(default_factory=dict)
    put_accounts: list[tuple[RefreshId, tuple[Account, ...]]] = field(default_factory=list)

    def put(
        self, refresh_id: RefreshId, accounts: tuple[Account, ...], about: dict[str, object]
    ) -> StoredSnapshot:
        body = json.dumps({**about, "accounts": accounts}).encode()
        sha256 = hashlib.sha256(body).hexdigest()
        self.objects[refresh_id, sha256] = body
        self.put_accounts.append((refresh_id, accounts))
        return StoredSnapshot(sha256=sha256, bytes=len(body))

    def link(self, refresh_id: RefreshId, sha256: str, expires_in: timedelta) -> str:
        seconds = int(expires_in.total_seconds())
        return f"https://bucket.invalid/{refresh_id}/{sha256}?seconds={seconds}"


@dataclass
class MemoryInbox:
    """Implements `WebhookInbox`."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    quarantined: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def put(self, body: bytes, signature: Mapping[str, str] = NO_SIGNATURE) -> str:
        digest = hashlib.sha256(body).hexdigest()
        if digest not in self.bodies:
            self.bodies[digest] = body
            self.signatures[digest] = signature
        return digest

    def get(self, digest: str) -> bytes | None:
        return self.bodies.get(digest)

    def quarantine(self, digest: str) -> None:
        body = self.bodies.pop(digest, None)
        if body is not None:
            self.quarantined[digest] = body

    def discard(self, digest: str) -> None:
        self.bodies.pop(digest, None)


@dataclass
class MemoryOutbound:
    """Implements `OutboundWebhooks`, beside an inbox."""

    inbox: MemoryInbox
    waiting: dict[str, SignedWebhook] = field(default_factory=dict)

    def hand_over(self, digest: str) -> None:
        signature = self.inbox.signatures[digest]
        self.waiting[digest] = SignedWebhook(body=self.inbox.bodies[digest], signature=signature)

    def get(self, digest: str) -> SignedWebhook | None:
        return self.waiting.get(digest)

    def discard(self, digest: str) -> None:
        self.waiting.pop(digest, None)


@dataclass
class MemorySlices:
    """Implements `NightlySlices`; a name that was handed over is asked for, once each time."""

    clock: Clock
    kept: dict[str, tuple[NightlyFailure | None, ...]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def hand_over(self, failures: Sequence[NightlyFailure | None]) -> None:
        told = repr([self.clock().date(), *(_told(each) for each in failures)])
        name = hashlib.sha256(told.encode()).hexdigest()
        self.kept.setdefault(name, tuple(failures))
        self.messages.append(name)

    def take(self, name: str) -> tuple[NightlyFailure | None, ...]:
        return self.kept.get(name, ())

    def done(self, name: str) -> None:
        self.kept[name] = ()

    def asked(self) -> list[str]:
        """Take every message out of the queue."""
        asked, self.messages = self.messages, []
        return asked


def _told(failure: NightlyFailure | None) -> object:
    return failure and (failure.login_id, failure.cause, failure.last_refresh)
