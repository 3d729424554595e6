"""Flinks speaks first: a signed body is kept at once, and looked at later."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import WebhookIgnored, WebhookReason
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.ports import NightlyFailure
from flinks_reconnect.usecases.take_webhook import TakeWebhook, WebhookOutcome

from tests.fakes.service import Service, request_id_of


@pytest.fixture
def asked(service: Service, login_id: LoginId) -> Refresh:
    """A refresh that waits for the person's answer."""
    chosen = Selection(ids=service.account_ids(login_id)[:2])
    refresh_id = service.begin(login_id, selection=chosen).found.refresh.id
    service.work()
    return service.refresh(refresh_id)


def receive(service: Service, login_id: LoginId, request_id: RequestId | None) -> str:
    """Keep what Flinks sends now, and look at it."""
    return service.take_webhook(service.inbox.put(service.flinks.webhook(login_id, request_id)))


def break_tonight(service: Service, login_id: LoginId) -> None:
    failure = NightlyFailure(
        login_id=login_id, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
    )
    service.flinks.nightly = [failure]
    service.nightly()


def test_the_public_half_stores_the_bytes_and_asks_for_a_look(service: Service) -> None:
    service.keep_webhook(b"\xff not even text")

    (message,) = service.queue.messages
    assert message.worker is Worker.ACCOUNTS
    assert message.digest is not None
    assert message.refresh_id is None
    assert service.inbox.get(message.digest) == b"\xff not even text"


def test_the_same_body_twice_is_one_object_and_two_looks(service: Service) -> None:
    """D49: whether new or already there, the row decides."""
    service.keep_webhook(b"{}")
    service.keep_webhook(b"{}")

    assert len(service.inbox.bodies) == 1
    assert len(service.queue.messages) == 2


def test_data_of_the_waiting_session_complete_the_refresh(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """D45, L9: the callback is lost, and nobody polled."""
    service.flinks.answer(request_id_of(asked))

    assert receive(service, login_id, request_id_of(asked)) is WebhookOutcome.DATA
    assert service.refresh(asked.id).status is Status.COMPLETED
    assert service.inbox.bodies == {}
    assert service.flinks.calls["call_accounts"] == 0


def test_only_chosen_accounts_of_a_webhook_are_stored(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """S14: a webhook brings every account."""
    service.flinks.answer(request_id_of(asked))
    receive(service, login_id, request_id_of(asked))

    ((_, accounts),) = service.snapshots.put_accounts
    assert [each["Id"] for each in accounts] == list(service.account_ids(login_id)[:2])


def test_data_of_the_login_newer_than_the_attempt_complete_it_too(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """Settled point 9."""
    service.pass_time(60)
    service.flinks.sign_in(login_id)

    assert receive(service, login_id, None) is WebhookOutcome.DATA
    assert service.refresh(asked.id).status is Status.COMPLETED


def test_data_older_than_the_attempt_prove_nothing(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """D53: yesterday's valid body, replayed."""
    assert receive(service, login_id, None) is WebhookOutcome.NOTHING
    assert service.refresh(asked.id) == asked
    assert service.inbox.bodies == {}
    assert service.inbox.quarantined == {}


def test_data_from_another_session_leave_the_lease_of_ours(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """R7: our own session still waits for its answer at the bank."""
    lease = service.row(login_id).lease.live_until
    service.pass_time(60)
    service.flinks.sign_in(login_id)
    receive(service, login_id, None)

    assert service.row(login_id).lease.live_until == lease
    service.begin(login_id, selection=None)
    service.work()
    assert service.flinks.calls["authorize_live"] == 1
    assert service.flinks.faults == []


def test_ten_deliveries_have_one_effect(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """D49, S7."""
    service.flinks.answer(request_id_of(asked))
    body = service.flinks.webhook(login_id, request_id_of(asked))
    for _ in range(10):
        service.keep_webhook(body)
        service.work()
    service.publish_all()

    assert service.bus.types().count("refresh.completed") == 1
    assert len(service.snapshots.put_accounts) == 1


def test_one_that_overtakes_our_own_answer_settles_the_attempt(
    service: Service, login_id: LoginId
) -> None:
    """D51: the webhook arrives before the worker has stored what Flinks said."""
    refresh_id = service.begin(login_id).found.refresh.id

    def overtake() -> None:
        (request_id,) = service.flinks.sessions
        service.pass_time(1)
        service.flinks.answer(request_id)
        receive(service, login_id, request_id)

    service.gate.arm(overtake, after=5)
    service.look(Worker.AUTHORIZE, refresh_id)
    service.run(30)

    assert service.refresh(refresh_id).status is Status.COMPLETED
    assert service.bus.types().count("refresh.completed") == 1


def test_one_that_comes_while_we_poll_does_no_harm(service: Service) -> None:
    login_id = service.login(2, data_polls=3)
    refresh_id = service.begin(login_id).found.refresh.id
    service.work()
    session = request_id_of(service.refresh(refresh_id))
    assert receive(service, login_id, session) is WebhookOutcome.DATA
    service.run(60)

    assert service.refresh(refresh_id).status is Status.COMPLETED
    assert service.bus.types().count("refresh.completed") == 1
    assert service.queue.messages == []


def test_after_the_expiry_it_may_still_prove_the_success(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    service.read.cancel(asked.id)
    service.run(600)
    refresh_id = service.begin(login_id, selection=None).found.refresh.id
    service.run(1300)
    service.next_attempt(refresh_id)
    service.run(520)
    assert service.refresh(refresh_id).status is Status.EXPIRED
    service.flinks.sign_in(login_id)

    assert receive(service, login_id, None) is WebhookOutcome.DATA
    refresh = service.refresh(refresh_id)
    assert (refresh.status, refresh.late) == (Status.COMPLETED, True)


class TestNobodyWaits:
    def test_newer_data_clear_the_health_and_nothing_is_kept(
        self, service: Service, login_id: LoginId
    ) -> None:
        """R4: whoever repaired it."""
        break_tonight(service, login_id)
        service.flinks.sign_in(login_id)

        assert receive(service, login_id, None) is WebhookOutcome.HEALTH
        assert service.row(login_id).health is Health.HEALTHY
        assert service.snapshots.put_accounts == []
        assert service.inbox.bodies == {}
        service.publish_all()
        assert service.bus.types() == ["connection.reconnect_required", "connection.repaired"]

    def test_a_healthy_connection_knows_how_old_its_data_is(
        self, service: Service, asked: Refresh, login_id: LoginId
    ) -> None:
        """What Flinks refreshes every night warns of nothing."""
        service.flinks.answer(request_id_of(asked))
        receive(service, login_id, request_id_of(asked))
        service.pass_time(3600)
        service.flinks.sign_in(login_id)

        assert receive(service, login_id, None) is WebhookOutcome.HEALTH
        assert service.row(login_id).data_as_of == service.now
        row = service.row(login_id)
        assert receive(service, login_id, None) is WebhookOutcome.NOTHING
        assert service.row(login_id) == row

    def test_what_was_decided_on_an_older_row_is_never_applied_to_a_newer_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        """A refresh opens between the look and the write: no data were stored for it."""
        break_tonight(service, login_id)
        service.flinks.sign_in(login_id)
        body = service.flinks.webhook(login_id, None)
        session = service.flinks.interrupt(login_id)
        opened: list[RefreshId] = []

        def adopt() -> None:
            an_hour_ago = service.now - timedelta(hours=1)
            begun = service.begin(login_id, request_id=session, last_activity_at=an_hour_ago)
            opened.append(begun.found.refresh.id)

        service.gate.arm(adopt, after=2)
        service.take_webhook(service.inbox.put(body))

        assert opened
        assert service.refresh(opened[0]).snapshot is None
        assert service.refresh(opened[0]).status is not Status.COMPLETED


class TestAside:
    def test_accounts_of_a_stranger_are_counted_and_nothing_of_them_is_kept(
        self, service: Service
    ) -> None:
        """D52: Flinks has one address, so first connections of others arrive here too."""
        stranger = service.login(7)

        assert receive(service, stranger, None) is WebhookOutcome.STRANGER
        assert service.inbox.bodies == {}
        assert service.inbox.quarantined == {}
        assert service.snapshots.put_accounts == []
        assert service.store.live == {}

    def test_what_cannot_be_read_is_set_aside(self, service: Service) -> None:
        digest = service.inbox.put(b"\x00")

        assert service.take_webhook(digest) is WebhookOutcome.QUARANTINED
        assert service.take_webhook(digest) is WebhookOutcome.GONE

    @pytest.mark.parametrize("reason", WebhookReason)
    def test_what_flinks_names_is_dropped_by_its_kind_and_the_rest_is_kept_for_a_look(
        self, service: Service, reason: WebhookReason
    ) -> None:
        """D50."""
        named_by_nobody = reason.value in {"other_type", "no_success", "malformed"}
        real = service.take_webhook
        take = TakeWebhook(
            advance=real.advance,
            inbox=service.inbox,
            read=lambda _: WebhookIgnored(reason),
            deliver=real.deliver,
            home_of=real.home_of,
        )

        taken = take(service.inbox.put(b"{}"))

        assert taken is (WebhookOutcome.QUARANTINED if named_by_nobody else reason)
        assert service.inbox.bodies == {}
        assert bool(service.inbox.quarantined) == named_by_nobody

    def test_a_body_that_is_gone_is_no_failure(self, service: Service) -> None:
        assert service.take_webhook("0" * 64) is WebhookOutcome.GONE


def test_a_worker_that_dies_before_the_delete_leaves_it_for_the_next(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """D54."""
    service.flinks.answer(request_id_of(asked))
    digest = service.inbox.put(service.flinks.webhook(login_id, request_id_of(asked)))
    kept = service.inbox.bodies[digest]
    service.take_webhook(digest)
    service.inbox.bodies[digest] = kept

    assert service.take_webhook(digest) is WebhookOutcome.NOTHING
    assert len(service.snapshots.put_accounts) == 1


def test_our_session_with_another_login_is_no_data_of_ours(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    """S6."""
    other = service.login(2)

    receive(service, other, request_id_of(asked))

    assert service.snapshots.put_accounts == []
    assert service.refresh(asked.id).status is not Status.COMPLETED


def test_an_adopted_session_learns_its_login_from_the_webhook(
    service: Service, login_id: LoginId
) -> None:
    request_id = service.flinks.interrupt(login_id)
    refresh_id = service.begin(None, request_id=request_id, selection=EVERYTHING).found.refresh.id
    service.flinks.answer(request_id)

    assert receive(service, login_id, request_id) is WebhookOutcome.DATA
    found = service.advance.find(refresh_id)
    assert found.refresh.status is Status.COMPLETED
    assert found.settings.id == service.home_of(login_id)
