"""The Connect URL: minted for this very call, guarded before and after the mint."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.capabilities import Capability, Purpose, verify_capability
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import Refused
from flinks_reconnect.domain.ids import LoginId, RefreshId
from flinks_reconnect.domain.refresh import Mode, Refresh, Status
from flinks_reconnect.usecases.errors import MintError, NoUrlError, RefreshNotFoundError

from tests.fakes.service import SIGNING_KEY, Service, request_id_of


@pytest.fixture
def asked(service: Service, login_id: LoginId) -> Refresh:
    """A refresh that waits for the person's answer."""
    chosen = Selection(ids=service.account_ids(login_id)[:2])
    started = service.begin(login_id, selection=chosen, language="fr", mode=Mode.EMBEDDED)
    service.work()
    return service.refresh(started.found.refresh.id)


@pytest.fixture
def signing_in(service: Service, login_id: LoginId) -> Refresh:
    """A refresh whose stored credentials no longer work."""
    service.flinks.logins[login_id].trouble = ErrorCode.CREDENTIALS_REJECTED
    started = service.begin(login_id, institution_id="14")
    service.work()
    return service.refresh(started.found.refresh.id)


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def test_it_shows_the_session_the_selection_and_the_way_back(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    service.issue_url(asked.id)
    target = service.urls.last

    assert target.request_id == request_id_of(asked)
    assert target.selection == Selection(ids=service.account_ids(login_id)[:2])
    assert (target.language, target.mode_embedded, target.tag) == ("fr", True, asked.id)
    assert target.callback_url.startswith("https://api.invalid/v1/callback/")


def test_the_callbacks_state_names_the_attempt_and_lives_a_day_longer_than_the_refresh(
    service: Service, asked: Refresh
) -> None:
    service.issue_url(asked.id)
    state, last = service.state_of_url(), asked.expires_at + timedelta(days=1)

    def opened(now: timedelta) -> Capability | None:
        return verify_capability((SIGNING_KEY,), Purpose.CALLBACK, state, last + now)

    assert opened(-seconds(1)) == Capability(asked.id, 1)
    assert opened(seconds(0)) is None


def test_both_clocks_are_told_and_the_earlier_one_counts(service: Service, asked: Refresh) -> None:
    issued = service.issue_url(asked.id)

    assert issued.request_expires_at == service.now + seconds(480)
    assert issued.token_expires_at == service.now + seconds(780)
    assert issued.expires_at == issued.request_expires_at


def test_every_call_mints_anew_and_moves_no_clock(service: Service, asked: Refresh) -> None:
    """S3, D34: the person comes back after six minutes, to the same session."""
    first = service.issue_url(asked.id)
    service.pass_time(360)
    second = service.issue_url(asked.id)

    assert first.url != second.url
    assert second.request_expires_at == first.request_expires_at
    assert service.refresh(asked.id) == asked
    tokens = {token.value for _, token in service.urls.built}
    assert len(tokens) == 2


@pytest.mark.parametrize(("passed", "issues"), [(419, True), (420, False), (479, False)])
def test_there_is_none_in_the_sessions_last_minute(
    service: Service, asked: Refresh, passed: int, issues: bool
) -> None:
    """S4, D35."""
    service.pass_time(passed)
    if issues:
        assert service.issue_url(asked.id).url
        return
    with pytest.raises(NoUrlError) as refused:
        service.issue_url(asked.id)
    assert refused.value.over_at == asked.due_at
    assert service.flinks.calls["mint_token"] == 1


def test_a_mint_that_lasts_into_the_last_minute_is_thrown_away(
    service: Service, asked: Refresh
) -> None:
    """The row is read again after the mint, and its deadline is the truth."""
    service.pass_time(415)
    service.gate.arm(lambda: service.pass_time(10), after=2)

    with pytest.raises(NoUrlError):
        service.issue_url(asked.id)
    assert service.urls.built == []


def test_a_refresh_that_was_cancelled_during_the_mint_gets_none(
    service: Service, asked: Refresh
) -> None:
    service.gate.arm(lambda: service.read.cancel(asked.id), after=2)

    with pytest.raises(NoUrlError) as refused:
        service.issue_url(asked.id)
    assert refused.value.refresh.status is Status.CANCELLED
    assert service.urls.built == []


def test_a_deadline_that_nobody_swept_counts_all_the_same(service: Service, asked: Refresh) -> None:
    """R6, D64."""
    service.pass_time(3600)

    with pytest.raises(NoUrlError):
        service.issue_url(asked.id)


def test_while_flinks_is_asked_a_url_can_still_be_had(service: Service, asked: Refresh) -> None:
    service.issue_url(asked.id)
    service.come_back(service.state_of_url())

    assert service.refresh(asked.id).status is Status.VERIFYING
    assert service.issue_url(asked.id).url


def test_a_session_that_flinks_called_gone_gets_none(service: Service, asked: Refresh) -> None:
    service.issue_url(asked.id)
    service.come_back(service.state_of_url())
    service.flinks.will("call_accounts", Refused(code=ErrorCode.SESSION_GONE))
    service.work()

    with pytest.raises(NoUrlError):
        service.issue_url(asked.id)


@pytest.mark.parametrize("status", ["starting", "invited", "completed"])
def test_other_statuses_have_none_and_say_where_the_refresh_stands(
    service: Service, status: str
) -> None:
    login_id = service.login(2)
    refresh_id = service.begin(login_id, present=status != "invited").found.refresh.id
    if status == "completed":
        service.run(60)

    with pytest.raises(NoUrlError) as refused:
        service.issue_url(refresh_id)
    assert refused.value.refresh.status == status


def test_a_refresh_of_the_past_has_none(
    service: Service, asked: Refresh, login_id: LoginId
) -> None:
    service.read.cancel(asked.id)
    service.begin(login_id, present=False, selection=None)

    with pytest.raises(NoUrlError):
        service.issue_url(asked.id)


def test_without_a_token_there_is_none_and_nothing_changed(
    service: Service, asked: Refresh
) -> None:
    service.flinks.will("mint_token", MintError(ErrorCode.FLINKS_UNAVAILABLE))

    with pytest.raises(MintError):
        service.issue_url(asked.id)
    assert service.refresh(asked.id) == asked


class TestSignIn:
    def test_it_names_the_bank_and_no_session(self, service: Service, signing_in: Refresh) -> None:
        assert signing_in.status is Status.CREDENTIALS_REQUIRED
        issued = service.issue_url(signing_in.id)

        assert service.urls.last.request_id is None
        assert service.urls.last.institution_id == "14"
        assert issued.request_expires_at is None
        assert issued.expires_at == issued.token_expires_at

    def test_the_session_it_opens_guards_the_bank(
        self, service: Service, signing_in: Refresh, login_id: LoginId
    ) -> None:
        """R7."""
        service.issue_url(signing_in.id)

        assert service.row(login_id).lease.live_until == service.now + seconds(540)

    def test_it_is_looked_at_when_it_must_be_over_and_a_success_is_found_without_a_callback(
        self, service: Service, signing_in: Refresh, login_id: LoginId
    ) -> None:
        """D45."""
        service.issue_url(signing_in.id)
        service.pass_time(100)
        service.flinks.sign_in(login_id)
        service.run(480)

        assert service.refresh(signing_in.id).status is Status.COMPLETED

    def test_with_the_callback_it_is_found_at_once(
        self, service: Service, signing_in: Refresh, login_id: LoginId
    ) -> None:
        service.issue_url(signing_in.id)
        service.pass_time(60)
        service.flinks.sign_in(login_id)
        service.come_back(service.state_of_url(), login_id)
        service.run(30)

        assert service.refresh(signing_in.id).status is Status.COMPLETED
        assert service.flinks.faults == []

    def test_another_login_that_signed_in_is_no_success_and_delivers_nothing(
        self, service: Service, signing_in: Refresh
    ) -> None:
        """Settled point 7."""
        other = service.login(2)
        service.issue_url(signing_in.id)
        service.flinks.sign_in(other)
        service.come_back(service.state_of_url(), other)
        service.run(20)
        assert service.refresh(signing_in.id).error is ErrorCode.IDENTITY_MISMATCH, "said at once"
        service.run(400)

        refresh = service.refresh(signing_in.id)
        assert (refresh.status, refresh.error) == (Status.FAILED, ErrorCode.IDENTITY_MISMATCH)
        assert service.snapshots.put_accounts == []

    def test_while_flinks_is_asked_no_second_sign_in_is_opened(
        self, service: Service, signing_in: Refresh
    ) -> None:
        service.issue_url(signing_in.id)
        service.come_back(service.state_of_url())

        with pytest.raises(NoUrlError):
            service.issue_url(signing_in.id)

    def test_a_refresh_that_was_cancelled_before_the_opening_was_stored_gets_none(
        self, service: Service, signing_in: Refresh
    ) -> None:
        service.gate.arm(lambda: service.read.cancel(signing_in.id), after=3)

        with pytest.raises(NoUrlError):
            service.issue_url(signing_in.id)
        assert service.urls.built == []

    def test_after_the_refresh_expired_none_is_issued(
        self, service: Service, signing_in: Refresh
    ) -> None:
        """R6."""
        service.issue_url(signing_in.id)
        service.now = signing_in.expires_at

        with pytest.raises(NoUrlError):
            service.issue_url(signing_in.id)


def test_an_unknown_refresh_is_not_found(service: Service) -> None:
    with pytest.raises(RefreshNotFoundError):
        service.issue_url(RefreshId("rf_" + "a" * 24 + "0" * 18))
