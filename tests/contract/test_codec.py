"""Rows as DynamoDB keeps them: what is written is read back, and stays small."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

import pytest
from flinks_reconnect.aws import rows
from flinks_reconnect.aws.codec import SHORT, from_item, to_item
from flinks_reconnect.domain.accounts import AccountsOptions, Selection, Snapshot
from flinks_reconnect.domain.connection import Connection, ConnectionSettings, Health, Lease
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.events import OF_CONNECTION, Event, EventType
from flinks_reconnect.domain.flinks_answers import StillCollecting
from flinks_reconnect.domain.ids import AccountId, ConnectionId, LoginId, RefreshId, RequestId
from flinks_reconnect.domain.link import MOST_LINKS, Channel, Link
from flinks_reconnect.domain.machine.signals import Asked, CallbackSeen
from flinks_reconnect.domain.refresh import Attempt, Kind, Mode, Reason, Refresh, Status
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract import moments
from tests.contract.conftest import SHARDS
from tests.contract.dynamodb_rules import item_size

LARGEST_LIVE_ROW = 1000
KEYS_THAT_ARE_TAKEN = {
    "pk",
    "sk",
    "ttl",
    "version",
    "write_id",
    "ev_count",
    "wake_at",
    "wake_shard",
}

instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis takes the zone apart
    max_value=datetime(2099, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
guids = st.uuids().map(str)
base32 = "abcdefghijklmnopqrstuvwxyz234567"
connection_ids = st.text(base32, min_size=24, max_size=24).map(lambda text: f"cn_{text}")
refresh_ids = st.text(base32, min_size=42, max_size=42).map(lambda text: f"rf_{text}")
counts = st.integers(0, 10**6)
texts = st.text(max_size=64)


def maybe[T](strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


events = st.builds(
    Event,
    type=st.sampled_from(EventType),
    version=counts,
    at=instants,
    refresh_id=refresh_ids.map(RefreshId),
    error=maybe(st.sampled_from(ErrorCode)),
    vanished=counts,
    late=st.booleans(),
)
told = events.map(
    lambda event: replace(event, refresh_id=None) if event.type in OF_CONNECTION else event
)
"""As a row tells them: an event of a connection as such names no refresh."""
snapshots = st.builds(
    Snapshot,
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    bytes=counts,
    accounts=counts,
    vanished=counts,
    expires_at=instants,
)
attempts = st.builds(
    Attempt,
    number=counts,
    kind=st.sampled_from(Kind),
    since=instants,
    sent_at=maybe(instants),
    request_id=maybe(guids.map(RequestId)),
    activity_at=maybe(instants),
    request_gone=st.booleans(),
    data_claimed=st.booleans(),
    data_accepted=st.booleans(),
    collecting_since=maybe(instants),
    last_ask=st.booleans(),
    asked=st.booleans(),
    other_login=st.booleans(),
    token_refused=st.booleans(),
    ended_at=maybe(instants),
)
options = st.builds(
    AccountsOptions,
    year_of_transactions=st.booleans(),
    with_transactions=st.booleans(),
    with_balance=st.booleans(),
    with_kyc=st.booleans(),
    with_account_identity=st.booleans(),
)
links = st.builds(Link, generation=counts, channel=st.sampled_from(Channel), expires_at=instants)
refreshes = st.builds(
    Refresh,
    id=refresh_ids.map(RefreshId),
    status=st.sampled_from(Status),
    reason=st.sampled_from(Reason),
    created_at=instants,
    updated_at=instants,
    expires_at=instants,
    due_at=instants,
    retry_at=maybe(instants),
    attempt=maybe(attempts),
    attempts=counts,
    tries=counts,
    person_seen_at=maybe(instants),
    unattended=st.booleans(),
    error=maybe(st.sampled_from(ErrorCode)),
    completed_at=maybe(instants),
    snapshot=maybe(snapshots),
    options=options,
    mode=st.sampled_from(Mode),
    return_url=maybe(texts),
    embed_origin=maybe(texts),
    merged_into=maybe(refresh_ids.map(RefreshId)),
    link=maybe(links),
    late=st.booleans(),
)
connections = st.builds(
    Connection,
    id=connection_ids.map(ConnectionId),
    login_id=maybe(guids.map(LoginId)),
    health=st.sampled_from(Health),
    health_cause=maybe(st.sampled_from(ErrorCode)),
    data_as_of=maybe(instants),
    lease=st.builds(Lease, live_until=maybe(instants), day=maybe(st.dates()), used=counts),
    refresh=maybe(refreshes),
    outbox=st.lists(told, max_size=4).map(tuple),
    wake_at=maybe(instants),
    version=counts,
)
configured = st.builds(
    ConnectionSettings,
    id=connection_ids.map(ConnectionId),
    reference=maybe(texts),
    institution_id=maybe(texts),
    language=maybe(st.sampled_from(["en", "fr"])),
    selection=maybe(
        st.builds(
            Selection,
            ids=st.lists(guids.map(AccountId), max_size=5).map(tuple),
            everything=st.booleans(),
        )
    ),
    unattended=st.booleans(),
)


@pytest.mark.parametrize(
    ("kind", "values"),
    [(Refresh, refreshes), (Attempt, attempts), (Snapshot, snapshots), (Event, events)],
)
@settings(deadline=None)
@given(data=st.data())
def test_a_value_is_read_back_as_it_was_written(
    kind: type[Any], values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    assert from_item(kind, to_item(value)) == value


@settings(deadline=None)
@given(connection=connections)
def test_a_live_row_is_read_back_as_it_was_written(connection: Connection) -> None:
    assert rows.connection_of(rows.live_row(connection, "w", SHARDS)) == connection


@settings(deadline=None)
@given(known=configured)
def test_a_settings_row_is_read_back_as_it_was_written(known: ConnectionSettings) -> None:
    assert rows.settings_of(rows.settings_row(known)) == known


@settings(deadline=None)
@given(refresh=refreshes)
def test_a_history_row_is_read_back_as_it_was_written(refresh: Refresh) -> None:
    row = rows.history_row(ConnectionId("cn_" + "a" * 24), refresh, datetime.now(UTC))
    assert rows.refresh_of(row) == refresh


@settings(deadline=None)
@given(connection=connections)
def test_what_a_newer_version_adds_to_a_row_is_left_alone(connection: Connection) -> None:
    row = rows.live_row(connection, "w", SHARDS)
    row["tomorrow"] = {"M": {"more": {"SS": ["a"]}}}
    if "rf" in row:
        row["rf"] = {"M": row["rf"]["M"] | {"tomorrow": {"B": b"x"}}}
    assert rows.connection_of(row) == connection


def test_a_row_of_an_older_version_without_the_newest_fields_can_be_read() -> None:
    oldest = {
        "id": {"S": "rf_" + "a" * 42},
        "status": {"S": "invited"},
        SHORT["reason"]: {"S": "stale"},
        **{SHORT.get(name, name): {"N": "1000"} for name in ("created_at", "updated_at")},
        **{SHORT.get(name, name): {"N": "1000"} for name in ("expires_at", "due_at")},
    }
    assert from_item(Refresh, oldest).status is Status.INVITED


def test_a_status_of_a_newer_version_is_refused_and_not_guessed() -> None:
    row = to_item(at_its_largest().refresh) | {"status": {"S": "levitating"}}
    with pytest.raises(ValueError, match="levitating"):
        from_item(Refresh, row)


def test_no_two_fields_of_a_value_share_a_name_nor_take_one_of_the_rows_own() -> None:
    for kind in (Connection, ConnectionSettings, Refresh, Attempt, Snapshot, Event, Lease, Link):
        names = [SHORT.get(each.name, each.name) for each in fields(kind)]
        assert len(set(names)) == len(names), kind
    top = {SHORT.get(each.name, each.name) for each in fields(Connection)} - {"id"}
    assert top & KEYS_THAT_ARE_TAKEN <= {"version", "wake_at"}


def test_every_field_of_the_domain_is_covered_by_these_strategies() -> None:
    """Every stored type is one of the builders above: a new one must be added there."""
    known = {Connection, ConnectionSettings, Refresh, Attempt, Snapshot, Event, Lease}
    known |= {AccountsOptions, Selection, Link}
    for kind in list(known):
        for hint in get_type_hints(kind).values():
            for part in (hint, *getattr(hint, "__args__", ())):
                assert not (is_dataclass(part) and part not in known), part


def at_its_largest() -> Connection:
    """A settled refresh of an adopted session with all it may carry, and everything untold."""
    now = datetime(2026, 11, 22, 12, 34, 56, 789000, tzinfo=UTC)
    guid = "7a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d"
    refresh_id = RefreshId("rf_" + "w" * 42)
    attempt = Attempt(
        number=63,
        kind=Kind.SIGN_IN,
        since=now,
        sent_at=now,
        request_id=RequestId(guid),
        activity_at=now,
        request_gone=True,
        data_claimed=True,
        data_accepted=True,
        collecting_since=now,
        last_ask=True,
        asked=True,
        other_login=True,
        token_refused=True,
        ended_at=now,
    )
    refresh = Refresh(
        id=refresh_id,
        status=Status.RETRY_SCHEDULED,
        reason=Reason.MFA_ANSWERS_CHANGED,
        created_at=now,
        updated_at=now,
        expires_at=now,
        due_at=now,
        retry_at=now,
        attempt=attempt,
        attempts=63,
        tries=99,
        person_seen_at=now,
        unattended=True,
        error=max(ErrorCode, key=lambda each: len(each.value)),
        completed_at=now,
        snapshot=Snapshot(sha256="f" * 64, bytes=10**8, accounts=200, vanished=200, expires_at=now),
        options=AccountsOptions(
            year_of_transactions=True,
            with_transactions=False,
            with_balance=False,
            with_kyc=True,
            with_account_identity=True,
        ),
        mode=Mode.EMBEDDED,
        return_url="f" * 10,
        embed_origin="f" * 10,
        link=Link(generation=MOST_LINKS, channel=Channel.IN_APP, expires_at=now),
        late=True,
    )
    story = (
        EventType.CONNECTION_RECONNECT_REQUIRED,
        EventType.REFRESH_MFA_REQUIRED,
        EventType.REFRESH_COMPLETED,
        EventType.ACCOUNTS_REFRESHED,
        EventType.CONNECTION_REPAIRED,
    )
    error = ErrorCode.QUESTION_UNANSWERED
    told = tuple(
        Event(
            type=each,
            version=10**4,
            at=now,
            refresh_id=refresh_id,
            error=error if each in OF_CONNECTION else None,
        )
        for each in story
    )
    return Connection(
        id=ConnectionId("cn_" + "w" * 24),
        login_id=LoginId(guid),
        health=Health.RECONNECT_REQUIRED,
        health_cause=error,
        data_as_of=now,
        lease=Lease(live_until=now, day=date(2026, 11, 22), used=50),
        refresh=refresh,
        outbox=told,
        wake_at=now,
        version=10**4,
    )


def full_start() -> Connection:
    """A start that carries all that it may, on a connection whose bank had refused before."""
    known = moments.nightly_failed().connection
    asked = moments.draft(known.id)
    draft = replace(
        asked,
        reason=Reason.MFA_ANSWERS_CHANGED,
        mode=Mode.EMBEDDED,
        return_url="f" * 10,
        embed_origin="f" * 10,
        options=AccountsOptions(
            year_of_transactions=True, with_balance=False, with_kyc=True, with_account_identity=True
        ),
    )
    return moments.after(known, Asked(draft=draft, person_present=True))


def size_of(connection: Connection) -> int:
    return item_size(rows.live_row(connection, "f" * 12, 64))


def test_the_live_row_stays_within_1000_bytes_in_the_fullest_good_refresh() -> None:
    """Everything carried, every step taken, and nothing published since the night."""
    request = moments.request_id()
    started = full_start()
    asked = moments.challenged(moments.sent(started), request)
    back = moments.after(asked, CallbackSeen(1, other_login=True))
    claimed = moments.looked(back)
    collecting = moments.after(claimed, moments.data(claimed, StillCollecting()))
    over = moments.completed(collecting)
    assert [each.type for each in over.outbox] == [
        EventType.CONNECTION_RECONNECT_REQUIRED,
        EventType.REFRESH_MFA_REQUIRED,
        EventType.REFRESH_COMPLETED,
        EventType.ACCOUNTS_REFRESHED,
        EventType.CONNECTION_REPAIRED,
    ]
    sizes = [size_of(each) for each in (started, asked, back, claimed, collecting, over)]
    assert max(sizes) <= LARGEST_LIVE_ROW, sizes


def test_the_live_row_stays_small_even_with_everything_set_and_a_day_of_events_unpublished() -> (
    None
):
    """Not a row that the step function can make: an upper bound of what a row may cost."""
    largest = at_its_largest()
    question = largest.outbox[1]
    waiting = replace(largest, outbox=(*largest.outbox, question, question))
    assert size_of(waiting) <= 2048
