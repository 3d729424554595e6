"""Starting: one open refresh per connection, and a bank login only on a human's act."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import AccountId, LoginId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Kind, Mode, Reason, Status
from flinks_reconnect.usecases.errors import (
    KeyReusedError,
    OtherSessionOpenError,
    RefreshNotFoundError,
    RefreshSettledError,
    SelectionDiffersError,
    SelectionRequiredError,
    StaleWriteError,
)
from flinks_reconnect.usecases.ports import NightlyFailure
from flinks_reconnect.usecases.replay import Replay
from flinks_reconnect.usecases.start_refresh import StartRequest

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts, Service, request_id_of

MORNING = Replay(key="key", body="body")


def test_a_person_who_is_present_starts_a_bank_login(service: Service, login_id: LoginId) -> None:
    started = service.begin(login_id)

    assert started.is_new
    assert started.found.refresh.status is Status.STARTING
    assert service.queue.commands() == [(Worker.AUTHORIZE, timedelta(0))]
    assert started.found.refresh.expires_at == service.now + service.clocks.present_expiry


def test_without_a_person_and_a_policy_nobody_calls_the_bank(
    service: Service, login_id: LoginId
) -> None:
    """R1."""
    started = service.begin(login_id, present=False)
    service.run(600)

    assert started.found.refresh.status is Status.INVITED
    assert started.found.refresh.expires_at == started.found.refresh.created_at + timedelta(days=7)
    assert service.flinks.calls.total() == 0


def test_a_start_needs_a_login_or_a_session(service: Service) -> None:
    with pytest.raises(ValueError, match="needs"):
        service.start(StartRequest(selection=EVERYTHING))


def test_a_start_carries_what_was_asked(service: Service, login_id: LoginId) -> None:
    options = AccountsOptions(with_kyc=True)
    started = service.begin(
        login_id,
        reference="their-7",
        language="fr",
        institution_id="14",
        reason=Reason.STALE,
        mode=Mode.EMBEDDED,
        return_url="abc",
        embed_origin="def",
        options=options,
    )

    refresh, settings = started.found.refresh, started.found.settings
    assert (settings.reference, settings.language, settings.institution_id) == (
        "their-7",
        "fr",
        "14",
    )
    assert (refresh.reason, refresh.mode, refresh.options) == (
        Reason.STALE,
        Mode.EMBEDDED,
        options,
    )
    assert (refresh.return_url, refresh.embed_origin) == ("abc", "def")


class TestSelection:
    def test_the_first_start_names_its_accounts(self, service: Service, login_id: LoginId) -> None:
        with pytest.raises(SelectionRequiredError):
            service.begin(login_id, selection=None)
        assert service.store.live == {}

    def test_a_later_start_need_not_name_them_again(
        self, service: Service, login_id: LoginId
    ) -> None:
        first = service.begin(login_id)

        assert service.begin(login_id, selection=None).found.refresh.id == first.found.refresh.id

    @pytest.mark.parametrize("other", [Selection(ids=(AccountId("b"),)), Selection(), EVERYTHING])
    def test_a_start_never_changes_them(
        self, service: Service, login_id: LoginId, other: Selection
    ) -> None:
        """R5: nothing widens the selection but the integrator's own POST /connections."""
        service.begin(login_id, selection=Selection(ids=(AccountId("a"),)))
        written = len(service.store.written)

        with pytest.raises(SelectionDiffersError):
            service.begin(login_id, selection=other)
        assert len(service.store.written) == written

    def test_their_order_does_not_matter(self, service: Service, login_id: LoginId) -> None:
        one, two = AccountId("a"), AccountId("b")
        service.begin(login_id, selection=Selection(ids=(one, two)))

        assert not service.begin(login_id, selection=Selection(ids=(two, one))).is_new

    def test_a_connection_known_from_the_night_gets_its_settings_with_its_first_start(
        self, service: Service, login_id: LoginId
    ) -> None:
        failure = NightlyFailure(
            login_id=login_id, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
        )
        service.flinks.nightly = [failure]
        service.nightly()

        with pytest.raises(SelectionRequiredError):
            service.begin(login_id, selection=None)
        chosen = Selection(ids=(AccountId("a"),))
        started = service.begin(login_id, selection=chosen, reference="r")

        assert started.found.settings.selection == chosen
        assert started.found.settings.reference == "r"
        assert service.row(login_id).health_cause is ErrorCode.QUESTION_UNANSWERED


class TestAgain:
    def test_a_second_start_answers_with_the_same_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        first = service.begin(login_id, reason=Reason.STALE)
        second = service.begin(login_id, reason=Reason.POLICY, mode=Mode.EMBEDDED)

        assert not second.is_new
        assert second.found.refresh == first.found.refresh
        service.work()
        assert service.flinks.calls["authorize_live"] == 1

    def test_a_persons_second_start_begins_the_next_attempt_of_an_invited_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        invited = service.begin(login_id, present=False).found.refresh

        again = service.begin(login_id)

        assert again.found.refresh.id == invited.id
        assert again.found.refresh.status is Status.STARTING

    def test_nobodys_second_start_begins_nothing(self, service: Service, login_id: LoginId) -> None:
        service.begin(login_id, present=False)

        assert service.begin(login_id, present=False).found.refresh.status is Status.INVITED

    def test_after_the_end_a_start_is_a_new_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        first = service.begin(login_id, present=False).found.refresh
        service.read.cancel(first.id)

        second = service.begin(login_id, present=False)

        assert second.is_new
        assert second.found.refresh.id != first.id
        assert service.refresh(first.id).status is Status.CANCELLED

    @pytest.mark.parametrize("present", [True, False])
    def test_a_refresh_whose_time_is_over_is_no_open_one_though_nobody_swept(
        self, service: Service, login_id: LoginId, present: bool
    ) -> None:
        """R6: the deadline counts, not the sweep that comes after it."""
        first = service.begin(login_id, present=False).found.refresh
        service.pass_time(7 * 86400)

        second = service.begin(login_id, present=present)

        assert second.is_new
        assert second.found.refresh.id != first.id
        assert service.refresh(first.id).status is Status.EXPIRED

    def test_our_own_session_that_still_waits_is_taken_over_after_a_cancel(
        self, service: Service, login_id: LoginId
    ) -> None:
        """Settled point 15: straight to the question, and no bank is called."""
        first = service.begin(login_id).found.refresh
        service.work()
        waiting = request_id_of(service.refresh(first.id))
        service.read.cancel(first.id)
        service.pass_time(100)

        second = service.begin(login_id).found.refresh

        assert second.id != first.id
        assert (second.status, request_id_of(second)) == (Status.MFA_REQUIRED, waiting)
        assert service.store.locate(waiting) == second.id
        assert service.flinks.calls["authorize_live"] == 1
        service.issue_url(second.id)
        service.flinks.answer(waiting)
        service.come_back(service.state_of_url())
        service.run(60)
        assert service.refresh(second.id).status is Status.COMPLETED
        assert service.flinks.faults == []

    def test_while_a_session_that_is_lost_to_us_may_be_alive_the_person_is_told_until_when(
        self, service: Service, login_id: LoginId
    ) -> None:
        """R7, R15, settled point 5: also after a cancel."""
        first = service.begin(login_id).found.refresh
        service.work()
        service.read.cancel(first.id)
        service.pass_time(430)

        second = service.begin(login_id).found.refresh

        assert second.status is Status.RETRY_SCHEDULED
        assert second.error is ErrorCode.EARLIER_SESSION_OPEN
        assert second.retry_at == service.now + timedelta(seconds=110)
        service.run(130)
        assert service.flinks.calls["authorize_live"] == 2, "the promise was kept"
        assert service.flinks.faults == []


class TestAdopting:
    def test_an_interrupted_session_goes_straight_to_the_prompt_without_a_bank_call(
        self, service: Service, login_id: LoginId
    ) -> None:
        request_id = service.flinks.interrupt(login_id)
        started = service.begin(login_id, request_id=request_id)

        refresh = started.found.refresh
        assert (refresh.status, refresh.reason) == (Status.MFA_REQUIRED, Reason.RESUME)
        assert refresh.attempt is not None
        assert refresh.attempt.kind is Kind.ADOPTED
        assert service.flinks.calls.total() == 0

    def test_its_clock_runs_from_the_last_activity_that_the_integrator_saw(
        self, service: Service, login_id: LoginId
    ) -> None:
        request_id = service.flinks.interrupt(login_id)
        last = service.now - timedelta(seconds=100)
        started = service.begin(login_id, request_id=request_id, last_activity_at=last)

        assert started.found.refresh.due_at == service.now + timedelta(seconds=380)

    def test_an_activity_in_the_future_is_none(self, service: Service, login_id: LoginId) -> None:
        request_id = service.flinks.interrupt(login_id)
        tomorrow = service.now + timedelta(days=1)
        started = service.begin(login_id, request_id=request_id, last_activity_at=tomorrow)

        assert started.found.refresh.due_at == service.now + timedelta(seconds=480)

    def test_adopting_the_same_session_again_finds_the_same_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        request_id = service.flinks.interrupt(login_id)
        first = service.begin(None, request_id=request_id)

        for known in (None, login_id):
            again = service.begin(known, request_id=request_id)
            assert not again.is_new
            assert again.found.refresh.id == first.found.refresh.id

    def test_the_session_of_our_own_attempt_is_found_too(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh = service.begin(login_id).found.refresh
        service.work()
        request_id = request_id_of(service.refresh(refresh.id))

        again = service.begin(login_id, request_id=request_id)

        assert again.found.refresh.id == refresh.id
        assert service.flinks.calls["authorize_live"] == 1

    def test_another_session_of_a_connection_that_is_open_is_refused(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh = service.begin(login_id, present=False).found.refresh
        request_id = service.flinks.interrupt(login_id)

        with pytest.raises(OtherSessionOpenError) as refused:
            service.begin(login_id, request_id=request_id)
        assert refused.value.refresh_id == refresh.id

    def test_adopting_never_shortens_the_lease_of_a_session_before_it(
        self, service: Service, login_id: LoginId
    ) -> None:
        """R7: the cancelled session may still be alive when the adopted one has died."""
        first = service.begin(login_id).found.refresh
        service.work()
        service.read.cancel(first.id)
        lease = service.row(login_id).lease.live_until
        long_ago = service.now - timedelta(seconds=1801)
        request_id = service.flinks.interrupt(login_id)

        adopted = service.begin(login_id, request_id=request_id, last_activity_at=long_ago)

        assert service.row(login_id).lease.live_until == lease
        service.flinks.answer(request_id)
        service.run(30)
        assert service.refresh(adopted.found.refresh.id).status is not Status.MFA_REQUIRED
        assert service.row(login_id).lease.live_until == lease

    def test_adopting_once_more_a_day_after_the_session_came_home_is_no_failure(
        self, service: Service, login_id: LoginId
    ) -> None:
        request_id = service.flinks.interrupt(login_id)
        a_while_ago = service.now - timedelta(seconds=400)
        service.begin(None, request_id=request_id, last_activity_at=a_while_ago)
        service.flinks.answer(request_id)
        service.run(600)
        assert service.store.moved
        service.pass_time(3 * 86400)

        again = service.begin(None, request_id=request_id)

        assert again.found.settings.id == service.home_of(login_id)
        service.come_to_rest()
        assert not service.row(login_id).outbox


class TestReplay:
    def test_the_same_key_and_body_is_the_same_refresh_even_after_its_end(
        self, service: Service, login_id: LoginId
    ) -> None:
        """S13, settled point 11."""
        first = service.begin(login_id, present=False, replay=MORNING).found.refresh
        service.read.cancel(first.id)

        again = service.begin(login_id, replay=MORNING)

        assert not again.is_new
        assert again.found.refresh.id == first.id
        assert service.queue.messages == []

    def test_a_key_that_met_an_open_refresh_is_remembered_too(
        self, service: Service, login_id: LoginId
    ) -> None:
        first = service.begin(login_id, present=False).found.refresh
        service.begin(login_id, present=False, replay=MORNING)
        service.read.cancel(first.id)

        assert service.begin(login_id, present=False, replay=MORNING).found.refresh.id == first.id

    def test_the_same_key_with_another_body_is_refused(
        self, service: Service, login_id: LoginId
    ) -> None:
        """D101."""
        service.begin(login_id, replay=MORNING)

        with pytest.raises(KeyReusedError):
            service.begin(service.login(2), replay=Replay(key="key", body="another"))
        assert len(service.store.live) == 1

    def test_two_at_once_with_one_key_and_two_bodies_are_told_apart(
        self, service: Service, login_id: LoginId
    ) -> None:
        """The other one writes between our look and our write."""
        other = service.login(2)

        def cut_in() -> None:
            service.begin(other, present=False, replay=Replay(key="key", body="another"))

        service.gate.arm(cut_in, after=2)
        with pytest.raises(KeyReusedError):
            service.begin(login_id, replay=MORNING)

    def test_two_at_once_with_one_key_get_one_refresh(
        self, service: Service, login_id: LoginId
    ) -> None:
        """D100."""
        started = []
        service.gate.arm(lambda: started.append(service.begin(login_id, replay=MORNING)), after=2)
        started.append(service.begin(login_id, replay=MORNING))

        assert len({each.found.refresh.id for each in started}) == 1
        assert [each.is_new for each in started] == [True, False]

    def test_after_a_day_the_key_is_free(self, service: Service, login_id: LoginId) -> None:
        """D102."""
        first = service.begin(login_id, replay=MORNING).found.refresh
        service.read.cancel(first.id)
        service.pass_time(25 * 3600)

        again = service.begin(login_id, replay=MORNING)

        assert again.is_new
        assert again.found.refresh.id != first.id

    def test_the_next_attempt_takes_a_key_as_well(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh = service.begin(login_id, present=False).found.refresh

        for _ in range(2):
            service.flinks.person_acts(login_id)
            service.start.next_attempt(refresh.id, MORNING)
        service.work()

        assert service.flinks.calls["authorize_live"] == 1
        with pytest.raises(KeyReusedError):
            service.start.next_attempt(refresh.id, Replay(key="key", body="another"))


class TestNextAttempt:
    def test_it_starts_an_invited_refresh(self, service: Service, login_id: LoginId) -> None:
        refresh = service.begin(login_id, present=False).found.refresh

        assert service.next_attempt(refresh.id).status is Status.STARTING

    def test_it_changes_nothing_where_something_goes_on(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh = service.begin(login_id).found.refresh
        service.work()
        before = service.refresh(refresh.id)

        assert service.next_attempt(refresh.id) == before

    def test_a_refresh_that_is_over_has_none(self, service: Service, login_id: LoginId) -> None:
        cancelled = service.begin(login_id, present=False).found.refresh
        service.read.cancel(cancelled.id)
        overdue = service.begin(login_id, present=False).found.refresh
        service.pass_time(8 * 86400)

        for refresh in (cancelled, overdue):
            with pytest.raises(RefreshSettledError):
                service.next_attempt(refresh.id)
        assert service.queue.messages == []

    def test_an_unknown_refresh_is_not_found(self, service: Service, login_id: LoginId) -> None:
        refresh = service.begin(login_id).found.refresh

        with pytest.raises(RefreshNotFoundError):
            service.start.next_attempt(type(refresh.id)(refresh.id[:-1] + "z"), None)


def test_the_other_of_two_starts_at_once_gets_the_same_refresh(
    service: Service, login_id: LoginId
) -> None:
    """D58: one winner; the loser reads again."""
    started = []
    service.gate.arm(lambda: started.append(service.begin(login_id)), after=1)
    started.append(service.begin(login_id))

    assert [each.is_new for each in started] == [True, False]
    assert len({each.found.refresh.id for each in started}) == 1
    service.work()
    assert service.flinks.calls["authorize_live"] == 1


def test_a_store_that_always_conflicts_is_given_up_after_five_tries() -> None:
    class Contended(MemoryConnectionStore):
        tries = 0

        def begin(self, *_: object) -> None:
            Contended.tries += 1
            raise StaleWriteError

    service = Service(parts=Parts(store=Contended))
    with pytest.raises(StaleWriteError):
        service.begin(service.login())
    assert Contended.tries == 5
