"""The port `ConnectionStore`: every implementation keeps this contract."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flinks_reconnect.domain.accounts import Selection
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health
from flinks_reconnect.domain.ids import AccountId, ConnectionId, RefreshId, support_code
from flinks_reconnect.domain.machine.adopted import arrive
from flinks_reconnect.domain.machine.signals import Cancelled, Closed
from flinks_reconnect.domain.refresh import Refresh, Status
from flinks_reconnect.usecases.errors import KeyReusedError, StaleWriteError
from flinks_reconnect.usecases.ports import ConnectionStore, Due, Known
from flinks_reconnect.usecases.replay import Replay

from tests.contract import moments
from tests.contract.conftest import SHARDS, MakeTable, StoppedClock, Table
from tests.contract.moments import START
from tests.fakes.connection_store import INDEX_LAG, MemoryConnectionStore

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass
class Kept:
    """A store, and the clock that it goes by."""

    store: ConnectionStore
    clock: StoppedClock

    def begun(self, known: Known | None = None) -> Known:
        known = known or moments.asked()
        self.store.begin(known, None, None)
        return known

    def saved(self, before: Connection, step: Callable[[Connection], Connection]) -> Connection:
        after = step(before)
        self.store.save(after, before)
        return after

    def loaded(self, connection: Connection) -> Connection:
        known = self.store.load(connection.id)
        assert known is not None
        return known.connection

    def due(self, at: timedelta = DAY, limit: int = 100) -> list[ConnectionId]:
        self.clock.advance(INDEX_LAG)
        found = [self.store.due(each, START + at, limit) for each in range(SHARDS)]
        return [each.connection_id for shard in found for each in shard]


@pytest.fixture(params=["memory", "moto", "ministack"])
def kept(request: pytest.FixtureRequest, clock: StoppedClock, make_table: MakeTable) -> Kept:
    if request.param == "memory":
        store = MemoryConnectionStore(clock, moments.CLOCKS, SHARDS)
        return Kept(store, clock)
    return Kept(make_table(request.getfixturevalue(request.param)).store, clock)


def refresh_of(connection: Connection) -> Refresh:
    assert connection.refresh is not None
    return connection.refresh


def through_the_bank(kept: Kept, known: Known | None = None) -> Connection:
    """A refresh whose person has answered, about to be completed."""
    begun = kept.begun(known).connection
    request = moments.request_id()
    return kept.saved(
        begun, lambda row: moments.came_back(moments.challenged(moments.sent(row), request))
    )


# Reading


def test_what_was_never_written_is_not_there(kept: Kept) -> None:
    known = moments.asked()
    assert kept.store.load(known.connection.id) is None
    assert kept.store.find(refresh_of(known.connection).id) is None
    assert kept.store.locate(moments.request_id()) is None
    assert kept.store.replayed(Replay(key="k" * 32, body="b" * 32)) is None
    assert kept.due() == []


def test_a_start_is_read_back_as_it_was_written(kept: Kept) -> None:
    known = kept.begun()
    assert kept.store.load(known.connection.id) == known


def test_an_open_refresh_is_found_with_its_connection(kept: Kept) -> None:
    known = kept.begun()
    found = kept.store.find(refresh_of(known.connection).id)
    assert found is not None
    assert found.refresh == known.connection.refresh
    assert found.connection == known.connection
    assert found.settings == known.settings


def test_another_moment_of_a_known_connection_finds_nothing(kept: Kept) -> None:
    known = kept.begun()
    assert kept.store.find(moments.draft(known.connection.id).id) is None


# Starting


def test_of_two_first_contacts_only_the_first_is_written(kept: Kept) -> None:
    login = moments.login_id()
    first, second = moments.asked(login=login), moments.asked(login=login)
    kept.begun(first)
    with pytest.raises(StaleWriteError):
        kept.begun(second)
    assert kept.store.load(first.connection.id) == first


def test_a_start_after_an_end_replaces_the_refresh_and_keeps_the_old_one_readable(
    kept: Kept,
) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    before = kept.store.load(over.id)
    assert before is not None
    again = moments.asked(before, now=START + DAY)
    kept.store.begin(again, before, None)
    assert kept.store.load(over.id) == again
    old = kept.store.find(refresh_of(over).id)
    assert old is not None
    assert old.refresh == over.refresh
    assert old.connection is None
    assert old.settings == again.settings


def test_a_start_that_saw_an_older_row_writes_nothing(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    before = kept.store.load(over.id)
    assert before is not None
    winner = moments.asked(before, now=START + DAY)
    kept.store.begin(winner, before, None)
    loser = moments.asked(before, now=START + DAY)
    renamed = replace(loser, settings=replace(loser.settings, reference="another"))
    replay = Replay(key="k" * 32, body="b" * 32)
    with pytest.raises(StaleWriteError):
        kept.store.begin(renamed, before, replay)
    assert kept.store.load(over.id) == winner
    assert kept.store.replayed(replay) is None


def test_settings_that_a_start_changes_are_written_with_it(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    before = kept.store.load(over.id)
    assert before is not None
    chosen = replace(before.settings, selection=Selection(ids=(AccountId("a"), AccountId("b"))))
    again = moments.asked(replace(before, settings=chosen), now=START + DAY)
    kept.store.begin(again, before, None)
    assert kept.store.load(over.id) == again


# Steps


def test_a_step_is_read_back_as_it_was_saved(kept: Kept) -> None:
    connection = through_the_bank(kept)
    assert kept.loaded(connection) == connection


def test_a_step_from_an_older_version_writes_nothing(kept: Kept) -> None:
    begun = kept.begun().connection
    sent = kept.saved(begun, moments.sent)
    request = moments.request_id()
    with pytest.raises(StaleWriteError):
        kept.saved(begun, lambda row: moments.challenged(moments.sent(row), request))
    assert kept.loaded(begun) == sent
    # What finds a RequestId again is written first: alone it names the right refresh.
    assert kept.store.locate(request) == refresh_of(begun).id


def test_a_step_on_a_row_that_is_gone_writes_nothing(kept: Kept) -> None:
    never_begun = moments.asked().connection
    with pytest.raises(StaleWriteError):
        kept.saved(never_begun, moments.sent)
    assert kept.store.load(never_begun.id) is None


def test_the_banks_question_makes_the_refresh_found_by_its_request_id(kept: Kept) -> None:
    begun = kept.begun().connection
    request = moments.request_id()
    asked = kept.saved(begun, lambda row: moments.challenged(moments.sent(row), request))
    assert kept.store.locate(request) == refresh_of(asked).id
    assert kept.store.locate(type(request)(request.upper())) == refresh_of(asked).id


def test_an_adoption_makes_the_refresh_found_by_its_request_id(kept: Kept) -> None:
    request = moments.request_id()
    known = kept.begun(moments.adopted(request))
    assert kept.store.locate(request) == refresh_of(known.connection).id


def test_a_request_id_is_found_for_a_day_after_it_has_died_and_no_longer(kept: Kept) -> None:
    request = moments.request_id()
    kept.begun(moments.adopted(request))
    died = moments.CLOCKS.request_id_idle
    kept.clock.advance(died + DAY - SECOND)
    assert kept.store.locate(request) is not None
    kept.clock.advance(2 * SECOND)
    assert kept.store.locate(request) is None


def test_an_end_stays_readable_on_its_row(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    found = kept.store.find(refresh_of(over).id)
    assert found is not None
    assert found.refresh.status is Status.COMPLETED
    assert found.connection == over


def test_a_late_success_rewrites_its_history(kept: Kept) -> None:
    expired = kept.saved(through_the_bank(kept), moments.expired_unanswered)
    late = kept.saved(expired, moments.completed_late)
    before = kept.store.load(late.id)
    assert before is not None
    kept.store.begin(moments.asked(before, now=START + DAY), before, None)
    found = kept.store.find(refresh_of(late).id)
    assert found is not None
    assert (found.refresh.status, found.refresh.late) == (Status.COMPLETED, True)
    assert found.refresh == late.refresh


def test_a_late_success_is_written_once(kept: Kept) -> None:
    expired = kept.saved(through_the_bank(kept), moments.expired_unanswered)
    late = kept.saved(expired, moments.completed_late)
    with pytest.raises(StaleWriteError):
        kept.saved(expired, moments.completed_late)
    assert kept.loaded(late) == late


# Moving an adopted session home


def moved(kept: Kept, home: Known | None = None) -> tuple[Connection, Connection, Connection]:
    """Where an adopted session was, what it became, and what arrived at its connection."""
    adopted = kept.begun(moments.adopted(moments.request_id())).connection
    before = kept.saved(adopted, moments.came_back)
    login = home.connection.login_id if home else moments.login_id()
    assert login is not None
    proven = moments.completed(before, login)
    known = home.connection if home else Connection(id=moments.home(login), login_id=login)
    arrived = arrive(known, proven, START, moments.CLOCKS)
    kept.store.move(before, proven, home, arrived)
    return before, proven, arrived


def test_a_moved_refresh_is_found_under_its_old_id_at_its_new_home(kept: Kept) -> None:
    before, proven, arrived = moved(kept)
    assert kept.loaded(before) == arrived
    found = kept.store.find(refresh_of(before).id)
    assert found is not None
    assert found.refresh == proven.refresh
    assert found.connection == arrived
    assert found.settings.id == arrived.id
    assert found.settings.selection is not None


def test_a_moved_refresh_joins_the_connection_that_is_known_and_leaves_its_settings(
    kept: Kept,
) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    home = kept.store.load(over.id)
    _, _, arrived = moved(kept, home)
    assert home is not None
    assert kept.store.load(over.id) == replace(home, connection=arrived)
    assert kept.store.find(refresh_of(over).id) is not None


def test_a_moved_refresh_brings_its_settings_to_a_connection_that_has_none_chosen(
    kept: Kept,
) -> None:
    home = moments.nightly_failed()
    kept.begun(home)
    _, _, arrived = moved(kept, home)
    loaded = kept.store.load(home.connection.id)
    assert loaded is not None
    assert loaded.connection.version == arrived.version
    assert loaded.connection.refresh == arrived.refresh
    assert loaded.settings.id == home.connection.id
    assert loaded.settings.selection is not None


def test_a_moved_refresh_is_history_where_another_is_open(kept: Kept) -> None:
    home = kept.begun()
    before, proven, arrived = moved(kept, home)
    assert arrived.refresh == home.connection.refresh
    found = kept.store.find(refresh_of(before).id)
    assert found is not None
    assert found.refresh == proven.refresh
    assert found.connection is None
    still_open = kept.store.find(refresh_of(home.connection).id)
    assert still_open is not None
    assert still_open.connection == arrived


def test_a_moved_refresh_stays_found_by_its_request_id(kept: Kept) -> None:
    before, _, _ = moved(kept)
    refresh = refresh_of(before)
    assert refresh.attempt is not None
    assert refresh.attempt.request_id is not None
    assert kept.store.locate(refresh.attempt.request_id) == refresh.id


def test_a_late_success_moves_home_too(kept: Kept) -> None:
    adopted = kept.begun(moments.adopted(moments.request_id())).connection
    back = kept.saved(adopted, moments.came_back)
    expired = kept.saved(back, moments.expired_gone)
    asked = kept.saved(expired, moments.came_back)
    login = moments.login_id()
    proven = moments.completed(asked, login)
    arrived = arrive(
        Connection(id=moments.home(login), login_id=login), proven, START, moments.CLOCKS
    )
    kept.store.move(asked, proven, None, arrived)
    found = kept.store.find(refresh_of(adopted).id)
    assert found is not None
    assert (found.refresh.status, found.refresh.late) == (Status.COMPLETED, True)
    assert found.settings.id == arrived.id


@pytest.mark.parametrize("outdated", ["where it was", "where it goes"])
def test_a_move_that_saw_an_older_row_writes_nothing(kept: Kept, outdated: str) -> None:
    home = kept.begun()
    adopted = kept.begun(moments.adopted(moments.request_id())).connection
    before = kept.saved(adopted, moments.came_back)
    proven = moments.completed(before, home.connection.login_id)
    arrived = arrive(home.connection, proven, START, moments.CLOCKS)
    if outdated == "where it was":
        here = kept.saved(before, lambda row: moments.after(row, Cancelled()))
        there = home.connection
    else:
        here, there = before, kept.saved(home.connection, moments.sent)
    with pytest.raises(StaleWriteError):
        kept.store.move(before, proven, home, arrived)
    assert kept.loaded(before) == here
    assert kept.loaded(home.connection) == there
    found = kept.store.find(refresh_of(before).id)
    assert found is not None
    assert found.refresh == here.refresh


def test_a_move_to_a_connection_that_has_come_about_meanwhile_writes_nothing(kept: Kept) -> None:
    login = moments.login_id()
    adopted = kept.begun(moments.adopted(moments.request_id())).connection
    before = kept.saved(adopted, moments.came_back)
    proven = moments.completed(before, login)
    meanwhile = kept.begun(moments.asked(login=login))
    arrived = arrive(
        Connection(id=moments.home(login), login_id=login), proven, START, moments.CLOCKS
    )
    with pytest.raises(StaleWriteError):
        kept.store.move(before, proven, None, arrived)
    assert kept.store.load(arrived.id) == meanwhile
    assert kept.loaded(before) == before


# Idempotency keys

KEY = Replay(key="k" * 32, body="b" * 32)
OTHER_BODY = Replay(key="k" * 32, body="c" * 32)


def test_a_key_leads_to_what_its_start_made(kept: Kept) -> None:
    known = moments.asked()
    kept.store.begin(known, None, KEY)
    assert kept.store.replayed(KEY) == refresh_of(known.connection).id


def test_a_key_with_another_body_is_refused(kept: Kept) -> None:
    kept.store.begin(moments.asked(), None, KEY)
    with pytest.raises(KeyReusedError):
        kept.store.replayed(OTHER_BODY)


def test_a_start_with_a_key_that_is_taken_writes_nothing(kept: Kept) -> None:
    first, second = moments.asked(), moments.asked()
    kept.store.begin(first, None, KEY)
    with pytest.raises(StaleWriteError):
        kept.store.begin(second, None, KEY)
    assert kept.store.load(second.connection.id) is None
    assert kept.store.replayed(KEY) == refresh_of(first.connection).id


def test_of_two_memories_of_a_key_the_first_stays(kept: Kept) -> None:
    first, second = RefreshId("rf_first"), RefreshId("rf_second")
    kept.store.remember(KEY, first)
    kept.store.remember(KEY, second)
    assert kept.store.replayed(KEY) == first


def test_of_two_bodies_under_a_key_the_loser_is_told(kept: Kept) -> None:
    kept.store.remember(KEY, RefreshId("rf_first"))
    with pytest.raises(KeyReusedError):
        kept.store.remember(OTHER_BODY, RefreshId("rf_second"))


def test_a_key_counts_as_absent_after_a_day_though_its_row_is_still_there(kept: Kept) -> None:
    kept.store.begin(moments.asked(), None, KEY)
    kept.clock.advance(DAY - SECOND)
    assert kept.store.replayed(KEY) is not None
    kept.clock.advance(2 * SECOND)
    assert kept.store.replayed(KEY) is None
    assert kept.store.replayed(OTHER_BODY) is None


def test_an_expired_key_is_taken_anew_by_a_start(kept: Kept) -> None:
    kept.store.begin(moments.asked(), None, KEY)
    kept.clock.advance(DAY + SECOND)
    again = moments.asked()
    kept.store.begin(again, None, OTHER_BODY)
    assert kept.store.replayed(OTHER_BODY) == refresh_of(again.connection).id


def test_an_expired_key_is_taken_anew_by_a_memory(kept: Kept) -> None:
    kept.store.remember(KEY, RefreshId("rf_first"))
    kept.clock.advance(DAY + SECOND)
    kept.store.remember(OTHER_BODY, RefreshId("rf_second"))
    assert kept.store.replayed(OTHER_BODY) == RefreshId("rf_second")


# The due index


def test_a_row_is_due_when_its_wake_up_has_come_and_not_before(kept: Kept) -> None:
    connection = kept.begun().connection
    assert connection.wake_at is not None
    until = connection.wake_at - START
    assert kept.due(until - SECOND) == []
    assert kept.due(until) == [connection.id]


def test_what_is_due_comes_in_the_order_of_its_wake_up_and_in_pages(kept: Kept) -> None:
    asked = [moments.asked(now=START + timedelta(minutes=each)) for each in (4, 0, 3, 1, 2)]
    for known in asked:
        kept.begun(known)
    kept.clock.advance(INDEX_LAG)
    in_order = sorted(asked, key=lambda known: known.connection.wake_at or START)
    names = [known.connection.id for known in in_order]
    for shard in range(SHARDS):
        everything = list(kept.store.due(shard, START + DAY, 100))
        found = [each.connection_id for each in everything]
        assert found == [name for name in names if name in found]
        assert one_by_one(kept, shard) == everything
    assert sorted(kept.due()) == sorted(names)


def one_by_one(kept: Kept, shard: int) -> list[Due]:
    """What is due in a shard, read in pages of one."""
    found: list[Due] = []
    while page := list(kept.store.due(shard, START + DAY, 1, found[-1] if found else None)):
        found += page
    return found


def test_a_look_that_moves_the_wake_up_lets_the_next_row_come_to_the_head(kept: Kept) -> None:
    connection = kept.begun().connection
    later = replace(connection, wake_at=START + 2 * DAY, version=connection.version + 1)
    kept.store.save(later, connection)
    assert kept.due() == []
    assert kept.due(2 * DAY) == [connection.id]


def test_a_postponed_row_is_not_due_and_its_version_stays(kept: Kept) -> None:
    connection = kept.begun().connection
    assert connection.wake_at is not None
    later = connection.wake_at + timedelta(minutes=2)
    assert kept.store.postpone(connection.id, later) == 1
    assert kept.due(later - START - SECOND) == []
    assert kept.due(later - START) == [connection.id]
    assert kept.loaded(connection).version == connection.version
    kept.saved(connection, moments.sent)


def test_a_row_is_put_off_no_further_than_to_its_expiry(kept: Kept) -> None:
    connection = kept.begun().connection
    expires_at = refresh_of(connection).expires_at
    assert kept.store.postpone(connection.id, expires_at + DAY) == 1
    assert kept.loaded(connection).wake_at == expires_at
    kept.clock.advance(expires_at - kept.clock() + SECOND)
    assert kept.store.postpone(connection.id, expires_at + DAY) == 2
    assert kept.loaded(connection).wake_at == expires_at + DAY


def cancelled(row: Connection) -> Connection:
    return moments.after(row, Cancelled())


def test_each_pause_is_counted_until_a_step_is_written(kept: Kept) -> None:
    connection = kept.begun().connection
    assert [kept.store.postpone(connection.id, START + SECOND) for _ in range(3)] == [1, 2, 3]
    kept.saved(connection, moments.sent)
    assert kept.store.postpone(connection.id, START + SECOND) == 1


def test_nobody_is_put_off_who_is_not_there_or_sleeps(kept: Kept) -> None:
    assert kept.store.postpone(moments.asked().connection.id, START + DAY) == 0
    over = kept.saved(through_the_bank(kept), cancelled)
    kept.store.published(over)
    assert kept.store.postpone(over.id, START + DAY) == 0
    assert kept.due(2 * DAY) == []


def test_a_stub_is_never_due(kept: Kept) -> None:
    before, _, arrived = moved(kept)
    kept.store.published(arrived)
    assert before.id not in kept.due()


# Publishing


def test_what_was_published_leaves_the_outbox(kept: Kept) -> None:
    connection = through_the_bank(kept)
    assert connection.outbox
    kept.store.published(connection)
    assert kept.loaded(connection) == replace(connection, outbox=())


def test_a_row_that_has_gone_on_keeps_its_newer_outbox(kept: Kept) -> None:
    asked = through_the_bank(kept)
    over = kept.saved(asked, moments.completed)
    kept.store.published(asked)
    assert kept.loaded(over) == over


def test_an_open_refresh_stays_due_after_publishing(kept: Kept) -> None:
    connection = through_the_bank(kept)
    kept.store.published(connection)
    assert kept.due() == [connection.id]


def test_a_settled_refresh_sleeps_after_publishing(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), cancelled)
    assert kept.due() == [over.id]
    kept.store.published(over)
    assert kept.due() == []
    assert kept.loaded(over) == replace(over, outbox=(), wake_at=None)


def test_with_fresh_data_it_sleeps_until_the_first_warning(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    kept.store.published(over)
    assert kept.due() == []
    assert over.data_as_of is not None
    warned_at = over.data_as_of + 5 * DAY
    assert kept.loaded(over) == replace(over, outbox=(), wake_at=warned_at)


def test_publishing_twice_is_publishing_once(kept: Kept) -> None:
    over = kept.saved(through_the_bank(kept), moments.completed)
    kept.store.published(over)
    kept.store.published(over)
    assert kept.loaded(over).outbox == ()


# Small notes


def test_the_institution_is_learnt_once(kept: Kept) -> None:
    known = kept.begun()
    kept.store.learn_institution(known.settings, "14")
    kept.store.learn_institution(known.settings, "15")
    loaded = kept.store.load(known.connection.id)
    assert loaded == replace(known, settings=replace(known.settings, institution_id="14"))


def test_health_and_its_cause_are_kept(kept: Kept) -> None:
    known = moments.nightly_failed()
    kept.store.begin(known, None, None)
    loaded = kept.store.load(known.connection.id)
    assert loaded == known
    assert loaded is not None
    assert loaded.connection.health is Health.RECONNECT_REQUIRED
    assert loaded.connection.refresh is None


# Finding


def test_what_must_be_reconnected_is_found_until_it_is_repaired(kept: Kept) -> None:
    broken = moments.nightly_failed()
    kept.store.begin(broken, None, None)
    kept.begun()
    assert list(kept.store.broken(10)) == [broken.connection.id]
    assert list(kept.store.broken(10, after=broken.connection.id)) == []
    kept.saved(
        broken.connection,
        lambda row: replace(row, health=Health.HEALTHY, version=row.version + 1),
    )
    assert list(kept.store.broken(10)) == []


def test_settings_are_found_by_their_support_code(kept: Kept) -> None:
    known = kept.begun()
    code = support_code(known.settings.id, known.settings.reference)
    assert list(kept.store.with_code(code, 10)) == [known.settings.id]
    kept.store.configure(replace(known.settings, reference="their-8"), known.settings)
    assert list(kept.store.with_code(code, 10)) == []
    code = support_code(known.settings.id, "their-8")
    assert list(kept.store.with_code(code, 1)) == [known.settings.id]
    assert list(kept.store.with_code(code, 1, after=known.settings.id)) == []


# Settings


def settings_of(kept: Kept, known: Known) -> ConnectionSettings:
    loaded = kept.store.load(known.connection.id)
    assert loaded is not None
    return loaded.settings


def test_what_changed_of_the_settings_is_written_alone(kept: Kept) -> None:
    known = kept.begun()
    after = replace(known.settings, language="fr", unattended=True)
    kept.store.configure(after, known.settings)
    loaded = kept.store.load(known.connection.id)
    assert loaded == replace(known, settings=replace(after, version=1))


def test_of_two_who_change_different_settings_both_are_kept(kept: Kept) -> None:
    known = kept.begun()
    kept.store.configure(replace(known.settings, language="fr"), known.settings)
    kept.store.configure(replace(known.settings, reference="another"), known.settings)
    now = settings_of(kept, known)
    assert (now.language, now.reference, now.version) == ("fr", "another", 2)


def test_a_setting_is_taken_back(kept: Kept) -> None:
    known = kept.begun()
    kept.store.configure(replace(known.settings, unattended=True), known.settings)
    allowed = settings_of(kept, known)
    kept.store.configure(replace(allowed, unattended=False), allowed)
    assert settings_of(kept, known) == replace(known.settings, version=2)


def test_a_selection_is_replaced_whole(kept: Kept) -> None:
    known = kept.begun()
    chosen = Selection(ids=(AccountId("a"), AccountId("b")))
    kept.store.configure(replace(known.settings, selection=chosen), known.settings)
    assert settings_of(kept, known).selection == chosen


def test_settings_of_nobody_are_not_written(kept: Kept) -> None:
    known = moments.asked()
    with pytest.raises(StaleWriteError):
        kept.store.configure(replace(known.settings, language="fr"), known.settings)
    assert kept.store.load(known.connection.id) is None


def test_a_start_that_read_older_settings_writes_nothing(kept: Kept) -> None:
    home = kept.begun(moments.nightly_failed())
    kept.store.configure(replace(home.settings, reference="meanwhile"), home.settings)
    login = home.connection.login_id
    assert login is not None
    begun = moments.asked(home, login=login, now=START + DAY)
    chosen = replace(begun, settings=replace(home.settings, selection=Selection()))
    with pytest.raises(StaleWriteError):
        kept.store.begin(chosen, home, None)
    assert settings_of(kept, home) == replace(home.settings, reference="meanwhile", version=1)
    assert kept.loaded(home.connection) == home.connection


def test_a_move_completes_the_settings_that_were_registered(kept: Kept) -> None:
    night = moments.nightly_failed()
    named = replace(night.settings, reference="registered", unattended=True)
    home = kept.begun(replace(night, settings=named))
    moved(kept, home)
    now = settings_of(kept, home)
    assert (now.reference, now.unattended) == ("registered", True)
    assert now.selection is not None


# Closing


def closed(kept: Kept, known: Known | None = None) -> tuple[Known, Connection]:
    begun = kept.begun(known)
    return begun, kept.saved(begun.connection, lambda row: moments.after(row, Closed()))


def test_a_closed_connection_is_read_back_without_what_was_configured(kept: Kept) -> None:
    known, over = closed(kept)
    assert kept.store.load(over.id) == Known(
        connection=over,
        settings=ConnectionSettings(id=over.id, reference=known.settings.reference),
    )
    assert (over.login_id, over.health, over.closed_at) == (None, Health.CLOSED, START)


def test_its_refresh_is_found_as_one_of_a_closed_connection(kept: Kept) -> None:
    before = kept.saved(through_the_bank(kept), moments.completed)
    known = kept.store.load(before.id)
    assert known is not None
    again = moments.asked(known, now=START + DAY)
    kept.store.begin(again, known, None)
    kept.saved(again.connection, lambda row: moments.after(row, Closed(), now=START + DAY))
    for refresh in (refresh_of(before), refresh_of(again.connection)):
        found = kept.store.find(refresh.id)
        assert found is not None
        assert found.closed
        assert not found.refresh.is_open


def test_a_connection_that_is_not_closed_says_so(kept: Kept) -> None:
    found = kept.store.find(refresh_of(kept.begun().connection).id)
    assert found is not None
    assert not found.closed


def test_nothing_is_configured_or_learnt_of_a_closed_connection(kept: Kept) -> None:
    known, _ = closed(kept)
    forgotten = settings_of(kept, known)
    with pytest.raises(StaleWriteError):
        kept.store.configure(replace(forgotten, language="fr"), forgotten)
    kept.store.learn_institution(known.settings, "14")
    assert settings_of(kept, known) == forgotten


def test_a_close_from_an_older_version_writes_nothing(kept: Kept) -> None:
    begun = kept.begun()
    sent = kept.saved(begun.connection, moments.sent)
    with pytest.raises(StaleWriteError):
        kept.saved(begun.connection, lambda row: moments.after(row, Closed()))
    assert kept.loaded(sent) == sent
    assert settings_of(kept, begun) == begun.settings


def test_the_events_of_a_closed_connection_are_published_and_then_it_rests(kept: Kept) -> None:
    known, over = closed(kept)
    assert kept.due() == [over.id]
    kept.store.published(over)
    assert kept.due() == []
    assert kept.loaded(over) == replace(over, outbox=(), wake_at=None)
    assert settings_of(kept, known).reference == known.settings.reference


# The timeline


def a_history(kept: Kept, count: int) -> tuple[ConnectionId, list[Refresh]]:
    """Settled refreshes of one connection, the newest first."""
    known = moments.asked()
    kept.store.begin(known, None, None)
    made: list[Refresh] = []
    for day in range(1, count + 1):
        over = kept.saved(known.connection, lambda row: moments.after(row, Cancelled()))
        made.insert(0, refresh_of(over))
        before = kept.store.load(over.id)
        assert before is not None
        known = moments.asked(before, now=START + day * DAY)
        kept.store.begin(known, before, None)
    return known.connection.id, made


def test_the_history_comes_with_the_newest_first(kept: Kept) -> None:
    home, made = a_history(kept, 3)
    assert kept.store.settled(home, None, 10) == tuple(made)
    assert kept.store.settled(home, None, 2) == tuple(made[:2])


def test_the_history_goes_on_from_a_refresh_which_is_among_it(kept: Kept) -> None:
    home, made = a_history(kept, 4)
    assert kept.store.settled(home, made[1].id, 2) == tuple(made[1:3])
    assert kept.store.settled(home, made[-1].id, 10) == (made[-1],)


def test_what_is_open_is_not_history(kept: Kept) -> None:
    home, made = a_history(kept, 1)
    loaded = kept.store.load(home)
    assert loaded is not None
    current = refresh_of(loaded.connection)
    assert kept.store.settled(home, current.id, 10) == tuple(made)


def test_a_connection_that_nobody_knows_has_no_history(kept: Kept) -> None:
    assert kept.store.settled(moments.asked().connection.id, None, 10) == ()


def test_a_refresh_that_moved_here_has_its_place_in_the_history(kept: Kept) -> None:
    _, proven, arrived = moved(kept)
    assert kept.store.settled(arrived.id, None, 10) == (refresh_of(proven),)


def test_history_is_told_for_400_days(kept: Kept) -> None:
    home, made = a_history(kept, 1)
    kept.clock.advance(400 * DAY - SECOND)
    assert kept.store.settled(home, None, 10) == tuple(made)
    kept.clock.advance(2 * SECOND)
    assert kept.store.settled(home, None, 10) == ()


# Races


def test_of_eight_writers_that_saw_the_same_row_one_wins(table: Table) -> None:
    kept = Kept(table.store, table.clock)
    begun = kept.begun().connection

    def write(number: int) -> Connection | None:
        refresh = replace(refresh_of(begun), tries=number)
        mine = replace(begun, refresh=refresh, version=begun.version + 1)
        try:
            kept.store.save(mine, begun)
        except StaleWriteError:
            return None
        return mine

    with ThreadPoolExecutor(8) as writers:
        winners = [each for each in writers.map(write, range(1, 9)) if each is not None]
    assert len(winners) == 1
    assert kept.loaded(begun) == winners[0]


def test_of_eight_first_contacts_at_once_one_wins(
    ministack: "DynamoDBClient", make_table: MakeTable, clock: StoppedClock
) -> None:
    # Not on moto: its roll-back of one thread's transaction undoes the others'.
    kept = Kept(make_table(ministack).store, clock)
    login = moments.login_id()
    asked = [moments.asked(login=login) for _ in range(8)]

    def write(known: Known) -> Known | None:
        try:
            kept.store.begin(known, None, None)
        except StaleWriteError:
            return None
        return known

    with ThreadPoolExecutor(8) as writers:
        winners = [each for each in writers.map(write, asked) if each is not None]
    assert len(winners) == 1
    assert kept.store.load(winners[0].connection.id) == winners[0]
