"""Flinks has one address per instance: whoever had it before keeps hearing from Flinks."""

from dataclasses import dataclass, field, replace

import pytest
from flinks_reconnect.domain.flinks_answers import WebhookIgnored, WebhookReason
from flinks_reconnect.usecases.errors import NotTakenError
from flinks_reconnect.usecases.pass_webhook_on import HandOver, PassedOn, PassWebhookOn
from flinks_reconnect.usecases.take_webhook import TakeWebhook, WebhookOutcome
from flinks_reconnect.usecases.webhook_ports import SignedWebhook

from tests.fakes.service import Service
from tests.fakes.storage import MemoryOutbound

SIGNATURE = {"flinks-authenticity-key": "c2lnbmVk"}


@dataclass
class Integrator:
    """Takes webhooks, if it is in the mood; the queue in front of it only names them."""

    willing: bool = True
    taken: list[SignedWebhook] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    reachable: bool = True

    def send(self, webhook: SignedWebhook) -> bool:
        if self.willing:
            self.taken.append(webhook)
        return self.willing

    def send_webhook(self, digest: str) -> None:
        if not self.reachable:
            raise ConnectionError
        self.named.append(digest)


@pytest.fixture
def integrator() -> Integrator:
    return Integrator()


@pytest.fixture
def outbound(service: Service) -> MemoryOutbound:
    return MemoryOutbound(service.inbox)


@pytest.fixture
def take(service: Service, outbound: MemoryOutbound, integrator: Integrator) -> TakeWebhook:
    return replace(service.take_webhook, pass_on=HandOver(outbound=outbound, queue=integrator))


def test_it_arrives_with_the_bytes_and_the_signature_that_flinks_sent(
    service: Service, take: TakeWebhook, outbound: MemoryOutbound, integrator: Integrator
) -> None:
    body = service.flinks.webhook(service.login(1), None)
    digest = service.inbox.put(body, SIGNATURE)
    assert take(digest) is WebhookOutcome.STRANGER
    pass_on = PassWebhookOn(outbound=outbound, send=integrator.send)

    assert integrator.named == [digest]
    assert pass_on(digest) is PassedOn.TAKEN
    assert integrator.taken == [SignedWebhook(body=body, signature=SIGNATURE)]
    assert (service.inbox.bodies, outbound.waiting) == ({}, {})
    assert pass_on(digest) is PassedOn.GONE
    assert len(integrator.taken) == 1


@pytest.mark.parametrize("reason", WebhookReason)
def test_every_kind_is_passed_on_whatever_becomes_of_it_here(
    service: Service, take: TakeWebhook, integrator: Integrator, reason: WebhookReason
) -> None:
    digest = service.inbox.put(reason.value.encode(), SIGNATURE)
    replace(take, read=lambda _: WebhookIgnored(reason))(digest)

    assert integrator.named == [digest]


def test_one_that_is_not_taken_waits_for_the_next_try(
    service: Service, take: TakeWebhook, outbound: MemoryOutbound, integrator: Integrator
) -> None:
    digest = service.inbox.put(b"{}", SIGNATURE)
    take(digest)
    pass_on = PassWebhookOn(outbound=outbound, send=integrator.send)
    integrator.willing = False
    with pytest.raises(NotTakenError):
        pass_on(digest)
    integrator.willing = True

    assert pass_on(digest) is PassedOn.TAKEN


def test_a_queue_that_is_down_loses_nothing_and_leaves_our_own_taking_done(
    service: Service, take: TakeWebhook, integrator: Integrator
) -> None:
    digest = service.inbox.put(b"{}", SIGNATURE)
    integrator.reachable = False
    with pytest.raises(ConnectionError):
        take(digest)
    assert digest in service.inbox.bodies
    integrator.reachable = True

    take(digest)
    assert integrator.named == [digest]
    assert digest not in service.inbox.bodies


def test_nobody_is_told_where_nobody_asked(service: Service) -> None:
    digest = service.inbox.put(b"{}", SIGNATURE)
    service.take_webhook(digest)

    assert service.inbox.bodies == {}
