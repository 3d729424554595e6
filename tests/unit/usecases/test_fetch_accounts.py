"""The accounts worker: one data call per session, polls, the filter, and what is delivered."""

import json
from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import EventType
from flinks_reconnect.domain.flinks_answers import (
    AccountsCollected,
    Authorized,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
)
from flinks_reconnect.domain.ids import LoginId, RefreshId, RequestId
from flinks_reconnect.domain.machine.context import Worker
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.ports import NightlyFailure

from tests.fakes.service import CrashError, Service, crash, request_id_of


@pytest.fixture
def open_login(service: Service) -> LoginId:
    """A login whose bank asks nothing."""
    return service.login(2)


@pytest.fixture
def answered(service: Service, login_id: LoginId) -> RefreshId:
    """A refresh whose question was answered, and whose callback was seen."""
    chosen = Selection(ids=service.account_ids(login_id)[:2])
    refresh_id = service.begin(login_id, selection=chosen).found.refresh.id
    service.work()
    service.issue_url(refresh_id)
    service.flinks.answer(request_id_of(service.refresh(refresh_id)))
    service.come_back(service.state_of_url())
    return refresh_id


@pytest.fixture
def fetching(service: Service, open_login: LoginId) -> RefreshId:
    """A refresh that is authorized, its accounts not yet asked for."""
    refresh_id = service.begin(open_login).found.refresh.id
    service.look(Worker.AUTHORIZE, refresh_id)
    assert service.refresh(refresh_id).status is Status.FETCHING
    return refresh_id


def delivered_ids(service: Service) -> list[set[str]]:
    return [{each["Id"] for each in accounts} for _, accounts in service.snapshots.put_accounts]


def test_what_is_accepted_is_polled_every_ten_seconds_until_it_is_there(
    service: Service, open_login: LoginId
) -> None:
    service.flinks.logins[open_login].data_polls = 5
    refresh_id = service.begin(open_login).found.refresh.id
    service.run(50)
    assert service.refresh(refresh_id).status is Status.FETCHING
    service.run(30)

    assert service.refresh(refresh_id).status is Status.COMPLETED
    assert service.flinks.calls["call_accounts"] == 1
    assert service.flinks.calls["poll_accounts"] == 5


def test_a_202_proves_nothing_yet(service: Service, answered: RefreshId, login_id: LoginId) -> None:
    """Section 5: it moves to fetching; neither health nor data change."""
    service.look(Worker.ACCOUNTS, answered)

    assert service.refresh(answered).status is Status.FETCHING
    assert service.row(login_id).data_as_of is None


def test_the_options_and_the_selection_go_along(service: Service, login_id: LoginId) -> None:
    chosen = Selection(ids=service.account_ids(login_id)[1:])
    service.flinks.logins[login_id].asks = False
    service.begin(login_id, selection=chosen, options=AccountsOptions(with_kyc=True))
    service.run(30)

    assert service.flinks.asked_for == [chosen]


def test_only_chosen_accounts_are_stored_though_flinks_returned_all(
    service: Service, answered: RefreshId, login_id: LoginId
) -> None:
    """S14, D28."""
    service.run(30)

    ids = service.account_ids(login_id)
    assert delivered_ids(service) == [set(ids[:2])]
    stored = json.loads(next(iter(service.snapshots.objects.values())))
    assert {each["Id"] for each in stored["accounts"]} == set(ids[:2])
    assert ids[2] not in str(service.snapshots.objects)


def test_the_snapshot_is_described_on_the_refresh(service: Service, answered: RefreshId) -> None:
    service.run(30)
    snapshot = service.refresh(answered).snapshot

    assert snapshot is not None
    assert (snapshot.accounts, snapshot.vanished) == (2, 0)
    assert (answered, snapshot.sha256) in service.snapshots.objects
    assert snapshot.expires_at <= service.now + timedelta(days=1)


def test_a_chosen_account_that_vanished_is_counted_and_never_replaced(
    service: Service, answered: RefreshId, login_id: LoginId
) -> None:
    """R5."""
    first = service.account_ids(login_id)[0]
    login = service.flinks.logins[login_id]
    login.accounts = login.accounts[1:]
    service.run(30)

    snapshot = service.refresh(answered).snapshot
    assert snapshot is not None
    assert (snapshot.accounts, snapshot.vanished) == (1, 1)
    selection = service.store.settings[service.home_of(login_id)].selection
    assert selection is not None
    assert first in selection.ids
    told = [event for events in service.bus.told.values() for event in events]
    assert [event.vanished for event in told if event.type == "accounts.refreshed"] == [1]


def test_when_all_chosen_accounts_vanished_it_fails_and_stores_nothing(
    service: Service, answered: RefreshId, login_id: LoginId
) -> None:
    """Settled point 1."""
    login = service.flinks.logins[login_id]
    login.accounts = login.accounts[2:]
    service.run(30)

    refresh = service.refresh(answered)
    assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.ACCOUNTS_VANISHED)
    assert service.snapshots.objects == {}


def test_data_of_another_login_are_refused_and_not_stored(
    service: Service, fetching: RefreshId, login_id: LoginId
) -> None:
    """S6, D18."""
    service.flinks.will(
        "call_accounts",
        AccountsCollected(
            request_id=request_id_of(service.refresh(fetching)),
            login_id=login_id,
            last_refresh=service.now,
            accounts=({"Id": "x"},),
        ),
    )
    service.look(Worker.ACCOUNTS, fetching)

    refresh = service.refresh(fetching)
    assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.IDENTITY_MISMATCH)
    assert service.snapshots.objects == {}


class TestOneCall:
    def test_a_duplicated_message_polls_and_does_not_call_again(
        self, service: Service, answered: RefreshId
    ) -> None:
        """D111."""
        for _ in range(4):
            service.look(Worker.ACCOUNTS, answered)

        assert service.flinks.calls["call_accounts"] == 1
        assert service.flinks.faults == []

    def test_two_workers_at_once_call_once(self, service: Service, answered: RefreshId) -> None:
        service.gate.arm(lambda: service.look(Worker.ACCOUNTS, answered), after=2)
        service.look(Worker.ACCOUNTS, answered)

        assert service.flinks.calls["call_accounts"] == 1

    def test_who_dies_after_the_claim_leaves_a_poll(
        self, service: Service, answered: RefreshId
    ) -> None:
        """The call may have been sent: a poll tells, and only what it never took is sent again."""
        service.gate.arm(crash, after=2)
        with pytest.raises(CrashError):
            service.look(Worker.ACCOUNTS, answered)
        assert service.flinks.calls["call_accounts"] == 0
        service.run(500)

        assert service.refresh(answered).status is Status.COMPLETED
        assert service.flinks.faults == []

    def test_a_call_that_never_left_us_is_made_again(
        self, service: Service, answered: RefreshId
    ) -> None:
        service.flinks.will("call_accounts", NotSent(why="refused"))
        service.run(60)

        assert service.refresh(answered).status is Status.COMPLETED
        assert service.flinks.calls["call_accounts"] == 2

    def test_a_poll_that_never_left_us_does_not_bring_the_call_back(
        self, service: Service, answered: RefreshId
    ) -> None:
        """S23: the call was accepted, but nobody lived to store that."""
        service.gate.arm(crash, after=5)
        with pytest.raises(CrashError):
            service.look(Worker.ACCOUNTS, answered)
        assert service.flinks.calls["call_accounts"] == 1
        service.flinks.will("poll_accounts", NotSent(why="refused"))
        service.run(120)

        assert service.refresh(answered).status is Status.COMPLETED
        assert service.flinks.faults == []


class TestWhenTheSessionIsGone:
    def test_a_cached_call_by_login_proves_the_success(
        self, service: Service, answered: RefreshId
    ) -> None:
        """D15: never a loop, and the data come."""
        service.flinks.will("call_accounts", Refused(code=ErrorCode.SESSION_GONE))
        service.run(60)

        assert service.refresh(answered).status is Status.COMPLETED
        assert service.flinks.calls["authorize_cached"] == 1

    def test_a_message_that_came_nine_minutes_late_asks_by_login_at_once(
        self, service: Service, fetching: RefreshId
    ) -> None:
        """S23, D110: no call with a RequestId that is known dead."""
        service.pass_time(540)
        service.look(Worker.ACCOUNTS, fetching)
        service.run(60)

        assert service.refresh(fetching).status is Status.COMPLETED
        assert service.flinks.faults == []

    def test_old_data_are_no_proof(
        self, service: Service, answered: RefreshId, login_id: LoginId
    ) -> None:
        """R2: only a LastRefresh later than the attempt's start proves it."""
        service.flinks.logins[login_id].last_refresh = service.now - timedelta(days=1)
        service.flinks.will("call_accounts", Refused(code=ErrorCode.SESSION_GONE))
        service.run(180)
        assert service.refresh(answered).status is Status.VERIFYING
        service.run(1200)

        assert service.refresh(answered).status is Status.INVITED
        assert service.snapshots.put_accounts == []

    def test_data_without_a_date_are_no_proof(
        self, service: Service, answered: RefreshId, login_id: LoginId
    ) -> None:
        service.flinks.logins[login_id].last_refresh = None
        service.flinks.will("call_accounts", Refused(code=ErrorCode.SESSION_GONE))
        service.run(1400)

        assert service.refresh(answered).status is Status.INVITED

    def test_sessions_that_are_always_gone_are_not_opened_for_ever(
        self, service: Service, answered: RefreshId
    ) -> None:
        """S17."""
        service.flinks.will("call_accounts", *[Refused(code=ErrorCode.SESSION_GONE)] * 99)
        service.run(3600)

        assert service.flinks.calls["authorize_cached"] <= 5
        assert not service.refresh(answered).is_open


class TestBounds:
    """S17, D27: every way of asking again ends at an instant that was stored before."""

    MOST = 200

    def run_out(self, service: Service, refresh_id: RefreshId) -> Refresh:
        service.run(2 * 3600)
        assert service.flinks.calls["poll_accounts"] <= self.MOST
        assert service.flinks.calls["call_accounts"] <= self.MOST
        assert service.flinks.calls["authorize_cached"] <= self.MOST
        assert service.queue.messages == []
        return service.refresh(refresh_id)

    @pytest.mark.parametrize(
        "answer",
        [StillCollecting(), OutcomeUnknown(why="502 with a page")],
        ids=["202", "unreadable"],
    )
    def test_flinks_that_never_finishes_is_given_up_after_half_an_hour(
        self, service: Service, fetching: RefreshId, answer: object
    ) -> None:
        service.flinks.will("call_accounts", *[answer] * 999)
        service.flinks.will("poll_accounts", *[answer] * 999)

        refresh = self.run_out(service, fetching)

        assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.DATA_TIMEOUT)
        assert refresh.updated_at <= refresh.created_at + timedelta(minutes=32)

    @pytest.mark.parametrize(
        "answer",
        [
            NotSent(why="refused"),
            Refused(code=ErrorCode.THROTTLED),
            Refused(code=ErrorCode.STILL_IN_USE),
        ],
        ids=["never sent", "throttled", "in use"],
    )
    def test_flinks_that_takes_no_data_call_is_not_asked_for_ever(
        self, service: Service, fetching: RefreshId, answer: object
    ) -> None:
        """D16: a session lives for minutes; a few cached ones after it, then it is over."""
        service.flinks.will("call_accounts", *[answer] * 999)

        assert not self.run_out(service, fetching).is_open

    @pytest.mark.parametrize(
        "answer",
        [
            OutcomeUnknown(why="502"),
            NotSent(why="refused"),
            Refused(code=ErrorCode.THROTTLED),
            Refused(code=ErrorCode.BANK_DISABLED),
        ],
        ids=["unreadable", "never sent", "throttled", "disabled"],
    )
    def test_a_verification_that_never_gets_an_answer_ends_too(
        self, service: Service, answered: RefreshId, answer: object
    ) -> None:
        gone = Refused(code=ErrorCode.SESSION_GONE)
        service.flinks.will("call_accounts", gone)
        service.flinks.will("authorize_cached", *[answer] * 999)

        refresh = self.run_out(service, answered)

        assert refresh.status is Status.EXPIRED


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (ErrorCode.ACCESS_REFUSED, Status.VERIFYING),
        (ErrorCode.UNRECOGNISED, Status.VERIFYING),
        (ErrorCode.BANK_NEEDS_PERSON, Status.FAILED),
        (ErrorCode.MFA_REJECTED, Status.INVITED),
        (ErrorCode.CREDENTIALS_REJECTED, Status.INVITED),
        (ErrorCode.NOT_YET_AUTHORIZED, Status.MFA_REQUIRED),
    ],
)
def test_a_refused_data_call_ends_as_its_trouble_says(
    service: Service, answered: RefreshId, trouble: ErrorCode, status: Status
) -> None:
    service.flinks.will("call_accounts", Refused(code=trouble))
    service.look(Worker.ACCOUNTS, answered)

    assert service.refresh(answered).status is status


def test_success_clears_the_health_and_says_so_once(service: Service, open_login: LoginId) -> None:
    """R4."""
    night = NightlyFailure(
        login_id=open_login, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
    )
    service.flinks.nightly = [night]
    service.nightly()
    assert service.row(open_login).health is Health.RECONNECT_REQUIRED
    service.begin(open_login)
    service.run(300)

    assert service.row(open_login).health is Health.HEALTHY
    assert service.bus.types().count("connection.reconnect_required") == 1
    assert service.bus.types().count("connection.repaired") == 1


def test_the_bank_is_remembered_when_flinks_names_it(
    service: Service, fetching: RefreshId, open_login: LoginId
) -> None:
    service.run(30)

    assert service.store.settings[service.home_of(open_login)].institution_id == "14"


def test_a_message_for_a_refresh_of_the_past_finds_nothing_to_do(
    service: Service, answered: RefreshId, login_id: LoginId
) -> None:
    """D88."""
    service.read.cancel(answered)
    service.begin(login_id, present=False, selection=None)
    calls = service.flinks.calls.total()
    service.look(Worker.ACCOUNTS, answered)
    service.look(Worker.AUTHORIZE, answered)

    assert service.flinks.calls.total() == calls


class TestAdopted:
    """An interrupted session without a known login: it goes home when it has proven one."""

    def adopt(self, service: Service, login_id: LoginId, chosen: Selection) -> RefreshId:
        self.request_id = service.flinks.interrupt(login_id)
        begun = service.begin(None, request_id=self.request_id, selection=chosen)
        refresh_id = begun.found.refresh.id
        service.issue_url(refresh_id)
        service.flinks.answer(self.request_id)
        service.come_back(service.state_of_url())
        return refresh_id

    def test_it_moves_home_with_its_settings_and_its_id_stays(
        self, service: Service, login_id: LoginId
    ) -> None:
        chosen = Selection(ids=service.account_ids(login_id)[:1])
        refresh_id = self.adopt(service, login_id, chosen)
        service.run(60)

        found = service.advance.find(refresh_id)
        assert found.refresh.status is Status.COMPLETED
        assert found.settings.id == service.home_of(login_id)
        assert found.settings.selection == chosen
        assert service.store.locate(self.request_id) == refresh_id
        assert delivered_ids(service) == [set(chosen.ids)]
        assert service.bus.types().count("refresh.completed") == 1

    def test_it_never_widens_what_was_chosen_at_home(
        self, service: Service, login_id: LoginId
    ) -> None:
        """R5."""
        ids = service.account_ids(login_id)
        first = service.begin(login_id, present=False, selection=Selection(ids=ids[:1]))
        service.read.cancel(first.found.refresh.id)
        self.adopt(service, login_id, EVERYTHING)
        service.run(60)

        assert delivered_ids(service) == [set(ids[:1])]
        assert service.store.settings[service.home_of(login_id)].selection == Selection(ids=ids[:1])

    def test_a_home_known_only_from_the_night_gets_its_selection(
        self, service: Service, login_id: LoginId
    ) -> None:
        night = NightlyFailure(
            login_id=login_id, cause=ErrorCode.QUESTION_UNANSWERED, last_refresh=None
        )
        service.flinks.nightly = [night]
        service.nightly()
        chosen = Selection(ids=service.account_ids(login_id)[:2])
        self.adopt(service, login_id, chosen)
        service.run(60)

        assert delivered_ids(service) == [set(chosen.ids)]
        assert service.store.settings[service.home_of(login_id)].selection == chosen
        assert service.row(login_id).health is Health.HEALTHY

    def test_an_open_refresh_at_home_stays_open(self, service: Service, login_id: LoginId) -> None:
        at_home = service.begin(login_id, present=False).found.refresh
        arriving = self.adopt(service, login_id, EVERYTHING)
        service.run(60)

        assert service.refresh(at_home.id).status is Status.INVITED
        assert service.refresh(arriving).status is Status.COMPLETED
        assert service.advance.find(arriving).connection is None

    def test_two_refreshes_of_one_session_become_one_and_both_end(
        self, service: Service, login_id: LoginId
    ) -> None:
        """Adopted while our own call was just being told the same RequestId."""
        at_home = service.begin(login_id).found.refresh
        service.work()
        request_id = request_id_of(service.refresh(at_home.id))
        service.store.attempts.clear()
        adopted = service.begin(None, request_id=request_id).found.refresh
        assert adopted.id != at_home.id
        service.flinks.answer(request_id)
        service.issue_url(adopted.id)
        service.come_back(service.state_of_url())
        service.run(300)

        ended = service.refresh(adopted.id)
        assert (ended.status, ended.merged_into) == (Status.CANCELLED, at_home.id)
        assert service.refresh(at_home.id).status is Status.COMPLETED
        service.come_to_rest()
        first = [events[0] for events in service.bus.told.values()]
        told = [event.type for event in first if event.refresh_id == adopted.id]
        assert told.count(EventType.REFRESH_CANCELLED) == 1
        assert EventType.REFRESH_COMPLETED not in told

    def test_when_it_died_without_a_known_login_there_is_no_way_on(
        self, service: Service, login_id: LoginId
    ) -> None:
        """Settled point 6: the Reconnect page's own rule is a new session."""
        request_id = service.flinks.interrupt(login_id)
        refresh_id = service.begin(None, request_id=request_id).found.refresh.id
        service.run(600)

        assert service.refresh(refresh_id).status is Status.EXPIRED

    def test_with_a_known_login_the_person_may_start_again(
        self, service: Service, login_id: LoginId
    ) -> None:
        request_id = service.flinks.interrupt(login_id)
        refresh_id = service.begin(login_id, request_id=request_id).found.refresh.id
        service.run(600)
        assert service.refresh(refresh_id).status is Status.INVITED

        service.next_attempt(refresh_id)
        service.work()

        assert service.refresh(refresh_id).status is Status.MFA_REQUIRED

    def test_a_session_that_proves_another_login_than_it_was_adopted_for_delivers_nothing(
        self, service: Service, login_id: LoginId
    ) -> None:
        other = service.login(2, asks=True)
        request_id = service.flinks.interrupt(other)
        refresh_id = service.begin(login_id, request_id=request_id).found.refresh.id
        service.issue_url(refresh_id)
        service.flinks.answer(request_id)
        service.come_back(service.state_of_url())
        service.run(60)

        refresh = service.refresh(refresh_id)
        assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.IDENTITY_MISMATCH)
        assert service.snapshots.put_accounts == []


def test_an_authorized_session_of_another_login_is_not_opened(
    service: Service, answered: RefreshId
) -> None:
    service.flinks.will("call_accounts", Refused(code=ErrorCode.SESSION_GONE))
    stranger = Authorized(
        request_id=RequestId("r"), login_id=LoginId("stranger"), last_refresh=service.now
    )
    service.flinks.will("authorize_cached", *[stranger] * 20)
    service.run(1400)

    assert service.refresh(answered).status is Status.INVITED
    assert service.flinks.calls["call_accounts"] == 1
