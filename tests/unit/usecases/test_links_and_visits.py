"""The person is away: a link is good for days, opening it starts nothing, a click does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import LoginId, RefreshId
from flinks_reconnect.domain.link import MOST_LINKS, Channel, LinkState
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import (
    LinkGoneError,
    NoUrlError,
    RefreshNotFoundError,
    RefreshSettledError,
    TooManyLinksError,
    VisitOverError,
)
from flinks_reconnect.usecases.issue_link import WantedLink

from tests.fakes.service import BASE_URL, Service, request_id_of

DAY = 86400.0


@pytest.fixture
def invited(service: Service, login_id: LoginId) -> Refresh:
    """A refresh of a person who is away."""
    return service.begin(login_id, present=False).found.refresh


def lives(service: Service) -> int:
    """How many bank logins there were."""
    return sum(service.flinks.sent.values())


class TestALink:
    """What is handed out."""

    def test_it_is_our_page_with_the_secret_in_its_fragment(
        self, service: Service, invited: Refresh
    ) -> None:
        """B08: a fragment is sent to no server; and nothing of Flinks is in it."""
        issued = service.issue_link(invited.id, WantedLink(), BASE_URL)
        page, mark, secret = issued.url.partition("#")
        assert page == f"{BASE_URL}/reconnect"
        assert mark
        assert len(secret.rpartition(".")[2]) == 43
        login_id = service.login_of(invited.id)
        assert login_id is not None
        assert login_id not in issued.url

    @pytest.mark.parametrize(
        ("channel", "life"),
        [
            (Channel.EMAIL, timedelta(days=7)),
            (Channel.SMS, timedelta(days=1)),
            (Channel.IN_APP, timedelta(minutes=30)),
        ],
    )
    def test_b09_it_lives_as_long_as_its_channel_lets_it(
        self, service: Service, invited: Refresh, channel: Channel, life: timedelta
    ) -> None:
        wanted = WantedLink(channel=channel)
        link = service.issue_link(invited.id, wanted, BASE_URL).link
        assert link.expires_at == service.now + life
        secret = service.link(invited.id, channel)

        service.pass_time(life.total_seconds() - 1)
        assert service.visits.open(secret)
        service.pass_time(1)
        with pytest.raises(LinkGoneError):
            service.visits.open(secret)

    def test_it_may_be_asked_to_live_shorter_and_never_longer(
        self, service: Service, invited: Refresh
    ) -> None:
        hour, month = timedelta(hours=1), timedelta(days=30)
        short = service.issue_link(invited.id, WantedLink(life=hour), BASE_URL).link
        assert short.expires_at == service.now + hour
        long = service.issue_link(invited.id, WantedLink(life=month), BASE_URL).link
        assert long.expires_at == service.now + Clocks().link_email

    def test_it_is_stored_nowhere(self, service: Service, invited: Refresh) -> None:
        secret = service.link(invited.id)
        mac = secret.rpartition(".")[2]
        assert mac not in repr(service.store.written)

    def test_a_new_one_takes_the_place_of_the_one_before(
        self, service: Service, invited: Refresh
    ) -> None:
        """D38: and of the visits that it opened."""
        first = service.link(invited.id)
        visit = service.visits.open(first).token
        second = service.link(invited.id)

        with pytest.raises(LinkGoneError):
            service.visits.open(first)
        with pytest.raises(VisitOverError):
            service.visits.start(visit)
        assert service.visits.open(second)
        assert lives(service) == 0

    def test_e33_there_is_no_sixth_and_the_fifth_stays_good(
        self, service: Service, invited: Refresh
    ) -> None:
        links = [service.link(invited.id) for _ in range(MOST_LINKS)]
        with pytest.raises(TooManyLinksError):
            service.link(invited.id)
        assert service.visits.open(links[-1])

    def test_e31_what_is_over_gets_none(self, service: Service, invited: Refresh) -> None:
        service.read.cancel(invited.id)
        with pytest.raises(RefreshSettledError):
            service.link(invited.id)

    def test_what_the_clock_has_ended_gets_none(self, service: Service, invited: Refresh) -> None:
        """R6: nobody has looked yet, and it is over all the same."""
        service.pass_time(7 * DAY)
        with pytest.raises(RefreshSettledError):
            service.link(invited.id)
        assert service.refresh(invited.id).status is Status.EXPIRED

    def test_an_unknown_refresh_has_none(self, service: Service) -> None:
        with pytest.raises(RefreshNotFoundError):
            service.link(RefreshId("rf_" + "a" * 24 + "0" * 18))


class TestOpening:
    """Scanners, previews, bots and second devices open links too."""

    def test_s12_it_starts_nothing_however_often_it_is_opened(
        self, service: Service, invited: Refresh
    ) -> None:
        """D30, D31: it is told once, nobody is called, and the link stays good."""
        secret = service.link(invited.id)
        before, written = service.refresh(invited.id), len(service.store.written)
        for _ in range(5):
            visit = service.visits.open(secret)
            service.visits.current(visit.token)
        assert len(service.store.written) == written + 1
        after = service.refresh(invited.id)
        assert replace(after, link=before.link) == before
        assert lives(service) == 0
        service.publish_all()
        assert service.bus.types().count("link.opened") == 1
        assert service.click(secret).status is Status.STARTING

    @pytest.mark.parametrize("channel", Channel)
    def test_e41_whatever_is_wrong_with_it_the_answer_is_one(
        self, service: Service, invited: Refresh, channel: Channel
    ) -> None:
        secret = service.link(invited.id, channel)
        forged = secret[:-1] + ("A" if secret[-1] != "A" else "B")
        later = secret.replace(secret.split(".")[2], "9999999999")
        unknown = secret.replace(invited.id, invited.id[:-1] + "0")
        visit = service.visits.open(secret).token
        for wrong in (forged, later, unknown, visit, ""):
            with pytest.raises(LinkGoneError):
                service.visits.open(wrong)

    def test_a_link_is_no_visit(self, service: Service, invited: Refresh) -> None:
        secret = service.link(invited.id)
        for act in (service.visits.current, service.visits.start, service.visits.refresh_of):
            with pytest.raises(VisitOverError):
                act(secret)

    def test_a_callbacks_state_is_neither(self, service: Service, login_id: LoginId) -> None:
        refresh = service.begin(login_id).found.refresh
        service.work()
        service.link(refresh.id)
        service.issue_url(refresh.id, hosted=True)
        state = service.state_of_url()
        with pytest.raises(LinkGoneError):
            service.visits.open(state)
        with pytest.raises(VisitOverError):
            service.visits.current(state)

    def test_a_visit_lasts_half_an_hour_and_its_link_opens_another(
        self, service: Service, invited: Refresh
    ) -> None:
        secret = service.link(invited.id)
        visit = service.visits.open(secret)
        service.pass_time(1799)
        assert service.visits.current(visit.token)
        service.pass_time(1)
        with pytest.raises(VisitOverError):
            service.visits.current(visit.token)
        assert service.visits.open(secret)

    def test_a_used_link_says_how_it_ended(self, service: Service, invited: Refresh) -> None:
        """Only success uses a link up; it still opens what there is to read."""
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.flinks.answer(request_id_of(service.refresh(invited.id)))
        service.issue_url(invited.id, hosted=True)
        service.come_back(service.state_of_url())
        service.run(60)

        seen = service.visits.open(secret).found.refresh
        assert seen.status is Status.COMPLETED
        assert seen.link_state(service.now) is LinkState.USED

    def test_it_still_says_so_when_a_newer_refresh_has_come(
        self, service: Service, invited: Refresh, login_id: LoginId
    ) -> None:
        secret = service.link(invited.id)
        service.read.cancel(invited.id)
        newer = service.begin(login_id).found.refresh
        assert newer.id != invited.id

        visit = service.visits.open(secret)
        assert visit.found.refresh.status is Status.CANCELLED
        with pytest.raises(RefreshSettledError):
            service.visits.start(visit.token)
        assert service.refresh(newer.id).attempts == 1


class TestTheClick:
    """The one human act."""

    def test_r1_it_starts_the_bank_login_days_later(
        self, service: Service, invited: Refresh
    ) -> None:
        secret = service.link(invited.id)
        service.pass_time(3 * DAY)
        service.look_over()
        service.work()
        assert lives(service) == 0

        service.click(secret)
        service.work()
        assert lives(service) == 1
        assert service.refresh(invited.id).status is Status.MFA_REQUIRED

    def test_d32_clicking_twice_is_clicking_once(self, service: Service, invited: Refresh) -> None:
        secret = service.link(invited.id)
        first = service.visits.open(secret).token
        second = service.visits.open(secret).token
        login_id = service.login_of(invited.id)
        assert login_id is not None
        service.flinks.person_acts(login_id)
        for token in (first, second, first):
            assert service.visits.start(token).refresh.status is Status.STARTING
        service.work()
        assert lives(service) == 1

    def test_d34_who_closed_the_tab_goes_on_at_the_question(
        self, service: Service, invited: Refresh
    ) -> None:
        """The same RequestId, no second bank login; a new URL for the same session."""
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.pass_time(360)

        visit = service.visits.open(secret)
        assert visit.found.refresh.status is Status.MFA_REQUIRED
        issued = service.issue_url(service.visits.refresh_of(visit.token), hosted=True)
        assert issued.url
        target, _ = service.urls.built[-1]
        assert target.request_id == request_id_of(service.refresh(invited.id))
        assert lives(service) == 1

    def test_d35_in_the_last_minute_there_is_no_url_any_more(
        self, service: Service, invited: Refresh
    ) -> None:
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.pass_time(450)
        visit = service.visits.open(secret)
        with pytest.raises(NoUrlError):
            service.issue_url(service.visits.refresh_of(visit.token), hosted=True)

    def test_later_one_click_starts_again(self, service: Service, invited: Refresh) -> None:
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.run(1200)
        assert service.refresh(invited.id).status is Status.INVITED

        assert service.click(secret).status is Status.STARTING
        service.work()
        assert lives(service) == 2

    def test_a_click_before_it_may_start_says_when(
        self, service: Service, invited: Refresh
    ) -> None:
        """R7: a session of before may still be alive at the bank."""
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.run(500)
        assert service.refresh(invited.id).status is Status.INVITED

        waiting = service.click(secret)
        assert waiting.status is Status.RETRY_SCHEDULED
        assert waiting.retry_at is not None
        assert waiting.retry_at > service.now
        assert lives(service) == 1

    def test_a_revoked_links_visit_can_start_nothing(
        self, service: Service, invited: Refresh
    ) -> None:
        """D40: the integrator gave the refresh up while the page was open."""
        visit = service.visits.open(service.link(invited.id))
        service.read.cancel(invited.id)
        with pytest.raises(RefreshSettledError):
            service.visits.start(visit.token)
        assert lives(service) == 0

    def test_trouble_at_the_bank_is_told_and_the_link_stays_good(
        self, service: Service, invited: Refresh, login_id: LoginId
    ) -> None:
        secret = service.link(invited.id)
        service.flinks.logins[login_id].trouble = ErrorCode.BANK_UNAVAILABLE
        service.click(secret)
        service.work()
        seen = service.visits.open(secret).found.refresh
        assert seen.error is ErrorCode.BANK_UNAVAILABLE
        assert seen.link_state(service.now) is LinkState.ACTIVE


class TestTheFrame:
    """Our own page holds Connect, whatever the integrator's mode is."""

    def test_connect_comes_back_inside_the_frame_and_our_page_hears_of_it(
        self, service: Service, invited: Refresh
    ) -> None:
        secret = service.link(invited.id)
        service.click(secret)
        service.work()
        service.issue_url(invited.id, hosted=True)
        target, _ = service.urls.built[-1]
        assert target.mode_embedded

        returned = service.take_callback(service.state_of_url(), None)
        assert returned.hosted
        assert service.refresh(invited.id).status is Status.VERIFYING

    def test_the_integrators_own_frame_is_none_of_our_page(
        self, service: Service, login_id: LoginId
    ) -> None:
        refresh = service.begin(login_id).found.refresh
        service.work()
        service.issue_url(refresh.id)
        assert not service.take_callback(service.state_of_url(), None).hosted
