"""Request bodies as models: strict, closed, in camelCase."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from flinks_reconnect.api.problems import ProblemError, invalid
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.ids import NO_ID, AccountId, LoginId, RequestId
from flinks_reconnect.domain.refresh import Mode, Reason
from flinks_reconnect.usecases.ports import Replay
from flinks_reconnect.usecases.start_refresh import StartRequest

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text) or text == NO_ID:
        raise ValueError("a GUID that is not all zeros")
    return text.lower()


def _instant(text: str) -> str:
    """Refuse what is no RFC 3339 instant with a zone, or lies outside the years that we count."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not 2000 <= instant.year < 9000:
        raise ValueError("an instant with a time zone")
    return text


Guid = Annotated[str, AfterValidator(_guid)]
Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Url = Annotated[str, Field(min_length=1, max_length=2048)]


class Body(BaseModel):
    """A closed body: an unknown field is refused, and no value is read as another type."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, strict=True, frozen=True, defer_build=True
    )


class AccountsOptionsBody(Body):
    """What Flinks is asked to collect."""

    days_of_transactions: Literal["Days90", "Days365"] = "Days90"
    with_transactions: bool = True
    with_balance: bool = True
    with_kyc: bool = False
    with_account_identity: bool = False

    def options(self) -> AccountsOptions:
        """Return the options in the domain's words."""
        return AccountsOptions(
            year_of_transactions=self.days_of_transactions == "Days365",
            with_transactions=self.with_transactions,
            with_balance=self.with_balance,
            with_kyc=self.with_kyc,
            with_account_identity=self.with_account_identity,
        )


class StartBody(Body):
    """`POST /refreshes`: a stored `loginId`, a live `requestId`, or both."""

    login_id: Guid | None = None
    request_id: Guid | None = None
    last_activity_at: Annotated[str, AfterValidator(_instant)] | None = None
    reason: Annotated[Reason, Field(strict=False)] | None = None
    user_present: bool = False
    reference: Reference | None = None
    language: Literal["en", "fr"] | None = None
    institution_id: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")] | None = None
    selected_accounts: (
        Literal["all"] | Annotated[list[Guid], Field(min_length=1, max_length=200)] | None
    ) = None
    return_url: Url | None = None
    embed_origin: Url | None = None
    mode: Annotated[Mode, Field(strict=False)] = Mode.REDIRECT
    accounts_options: AccountsOptionsBody = AccountsOptionsBody()

    @model_validator(mode="after")
    def _names_something(self) -> "StartBody":
        if self.login_id is None and self.request_id is None:
            raise ValueError("loginId or requestId is required")
        ids = self.selected_accounts
        if isinstance(ids, list) and len(set(ids)) != len(ids):
            raise ValueError("selectedAccounts names an account twice")
        return self

    def activity(self) -> datetime | None:
        """Return when the adopted session was last active, as the integrator saw it."""
        if self.last_activity_at is None:
            return None
        return datetime.fromisoformat(self.last_activity_at).astimezone(UTC)

    def selection(self) -> Selection | None:
        """Return the accounts that were named, or that all were."""
        if self.selected_accounts is None:
            return None
        if self.selected_accounts == "all":
            return EVERYTHING
        return Selection(ids=tuple(AccountId(each) for each in self.selected_accounts))


def start_request(
    body: dict[str, Any],
    *,
    return_urls: AllowList,
    embed_origins: AllowList,
    replay: Replay | None,
) -> StartRequest:
    """Return what the integrator asks for; raises a 422 problem."""
    asked = _validated(body)
    return StartRequest(
        login_id=LoginId(asked.login_id) if asked.login_id else None,
        request_id=RequestId(asked.request_id) if asked.request_id else None,
        last_activity_at=asked.activity(),
        reason=asked.reason,
        person_present=asked.user_present,
        reference=asked.reference,
        language=asked.language,
        institution_id=asked.institution_id,
        selection=asked.selection(),
        return_url=_listed(return_urls, asked.return_url, "returnUrl"),
        embed_origin=_listed(embed_origins, asked.embed_origin, "embedOrigin"),
        mode=asked.mode,
        options=asked.accounts_options.options(),
        replay=replay,
    )


def _validated(body: dict[str, Any]) -> StartBody:
    try:
        return StartBody.model_validate(body)
    except ValidationError as error:
        fields = sorted({_field(each["loc"]) for each in error.errors(include_url=False)})
        raise ProblemError(invalid(fields)) from None


def _field(location: tuple[int | str, ...]) -> str:
    """Name a field of ours; a key that the caller made up is not echoed."""
    name = str(location[0]) if location else "body"
    known = {to_camel(each) for each in StartBody.model_fields} | {"body"}
    return name if name in known else "unknown field"


def _listed(allowed: AllowList, wanted: str | None, field: str) -> str | None:
    try:
        return allowed.reference(wanted)
    except LookupError:
        raise ProblemError(invalid([field])) from None
