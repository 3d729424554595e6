"""Every trouble has a remedy, and every reaction leads somewhere."""

import pytest
from flinks_reconnect.domain.connection import Health
from flinks_reconnect.domain.errors import (
    CONCERNS,
    REMEDIES,
    Concern,
    ErrorCode,
    NextAction,
    Owner,
    Reaction,
)
from flinks_reconnect.domain.flinks_answers import Refused
from flinks_reconnect.domain.machine.signals import Answered
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import Status

from tests.unit.domain.cases import CLOCKS, NOW, a_connection, a_refresh, an_attempt

LEADS_TO = {
    Reaction.SIGN_IN: {Status.CREDENTIALS_REQUIRED},
    Reaction.BACK_OFF: {Status.RETRY_SCHEDULED, Status.INVITED},
    Reaction.WAIT_OUT: {Status.INVITED},
    Reaction.START_OVER: {Status.INVITED},
    Reaction.SEND_ANEW: {Status.STARTING},
    Reaction.PROBE: {Status.STARTING},
    Reaction.FAIL: {Status.FAILED},
}
each_trouble = pytest.mark.parametrize("trouble", ErrorCode)


def test_every_trouble_has_a_remedy_and_nothing_else_has() -> None:
    assert set(REMEDIES) == set(ErrorCode)


def test_every_trouble_concerns_our_asking_a_session_or_the_login() -> None:
    assert set(CONCERNS) == set(ErrorCode)
    assert set(CONCERNS.values()) == set(Concern)


@each_trouble
def test_what_is_the_operators_affair_says_nothing_of_a_session_or_a_login(
    trouble: ErrorCode,
) -> None:
    """R14: refused keys, a feature that is off or an unknown code must not blame the person."""
    if REMEDIES[trouble].owner is Owner.OPERATOR:
        assert CONCERNS[trouble] is Concern.ASKING


@each_trouble
def test_only_what_the_person_can_cure_or_has_ended_concerns_the_login(trouble: ErrorCode) -> None:
    if CONCERNS[trouble] is Concern.LOGIN:
        assert REMEDIES[trouble].owner is Owner.USER


def test_every_reaction_is_some_troubles_remedy() -> None:
    assert {remedy.reaction for remedy in REMEDIES.values()} == set(Reaction) == set(LEADS_TO)


@each_trouble
def test_a_remedy_says_who_acts_and_in_a_sentence_what_is_the_matter(trouble: ErrorCode) -> None:
    remedy = REMEDIES[trouble]

    assert remedy.message.endswith(".")
    assert remedy.message[0].isupper()
    if remedy.owner is Owner.OPERATOR:
        assert remedy.next_action is NextAction.CONTACT_SUPPORT
    if remedy.reaction is Reaction.BACK_OFF:
        assert remedy.delay.total_seconds() >= 30


@each_trouble
def test_a_refused_bank_login_reacts_as_its_remedy_says(trouble: ErrorCode) -> None:
    attempt = an_attempt(since=NOW, sent_at=NOW, request_id=None, activity_at=None)
    sent = a_connection(
        a_refresh(Status.STARTING, attempt=attempt, person_seen_at=NOW, due_at=NOW),
    )

    taken = step(sent, Answered(1, Refused(code=trouble)), NOW, CLOCKS)

    refresh, remedy = taken.connection.refresh, REMEDIES[trouble]
    assert refresh is not None
    assert refresh.status in LEADS_TO[remedy.reaction]
    counted = taken.connection.lease.attempts_on(NOW.date())
    assert counted == (1 if remedy.counts else 0)
    asks_for_the_person = remedy.reaction is Reaction.SIGN_IN
    assert (taken.connection.health is Health.RECONNECT_REQUIRED) == asks_for_the_person


def test_a_token_is_refused_once_and_the_second_time_is_the_operators_affair() -> None:
    """D19: mint once more; twice is a failure."""
    attempt = an_attempt(since=NOW, sent_at=NOW, token_refused=True)
    again = a_connection(a_refresh(Status.STARTING, attempt=attempt, person_seen_at=NOW))

    taken = step(again, Answered(1, Refused(code=ErrorCode.TOKEN_REFUSED)), NOW, CLOCKS)

    assert taken.connection.refresh is not None
    assert taken.connection.refresh.status is Status.FAILED
    assert taken.connection.refresh.error is ErrorCode.TOKEN_REFUSED
