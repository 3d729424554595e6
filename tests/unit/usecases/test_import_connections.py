"""Importing: each item stands for itself, and the same import may be sent again."""

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import LoginId
from flinks_reconnect.usecases.import_connections import (
    TIME_LIMIT,
    ImportReport,
    Outcome,
    Unreadable,
)
from flinks_reconnect.usecases.ports import Known
from flinks_reconnect.usecases.register_connection import Registration

from tests.fakes.connection_store import MemoryConnectionStore
from tests.fakes.service import Parts, Service


def outcomes(report: ImportReport) -> list[str]:
    return [each.outcome.value for each in report.items]


def logins(service: Service, count: int) -> list[LoginId]:
    return [service.login(number) for number in range(1, count + 1)]


def test_each_item_is_told_what_became_of_it(service: Service) -> None:
    new, known, same, gone = logins(service, 4)
    service.register(Registration(login_id=known))
    service.register(Registration(login_id=same, reference="same"))
    service.register(Registration(login_id=gone))
    service.stop_sharing(service.home_of(gone))

    report = service.import_all(
        [
            Registration(login_id=new, selection=EVERYTHING),
            Unreadable((FieldError("language", "must be en or fr"),)),
            Registration(login_id=known, reference="now"),
            Registration(login_id=same, reference="same"),
            Registration(login_id=gone),
        ],
        dry_run=False,
    )

    assert outcomes(report) == ["created", "invalid", "updated", "unchanged", "closed"]
    assert [each.id for each in report.items] == [
        service.home_of(new),
        None,
        service.home_of(known),
        service.home_of(same),
        service.home_of(gone),
    ]
    assert report.items[1].wrong == (FieldError("language", "must be en or fr"),)
    assert report.counts[Outcome.CREATED] == 1
    assert service.row(new).login_id == new


def test_a_login_that_comes_twice_counts_once(service: Service) -> None:
    (login_id,) = logins(service, 1)
    first = Registration(login_id=login_id, reference="first")
    second = Registration(login_id=login_id, reference="second")

    report = service.import_all([first, second], dry_run=False)

    assert outcomes(report) == ["created", "invalid"]
    assert [each.field for each in report.items[1].wrong] == ["loginId"]
    assert service.store.settings[service.home_of(login_id)].reference == "first"


def test_a_second_import_changes_nothing(service: Service) -> None:
    items = [Registration(login_id=each, selection=EVERYTHING) for each in logins(service, 3)]
    service.import_all(items, dry_run=False)
    written, settings = len(service.store.written), dict(service.store.settings)

    assert outcomes(service.import_all(items, dry_run=False)) == ["unchanged"] * 3
    assert len(service.store.written) == written
    assert service.store.settings == settings


def test_a_dry_run_tells_the_same_and_writes_nothing(service: Service) -> None:
    items = [Registration(login_id=each) for each in logins(service, 3)]

    told = service.import_all(items, dry_run=True)

    assert told.dry_run
    assert service.store.live == {}
    assert outcomes(told) == outcomes(service.import_all(items, dry_run=False))


class OneBadRow(MemoryConnectionStore):
    """Cannot write a certain row."""

    def begin(self, known: Known, before: Known | None, replay: object) -> None:
        if known.settings.reference == "bad":
            raise ConnectionError("the table is not there")
        super().begin(known, before, None)


def test_one_that_fails_does_not_stop_the_others() -> None:
    service = Service(parts=Parts(store=OneBadRow))
    first, second, third = logins(service, 3)
    report = service.import_all(
        [
            Registration(login_id=first),
            Registration(login_id=second, reference="bad"),
            Registration(login_id=third),
        ],
        dry_run=False,
    )
    assert outcomes(report) == ["created", "failed", "created"]


@pytest.mark.parametrize("slow", [1, 2])
def test_what_there_was_no_time_for_is_told_as_failed(slow: int) -> None:
    service = Service(parts=Parts(store=_slow_store(slow)))
    items = [Registration(login_id=each) for each in logins(service, 3)]
    service.store.service = service  # type: ignore[attr-defined] # the store below

    report = service.import_all(items, dry_run=False)

    assert outcomes(report) == ["created"] * slow + ["failed"] * (3 - slow)
    assert len(service.store.live) == slow


def _slow_store(at: int) -> type[MemoryConnectionStore]:
    class SlowStore(MemoryConnectionStore):
        """The write of this row takes all the time there is."""

        service: Service

        def begin(self, known: Known, before: Known | None, replay: object) -> None:
            super().begin(known, before, None)
            if len(self.live) == at:
                self.service.pass_time(TIME_LIMIT.total_seconds())

    return SlowStore
