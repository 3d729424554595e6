"""GenerateAuthorizeToken, Authorize in all its modes, AuthorizeAsync, AuthorizeMultiple, Token."""

from datetime import timedelta
from typing import Any, Final

from sandbox.answers import authorized, challenged, pending
from sandbox.api.call import Body, Call
from sandbox.codes import LOGIN_ID_UNKNOWN, FlinksError
from sandbox.institutions import find_institution
from sandbox.logins import Login
from sandbox.sessions import Collection, Origin, Session
from sandbox.wire import invalid

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


def authorize(call: Call) -> Body:
    """Open a session: cached, live, by credentials, or go on with one that is open."""
    if "RequestId" in call.fields:
        return _continue(call)
    if "LoginId" in call.fields:
        cached = call.fields.flag("MostRecentCached", True)
        return _cached(call) if cached else _live(call, "api")
    if "Username" in call.fields or "Institution" in call.fields:
        return _by_credentials(call, "api")
    raise invalid("LoginId", "is required")


def authorize_async(call: Call) -> Body:
    """Open or go on with a session, answering 202 at once; Flinks must activate it."""
    if not call.world.readings.authorize_async:
        raise FlinksError("METHOD_NOT_AVAILABLE")
    if "RequestId" in call.fields:
        return _continue(call)
    if "LoginId" in call.fields:
        return _live(call, "async")
    return _by_credentials(call, "async")


def authorize_multiple(call: Call) -> Body:
    """Open cached sessions on several logins (old; shape seen in clients only)."""
    login_ids = call.fields.texts("LoginIds") or []
    return {"HttpStatusCode": 200, "Responses": [_one_of_many(call, each) for each in login_ids]}


def _one_of_many(call: Call, login_id: str) -> dict[str, Any]:
    try:
        return _look(call, call.world.bank.login(login_id))
    except FlinksError as error:
        return {"LoginId": login_id, **error.body()}


# Cached


def _cached(call: Call) -> Body:
    call.mode, call.login_id = "cached", call.fields.text("LoginId")
    return _look(call, call.world.bank.login(call.fields.required("LoginId")))


def _look(call: Call, login: Login) -> dict[str, Any]:
    """Open a session on data already kept, or repeat what the last live attempt ended with."""
    bank = call.world.bank
    login.last_cached_call = call.world.clock()
    running = bank.occupant(login)
    if running is not None and running.status == "authorizing":
        _progress(call, running)
    if running is not None and running.status == "authorizing":
        call.request_id = running.request_id
        return pending(running)
    session = bank.open(login, live=False)
    session.tag, call.request_id = call.fields.text("Tag"), session.request_id
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
        return pending(session)
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


def _live(call: Call, origin: Origin) -> Body:
    call.mode, call.login_id = "live", call.fields.text("LoginId")
    login = call.world.bank.login(call.fields.required("LoginId"))
    return _busy(call, login) or _sign_in(
        call, call.world.bank.open(login, live=True, origin=origin)
    )


def _busy(call: Call, login: Login) -> dict[str, Any] | None:
    """Refuse a second session; while the first is still signing in, answer with that one."""
    running = call.world.bank.occupant(login)
    if running is None:
        return None
    if running.status != "authorizing":
        raise FlinksError("CONCURRENT_SESSION")
    call.request_id = running.request_id
    return pending(running)


def _by_credentials(call: Call, origin: Origin) -> Body:
    """Sign in with typed credentials: the legacy way, without the widget."""
    call.mode = "live"
    fields = call.fields
    institution = find_institution(fields.required("Institution"))
    if institution is None:
        raise invalid("Institution", "is not known")
    username, password = fields.required("Username"), fields.required("Password")
    language = _language(call) or "en"
    login = call.world.bank.identify(institution, username, language)
    call.login_id = login.login_id
    if fields.flag("MostRecentCached", False) and login in call.world.bank.logins:
        return _look(call, login)
    busy = call.world.readings.concurrent_session == "open" and _busy(call, login)
    if busy:
        return busy
    session = call.world.bank.open(login, live=True, origin=origin, language=language)
    session.password = password
    if fields.flag("ScheduleRefresh", False) and login.sign_ins == 0:
        login.scheduled = True
    return _sign_in(call, session)


def _language(call: Call) -> str | None:
    language = call.fields.text("Language")
    return None if language is None else ("fr" if language.lower().startswith("fr") else "en")


def _sign_in(call: Call, session: Session) -> Body:
    session.tag = call.fields.text("Tag")
    session.save = call.fields.flag("Save", True)
    session.language = _language(call) or session.language
    session.token = call.token
    call.request_id = session.request_id
    call.lose_answer = session.login.lost_answers > 0
    session.login.lost_answers = max(0, session.login.lost_answers - 1)
    call.world.bank.sign_in(session)
    return state_of(session, session.pending_code)


def state_of(session: Session, pending_code: str = "OPERATION_PENDING") -> dict[str, Any]:
    """Answer with where a session stands: 200, 202, 203, or what it failed with."""
    if session.status == "authorizing":
        return pending(session, pending_code)
    if session.status == "mfa":
        return challenged(session)
    if session.status == "failed" and session.live:
        raise FlinksError(session.code or "SESSION_NONEXISTENT")
    return authorized(session)


# Going on with an open session


def _continue(call: Call) -> Body:
    """Answer the bank's questions, or ask how a session in the background is doing."""
    call.mode, call.request_id = "continue", call.fields.required("RequestId")
    world = call.world
    session = world.bank.session(call.request_id)
    call.login_id = session.login.login_id
    answers = call.fields.answers("SecurityResponses")
    if session.status == "authorized" and call.endpoint == "Authorize":
        raise FlinksError("ALREADY_AUTHORIZED", extra={"RequestId": session.request_id})
    if session.status == "mfa" and answers:
        world.bank.touch(session)
        retry = world.readings.invalid_answer == "retry"
        if not world.bank.answer(session, answers, retry=retry):
            raise FlinksError(
                world.readings.invalid_answer_code,
                extra={"SecurityChallenges": challenged(session)["SecurityChallenges"]},
            )
        if session.origin == "async":
            return _work_again(call, session)
        return state_of(session)
    if session.status == "authorizing":
        world.bank.poll(session)
    if world.readings.polling_is_activity:
        world.bank.touch(session)
    return state_of(session)


def _work_again(call: Call, session: Session) -> Body:
    """Answer 202 after an MFA answer by AuthorizeAsync; the next poll tells the rest."""
    return pending(session)
