"""One API call on its way through: who calls, what they ask, what they get."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..codes import API_KEY_REFUSED, KEY_REFUSED, TOKEN_REFUSED, FlinksError
from ..wire import Fields
from ..world import World

type Body = dict[str, Any] | str
type Key = Literal["secret", "token", "api", "any", "bearer", "none"]


@dataclass(slots=True)
class Call:
    """A request to one endpoint."""

    world: World
    endpoint: str
    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    fields: Fields
    argument: str = ""
    legacy: bool = False
    mode: str | None = None
    login_id: str | None = None
    request_id: str | None = None
    token: str | None = None
    lose_answer: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    def bearer(self) -> str | None:
        """Return the Bearer credential, if the call carries one."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == "bearer" and value.strip() else None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of BankingServices."""

    name: str
    methods: tuple[str, ...]
    key: Key
    handle: Callable[[Call], Body]
    argument: bool = False
    """The path goes on with a RequestId or a LoginId."""


def admit(call: Call, key: Key) -> None:
    """Check the credential that this endpoint needs.

    A legacy customer (integrated before October 2024) may leave credentials out, as the set-up
    page allows; what it does send must be right.
    """
    access = call.bearer()
    if access is not None and call.world.tokens.is_access_token(access):
        return
    CHECKS[key](call)


def _secret(call: Call) -> None:
    given = call.headers.get("flinks-auth-key")
    if given is None and call.legacy:
        return
    if given != call.world.settings.secret_key:
        raise FlinksError("UNAUTHORIZED", KEY_REFUSED)


def _token(call: Call) -> None:
    given = call.headers.get("flinks-auth-key")
    if given is None and call.legacy:
        return
    if given is None:
        raise FlinksError("UNAUTHORIZED", f"{TOKEN_REFUSED} (none was sent)")
    call.token = given
    if call.notes.get("same_token_as") == given.strip().lower():
        return
    call.world.tokens.use(given, call.world.readings.token_minutes, call.endpoint)


def _api_key(call: Call) -> None:
    given = call.headers.get("x-api-key")
    if given is None and call.legacy:
        return
    if given != call.world.settings.api_key:
        raise FlinksError(call.world.readings.api_key_code, API_KEY_REFUSED)


def _any(call: Call) -> None:
    """Take any good credential: for these endpoints only clients show which one is sent."""
    settings = call.world.settings
    given = call.headers.get("flinks-auth-key")
    by_token = given is not None and call.world.tokens.was_minted(given)
    if by_token or settings.secret_key in (given, call.bearer()):
        return
    _api_key(call)


def _bearer(call: Call) -> None:
    if call.bearer() == call.world.settings.secret_key:
        return
    given = call.headers.get("x-api-key")
    either = call.legacy or call.world.readings.nightly_status_auth == "either"
    if either and given == call.world.settings.api_key:
        return
    raise FlinksError("UNAUTHORIZED", KEY_REFUSED)


CHECKS: Final[dict[Key, Callable[[Call], None]]] = {
    "secret": _secret,
    "token": _token,
    "api": _api_key,
    "any": _any,
    "bearer": _bearer,
    "none": lambda call: None,
}
