"""The bank's side of a sign-in: what it answers, asks, accepts and remembers.

The API and the widget both come here, so a session behaves alike through either.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from .behaviours import BEHAVIOURS, Behaviour, behaviour
from .codes import LOGIN_GONE, LOGIN_ID_UNKNOWN, FlinksError
from .ids import named_guid
from .institutions import Institution, by_id
from .logins import Login, new_account, new_accounts, renumber
from .seeds import SEEDS, seeded_logins
from .sessions import Origin, Session, Sessions
from .settings import Readings

DISPATCH_SECONDS: Final = 210
"""A synchronous call that lasts longer goes on in the background (error code page)."""

STORED_CREDENTIAL_ERRORS: Final = ("INVALID_LOGIN", "INVALID_USERNAME", "INVALID_PASSWORD")


class Bank:
    """Signs people in, with stored or typed credentials."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        next_guid: Callable[[], str],
        readings: Callable[[], Readings],
    ) -> None:
        """Open with the seeded logins."""
        self._clock, self._next_guid, self._readings = clock, next_guid, readings
        self.sessions = Sessions()
        self._logins = {login.login_id: login for login in seeded_logins(clock())}
        self._deletions: dict[str, int] = {}
        self.on_success: Callable[[Session], None] = lambda session: None

    @property
    def logins(self) -> list[Login]:
        """Return every stored login."""
        return list(self._logins.values())

    def login(self, login_id: str) -> Login:
        """Return a stored login, or raise INVALID_LOGIN with the message for unknown ids."""
        login = self._logins.get(login_id.strip().lower())
        if login is None and self._readings().unknown_login_code == "INVALID_REQUEST":
            raise FlinksError("INVALID_REQUEST", LOGIN_GONE.format(login_id=login_id))
        if login is None:
            raise FlinksError("INVALID_LOGIN", LOGIN_ID_UNKNOWN)
        return login

    def add(self, login: Login) -> None:
        """Store a login."""
        self._logins[login.login_id] = login

    def delete(self, login: Login) -> None:
        """Delete a login and all that hangs on it, for good."""
        self.sessions.forget(login)
        self._logins.pop(login.login_id, None)
        self._deletions[login.login_id] = self._deletions.get(login.login_id, 0) + 1

    def session(self, request_id: str) -> Session:
        """Return a living session."""
        return self.sessions.find(request_id, self._clock(), self._readings())

    def open_sessions(self, login: Login) -> list[Session]:
        """Return the live sessions that are open on a login, oldest first."""
        return self.sessions.open_ones(login, self._clock(), self._readings())

    def occupant(self, login: Login) -> Session | None:
        """Return the live session that keeps others away from a login, if one does."""
        everyone = self._readings().concurrent_session == "open"
        busy = (each for each in self.open_sessions(login) if everyone or each.is_at_work())
        return next(busy, None)

    def open(
        self, login: Login, *, live: bool, origin: Origin = "api", language: str | None = None
    ) -> Session:
        """Open a session; nothing has been asked of the bank yet."""
        now = self._clock()
        return self.sessions.add(
            Session(
                request_id=self._next_guid(),
                login=login,
                live=live,
                origin=origin,
                language=language or login.language,
                opened_at=now,
                touched_at=now,
                data_at=login.last_refresh if live else self._known_refresh(login),
            )
        )

    def _known_refresh(self, login: Login) -> datetime:
        """Return the refresh that cached answers tell of; they may lag behind."""
        lag = timedelta(seconds=self._readings().last_refresh_lag_seconds)
        unseen = lag and self._clock() < login.last_refresh + lag
        return login.refresh_before if unseen else login.last_refresh

    def touch(self, session: Session) -> None:
        """Count as activity: the idle clock starts again."""
        session.touched_at = self._clock()

    # Signing in

    def sign_in(self, session: Session) -> None:
        """Sign in at the bank; ends in a status, or raises what the bank answered."""
        traits = session.login.behaviour
        slow = traits.bank_seconds >= DISPATCH_SECONDS or traits.pending_polls > 0
        if session.origin == "async" or (slow and session.origin != "nightly"):
            session.pending_until = self._clock() + timedelta(seconds=max(traits.bank_seconds, 30))
            session.pending_polls = max(traits.pending_polls, 1)
            session.pending_code = traits.pending_code if slow else "OPERATION_PENDING"
            return
        self._decide(session)

    def poll(self, session: Session) -> None:
        """Look at a sign-in in the background; it ends by number of looks or by time."""
        if session.status != "authorizing":
            return
        session.pending_polls -= 1
        if session.pending_polls < 0 or self._clock() >= (session.pending_until or self._clock()):
            self._decide(session)

    def _decide(self, session: Session) -> None:
        login = session.login
        self._refuse_if_unwelcome(session)
        asks = login.behaviour.asks
        session.rounds = list(asks[login.sign_ins % len(asks)]) if asks else []
        if session.rounds and not self._answered_from_store(session):
            session.status, login.last_code = "mfa", "QUESTION_NOT_FOUND"
            login.nightly_state = "AnsweringSecurityChallenge"
        else:
            self._succeed(session)

    def _answered_from_store(self, session: Session) -> bool:
        """Say whether answers stored by AnswerMFAQuestions satisfy every question."""
        stored = session.login.stored_answers
        return bool(stored) and all(
            challenge.accepts([stored.get(challenge.prompt, "")])
            for questions in session.rounds
            for challenge in questions
        )

    def _refuse_if_unwelcome(self, session: Session) -> None:
        login = session.login
        typed = session.password
        if typed is None and self._credentials_gone(login):
            self._fail(session, self._readings().credentials_gone_code)
        if not _fits(login, typed or login.stored_password or ""):
            self._fail(session, "INVALID_PASSWORD")
        code = self._standing_error(login.behaviour, login)
        typed_anew = typed is not None and not login.behaviour.rejects_typed
        if code and not (typed_anew and code in STORED_CREDENTIAL_ERRORS):
            self._fail(session, code)

    def _credentials_gone(self, login: Login) -> bool:
        days = self._readings().credentials_days
        old = days > 0 and self._clock() >= login.credentials_at + timedelta(days=days)
        return login.stored_password is None or old

    def _standing_error(self, traits: Behaviour, login: Login) -> str | None:
        if traits.error and traits.down_seconds:
            login.down_since = login.down_since or self._clock()
            up_again = login.down_since + timedelta(seconds=traits.down_seconds)
            return None if self._clock() >= up_again else traits.error
        return traits.error

    def _fail(self, session: Session, code: str) -> None:
        session.status, session.code = "failed", code
        if session.password is None:
            session.login.last_code = code
            session.login.nightly_state = "AuthorizationFailed"
        traits = session.login.behaviour
        own = code == traits.error
        raise FlinksError(
            code,
            traits.error_message if own else None,
            traits.error_status if own else None,
        )

    def _succeed(self, session: Session) -> None:
        login, now = session.login, self._clock()
        session.status, session.rounds = "authorized", []
        session.touched_at = now
        is_stale = login.stale_refreshes > 0
        if is_stale:
            login.stale_refreshes -= 1
        else:
            session.data_at = now
        login.sign_ins += 1
        login.wrong_answers = 0
        login.last_code = None
        login.nightly_state, login.nightly_code, login.nightly_failed = "Succeeded", None, False
        self._change_accounts(login, now)
        if session.save:
            self._remember_credentials(session)
            if not is_stale:
                login.refresh_before, login.last_refresh = login.last_refresh, now
            self.add(login)
        if not session.in_widget:
            self.on_success(session)

    def _remember_credentials(self, session: Session) -> None:
        login = session.login
        if session.password is not None:
            login.stored_password = session.password
            if login.behaviour.error in STORED_CREDENTIAL_ERRORS:
                login.behaviour = behaviour("no_mfa")
        login.credentials_at = self._clock()

    def _change_accounts(self, login: Login, now: datetime) -> None:
        days = self._readings().account_ids_days
        if days and now >= login.last_refresh + timedelta(days=days):
            renumber(login, login.sign_ins)
        if login.behaviour.vanishing_account and login.sign_ins == 1 and login.accounts:
            del login.accounts[0]
        if login.behaviour.appearing_account and login.sign_ins == 1:
            login.accounts.append(new_account(login.login_id, len(login.accounts)))

    # Answering

    def answer(self, session: Session, answers: dict[str, list[str]], *, retry: bool) -> bool:
        """Answer the round; False means a wrong answer that may be repeated."""
        prompts = {each.text(session.language): each for each in session.challenges}
        unknown = [prompt for prompt in answers if prompt not in prompts]
        if unknown:
            raise FlinksError("UNKNOWN_CHALLENGE_KEY")
        if any(prompt not in answers for prompt in prompts):
            raise FlinksError("SECURITYRESPONSES_INCOMPLETE")
        if not all(each.accepts(answers[prompt]) for prompt, each in prompts.items()):
            return self._wrong(session, retry)
        session.rounds.pop(0)
        if not session.rounds:
            self._succeed(session)
        return True

    def _wrong(self, session: Session, retry: bool) -> bool:
        login = session.login
        login.wrong_answers += 1
        if login.behaviour.locks_after and login.wrong_answers >= login.behaviour.locks_after:
            login.behaviour = behaviour("disabled_login")
            self._fail(session, "DISABLED_LOGIN")
        if not retry:
            self._fail(session, self._readings().invalid_answer_code)
        return False

    # Full sign-in

    def identify(self, institution: Institution, username: str, language: str) -> Login:
        """Find the stored login of this person, or prepare a new one.

        A loginId is derived from instance, institution, username and language (key concepts).
        """
        for login in self._matches(institution, username, language):
            return self._moved(login) if login.behaviour.moves_to_new_login else login
        login_id = named_guid("login", institution.id, username.casefold(), language)
        return Login(
            login_id=login_id,
            username=username,
            institution_id=institution.id,
            behaviour=behaviour_of(username, institution),
            accounts=new_accounts(login_id, generation=self._deletions.get(login_id, 0)),
            language=language,
            created_at=self._clock(),
        )

    def _matches(self, institution: Institution, username: str, language: str) -> Iterator[Login]:
        by_language = self._readings().login_id_by_language
        for login in self.logins:
            same = login.institution_id == institution.id
            same = same and login.username.casefold() == username.casefold()
            if same and (login.language == language or not by_language):
                yield login

    def _moved(self, login: Login) -> Login:
        login_id = named_guid("moved", login.login_id)
        return self._logins.get(login_id) or Login(
            login_id=login_id,
            username=login.username,
            institution_id=login.institution_id,
            behaviour=behaviour("no_mfa"),
            accounts=new_accounts(login_id),
            language=login.language,
            bank_password=login.bank_password,
            created_at=self._clock(),
        )


def behaviour_of(username: str, institution: Institution) -> Behaviour:
    """Choose how the bank treats a username that was never stored."""
    if institution.name == "Closed Savings":
        return behaviour("disabled_institution")
    named = [seed for seed in SEEDS if seed.username.casefold() == username.casefold()]
    for seed in sorted(named, key=lambda each: each.institution_id != institution.id):
        return behaviour(seed.behaviour)
    plain = "no_mfa" if "nomfa" in username.casefold() else "mfa"
    return behaviour(username if username in BEHAVIOURS else plain)


def _fits(login: Login, password: str) -> bool:
    """Compare passwords; the dummy bank takes any case, as the API reference prints them."""
    if by_id(login.institution_id).demo_only:
        return password.casefold() == login.bank_password.casefold()
    return password == login.bank_password
