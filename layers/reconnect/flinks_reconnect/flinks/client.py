"""`FlinksGateway` over HTTP: which endpoint, which key, how long."""

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.accounts import AccountsOptions, Selection
from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import (
    AccountsAnswer,
    AuthorizeAnswer,
    Authorized,
    ChallengeAsked,
    NotSent,
    OutcomeUnknown,
    Refused,
    StillRunning,
)
from flinks_reconnect.domain.ids import LoginId, RequestId
from flinks_reconnect.flinks.codes import Endpoint, nightly_cause
from flinks_reconnect.flinks.credentials import CredentialSource, FlinksCredentials
from flinks_reconnect.flinks.exchange import OpenTransport, open_network
from flinks_reconnect.flinks.reply_parser import (
    Outcome,
    accounts_answer,
    authorize_answer,
    success_of,
    why_no_token,
    why_not_deleted,
)
from flinks_reconnect.flinks.transport import FlinksCallSeen, FlinksTransport, Request, unseen
from flinks_reconnect.flinks.wire import IneligibleCard
from flinks_reconnect.usecases.errors import (
    DeletionError,
    MintError,
    NightlyStatusError,
    SecretUnavailableError,
)
from flinks_reconnect.usecases.ports import AuthorizeToken, Clock, NightlyFailure

TOKEN_LIMIT: Final = timedelta(seconds=10)
READ_LIMIT: Final = timedelta(seconds=60)
NIGHTLY_LIMIT: Final = timedelta(seconds=570)
"""For a list of any length; the function that listens to it has 600 s."""
DATA_LIMIT: Final = timedelta(seconds=215)
"""Flinks answers a data call within 210 s, at once or with 202 (help centre, "GetAccountsDetail",
January 2025); who hangs up earlier loses an answer that was still to come."""
DELETE_LIMIT: Final = timedelta(seconds=20)
"""A caller waits for it, and API Gateway for 29 s at most."""

_ABOUT_OUR_POLL: Final = frozenset(
    {
        ErrorCode.THROTTLED,
        ErrorCode.TOKEN_REFUSED,
        ErrorCode.ACCESS_REFUSED,
        ErrorCode.REQUEST_REFUSED,
        ErrorCode.NOT_ENABLED,
    }
)
"""Refusals of the asking, which say nothing about the bank login that is asked about."""


class FlinksClient:
    """Implements `FlinksGateway`."""

    def __init__(
        self,
        *,
        base_url: str,
        customer_id: str,
        credentials: CredentialSource,
        clocks: Clocks,
        clock: Clock,
        authorize_async: bool = False,
        open_transport: OpenTransport = open_network,
        seen: Callable[[FlinksCallSeen], None] = unseen,
    ) -> None:
        """Talk to one instance; raises ValueError for an unsafe address or customer id.

        `authorize_async`: Flinks switched `/AuthorizeAsync` on, so a live call that went to the
        background can be asked about. `seen` is told of each call.
        """
        self._transport = FlinksTransport(
            base_url=base_url,
            customer_id=customer_id,
            credentials=credentials,
            open_transport=open_transport,
            seen=seen,
        )
        self._live_limit = clocks.authorize_call
        self._clock = clock
        self._authorize_async = authorize_async

    def mint_token(self) -> AuthorizeToken:
        """Buy a single-use token; raises MintError and SecretUnavailableError."""
        minted_at = self._clock()
        request = Request(endpoint=Endpoint.MINT, body={}, limit=TOKEN_LIMIT)
        outcome = self._transport.send_keyed(request, _secret_key)
        reply = success_of(outcome)
        if reply is None or reply.token is None:
            raise MintError(why_no_token(outcome))
        return AuthorizeToken(reply.token, minted_at)

    def authorize_live(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        """Start a bank login. Up to 215 s, sent at most once."""
        body = {"LoginId": login_id, "MostRecentCached": False, "Save": True}
        request = Request(endpoint=Endpoint.AUTHORIZE, body=body, limit=self._live_limit)
        answer = self._authorize(request, token, login_id)
        if isinstance(answer, StillRunning) and not (self._authorize_async and answer.request_id):
            return OutcomeUnknown(why="still running, and nothing to ask about it with")
        return answer

    def authorize_cached(self, token: AuthorizeToken, login_id: LoginId) -> AuthorizeAnswer:
        """Ask how things stand, without calling the bank."""
        body = {"LoginId": login_id, "MostRecentCached": True}
        request = Request(endpoint=Endpoint.AUTHORIZE, body=body, limit=READ_LIMIT)
        return self._authorize(request, token, login_id)

    def authorize_poll(self, request_id: RequestId) -> AuthorizeAnswer:
        """Ask how a call that went to the background stands.

        The page names no header for it, so it gets what `/Authorize` gets: a token, minted for
        this poll. A poll that brings nothing new leaves standing what Flinks said last; one that
        was refused for our own reasons leaves the login's outcome open.
        """
        try:
            token = self.mint_token()
        except (MintError, SecretUnavailableError):
            return StillRunning(request_id=request_id)
        body = {"RequestId": request_id}
        request = Request(endpoint=Endpoint.AUTHORIZE_ASYNC, body=body, limit=READ_LIMIT)
        answer = self._authorize(request, token, None)
        match answer:
            case NotSent() | OutcomeUnknown() | StillRunning():
                return StillRunning(request_id=request_id)
            case Refused(code=code) if code in _ABOUT_OUR_POLL:
                return OutcomeUnknown(why=f"the poll was refused: {code}")
            case Authorized(request_id=named) | ChallengeAsked(request_id=named):
                ours = named.lower() == request_id.lower()
                return answer if ours else StillRunning(request_id=request_id)
        return answer

    def call_accounts(
        self, request_id: RequestId, selection: Selection, options: AccountsOptions
    ) -> AccountsAnswer:
        """Ask for the data of a session, filtered by the selection.

        Flinks takes a missing filter as "all accounts", and an empty one perhaps too: a selection
        of nothing is not asked for.
        """
        if not selection.everything and not selection.ids:
            return Refused(code=ErrorCode.REQUEST_REFUSED)
        body = _data_body(request_id, selection, options)
        request = Request(endpoint=Endpoint.ACCOUNTS, body=body, limit=DATA_LIMIT)
        return self._accounts(request, request_id)

    def poll_accounts(self, request_id: RequestId) -> AccountsAnswer:
        """Ask again."""
        request = Request(
            endpoint=Endpoint.ACCOUNTS_ASYNC, body=None, limit=READ_LIMIT, last=request_id
        )
        return self._accounts(request, request_id)

    def nightly_failures(self) -> Iterator[NightlyFailure | None]:
        """Yield the logins that were not refreshed tonight; raises NightlyStatusError."""
        request = Request(endpoint=Endpoint.NIGHTLY, body=None, limit=NIGHTLY_LIMIT)
        try:
            reply = success_of((yield from self._nightly(request)))
        except SecretUnavailableError as error:
            raise NightlyStatusError("the keys cannot be read") from error
        if reply is None or reply.ineligible_cards is None:
            raise NightlyStatusError("no readable answer")

    def _nightly(self, request: Request) -> Generator[NightlyFailure | None, None, Outcome]:
        cards = self._transport.cards_keyed(request, _bearer)
        while True:
            try:
                card = next(cards)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome
            yield _failure(card)

    def delete_login(self, login_id: LoginId) -> None:
        """Delete a login for good; raises DeletionError and SecretUnavailableError.

        The page names no key for it; two published clients send `x-api-key`. A repetition, with
        new keys or by the caller, finds the login gone, which is what was wanted.
        """
        request = Request(
            endpoint=Endpoint.DELETE, body=None, limit=DELETE_LIMIT, last=login_id, method="DELETE"
        )
        code = why_not_deleted(self._transport.send_keyed(request, _api_key))
        if code is not None:
            raise DeletionError(code)

    def _authorize(
        self, request: Request, token: AuthorizeToken, asked: LoginId | None
    ) -> AuthorizeAnswer:
        outcome = self._transport.send(request, {"flinks-auth-key": token.value})
        return authorize_answer(outcome, request.endpoint, asked)

    def _accounts(self, request: Request, request_id: RequestId) -> AccountsAnswer:
        try:
            outcome = self._transport.send_keyed(request, _api_key)
        except SecretUnavailableError as error:
            return NotSent(why=type(error).__name__)
        return accounts_answer(outcome, request.endpoint, request_id)


def _secret_key(credentials: FlinksCredentials) -> Mapping[str, str]:
    return {"flinks-auth-key": credentials.secret_key}


def _api_key(credentials: FlinksCredentials) -> Mapping[str, str]:
    return {"x-api-key": credentials.api_key}


def _bearer(credentials: FlinksCredentials) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {credentials.secret_key}"}


def _data_body(
    request_id: RequestId, selection: Selection, options: AccountsOptions
) -> dict[str, object]:
    body: dict[str, object] = {
        "RequestId": request_id,
        "WithTransactions": options.with_transactions,
        "WithBalance": options.with_balance,
        "WithKYC": options.with_kyc,
        "WithAccountIdentity": options.with_account_identity,
        "DaysOfTransactions": "Days365" if options.year_of_transactions else "Days90",
    }
    if not selection.everything:
        body["AccountsFilter"] = list(selection.ids)
    return body


def _failure(raw: object) -> NightlyFailure | None:
    """Return what a card says; a list is not spoilt by one that is no card or names no login."""
    card = IneligibleCard.model_validate(raw) if isinstance(raw, dict) else IneligibleCard()
    if card.login_id is None:
        return None
    return NightlyFailure(
        login_id=LoginId(card.login_id),
        cause=nightly_cause(card.last_refresh_error_code, card.last_refresh_state),
        last_refresh=card.last_refresh_date,
    )
