"""Start a refresh for a stored LoginId, adopt a live RequestId, or start the next attempt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flinks_reconnect.domain.accounts import AccountsOptions, Selection
from flinks_reconnect.domain.connection import Connection, ConnectionSettings
from flinks_reconnect.domain.ids import (
    ConnectionId,
    LoginId,
    RefreshId,
    RequestId,
    connection_id,
    new_refresh_id,
    provisional_connection_id,
)
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.machine.signals import Adopted, Asked, Due, PersonActed, Signal
from flinks_reconnect.domain.machine.step import step
from flinks_reconnect.domain.refresh import Mode, Reason, Refresh, Status
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import (
    ConnectionClosedError,
    OtherSessionOpenError,
    RefreshNotFoundError,
    RefreshSettledError,
    SelectionDiffersError,
    SelectionRequiredError,
    StaleWriteError,
)
from flinks_reconnect.usecases.ports import FoundRefresh, Known
from flinks_reconnect.usecases.replay import Replay

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What the integrator asks for. One of `login_id` and `request_id` is given, or both."""

    login_id: LoginId | None = None
    request_id: RequestId | None = None
    last_activity_at: datetime | None = None
    reason: Reason | None = None
    person_present: bool = False
    reference: str | None = None
    language: Language | None = None
    institution_id: str | None = None
    selection: Selection | None = None
    return_url: str | None = None
    embed_origin: str | None = None
    mode: Mode = Mode.REDIRECT
    options: AccountsOptions = AccountsOptions()
    replay: Replay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The refresh, and whether this very call made it."""

    found: FoundRefresh
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRefresh:
    """One open refresh per connection: a second start answers with the same one."""

    advance: Advance
    id_key: Callable[[], bytes]
    random_bytes: Callable[[int], bytes]

    def __call__(self, request: StartRequest) -> Started:
        """Start, adopt or find the refresh.

        Raises this module's errors, KeyReusedError, and ConnectionClosedError.
        """
        for attempt in range(_TRIES):
            try:
                return self._replayed(request) or self._start(request)
            except StaleWriteError:
                self.advance.pause(attempt)
        raise StaleWriteError

    def _replayed(self, request: StartRequest) -> Started | None:
        store = self.advance.connections
        refresh_id = store.replayed(request.replay) if request.replay else None
        return Started(found=self.advance.read(refresh_id), is_new=False) if refresh_id else None

    def next_attempt(self, refresh_id: RefreshId, replay: Replay | None) -> FoundRefresh:
        """A person is here: start the next attempt, if one is due.

        Raises KeyReusedError, RefreshNotFoundError, and RefreshSettledError for what is over.
        """
        store = self.advance.connections
        if replay is None or store.replayed(replay) is None:
            if not self.advance.read(refresh_id).refresh.is_open:
                raise RefreshSettledError(refresh_id)
            self.advance.refresh(refresh_id, Due(), PersonActed())
        if replay is not None:
            store.remember(replay, refresh_id)
        return self.advance.read(refresh_id)

    def _start(self, request: StartRequest) -> Started:
        adopted = self._already_adopted(request)
        if adopted is not None:
            return self._again(adopted, request)
        home = self._home(request)
        known = self.advance.connections.load(home)
        if known is None:
            return self._begin(self._first_contact(home, request), None, request)
        if known.connection.closed_at is not None:
            raise ConnectionClosedError
        _check_selection(known.settings, request.selection)
        refresh = self._current(known)
        if refresh is None:
            return self._begin(self._completed(known, request), known, request)
        if request.request_id is not None:
            raise OtherSessionOpenError(refresh.id)
        return self._again(refresh.id, request)

    def _current(self, known: Known) -> Refresh | None:
        """Return the open refresh. One whose time is over ends first; then all is read again."""
        refresh = known.connection.refresh
        if refresh is None or not refresh.is_open:
            return None
        if self.advance.refresh(refresh.id, Due()).changed:
            raise StaleWriteError
        return refresh

    def _again(self, refresh_id: RefreshId, request: StartRequest) -> Started:
        """One is open: the same refresh, and a person's presence may start its next attempt."""
        store = self.advance.connections
        if request.person_present and request.request_id is None:
            self.advance.refresh(refresh_id, Due(), PersonActed())
        found = self.advance.read(refresh_id)
        if found.closed:
            raise ConnectionClosedError
        if request.replay is not None:
            store.remember(request.replay, refresh_id)
        return Started(found=found, is_new=False)

    def _begin(self, known: Known, before: Known | None, request: StartRequest) -> Started:
        now = self.advance.clock()
        signal = self._signal(known, request, now)
        result = step(known.connection, signal, now, self.advance.clocks)
        begun = Known(connection=result.connection, settings=known.settings)
        self.advance.connections.begin(begun, before, request.replay)
        refresh = result.connection.refresh
        if refresh is None:
            raise RefreshNotFoundError
        self.advance.send(result)
        found = FoundRefresh(refresh=refresh, settings=known.settings, connection=result.connection)
        return Started(found=found, is_new=True)

    def _signal(self, known: Known, request: StartRequest, now: datetime) -> Signal:
        draft = self._draft(known, request, now)
        if request.request_id is None:
            return Asked(draft=draft, person_present=request.person_present)
        last = min(request.last_activity_at or now, now)
        return Adopted(draft=draft, request_id=request.request_id, last_activity_at=last)

    def _draft(self, known: Known, request: StartRequest, now: datetime) -> Refresh:
        clocks = self.advance.clocks
        present = request.person_present or request.request_id is not None
        expires_at = now + (clocks.present_expiry if present else clocks.away_expiry)
        default = Reason.RESUME if request.request_id else Reason.USER_REQUESTED
        return Refresh(
            id=new_refresh_id(known.connection.id, now, self.random_bytes),
            status=Status.INVITED,
            reason=request.reason or default,
            created_at=now,
            updated_at=now,
            expires_at=expires_at,
            due_at=expires_at,
            unattended=known.settings.unattended,
            options=request.options,
            mode=request.mode,
            return_url=request.return_url,
            embed_origin=request.embed_origin,
        )

    def _first_contact(self, home: ConnectionId, request: StartRequest) -> Known:
        if request.selection is None:
            raise SelectionRequiredError
        settings = ConnectionSettings(
            id=home,
            reference=request.reference,
            institution_id=request.institution_id,
            language=request.language,
            selection=request.selection,
        )
        return Known(connection=Connection(id=home, login_id=request.login_id), settings=settings)

    def _completed(self, known: Known, request: StartRequest) -> Known:
        """A connection whose accounts nobody has named yet gets what it lacks now."""
        if known.settings.selection is not None:
            return known
        brought = self._first_contact(known.connection.id, request).settings
        return replace(known, settings=known.settings.completed_by(brought))

    def _home(self, request: StartRequest) -> ConnectionId:
        if request.login_id is not None:
            return connection_id(self.id_key(), request.login_id)
        if request.request_id is None:
            raise ValueError("a start needs a LoginId or a RequestId")
        return provisional_connection_id(self.id_key(), request.request_id)

    def _already_adopted(self, request: StartRequest) -> RefreshId | None:
        if request.request_id is None:
            return None
        return self.advance.connections.locate(request.request_id)


def _check_selection(settings: ConnectionSettings, asked: Selection | None) -> None:
    if settings.selection is None and asked is None:
        raise SelectionRequiredError
    if asked is None or settings.selection is None:
        return
    same = set(settings.selection.ids) == set(asked.ids)
    if not same or settings.selection.everything != asked.everything:
        raise SelectionDiffersError
