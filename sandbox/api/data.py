"""GetAccountsDetail, GetAccountsSummary, GetStatements, and their polling arms."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from ..answers import STATEMENT_COUNTS, challenged, pending
from ..bankdata import Wanted
from ..codes import NOT_AUTHORIZED_YET, FlinksError
from ..institutions import by_id
from ..sessions import Collection, Session
from ..wire import invalid
from .call import Body, Call

DAYS: Final = {"days90": 90, "days365": 365, "days360": 365}
"""`Days360` is the name until August 2018 (changelog); one client still sends it."""


def accounts_detail(call: Call) -> Body:
    """Ask for accounts with their transactions: uses the RequestId up."""
    return _start(call, "AccountsDetail")


def accounts_summary(call: Call) -> Body:
    """Ask for accounts without transactions."""
    return _start(call, "AccountsSummary")


def statements(call: Call) -> Body:
    """Ask for PDF statements."""
    return _start(call, "Statements")


def accounts_detail_async(call: Call) -> Body:
    """Ask whether the details are there."""
    return _poll(call, "AccountsDetail")


def accounts_summary_async(call: Call) -> Body:
    """Ask whether the summary is there."""
    return _poll(call, "AccountsSummary")


def statements_async(call: Call) -> Body:
    """Ask whether the statements are there."""
    return _poll(call, "Statements")


def _session(call: Call, request_id: str) -> Session:
    call.request_id = request_id
    session = call.world.bank.session(request_id)
    call.login_id = session.login.login_id
    return session


def _start(call: Call, kind: str) -> Body:
    session = _session(call, call.fields.required("RequestId"))
    if not session.readable:
        raise FlinksError("UNAUTHORIZED", NOT_AUTHORIZED_YET)
    if kind == "Statements" and not _has_statements(call, session):
        raise FlinksError("METHOD_NOT_AVAILABLE")
    asked_for = _collection(call, session, kind)
    running = session.collections.get(kind)
    if running is not None and _spent(call, session, kind):
        raise FlinksError("SESSION_NONEXISTENT")
    if running is None or running.background:
        running = session.collections[kind] = asked_for
    call.world.bank.touch(session)
    return _deliver(call, session, kind, running)


def _has_statements(call: Call, session: Session) -> bool:
    """Say whether statements are to be had: Canada only, and collected by the widget's leave."""
    asked_for = session.login.statements_enabled or not call.world.readings.statements_need_connect
    return asked_for and by_id(session.login.institution_id).country == "CA"


def _spent(call: Call, session: Session, kind: str) -> bool:
    """Say whether the RequestId was used up by an earlier call of this kind."""
    if kind != "AccountsDetail" or session.collections[kind].background:
        return False
    lenient = call.legacy or call.world.readings.data_call_spends == "delivered"
    return session.collections[kind].delivered or not lenient


def _poll(call: Call, kind: str) -> Body:
    session = _session(call, call.argument or call.fields.required("RequestId"))
    if session.live and session.status == "authorizing":
        call.world.bank.poll(session)
    if session.status == "authorizing":
        return pending(session, call.endpoint)
    if session.status == "mfa" and session.pending_until is not None:
        return challenged(session)
    if not session.readable:
        raise FlinksError("UNAUTHORIZED", NOT_AUTHORIZED_YET)
    if kind not in session.collections:
        if session.pending_until is None and not call.world.readings.poll_starts:
            raise FlinksError("SESSION_NONEXISTENT")
        session.collections[kind] = replace(_collection(call, session, kind), background=True)
    return _deliver(call, session, kind, session.collections[kind])


def _deliver(call: Call, session: Session, kind: str, collection: Collection) -> dict[str, Any]:
    ready_at = collection.started_at + timedelta(seconds=session.login.behaviour.data_seconds)
    if call.world.clock() < ready_at:
        return pending(session, call.endpoint)
    if collection.polls_left > 0:
        collection.polls_left -= 1
        return pending(session, call.endpoint)
    collection.delivered = True
    session.login.collecting_polls = 0
    answers = call.world.answers
    render = {
        "AccountsDetail": answers.detail,
        "AccountsSummary": answers.summary,
        "Statements": answers.statements,
    }[kind]
    return render(session, collection)


def _collection(call: Call, session: Session, kind: str) -> Collection:
    """Begin to collect what the call asks for."""
    chosen = call.fields.texts("AccountsFilter")
    collection = Collection(
        started_at=call.world.clock(),
        polls_left=_polls(call, session),
        wanted=_wanted(call, session),
        accounts=frozenset(each.lower() for each in chosen) if chosen else None,
        statements=_statement_count(call),
    )
    whole_year = kind == "Statements" and collection.statements == "Months12"
    if whole_year and call.world.readings.strict_fields and len(chosen or ()) != 1:
        raise invalid("AccountsFilter", "must name exactly one account for Months12")
    return collection


def _polls(call: Call, session: Session) -> int:
    """Say how often the data call answers 202: data that are there come with the first answer."""
    reading, polls = call.world.readings.first_data_call, session.login.behaviour.data_polls
    if reading == "pending":
        return polls
    if not session.live:
        return 0
    at_once = reading == "at_once" or call.legacy
    return 0 if at_once and polls <= 1 else polls


def _statement_count(call: Call) -> str:
    wanted = call.fields.text("NumberOfStatements") or "MostRecent"
    known = {name.lower(): name for name in STATEMENT_COUNTS}
    if wanted.lower() not in known and call.world.readings.strict_fields:
        raise invalid("NumberOfStatements", "must be MostRecent, Months3 or Months12")
    return known.get(wanted.lower(), "MostRecent")


def _wanted(call: Call, session: Session) -> Wanted:
    """Read the options of a data call."""
    fields = call.fields
    named = fields.text("DaysOfTransactions") or fields.text("DaysOfTransaction")
    if named is not None and named.lower() not in DAYS and call.world.readings.strict_fields:
        raise invalid("DaysOfTransactions", "must be Days90 or Days365")
    wanted = call.world.wanted(session, DAYS.get(named.lower()) if named else None)
    since, until = fields.day("DateFrom"), fields.day("DateTo")
    return replace(
        wanted,
        since=max(since, wanted.until - timedelta(days=365)) if since else wanted.since,
        until=min(until, wanted.until) if until else wanted.until,
        transactions=fields.flag("WithTransactions", True),
        balance=fields.flag("WithBalance", True),
        identity=fields.flag("WithAccountIdentity", wanted.identity),
        kyc=fields.flag("WithKYC", True),
        after=tuple(
            (each.required("AccountId").lower(), each.required("TransactionId").lower())
            for each in fields.records("RefreshDelta")
        ),
    )
