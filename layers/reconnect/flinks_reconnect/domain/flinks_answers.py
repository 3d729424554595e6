"""What Flinks can answer, in our words. Foreign words stop in `flinks/`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import LoginId, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """The bank of a login, as far as Flinks named it."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """The session is open; its data can be asked for."""

    request_id: RequestId
    login_id: LoginId
    last_refresh: datetime | None
    institution: Institution = Institution()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeAsked:
    """The bank wants the person to answer (Flinks' 203)."""

    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class StillRunning:
    """Flinks goes on in the background; ask again under the same RequestId."""

    request_id: RequestId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A definite no. `request_id` may come with it and read old data (Flinks, cached errors)."""

    code: ErrorCode
    request_id: RequestId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown:
    """The call left us and no readable answer came back; it may have had its effect."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The call never left us; it had no effect."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsCollected:
    """The data of a session: every account that Flinks returned, not yet filtered by us."""

    request_id: RequestId | None
    login_id: LoginId
    last_refresh: datetime | None
    accounts: tuple[dict[str, Any], ...]
    misshapen: bool = False
    """Something among the accounts could not be read, so an account that is missing may be it."""
    institution: Institution = Institution()


@dataclass(frozen=True, slots=True, kw_only=True)
class StillCollecting:
    """Flinks is still collecting; poll again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingAllowed:
    """Flinks returned data, and nothing of it may leave now: other accounts are chosen."""

    login_id: LoginId


AuthorizeAnswer = Authorized | ChallengeAsked | StillRunning | Refused | OutcomeUnknown | NotSent
AccountsAnswer = AccountsCollected | StillCollecting | Refused | OutcomeUnknown | NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAccounts:
    """The data that a verified webhook brought: every account, not yet filtered by us."""

    request_id: RequestId | None
    login_id: LoginId
    last_refresh: datetime | None
    accounts: tuple[dict[str, Any], ...]
    institution: Institution = Institution()


class WebhookReason(StrEnum):
    """Why a verified webhook brings no accounts; the value is the name under which it counts.

    Flinks has one address for all webhooks of an instance, so what its pages name arrives in
    normal operation, whether anybody here waits for it or not.
    """

    KYC = "kyc"
    """Who the holders are; Flinks announces it before it sends the accounts."""
    SUMMARY = "summary"
    STATEMENTS = "statements"
    INVESTMENTS = "investments"
    ATTRIBUTES = "attributes"
    PAY = "pay"
    UPLOAD = "upload"
    DROPOUT = "dropout"
    NOT_SAVED = "not_saved"
    """Accounts of a session without `Save`, so without a login; none of ours is one."""
    OTHER_TYPE = "other_type"
    """A type that no page of Flinks names, or one that is newer than this code."""
    NO_SUCCESS = "no_success"
    """The type that we wait for, but not a success; no page says that such are sent."""
    MALFORMED = "malformed"
    """Not JSON, or without the fields that say what it is or whose data it brings."""


_NOBODY_NAMES: Final = frozenset(
    {WebhookReason.OTHER_TYPE, WebhookReason.NO_SUCCESS, WebhookReason.MALFORMED}
)


@dataclass(frozen=True, slots=True)
class WebhookIgnored:
    """A verified webhook that is not for us."""

    reason: WebhookReason

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should see the body: only what no page of Flinks names."""
        return self.reason in _NOBODY_NAMES
