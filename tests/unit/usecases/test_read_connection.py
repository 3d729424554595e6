"""Reading a connection and its timeline: the newest first, each refresh once."""

from datetime import timedelta

import pytest
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.ids import ConnectionId, LoginId, RefreshId, new_refresh_id
from flinks_reconnect.domain.refresh import Status
from flinks_reconnect.usecases.errors import ConnectionUnknownError, NotOfThisTimelineError
from flinks_reconnect.usecases.register_connection import Registration

from tests.fakes.service import Service, request_id_of

NOWHERE = ConnectionId("cn_" + "a" * 24)


def cancelled(service: Service, login_id: LoginId, count: int) -> list[RefreshId]:
    """Refreshes that came and went, the newest first."""
    made: list[RefreshId] = []
    for _ in range(count):
        service.pass_time(60)
        refresh_id = service.begin(login_id, present=False).found.refresh.id
        service.read.cancel(refresh_id)
        made.insert(0, refresh_id)
    return made


def ids(
    service: Service, login_id: LoginId, limit: int = 20, before: RefreshId | None = None
) -> tuple[list[RefreshId], RefreshId | None]:
    found = service.read_connection.timeline(service.home_of(login_id), limit=limit, before=before)
    return [each.id for each in found.refreshes], found.next


def test_what_nobody_knows_is_unknown(service: Service) -> None:
    with pytest.raises(ConnectionUnknownError):
        service.read_connection(NOWHERE)
    with pytest.raises(ConnectionUnknownError):
        service.read_connection.timeline(NOWHERE, limit=1, before=None)


def test_a_connection_is_read_as_the_clock_makes_it(service: Service, login_id: LoginId) -> None:
    """R6."""
    refresh = service.begin(login_id, present=False).found.refresh
    service.now = refresh.expires_at
    written = len(service.store.written)

    seen = service.read_connection(service.home_of(login_id)).connection

    assert seen.refresh is not None
    assert seen.refresh.status is Status.EXPIRED
    assert len(service.store.written) == written


def test_a_connection_without_a_refresh_has_an_empty_timeline(
    service: Service, login_id: LoginId
) -> None:
    service.register(Registration(login_id=login_id))
    assert ids(service, login_id) == ([], None)
    assert service.read_connection(service.home_of(login_id)).connection.health is Health.UNKNOWN


def test_the_newest_comes_first_and_a_settled_one_once(service: Service, login_id: LoginId) -> None:
    made = cancelled(service, login_id, 3)
    assert ids(service, login_id) == (made, None)

    service.pass_time(60)
    current = service.begin(login_id, present=False).found.refresh.id
    assert ids(service, login_id) == ([current, *made], None)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "settled"])
def test_stretches_follow_each_other_without_a_gap(
    service: Service, login_id: LoginId, limit: int, is_open: bool
) -> None:
    made = cancelled(service, login_id, 4)
    if is_open:
        service.pass_time(60)
        made.insert(0, service.begin(login_id, present=False).found.refresh.id)

    seen, after = ids(service, login_id, limit)
    while after is not None:
        assert len(seen) % limit == 0
        more, after = ids(service, login_id, limit, after)
        assert more
        seen += more
    assert seen == made


def test_an_open_refresh_may_be_what_a_stretch_goes_on_from(
    service: Service, login_id: LoginId
) -> None:
    made = cancelled(service, login_id, 2)
    service.pass_time(60)
    current = service.begin(login_id, present=False).found.refresh.id
    assert ids(service, login_id, before=current) == (made, None)
    assert ids(service, login_id, before=made[-1]) == ([], None)


def test_what_is_of_no_timeline_is_refused(service: Service, login_id: LoginId) -> None:
    cancelled(service, login_id, 2)
    other = cancelled(service, service.login(2), 1)[0]
    home = service.home_of(login_id)
    never = new_refresh_id(home, service.now, lambda length: b"\xff" * length)
    for strange in (other, never):
        with pytest.raises(NotOfThisTimelineError):
            service.read_connection.timeline(home, limit=1, before=strange)


def test_a_refresh_that_moved_here_is_in_its_place_under_its_old_id(
    service: Service, login_id: LoginId
) -> None:
    older = cancelled(service, login_id, 1)
    service.pass_time(60)
    request_id = service.flinks.interrupt(login_id)
    moved = service.begin(None, request_id=request_id).found.refresh
    service.issue_url(moved.id)
    service.flinks.answer(request_id_of(service.refresh(moved.id)))
    service.come_back(service.state_of_url())
    service.run(120)
    service.pass_time(60)
    newer = service.begin(login_id, present=False).found.refresh.id

    assert ids(service, login_id) == ([newer, moved.id, *older], None)
    assert ids(service, login_id, 1, newer) == ([moved.id], moved.id)
    assert ids(service, login_id, 1, moved.id) == (older, None)
    provisional = ConnectionId("cn_" + moved.id[3:27])
    assert service.read_connection(provisional).settings.id == service.home_of(login_id)


def test_what_was_kept_long_enough_is_no_longer_told(service: Service, login_id: LoginId) -> None:
    cancelled(service, login_id, 1)
    service.now += timedelta(days=401)
    made = cancelled(service, login_id, 1)
    assert ids(service, login_id) == (made, None)
