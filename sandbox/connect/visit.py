"""One opening of the widget: which screen is shown, and which events the page around it hears.

An error of the API reaches the page as `{requestId, flinksCode, institution}`, without a `step`
(help article 43000436171); the retry events follow a click on Retry.
Every step returns the events in the order in which Flinks Connect posts them, and the next
screen. The browser's part only posts the events and draws the screen.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from ..bankdata import KINDS
from ..codes import FlinksError
from ..faults import WIDGET
from ..institutions import Institution, by_id, find_institution
from ..logins import Account, Login
from ..sessions import Session
from ..world import World
from . import screens
from .parameters import Parameters, with_query
from .redirect import Redirect, account_ids
from .texts import say

type Event = dict[str, Any]
type Screen = dict[str, Any]
type Step = tuple[list[Event], Screen]

MAY_PASS: Final = ("RETRY_LATER", "BANK_MAINTENANCE_RETRY_LATER", "AGGREGATION_ERROR")
CREDENTIAL_ERRORS: Final = ("INVALID_USERNAME", "INVALID_PASSWORD", "INVALID_LOGIN")


@dataclass(slots=True)
class Visit:
    """What one widget remembers."""

    world: World
    id: str
    parameters: Parameters
    institution: Institution | None = None
    started: Session | None = None
    resumed: bool = False
    phase: str = "opening"
    failures: int = 0
    typed: str | None = None
    """The username typed last: it stays when the credentials are asked again."""
    refused: str | None = None
    """What was refused, while the page with Retry is shown: credentials or mfa."""
    chosen: list[str] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """Return the language to speak."""
        return self.parameters.language

    @property
    def session(self) -> Session:
        """Return the visit to the bank, once there is one."""
        if self.started is None:
            raise OutOfTurnError(self.phase)
        return self.started

    # Opening

    def open(self, institution_key: str | None) -> Step:
        """Check the token, then go to the first screen."""
        try:
            self._use_token()
        except FlinksError:
            self.phase = "ended"
            return [{"step": "TOKEN_INVALID"}], screens.message(self.language, "token")
        request_id = self.parameters.text("requestId")
        if request_id is not None:
            return self._resume(request_id)
        if institution_key:
            self.institution = find_institution(institution_key)
        if self.parameters.flag("consentEnable", self.world.readings.consent_default):
            self.phase = "consent"
            return [{"step": "COMPONENT_LOAD_CONSENT"}], screens.consent(self.parameters)
        return self._institutions_or_credentials()

    def _use_token(self) -> None:
        token, reading = self.parameters.text("authorizeToken"), self.world.readings.connect_token
        if token in (None, "false"):
            if reading == "always" or (reading == "unless_demo" and not self.parameters.demo):
                raise FlinksError("UNAUTHORIZED")
            return
        self.world.tokens.use(token or "", self.world.readings.token_minutes, "Connect")

    def _resume(self, request_id: str) -> Step:
        """Go straight to where the session stands (Reconnect page)."""
        try:
            session = self.world.bank.session(request_id)
        except FlinksError as error:
            return self._dead(error.code)
        self.started, self.resumed = session, True
        self.institution = by_id(session.login.institution_id)
        if session.status == "failed" or not session.live:
            return self._dead(session.code or "SESSION_NONEXISTENT")
        self._touch()
        kept = self._kept_choice()
        session.only_accounts = frozenset(kept) if kept else None
        return self._where_it_stands([])

    def _kept_choice(self) -> list[str]:
        """Return `resumeSelectedAccounts`; it counts only if a choice was made before."""
        kept = self.parameters.ids("resumeSelectedAccounts")
        return kept if self.resumed and self.session.login.selected else []

    @property
    def address(self) -> str:
        """Return the widget's own address, to come back to after the bank's site."""
        return with_query("/v2/", self.query | {"oauthVisit": self.id})

    def _dead(self, code: str) -> Step:
        self.phase = "ended"
        return [self._error(code)], screens.message(self.language, "session")

    def _error(self, code: str) -> Event:
        """Tell the page around of an error of the API."""
        request_id = self.started.request_id if self.started else self.parameters.text("requestId")
        return {"requestId": request_id, "flinksCode": code, "institution": self._bank}

    def _touch(self) -> None:
        if self.world.readings.widget_is_activity:
            self.world.bank.touch(self.session)

    def _institutions_or_credentials(self) -> Step:
        if self.institution is not None:
            return self._credentials([])
        self.phase = "institutions"
        event = {"step": "COMPONENT_LOAD_INSTITUTION_SELECTOR", "cached": False}
        return [event], screens.institutions(self.parameters)

    # Consent, institution, credentials

    def consent(self, accepted: bool) -> Step:
        """Accept or decline the consent page."""
        self._expect("consent")
        if not accepted:
            self.phase = "ended"
            denied = screens.message(self.language, "consent.denied")
            return [{"step": "COMPONENT_DENY_CONSENT"}], denied
        events, screen = self._institutions_or_credentials()
        return [{"step": "COMPONENT_ACCEPT_CONSENT"}, *events], screen

    def deny_terms(self) -> Step:
        """Decline the terms of use: that ends it, as declining the consent does."""
        self._expect("consent")
        self.phase = "ended"
        denied = screens.message(self.language, "consent.denied")
        return [{"step": "COMPONENT_DENY_TERMS"}], denied

    def select_institution(self, key: str) -> Step:
        """Choose a bank."""
        self._expect("institutions", "credentials", "oauth")
        self.institution = find_institution(key)
        if self.institution is None:
            return self._institutions_or_credentials()
        return self._credentials([{"step": "INSTITUTION_SELECTED", "institution": self._bank}])

    def back(self) -> Step:
        """Return to the list of banks."""
        self._expect("credentials", "oauth")
        self.institution = None
        return self._institutions_or_credentials()

    @property
    def _bank(self) -> str:
        return self.institution.name if self.institution else ""

    def _credentials(self, events: list[Event]) -> Step:
        bank = self.institution
        if bank is not None and (bank.oauth or self.parameters.flag("demoOutbound")):
            self.phase = "oauth"
            return events, screens.oauth(self.parameters, bank, self.id)
        loaded = {"step": "COMPONENT_LOAD_CREDENTIAL", "institution": self._bank}
        return [*events, loaded], self._credentials_screen()

    def _credentials_screen(self) -> Screen:
        self.phase = "credentials"
        return screens.credentials(self.parameters, self.institution, self.typed)

    def submit_credentials(self, username: str, password: str) -> Step:
        """Sign in at the bank with what the person typed."""
        self._expect("credentials", "oauth")
        self.typed = username
        events: list[Event] = [{"step": "SUBMIT_CREDENTIAL", "institution": self._bank}]
        return self._sign_in(events, username, password)

    def _sign_in(self, events: list[Event], username: str, password: str | None) -> Step:
        if self.institution is None:
            raise OutOfTurnError(self.phase)
        login = self.world.bank.identify(self.institution, username, self.language)
        code = self._kept_out(login)
        if code is not None:
            return self._ended_by(events, code)
        session = self.world.bank.open(login, live=True, origin="widget", language=self.language)
        session.password = login.bank_password if password is None else password
        session.tag, session.in_widget = self.parameters.text("tag"), True
        session.days = 365 if self.parameters.text("daysOfTransactions") == "Days365" else 90
        if self.parameters.flag("scheduleRefresh"):
            login.scheduled = True
        login.statements_enabled |= self.parameters.flag("detailsAndStatementEnable")
        self.started = session
        try:
            self.world.bank.sign_in(session)
        except FlinksError as error:
            return self._refused(events, error.code)
        return self._where_it_stands(events)

    def _kept_out(self, login: Login) -> str | None:
        """Say what Flinks answers without asking the bank: a fault, or another session at work."""
        fault = self.world.faults.strike(WIDGET, login.login_id, login.institution_id)
        if fault is not None:
            return fault.flinks_code or "AGGREGATION_ERROR"
        everyone = self.world.readings.concurrent_session == "open"
        busy = everyone and self.world.bank.occupant(login) is not None
        return "CONCURRENT_SESSION" if busy else None

    def come_back(self, approved: bool, username: str) -> Step:
        """Come back from the site of a bank that signs people in itself."""
        self._expect("oauth")
        if self.institution is None:
            raise OutOfTurnError(self.phase)
        if not approved:
            screen = screens.oauth(self.parameters, self.institution, self.id)
            refused = [self._error("UNAUTHORIZED")]
            return refused, screen | {"error": say(self.language, "oauth.denied")}
        accepted: Event = {
            "step": "COMPONENT_ACCEPT_PROVIDER_CONSENT",
            "institution": self._bank,
        }
        return self._sign_in([accepted], username or "oauth_person_nomfa", None)

    def _refused(self, events: list[Event], code: str) -> Step:
        """Offer to type the credentials again, or end with what the bank said."""
        self.failures += 1
        if code not in CREDENTIAL_ERRORS:
            return self._ended_by(events, code)
        most = self.parameters.number("maximumRetry")
        if most is not None and self.failures > most:
            self.phase = "ended"
            over = {"step": "MAXIMUM_RETRY_REACHED", "institution": self._bank}
            return [*events, self._error(code), over], screens.failure(self.language, code)
        return self._offer_retry([*events, self._error(code)], code, "credentials")

    def _offer_retry(self, events: list[Event], code: str, what: str) -> Step:
        self.phase, self.refused = "refused", what
        return events, screens.failure(self.language, code, retry=True)

    def retry(self) -> Step:
        """Click on Retry: ask again for what was refused."""
        self._expect("refused")
        if self.refused == "mfa":
            self.phase = "mfa"
            retry = {"step": "COMPONENT_LOAD_MFA_RETRY", "mfaTypes": self._mfa_types}
            return [retry], screens.mfa(self.parameters, self._bank, self.session, None)
        loaded = {"step": "COMPONENT_LOAD_CREDENTIAL_RETRY", "institution": self._bank}
        return [loaded], self._credentials_screen()

    def _ended_by(self, events: list[Event], code: str) -> Step:
        """End with what the bank said; where nobody has to come back in, offer to try again."""
        error = self._error(code)
        if code == "DISABLED_INSTITUTION":
            error = {"step": code, **error}
        if code in MAY_PASS and not self.resumed:
            return self._offer_retry([*events, error], code, "credentials")
        self.phase = "ended"
        return [*events, error], screens.failure(self.language, code)

    # The bank's questions

    def _where_it_stands(self, events: list[Event]) -> Step:
        """Show the screen that fits the session's status."""
        session = self.session
        if session.status == "authorizing":
            self.phase = "wait"
            return events, screens.wait(self.language, self._bank)
        if session.status == "mfa":
            self.phase = "mfa"
            event = {"step": "COMPONENT_LOAD_MFA", "mfaTypes": self._mfa_types}
            return [*events, event], screens.mfa(self.parameters, self._bank, session, None)
        if session.status == "failed":
            return self._ended_by(events, session.code or "AGGREGATION_ERROR")
        if self.parameters.flag("enhancedMFA") and not self.parameters.flag("skipEnhancedMFA"):
            return self._enhanced(events)
        return self._accounts(events)

    @property
    def _mfa_types(self) -> list[str]:
        return [each.type for each in self.session.challenges]

    def _enhanced(self, events: list[Event]) -> Step:
        """Ask every question the bank may ask, so that nights need nobody (enhancedMFA)."""
        asked = self.session.login.questions()
        if not asked or by_id(self.session.login.institution_id).country != "CA":
            return self._accounts([*events, {"step": "ENHANCED_MFA_NO_QUESTIONS"}])
        self.phase = "enhanced"
        event = {"step": "ENHANCED_MFA_HAS_QUESTIONS"}
        return [*events, event], screens.enhanced(self.parameters, self._bank, self.session, asked)

    def submit_enhanced(self, answers: dict[str, list[str]]) -> Step:
        """Keep the answers for nights without the person."""
        self._expect("enhanced")
        login = self.session.login
        for each in login.questions():
            given = answers.get(each.text(self.session.language))
            if given:
                login.stored_answers[each.prompt] = given[0]
        return self._accounts([{"step": "SUBMIT_MFA"}])

    def look_again(self) -> Step:
        """Ask whether the bank has answered."""
        self._expect("wait")
        try:
            self.world.bank.poll(self.session)
        except FlinksError as error:
            return self._ended_by([], error.code)
        return self._where_it_stands([])

    def submit_mfa(self, answers: dict[str, list[str]]) -> Step:
        """Answer the bank's questions."""
        self._expect("mfa")
        session = self.session
        events: list[Event] = [{"step": "SUBMIT_MFA"}]
        try:
            session = self.world.bank.session(session.request_id)
            self._touch()
            session.in_widget = True
            right = self.world.bank.answer(session, answers, retry=True)
        except FlinksError as error:
            return self._answer_refused(events, error.code)
        if not right:
            refused = "INVALID_SECURITY_RESPONSE"
            return self._offer_retry([*events, self._error(refused)], refused, "mfa")
        return self._where_it_stands(events)

    def _answer_refused(self, events: list[Event], code: str) -> Step:
        if code in ("SESSION_NONEXISTENT", "SESSION_EXPIRED"):
            ended, screen = self._dead(code)
            return [*events, *ended], screen
        if code in ("SECURITYRESPONSES_INCOMPLETE", "UNKNOWN_CHALLENGE_KEY"):
            screen = screens.mfa(self.parameters, self._bank, self.session, code)
            return [*events, self._error(code)], screen
        return self._ended_by(events, code)

    # Accounts

    def _accounts(self, events: list[Event]) -> Step:
        """Show the account selector, unless it is off or the choice is already known."""
        login, kept = self.session.login, self._kept_choice()
        if kept:
            self.chosen = kept
            return self._finish(events)
        wanted = self.parameters.flag(
            "accountSelectorEnable", self.resumed and bool(login.selected)
        )
        if not wanted:
            return self._finish(events)
        self.phase, shown = "accounts", self._shown_accounts()
        event = {
            "step": "COMPONENT_LOAD_ACCOUNT_SELECTION",
            "totalAccounts": len(login.accounts),
            "displayedAccounts": len(shown),
        }
        screen = screens.accounts(self.parameters, self.world, self.session, shown, self.multiple)
        return [*events, event], screen

    @property
    def multiple(self) -> bool:
        """Say whether several accounts may be chosen."""
        before = self.resumed and len(self.session.login.selected) > 1
        return self.parameters.flag("accountSelectorMultiple", before)

    def _shown_accounts(self) -> list[Account]:
        """List what may be chosen: Operations accounts unless all are asked for."""
        everything = self.parameters.flag("showAllAccounts")
        currency = (self.parameters.text("accountSelectorCurrency") or "").upper()
        return [
            account
            for account in self.session.login.accounts
            if (everything or KINDS[account.kind].category == "Operations")
            and currency in ("", KINDS[account.kind].currency)
        ]

    def submit_accounts(self, ids: list[str]) -> Step:
        """Keep the choice of accounts."""
        self._expect("accounts")
        shown = self._shown_accounts()
        chosen = [account.id for account in shown if account.id in ids]
        if not chosen or (len(chosen) > 1 and not self.multiple):
            screen = screens.accounts(
                self.parameters, self.world, self.session, shown, self.multiple
            )
            return [], screen | {"error": screens.pick(self.language, self.multiple)}
        self.chosen = chosen
        self.session.login.selected = chosen
        ids_told = account_ids(chosen, self.world.readings)
        return self._finish([{"step": "ACCOUNT_SELECTED", "accountId": ids_told}])

    # The end

    def _finish(self, events: list[Event]) -> Step:
        """Tell the page around, and send it on."""
        self.phase = "ended"
        self.session.finished_in_widget = not self.resumed
        self.session.login.collecting_polls = 1
        self.world.announce(self.session)
        home = f"{self.world.settings.public_connect_url}/v2/connected"
        redirect = Redirect(self.parameters, self.session, self._bank, self.chosen, home)
        event = redirect.event(self.world.readings)
        return [*events, event], screens.done(self.language, redirect.url, redirect.where)

    def close(self) -> Step:
        """Press the X: only an event (parameters page)."""
        self.phase = "ended"
        event = {"step": "COMPONENT_CLOSE_SESSION", "institution": self._bank}
        return [event], screens.message(self.language, "closed")

    def _expect(self, *phases: str) -> None:
        if self.phase not in phases:
            raise OutOfTurnError(self.phase)


class OutOfTurnError(Exception):
    """The browser asked for a step that does not follow from the screen shown."""
