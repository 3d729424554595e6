"""GenerateAuthorizeToken, Authorize in all its modes, AuthorizeAsync, AuthorizeMultiple, Token."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ..answers import authorized, challenged, pending
from ..codes import LOGIN_ID_UNKNOWN, FlinksError
from ..institutions import Institution, find_institution
from ..logins import Login
from ..sessions import Collection, Origin, Session
from ..wire import invalid
from .call import Body, Call

ACCESS_TOKEN_SECONDS: Final = 3600


def generate_token(call: Call) -> Body:
    """Mint an authorize token."""
    return {"HttpStatusCode": 200, "Token": call.world.tokens.mint().value}


def oauth_token(call: Call) -> Body:
    """Exchange client id and secret for an access token, as one published client does."""
    good_id = call.fields.text("client_id") == call.world.settings.customer_id
    if not good_id or call.fields.text("secret") != call.world.settings.secret_key:
        raise FlinksError("UNAUTHORIZED", "The client id or secret is invalid")
    token = call.world.tokens.mint("access")
    return {
        "HttpStatusCode": 200,
        "access_token": token.value,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_SECONDS,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The fields of an authorize call, all read before anything happens."""

    request_id: str | None
    login_id: str | None
    cached: bool | None
    save: bool
    schedule: bool
    tag: str | None
    language: str | None
    answers: dict[str, list[str]] | None


def _asked(call: Call) -> Asked:
    """Read the fields, or raise INVALID_REQUEST: a refused request leaves nothing behind."""
    fields = call.fields
    call.login_id, call.request_id = fields.text("LoginId"), fields.text("RequestId")
    return Asked(
        request_id=call.request_id,
        login_id=call.login_id,
        cached=fields.flag("MostRecentCached", True) if "MostRecentCached" in fields else None,
        save=fields.flag("Save", True),
        schedule=fields.flag("ScheduleRefresh", False),
        tag=fields.text("Tag"),
        language=_language(fields.text("Language")),
        answers=fields.answers("SecurityResponses"),
    )


def _language(given: str | None) -> str | None:
    return None if given is None else ("fr" if given.lower().startswith("fr") else "en")


def authorize(call: Call) -> Body:
    """Open a session: cached, live, by credentials, or go on with one that is open."""
    asked = _asked(call)
    if asked.request_id is not None:
        return _continue(call, asked.request_id, asked)
    if asked.login_id is not None:
        live = asked.cached is False
        return (_live if live else _cached)(call, asked.login_id, asked)
    if "Username" in call.fields or "Institution" in call.fields:
        return _by_credentials(call, asked)
    raise invalid("LoginId", "is required")


def authorize_async(call: Call) -> Body:
    """Open or go on with a session, answering 202 at once; Flinks must activate it."""
    if not call.world.readings.authorize_async:
        raise FlinksError("METHOD_NOT_AVAILABLE")
    asked = _asked(call)
    if asked.request_id is not None:
        return _continue(call, asked.request_id, asked)
    if asked.login_id is not None:
        return _live(call, asked.login_id, asked)
    return _by_credentials(call, asked)


def authorize_multiple(call: Call) -> Body:
    """Open cached sessions on several logins (old; shape seen in clients only)."""
    login_ids, asked = call.fields.texts("LoginIds") or [], _asked(call)
    answers = [_one_of_many(call, each, asked) for each in login_ids]
    return {"HttpStatusCode": 200, "Responses": answers}


def _one_of_many(call: Call, login_id: str, asked: Asked) -> dict[str, Any]:
    try:
        return _look(call, call.world.bank.login(login_id), asked)
    except FlinksError as error:
        return {"LoginId": login_id, **error.body()}


# Cached


def _cached(call: Call, login_id: str, asked: Asked) -> Body:
    call.mode = "cached"
    return _look(call, call.world.bank.login(login_id), asked)


def _look(call: Call, login: Login, asked: Asked) -> dict[str, Any]:
    """Open a session on data already kept, or repeat what the last live attempt ended with."""
    bank = call.world.bank
    login.last_cached_call = call.world.clock()
    running = bank.occupant(login)
    if running is not None and running.status == "authorizing":
        _progress(call, running)
    if running is not None and running.status == "authorizing":
        call.request_id = running.request_id
        return pending(running, call.endpoint)
    session = bank.open(login, live=False)
    session.tag, call.request_id = asked.tag, session.request_id
    if login.last_code is not None:
        session.status, session.code = "failed", login.last_code
        raise FlinksError(login.last_code, extra={"RequestId": session.request_id})
    session.status = "authorized"
    if _data_gone(call, login):
        raise FlinksError("INVALID_LOGIN", LOGIN_ID_UNKNOWN)
    if login.collecting_polls > 0:
        login.collecting_polls -= 1
        polls = login.behaviour.data_polls
        session.collections["AccountsDetail"] = Collection(
            call.world.clock(), polls, call.world.wanted(session), None, background=True
        )
        return pending(session, call.endpoint)
    return authorized(session)


def _progress(call: Call, session: Session) -> None:
    """Let a background sign-in end; what it ended with shows in the cached answer."""
    try:
        call.world.bank.poll(session)
    except FlinksError:
        call.notes["ended"] = session.code


def _data_gone(call: Call, login: Login) -> bool:
    days = call.world.readings.data_days
    known = login.last_refresh.year > 1
    return known and days > 0 and call.world.clock() >= login.last_refresh + timedelta(days=days)


# Live


def _live(call: Call, login_id: str, asked: Asked) -> Body:
    call.mode = "live"
    login = call.world.bank.login(login_id)
    busy = _busy(call, login)
    if busy is not None:
        return busy
    session = call.world.bank.open(login, live=True, origin=_origin(call))
    return _sign_in(call, session, asked)


def _origin(call: Call) -> Origin:
    return "async" if call.endpoint == "AuthorizeAsync" else "api"


def _busy(call: Call, login: Login) -> dict[str, Any] | None:
    """Refuse a second session; while the first is still signing in, answer with that one."""
    running = call.world.bank.occupant(login)
    if running is None:
        return None
    if running.status != "authorizing":
        raise FlinksError("CONCURRENT_SESSION")
    call.request_id = running.request_id
    return pending(running, call.endpoint)


def _by_credentials(call: Call, asked: Asked) -> Body:
    """Sign in with typed credentials: the legacy way, without the widget."""
    call.mode = "live"
    bank, fields = call.world.bank, call.fields
    institution = _institution(fields.required("Institution"))
    username, password = fields.required("Username"), fields.required("Password")
    language = asked.language or "en"
    login = bank.identify(institution, username, language)
    call.login_id = login.login_id
    if asked.cached and login in bank.logins:
        return _look(call, login, asked)
    if call.world.readings.concurrent_session == "open":
        busy = _busy(call, login)
        if busy is not None:
            return busy
    session = bank.open(login, live=True, origin=_origin(call), language=language)
    session.password = password
    login.scheduled |= asked.schedule and login.sign_ins == 0
    return _sign_in(call, session, asked)


def _institution(key: str) -> Institution:
    institution = find_institution(key)
    if institution is None:
        raise invalid("Institution", "is not known")
    return institution


def _sign_in(call: Call, session: Session, asked: Asked) -> Body:
    session.tag, session.save = asked.tag, asked.save
    session.language = asked.language or session.language
    session.token = call.token
    call.request_id = session.request_id
    call.lose_answer = session.login.lost_answers > 0
    session.login.lost_answers = max(0, session.login.lost_answers - 1)
    call.world.bank.sign_in(session)
    return state_of(session, call.endpoint, session.pending_code)


def state_of(
    session: Session, endpoint: str, pending_code: str = "OPERATION_PENDING"
) -> dict[str, Any]:
    """Answer with where a session stands: 200, 202, 203, or what it failed with."""
    if session.status == "authorizing":
        return pending(session, endpoint, pending_code)
    if session.status == "mfa":
        return challenged(session)
    if session.status == "failed" and session.live:
        raise FlinksError(session.code or "SESSION_NONEXISTENT")
    return authorized(session)


# Going on with an open session


def _continue(call: Call, request_id: str, asked: Asked) -> Body:
    """Answer the bank's questions, or ask how a session in the background is doing."""
    call.mode = "continue"
    world = call.world
    session = world.bank.session(request_id)
    call.login_id = session.login.login_id
    if session.status == "authorized" and call.endpoint == "Authorize":
        raise FlinksError("ALREADY_AUTHORIZED", extra={"RequestId": session.request_id})
    if session.status == "mfa" and asked.answers:
        return _answered(call, session, asked.answers)
    if session.status == "authorizing":
        world.bank.poll(session)
    if world.readings.polling_is_activity:
        world.bank.touch(session)
    return state_of(session, call.endpoint)


def _answered(call: Call, session: Session, answers: dict[str, list[str]]) -> Body:
    """Pass the answers to the bank; by AuthorizeAsync the next poll tells what it says."""
    world = call.world
    world.bank.touch(session)
    retry = world.readings.invalid_answer == "retry"
    if not world.bank.answer(session, answers, retry=retry):
        asked = challenged(session)["SecurityChallenges"]
        raise FlinksError(world.readings.invalid_answer_code, extra={"SecurityChallenges": asked})
    if session.origin == "async":
        return pending(session, call.endpoint)
    return state_of(session, call.endpoint)
