"""Taking over any number of connections: by batches, again after a stop, with a report."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.session import Session

from bulk_import.__main__ import SignedApi
from bulk_import.run import BATCH, TRIES, BulkImport, RefusedError, Reply

LOGIN = "10000000-0000-4000-8000-{:012d}"


@dataclass
class FakeApi:
    """Takes what names a login, at most a hundred at a time; `answers` come first."""

    answers: list[Reply] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    calls: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, body: Mapping[str, Any]) -> Reply:
        self.calls.append(body)
        if self.answers:
            return self.answers.pop(0)
        assert 0 < len(body["connections"]) <= 100
        items = [
            {"index": index, **self._one(item, body["dryRun"])}
            for index, item in enumerate(body["connections"])
        ]
        return Reply(200, {"items": items})

    def _one(self, item: Any, dry_run: bool) -> dict[str, Any]:
        login = item.get("loginId") if isinstance(item, dict) else None
        if login is None:
            return {"outcome": "invalid", "fields": ["loginId"]}
        if login in self.failing:
            return {"outcome": "failed"}
        outcome = "unchanged" if login in self.known else "created"
        self.known |= set() if dry_run else {login}
        return {"outcome": outcome, "id": "cn_x"}


def lines(count: int) -> list[str]:
    return [json.dumps({"loginId": LOGIN.format(number)}) for number in range(1, count + 1)]


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.jsonl"


def run(api: FakeApi, report: Path, **more: Any) -> BulkImport:
    return BulkImport(api, report, sleep=lambda _: None, **more)


def rows(report: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in report.read_text().splitlines()]


def test_a_hundred_thousand_go_in_a_thousand_calls(api: FakeApi, report: Path) -> None:
    seen: list[int] = []
    taking = run(api, report, progress=lambda counts: seen.append(counts.total()))
    counts = taking(lines(100_000))

    assert counts == Counter(created=100_000)
    assert len(api.calls) == 1_000
    assert seen == list(range(BATCH, 100_001, BATCH))
    assert len(rows(report)) == 100_000


def test_each_line_that_is_refused_is_named_with_what_is_wrong(api: FakeApi, report: Path) -> None:
    file = [lines(1)[0], "", "{}", "no JSON", lines(2)[1]]
    run(api, report)(file)

    wrong = {row["line"]: row for row in rows(report) if row["outcome"] == "invalid"}
    assert set(wrong) == {3, 4}
    assert wrong[3]["fields"] == ["loginId"]
    assert [row["line"] for row in rows(report)] == [1, 3, 4, 5]


def test_the_report_names_no_login(api: FakeApi, report: Path) -> None:
    run(api, report)(lines(3))

    assert LOGIN.format(1) not in report.read_text()
    assert {row["id"] for row in rows(report)} == {"cn_x"}


def test_a_run_that_was_stopped_goes_on_where_it_was(api: FakeApi, report: Path) -> None:
    api.answers = []
    run(api, report)(lines(250)[:200])
    calls = len(api.calls)
    counts = run(api, report)(lines(250))

    assert counts == Counter(created=250)
    assert len(api.calls) == calls + 1
    assert len(api.calls[-1]["connections"]) == 50


def test_a_report_whose_last_line_was_cut_off_is_mended(api: FakeApi, report: Path) -> None:
    run(api, report)(lines(100))
    report.write_text(report.read_text()[:-20])
    counts = run(api, report)(lines(100))

    assert counts.total() == 100
    assert sorted(row["line"] for row in rows(report)) == list(range(1, 101))


def test_what_failed_is_tried_by_the_next_run(api: FakeApi, report: Path) -> None:
    api.failing = {LOGIN.format(7)}
    assert run(api, report)(lines(20)) == Counter(created=19, failed=1)
    api.failing = set()

    assert run(api, report)(lines(20)) == Counter(created=20)
    assert len(api.calls[-1]["connections"]) == 1


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_out(api: FakeApi, report: Path, status: int) -> None:
    slept: list[float] = []
    api.answers = [Reply(status, {}), Reply(status, {}, 7.0)]
    BulkImport(api, report, sleep=slept.append)(lines(2))

    assert slept == [2.0, 7.0]
    assert len(rows(report)) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_what_the_api_will_never_take_ends_the_run(api: FakeApi, report: Path, status: int) -> None:
    api.answers = [Reply(status, {"code": "forbidden"})]
    with pytest.raises(RefusedError, match=f"HTTP {status} forbidden"):
        run(api, report)(lines(2))
    assert len(api.calls) == 1


def test_an_api_that_stays_away_ends_the_run(api: FakeApi, report: Path) -> None:
    api.answers = [Reply(503, {})] * TRIES
    with pytest.raises(RefusedError):
        run(api, report)(lines(2))
    assert run(api, report)(lines(2)) == Counter(created=2)


def test_a_dry_run_says_so(api: FakeApi, report: Path) -> None:
    run(api, report, dry_run=True)(lines(2))

    assert api.calls[0]["dryRun"] is True
    assert api.known == set()


def test_the_call_is_signed_for_the_api() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503, json={"code": "unavailable"}, headers={"Retry-After": "3"})

    session = Session()
    session.set_credentials("AKIDEXAMPLE", "example")
    session.set_config_variable("region", "ca-central-1")
    api = SignedApi("https://api.invalid/v1/", session, httpx.MockTransport(answer))

    assert api({"connections": []}) == Reply(503, {"code": "unavailable"}, 3.0)
    (request,) = seen
    assert str(request.url) == "https://api.invalid/v1/connections/import"
    assert "/ca-central-1/execute-api/aws4_request" in request.headers["Authorization"]
    assert json.loads(request.content) == {"connections": []}
