"""Request bodies as models: strict, closed, in camelCase."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from flinks_reconnect.api.edge.field_errors import field_errors
from flinks_reconnect.api.edge.problems import ProblemError, invalid
from flinks_reconnect.domain.accounts import EVERYTHING, AccountsOptions, Selection
from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.errors import FieldError
from flinks_reconnect.domain.ids import NO_ID, AccountId, LoginId, RequestId
from flinks_reconnect.domain.language import Language
from flinks_reconnect.domain.refresh import Mode, Reason
from flinks_reconnect.usecases.import_connections import Unreadable
from flinks_reconnect.usecases.register_connection import Registration
from flinks_reconnect.usecases.replay import Replay
from flinks_reconnect.usecases.start_refresh import StartRequest

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text) or text == NO_ID:
        raise ValueError("a GUID that is not all zeros")
    return text.lower()


def _instant(text: str) -> str:
    """Refuse what is no RFC 3339 instant with a zone, or lies outside the years that we count."""
    wanted = ValueError("an instant with a time zone, such as 2026-11-22T12:00:00Z")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise wanted from None  # Python's own words would hold the value
    if instant.tzinfo is None or not 2000 <= instant.year < 9000:
        raise wanted
    return text


_NO_RETURN_URL: Final = FieldError(
    "returnUrl", "must be, to the letter, one of the stack's parameter ReturnUrls"
)
_NO_EMBED_ORIGIN: Final = FieldError(
    "embedOrigin", "must be, to the letter, one of the stack's parameter EmbedOrigins"
)

Guid = Annotated[str, AfterValidator(_guid)]
Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Url = Annotated[str, Field(min_length=1, max_length=2048)]
InstitutionId = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
SelectedAccounts = Literal["all"] | Annotated[list[Guid], Field(min_length=1, max_length=200)]


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
    language: Language | None = None
    institution_id: InstitutionId | None = None
    selected_accounts: SelectedAccounts | None = None
    return_url: Url | None = None
    embed_origin: Url | None = None
    mode: Annotated[Mode, Field(strict=False)] = Mode.REDIRECT
    accounts_options: AccountsOptionsBody = AccountsOptionsBody()

    @model_validator(mode="after")
    def _names_something(self) -> "StartBody":
        if self.login_id is None and self.request_id is None:
            raise ValueError("loginId or requestId is required")
        _once_each(self.selected_accounts)
        return self

    def activity(self) -> datetime | None:
        """Return when the adopted session was last active, as the integrator saw it."""
        if self.last_activity_at is None:
            return None
        return datetime.fromisoformat(self.last_activity_at).astimezone(UTC)


class ConnectionBody(Body):
    """`POST /connections`: what is known of a stored `loginId`; only what is given changes."""

    login_id: Guid
    reference: Reference | None = None
    institution_id: InstitutionId | None = None
    language: Language | None = None
    selected_accounts: SelectedAccounts | None = None
    unattended: bool | None = None

    @model_validator(mode="after")
    def _names_each_once(self) -> "ConnectionBody":
        _once_each(self.selected_accounts)
        return self

    def registration(self) -> Registration:
        """Return it in the words of the use case."""
        return Registration(
            login_id=LoginId(self.login_id),
            reference=self.reference,
            institution_id=self.institution_id,
            language=self.language,
            selection=_selection(self.selected_accounts),
            unattended=self.unattended,
        )


class ImportBody(Body):
    """`POST /connections/import`: items like the body of `POST /connections`."""

    dry_run: bool = False
    connections: Annotated[list[Any], Field(min_length=1, max_length=100)]


def start_request(
    body: dict[str, Any],
    *,
    return_urls: AllowList,
    embed_origins: AllowList,
    replay: Replay | None,
) -> StartRequest:
    """Return what the integrator asks for; raises a 422 problem."""
    asked = _validated(StartBody, body)
    return StartRequest(
        login_id=LoginId(asked.login_id) if asked.login_id else None,
        request_id=RequestId(asked.request_id) if asked.request_id else None,
        last_activity_at=asked.activity(),
        reason=asked.reason,
        person_present=asked.user_present,
        reference=asked.reference,
        language=asked.language,
        institution_id=asked.institution_id,
        selection=_selection(asked.selected_accounts),
        return_url=_listed(return_urls, asked.return_url, _NO_RETURN_URL),
        embed_origin=_listed(embed_origins, asked.embed_origin, _NO_EMBED_ORIGIN),
        mode=asked.mode,
        options=asked.accounts_options.options(),
        replay=replay,
    )


def registration(body: dict[str, Any]) -> Registration:
    """Return what the integrator states of a connection; raises a 422 problem."""
    return _validated(ConnectionBody, body).registration()


def import_items(body: dict[str, Any]) -> tuple[list[Registration | Unreadable], bool]:
    """Return each item, and whether this is only to be tried; raises a 422 problem."""
    asked = _validated(ImportBody, body)
    return [_item(each) for each in asked.connections], asked.dry_run


def _item(raw: object) -> Registration | Unreadable:
    try:
        return ConnectionBody.model_validate(raw).registration()
    except ValidationError as error:
        return Unreadable(field_errors(ConnectionBody, error))


def _validated[Kind: Body](kind: type[Kind], body: dict[str, Any]) -> Kind:
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise ProblemError(invalid(*field_errors(kind, error))) from None


def _once_each(selected: list[str] | str | None) -> None:
    if isinstance(selected, list) and len(set(selected)) != len(selected):
        raise ValueError("selectedAccounts names an account twice")


def _selection(selected: list[str] | str | None) -> Selection | None:
    """Return the accounts that were named, or that all were."""
    if selected is None:
        return None
    if isinstance(selected, str):
        return EVERYTHING
    return Selection(ids=tuple(AccountId(each) for each in selected))


def _listed(allowed: AllowList, wanted: str | None, refusal: FieldError) -> str | None:
    try:
        return allowed.reference(wanted)
    except LookupError:
        raise ProblemError(invalid(refusal)) from None
