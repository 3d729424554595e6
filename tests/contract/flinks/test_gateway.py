"""The Flinks port: the fake of the unit tests and the real client keep the same contract."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsAnswer,
    AccountsCollected,
    Authorized,
    ChallengeAsked,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillCollecting,
    StillRunning,
)
from flinks_reconnect.domain.ids import AccountId, LoginId, RequestId
from flinks_reconnect.usecases.errors import DeletionError, MintError, NightlyStatusError
from flinks_reconnect.usecases.ports import AuthorizeToken, FlinksGateway, NightlyFailure

from sandbox.world import World
from tests.contract.flinks.served import SandboxedFlinks, new_world, serving
from tests.fakes.flinks import FakeFlinks

OPTIONS = AccountsOptions()
NOBODY = LoginId("99999999-0000-4000-8000-000000000000")
NO_SESSION = RequestId("99999999-0000-4000-8000-000000000001")


class Flinks(Protocol):
    """What a test does with either."""

    @property
    def gateway(self) -> FlinksGateway: ...
    def add_login(self, **traits: Any) -> LoginId: ...
    def accounts_of(self, login_id: LoginId) -> tuple[AccountId, ...]: ...
    def answer(self, request_id: RequestId) -> None: ...
    def advance(self, seconds: float) -> None: ...
    def unplug(self) -> None: ...
    def change_keys(self) -> None: ...
    def fail_tonight(self, login_id: LoginId, trouble: ErrorCode) -> None: ...


class ImaginedFlinks:
    """The hands of a test on the fake."""

    def __init__(self, *, authorize_async: bool) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.gateway = FakeFlinks(clock=lambda: self.now, authorize_async=authorize_async)

    def add_login(self, **traits: Any) -> LoginId:
        return self.gateway.add_login(len(self.gateway.logins) + 1, **traits)

    def accounts_of(self, login_id: LoginId) -> tuple[AccountId, ...]:
        return tuple(AccountId(each["Id"]) for each in self.gateway.logins[login_id].accounts)

    def answer(self, request_id: RequestId) -> None:
        self.gateway.answer(request_id)

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def unplug(self) -> None:
        self.gateway.plugged_in = False

    def change_keys(self) -> None:
        self.gateway.keys_good = False

    def fail_tonight(self, login_id: LoginId, trouble: ErrorCode) -> None:
        last = self.gateway.logins[login_id].last_refresh
        failure = NightlyFailure(login_id=login_id, cause=trouble, last_refresh=last)
        self.gateway.nightly.append(failure)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, str]]:
    world = new_world()
    with serving(world) as address:
        yield world, address


@pytest.fixture(params=["fake", "sandbox"])
def flinks(request: pytest.FixtureRequest, served: tuple[World, str]) -> Flinks:
    return _flinks(request, served, authorize_async=False)


@pytest.fixture(params=["fake", "sandbox"])
def flinks_async(request: pytest.FixtureRequest, served: tuple[World, str]) -> Flinks:
    return _flinks(request, served, authorize_async=True)


def _flinks(
    request: pytest.FixtureRequest, served: tuple[World, str], *, authorize_async: bool
) -> Flinks:
    if request.param == "fake":
        return ImaginedFlinks(authorize_async=authorize_async)
    world, address = served
    world.reset()
    return SandboxedFlinks(world, address, authorize_async=authorize_async)


def live(flinks: Flinks, login_id: LoginId) -> Any:
    return flinks.gateway.authorize_live(flinks.gateway.mint_token(), login_id)


def cached(flinks: Flinks, login_id: LoginId) -> Any:
    return flinks.gateway.authorize_cached(flinks.gateway.mint_token(), login_id)


def collect(
    flinks: Flinks, request_id: RequestId, selection: Selection = EVERYTHING
) -> AccountsAnswer:
    answer = flinks.gateway.call_accounts(request_id, selection, OPTIONS)
    for _ in range(5):
        if not isinstance(answer, StillCollecting):
            break
        answer = flinks.gateway.poll_accounts(request_id)
    return answer


def now(flinks: Flinks) -> datetime:
    return flinks.gateway.mint_token().minted_at


def test_a_bank_that_asks_nothing_opens_the_session_with_fresh_data(flinks: Flinks) -> None:
    login_id = flinks.add_login()

    answer = live(flinks, login_id)

    assert isinstance(answer, Authorized)
    assert answer.login_id == login_id
    assert answer.last_refresh == now(flinks)
    assert answer.institution.id == "14"


def test_a_cached_call_tells_how_old_the_data_are(flinks: Flinks) -> None:
    login_id = flinks.add_login()

    answer = cached(flinks, login_id)

    assert isinstance(answer, Authorized)
    assert answer.last_refresh == now(flinks) - timedelta(days=1)


def test_a_bank_that_asks_waits_for_the_person(flinks: Flinks) -> None:
    answer = live(flinks, flinks.add_login(asks=True))

    assert isinstance(answer, ChallengeAsked)
    early = flinks.gateway.call_accounts(answer.request_id, EVERYTHING, OPTIONS)
    assert early == Refused(code=ErrorCode.NOT_YET_AUTHORIZED)


def test_an_answered_question_opens_the_same_session(flinks: Flinks) -> None:
    login_id = flinks.add_login(asks=True)
    asked = live(flinks, login_id)

    flinks.answer(asked.request_id)

    collected = collect(flinks, asked.request_id)
    assert isinstance(collected, AccountsCollected)
    assert collected.login_id == login_id
    assert collected.last_refresh == now(flinks)


def test_the_data_call_is_accepted_before_the_data_are_there(flinks: Flinks) -> None:
    opened = live(flinks, flinks.add_login())

    answer = flinks.gateway.call_accounts(opened.request_id, EVERYTHING, OPTIONS)

    assert answer == StillCollecting()


def test_only_the_selected_accounts_are_sent(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    _, chosen, also = flinks.accounts_of(login_id)
    opened = live(flinks, login_id)

    collected = collect(flinks, opened.request_id, Selection(ids=(chosen, also)))

    assert isinstance(collected, AccountsCollected)
    assert {account["Id"] for account in collected.accounts} == {chosen, also}


def test_all_accounts_are_sent_where_all_were_chosen(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    opened = live(flinks, login_id)

    collected = collect(flinks, opened.request_id)

    assert isinstance(collected, AccountsCollected)
    assert {each["Id"] for each in collected.accounts} == set(flinks.accounts_of(login_id))


def test_a_selection_of_nothing_is_not_asked_for(flinks: Flinks) -> None:
    opened = live(flinks, flinks.add_login())

    assert collect(flinks, opened.request_id, Selection()) == Refused(
        code=ErrorCode.REQUEST_REFUSED
    )


def test_a_data_call_uses_its_request_id_up(flinks: Flinks) -> None:
    opened = live(flinks, flinks.add_login())
    collect(flinks, opened.request_id)

    again = flinks.gateway.call_accounts(opened.request_id, EVERYTHING, OPTIONS)

    assert again == Refused(code=ErrorCode.SESSION_GONE)


def test_a_session_dies_after_eight_idle_minutes(flinks: Flinks) -> None:
    opened = live(flinks, flinks.add_login())

    flinks.advance(481)

    answer = flinks.gateway.call_accounts(opened.request_id, EVERYTHING, OPTIONS)
    assert answer == Refused(code=ErrorCode.SESSION_GONE)


def test_a_session_that_never_was_is_gone(flinks: Flinks) -> None:
    gone = Refused(code=ErrorCode.SESSION_GONE)

    assert flinks.gateway.call_accounts(NO_SESSION, EVERYTHING, OPTIONS) == gone
    assert flinks.gateway.poll_accounts(NO_SESSION) == gone


def test_an_unknown_login_is_told_apart_from_wrong_credentials(flinks: Flinks) -> None:
    assert live(flinks, NOBODY) == Refused(code=ErrorCode.LOGIN_UNKNOWN)
    assert cached(flinks, NOBODY) == Refused(code=ErrorCode.LOGIN_UNKNOWN)


def test_a_token_works_once(flinks: Flinks) -> None:
    token, login_id = flinks.gateway.mint_token(), flinks.add_login()
    flinks.gateway.authorize_cached(token, login_id)

    again = flinks.gateway.authorize_cached(token, login_id)

    assert again == Refused(code=ErrorCode.TOKEN_REFUSED)


def test_a_token_dies_after_fifteen_minutes(flinks: Flinks) -> None:
    token, login_id = flinks.gateway.mint_token(), flinks.add_login()

    flinks.advance(901)

    answer = flinks.gateway.authorize_cached(token, login_id)
    assert answer == Refused(code=ErrorCode.TOKEN_REFUSED)


def test_a_token_nobody_minted_is_refused(flinks: Flinks) -> None:
    forged = AuthorizeToken("made-up", now(flinks))

    answer = flinks.gateway.authorize_live(forged, flinks.add_login())

    assert answer == Refused(code=ErrorCode.TOKEN_REFUSED)


def test_a_second_session_of_a_login_is_refused_while_one_is_open(flinks: Flinks) -> None:
    login_id = flinks.add_login(asks=True)
    live(flinks, login_id)

    assert live(flinks, login_id) == Refused(code=ErrorCode.SESSION_CONCURRENT)


def test_an_abandoned_question_shows_in_cached_calls_and_old_data_stay_readable(
    flinks: Flinks,
) -> None:
    login_id = flinks.add_login(asks=True)
    live(flinks, login_id)
    flinks.advance(481)

    answer = cached(flinks, login_id)

    assert isinstance(answer, Refused)
    assert answer.code is ErrorCode.QUESTION_UNANSWERED
    assert answer.request_id is not None
    old = collect(flinks, answer.request_id)
    assert isinstance(old, AccountsCollected)
    assert old.last_refresh == now(flinks) - timedelta(days=1, seconds=481)


@pytest.mark.parametrize(
    "trouble",
    [
        ErrorCode.BANK_UNAVAILABLE,
        ErrorCode.BANK_DISABLED,
        ErrorCode.BANK_NEEDS_PERSON,
        ErrorCode.CREDENTIALS_REJECTED,
        ErrorCode.FLINKS_UNAVAILABLE,
        ErrorCode.THROTTLED,
    ],
)
def test_what_the_bank_refuses_has_one_name(flinks: Flinks, trouble: ErrorCode) -> None:
    assert live(flinks, flinks.add_login(trouble=trouble)) == Refused(code=trouble)


def test_a_lost_answer_may_have_had_its_effect(flinks: Flinks) -> None:
    login_id = flinks.add_login(loses_answer=True)

    answer = live(flinks, login_id)

    assert isinstance(answer, OutcomeUnknown)
    after = cached(flinks, login_id)
    assert isinstance(after, Authorized)
    assert after.last_refresh == now(flinks)


def test_what_never_left_us_had_no_effect(flinks: Flinks) -> None:
    token, login_id = flinks.gateway.mint_token(), flinks.add_login()
    opened = live(flinks, login_id)
    flinks.unplug()

    assert isinstance(flinks.gateway.authorize_live(token, login_id), NotSent)
    assert isinstance(flinks.gateway.authorize_cached(token, login_id), NotSent)
    data = flinks.gateway.call_accounts(opened.request_id, EVERYTHING, OPTIONS)
    assert isinstance(data, NotSent)
    with pytest.raises(MintError) as refused:
        flinks.gateway.mint_token()
    assert refused.value.code is ErrorCode.FLINKS_UNAVAILABLE


def test_a_poll_that_did_not_get_through_changes_nothing(flinks: Flinks) -> None:
    flinks.unplug()

    assert flinks.gateway.authorize_poll(NO_SESSION) == StillRunning(request_id=NO_SESSION)


def test_wrong_keys_buy_no_token(flinks: Flinks) -> None:
    flinks.change_keys()

    with pytest.raises(MintError) as refused:
        flinks.gateway.mint_token()
    assert refused.value.code is ErrorCode.ACCESS_REFUSED
    with pytest.raises(NightlyStatusError):
        list(flinks.gateway.nightly_failures())


def test_a_call_in_the_background_is_an_unknown_outcome_without_polling(flinks: Flinks) -> None:
    assert isinstance(live(flinks, flinks.add_login(background_polls=2)), OutcomeUnknown)


@pytest.mark.parametrize(("asks", "outcome"), [(False, Authorized), (True, ChallengeAsked)])
def test_a_call_in_the_background_can_be_asked_about(
    flinks_async: Flinks, asks: bool, outcome: type
) -> None:
    started = live(flinks_async, flinks_async.add_login(background_polls=2, asks=asks))
    assert isinstance(started, StillRunning)
    assert started.request_id is not None

    answers = [flinks_async.gateway.authorize_poll(started.request_id) for _ in range(3)]

    assert answers[:2] == [StillRunning(request_id=started.request_id)] * 2
    assert isinstance(answers[2], outcome)


def test_a_quiet_night_has_no_failures(flinks: Flinks) -> None:
    flinks.add_login()

    assert list(flinks.gateway.nightly_failures()) == []


@pytest.mark.parametrize("trouble", [ErrorCode.QUESTION_UNANSWERED, ErrorCode.CREDENTIALS_REJECTED])
def test_a_failed_night_names_the_login_and_the_cause(flinks: Flinks, trouble: ErrorCode) -> None:
    login_id = flinks.add_login()
    flinks.fail_tonight(login_id, trouble)

    failures = {each.login_id: each for each in flinks.gateway.nightly_failures() if each}
    assert failures[login_id].cause is trouble
    assert failures[login_id].last_refresh is not None


# Deleting a login


def test_a_deleted_login_is_unknown_from_then_on(flinks: Flinks) -> None:
    login_id = flinks.add_login()

    flinks.gateway.delete_login(login_id)

    assert live(flinks, login_id) == Refused(code=ErrorCode.LOGIN_UNKNOWN)


def test_a_deletion_ends_the_sessions_of_the_login(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    answer = live(flinks, login_id)
    assert isinstance(answer, Authorized)

    flinks.gateway.delete_login(login_id)

    assert collect(flinks, answer.request_id) == Refused(code=ErrorCode.SESSION_GONE)


def test_a_login_that_is_gone_is_deleted(flinks: Flinks) -> None:
    login_id = flinks.add_login()

    for gone in (login_id, login_id, NOBODY):
        flinks.gateway.delete_login(gone)

    assert live(flinks, login_id) == Refused(code=ErrorCode.LOGIN_UNKNOWN)


def test_a_login_that_waits_for_its_person_is_deleted_all_the_same(flinks: Flinks) -> None:
    login_id = flinks.add_login(asks=True)
    assert isinstance(live(flinks, login_id), ChallengeAsked)

    flinks.gateway.delete_login(login_id)

    assert live(flinks, login_id) == Refused(code=ErrorCode.LOGIN_UNKNOWN)


def test_a_login_in_use_is_not_deleted(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    answer = live(flinks, login_id)
    assert isinstance(answer, Authorized)
    asked = flinks.gateway.call_accounts(answer.request_id, EVERYTHING, OPTIONS)
    assert isinstance(asked, StillCollecting)

    with pytest.raises(DeletionError) as refused:
        flinks.gateway.delete_login(login_id)

    assert refused.value.code is ErrorCode.STILL_IN_USE
    assert isinstance(flinks.gateway.poll_accounts(answer.request_id), AccountsCollected)


def test_with_wrong_keys_nothing_is_deleted(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    flinks.change_keys()

    with pytest.raises(DeletionError) as refused:
        flinks.gateway.delete_login(login_id)

    assert refused.value.code is ErrorCode.ACCESS_REFUSED


def test_an_unreachable_flinks_deletes_nothing(flinks: Flinks) -> None:
    login_id = flinks.add_login()
    flinks.unplug()

    with pytest.raises(DeletionError) as refused:
        flinks.gateway.delete_login(login_id)

    assert refused.value.code is ErrorCode.FLINKS_UNAVAILABLE


@pytest.mark.parametrize(
    ("traits", "trouble"),
    [
        ({"flinksCode": "CARD_IN_USE"}, ErrorCode.STILL_IN_USE),
        ({"flinksCode": "AGGREGATION_ERROR"}, ErrorCode.FLINKS_UNAVAILABLE),
        ({"status": 503, "html": "<html></html>"}, ErrorCode.FLINKS_UNAVAILABLE),
        ({"status": 200, "html": "<html></html>"}, ErrorCode.UNRECOGNISED),
        ({"dropBefore": True}, ErrorCode.FLINKS_UNAVAILABLE),
        ({"dropAfter": True}, ErrorCode.FLINKS_UNAVAILABLE),
        ({"truncate": True}, ErrorCode.FLINKS_UNAVAILABLE),
    ],
    ids=str,
)
def test_a_deletion_whose_answer_is_none_may_be_sent_again(
    served: tuple[World, str], traits: dict[str, Any], trouble: ErrorCode
) -> None:
    world, address = served
    world.reset()
    flinks = SandboxedFlinks(world, address, authorize_async=False)
    login_id = flinks.add_login()
    flinks.fail_next("DeleteCard", **traits)

    with pytest.raises(DeletionError) as refused:
        flinks.gateway.delete_login(login_id)
    assert refused.value.code is trouble

    flinks.gateway.delete_login(login_id)
    assert live(flinks, login_id) == Refused(code=ErrorCode.LOGIN_UNKNOWN)
