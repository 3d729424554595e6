"""The coverage page is true and up to date."""

from fnmatch import fnmatchcase

from sandbox.evidence import EVIDENCE
from sandbox.settings import Readings
from tests.sandbox.coverage import PAGE, claims, page, rows


def test_every_row_that_is_called_covered_has_a_test() -> None:
    patterns = {pattern for pattern, _ in claims()}
    bare = [
        row.key
        for row in rows()
        if row.mark != "n" and not any(fnmatchcase(row.key, pattern) for pattern in patterns)
    ]
    assert bare == []


def test_every_claim_names_a_row() -> None:
    keys = [row.key for row in rows()]
    lost = [claim for claim in claims() if not any(fnmatchcase(key, claim[0]) for key in keys)]
    assert lost == []


def test_rows_left_out_or_switchable_say_more() -> None:
    assert [row.key for row in rows() if row.mark in "sn" and not row.note] == []


def test_at_least_nineteen_rows_of_twenty_are_covered() -> None:
    every = rows()
    assert sum(row.mark != "n" for row in every) >= 0.95 * len(every)


def test_every_reading_names_its_evidence_and_what_would_settle_it() -> None:
    assert EVIDENCE.keys() == Readings().view().keys()
    assert all(each.sources and each.settle for each in EVIDENCE.values())


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
