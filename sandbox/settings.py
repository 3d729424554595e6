"""What a sandbox is started with, and which reading of Flinks' contradictions it follows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

DEFAULT_CUSTOMER_ID: Final = "00000000-0000-4000-8000-5a4db0c05701"
LEGACY_CUSTOMER_ID: Final = "00000000-0000-4000-8000-5a4db0c05702"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def camel(name: str) -> str:
    """Turn snake_case into lowerCamel."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Keys and addresses. The defaults are public and plainly fake."""

    seed: int = 1
    customer_id: str = DEFAULT_CUSTOMER_ID
    legacy_customer_id: str = LEGACY_CUSTOMER_ID
    secret_key: str = "sandbox-secret-key-not-secret"  # noqa: S105 - fake by design
    api_key: str = "sandbox-x-api-key-not-secret"
    webhook_secret: str = "sandbox-webhook-secret-not-secret"  # noqa: S105 - fake by design
    public_api_url: str = "http://127.0.0.1:8801"
    public_connect_url: str = "http://127.0.0.1:8802"


@dataclass(frozen=True, kw_only=True)
class Readings:
    """One field for each point on which Flinks' sources disagree, or say nothing.

    Each can be changed while running: `PATCH /_sandbox/readings`.
    """

    token_minutes: int = field(
        default=15,
        metadata={"choices": (15, 30), "why": "Reconnect page: 15. Authorization pages: 30."},
    )
    authorize_async: bool = field(
        default=False,
        metadata={"why": "AuthorizeAsync must be activated by Flinks; off: METHOD_NOT_AVAILABLE."},
    )
    mfa_token: Literal["fresh", "same"] = field(
        default="fresh",
        metadata={
            "choices": ("fresh", "same"),
            "why": "The MFA answer takes a new token, or (old guide) the first one again.",
        },
    )
    concurrent_session: Literal["at_work", "open"] = field(
        default="at_work",
        metadata={
            "choices": ("at_work", "open"),
            "why": "CONCURRENT_SESSION meets a LoginId that is signing in or collecting; the "
            "vendor's own C# suite (2019) leaves many questions of one user waiting and goes on. "
            "open: any session that is still open, as the code's words alone would have it.",
        },
    )
    webhook_delivers: bool = field(
        default=True,
        metadata={
            "why": "Data that a webhook delivered (answered with exactly 200) end the session, as "
            "a data call that delivers does."
        },
    )
    first_data_call: Literal["by_age", "at_once", "pending"] = field(
        default="by_age",
        metadata={
            "choices": ("by_age", "at_once", "pending"),
            "why": "Data that are there already (cached authorize, or an integration of before "
            "October 2024) come with the first answer, live ones after a 202; or all at once "
            "(help article 43000436139, 2025); or always a 202 first (Retrieve Account Data page).",
        },
    )
    poll_starts: bool = field(
        default=True,
        metadata={
            "why": "A poll by GetAccountsDetailAsync of an authorized session starts the "
            "collection (the vendor's PHP suite polls so); off: it wants the POST first, as the "
            "endpoint's page does."
        },
    )
    data_call_spends: Literal["accepted", "delivered"] = field(
        default="delivered",
        metadata={
            "choices": ("accepted", "delivered"),
            "why": "When GetAccountsDetail uses up its RequestId: with its 200 (two integrations "
            "poll by posting again), or with its 202.",
        },
    )
    expired_session_code: Literal["SESSION_NONEXISTENT", "SESSION_EXPIRED"] = field(
        default="SESSION_NONEXISTENT",
        metadata={
            "choices": ("SESSION_NONEXISTENT", "SESSION_EXPIRED"),
            "why": "Documented code for a dead RequestId, or the one clients also know.",
        },
    )
    session_life: Literal["phases", "flat30"] = field(
        default="phases",
        metadata={
            "choices": ("phases", "flat30"),
            "why": "8 minutes idle then 30 processing, or (old guide) 30 minutes flat.",
        },
    )
    widget_is_activity: bool = field(
        default=True,
        metadata={"why": "Whether opening and answering in the widget moves the idle clock."},
    )
    polling_is_activity: bool = field(
        default=True,
        metadata={"why": "Whether a poll of AuthorizeAsync moves the idle clock."},
    )
    invalid_answer: Literal["dead", "retry"] = field(
        default="dead",
        metadata={
            "choices": ("dead", "retry"),
            "why": "A wrong MFA answer by API ends the session, or may be repeated.",
        },
    )
    invalid_answer_code: Literal[
        "INVALID_SECURITY_RESPONSE", "INVALID_SECURITY_RESPONSE_NO_RETRY"
    ] = field(
        default="INVALID_SECURITY_RESPONSE",
        metadata={
            "choices": ("INVALID_SECURITY_RESPONSE", "INVALID_SECURITY_RESPONSE_NO_RETRY"),
            "why": "Current name, or the older one.",
        },
    )
    invalid_login_status: int = field(
        default=401,
        metadata={
            "choices": (401, 400),
            "why": "INVALID_LOGIN and INVALID_REQUEST: 401 (error page) or 400 (help centre).",
        },
    )
    unknown_login_code: Literal["INVALID_LOGIN", "INVALID_REQUEST"] = field(
        default="INVALID_LOGIN",
        metadata={
            "choices": ("INVALID_LOGIN", "INVALID_REQUEST"),
            "why": "A LoginId that is gone: INVALID_LOGIN (error page), or INVALID_REQUEST with "
            "\"The login '…' is invalid.\" (seen live).",
        },
    )
    delete_card_wording: Literal["live", "documented"] = field(
        default="live",
        metadata={
            "choices": ("live", "documented"),
            "why": "What DeleteCard says: as two of the vendor's suites saw it, with the LoginId, "
            "or as its page prints it, without.",
        },
    )
    strict_fields: bool = field(
        default=False,
        metadata={
            "why": "Refuse values that no page forbids: unknown DaysOfTransactions and "
            "NumberOfStatements, Months12 without exactly one account (a check of the vendor's "
            "C# client, not of Flinks as far as is known)."
        },
    )
    throttle_status: int = field(
        default=401,
        metadata={
            "choices": (401, 403, 429),
            "why": "TOO_MANY_REQUESTS: 401 documented, 403 and 429 expected by clients.",
        },
    )
    api_key_code: Literal["ACCESS_DENIED", "UNAUTHORIZED"] = field(
        default="ACCESS_DENIED",
        metadata={
            "choices": ("ACCESS_DENIED", "UNAUTHORIZED"),
            "why": "Code for a wrong x-api-key.",
        },
    )
    nightly_status_auth: Literal["bearer", "either"] = field(
        default="bearer",
        metadata={
            "choices": ("bearer", "either"),
            "why": "GetNightlyRefreshStatus: Bearer secret (documented) or x-api-key (clients).",
        },
    )
    async_verbs: Literal["get", "both"] = field(
        default="both",
        metadata={
            "choices": ("get", "both"),
            "why": "Async endpoints: GET is documented, one published client posts.",
        },
    )
    connect_token: Literal["unless_demo", "always", "never"] = field(
        default="unless_demo",
        metadata={
            "choices": ("unless_demo", "always", "never"),
            "why": "authorizeToken on the widget: mandatory for integrations since October 2024; "
            "Flinks' own Toolbox address with demo=true is printed without one.",
        },
    )
    consent_default: bool = field(
        default=False,
        metadata={"why": "Default of consentEnable: false in older tables, true in newer."},
    )
    redirect_shape: Literal["both", "old", "new"] = field(
        default="both",
        metadata={
            "choices": ("both", "old", "new"),
            "why": "REDIRECT event: url and institution (old), loginId and requestId (new).",
        },
    )
    account_id_shape: Literal["string", "array"] = field(
        default="string",
        metadata={
            "choices": ("string", "array"),
            "why": "accountId in events: comma list, or array (clients accept both).",
        },
    )
    webhook_header: Literal["flinks-authenticity-key", "X-Flinks-Signature"] = field(
        default="flinks-authenticity-key",
        metadata={
            "choices": ("flinks-authenticity-key", "X-Flinks-Signature"),
            "why": "Name of the signature header: reference page, or newer guide's sample.",
        },
    )
    login_id_by_language: bool = field(
        default=True,
        metadata={"why": "loginId is derived from instance, institution, username and language."},
    )
    last_refresh_skew_seconds: int = field(
        default=0,
        metadata={"why": "How far Flinks' clock, which LastRefresh tells, leads ours; or lags."},
    )
    last_refresh_lag_seconds: int = field(
        default=0,
        metadata={
            "why": "How long after a good sign-in cached answers still tell, and read, the refresh "
            "before it: nothing says that they follow at once."
        },
    )
    last_refresh_digits: int = field(
        default=7,
        metadata={"choices": (7, 6), "why": "Seven decimals on the reference page, six seen live."},
    )
    body_case: Literal["pascal", "camel"] = field(
        default="pascal",
        metadata={
            "choices": ("pascal", "camel"),
            "why": "Keys of answers and webhooks: PascalCase nearly everywhere, lowerCamel in "
            "some samples; a client should read either.",
        },
    )
    credentials_days: int = field(
        default=30,
        metadata={"why": "Stored credentials are kept up to 30 days; 0: for ever."},
    )
    credentials_gone_code: str = field(
        default="INVALID_LOGIN",
        metadata={"why": "Answer of a live call once they are gone: not documented."},
    )
    data_days: int = field(
        default=90,
        metadata={"why": "Cached data: 90 days in two help articles, 0: for ever."},
    )
    account_ids_days: int = field(
        default=0,
        metadata={"why": "Account ids change after 90 idle days (2023) or never (2025): 0."},
    )
    nightly_runs: bool = field(
        default=True,
        metadata={
            "why": "Nights run by themselves when the clock passes 05:00 UTC (04:00 to 08:00 in "
            "the documents); off: only by POST /_sandbox/nightly/run."
        },
    )
    statements_need_connect: bool = field(
        default=False,
        metadata={"why": "GetStatements only after the widget ran with detailsAndStatementEnable."},
    )
    with_account_identity: bool = field(
        default=True,
        metadata={"why": "Default of WithAccountIdentity: sources disagree."},
    )

    def named(self, changes: Mapping[str, Any]) -> "Readings":
        """Return a copy with readings changed by their lowerCamel names, or raise ValueError."""
        names = {camel(each.name): each.name for each in fields(self)}
        unknown = [name for name in changes if name not in names]
        if unknown:
            raise ValueError(f"no such reading: {', '.join(unknown)}")
        return self._changed({names[name]: value for name, value in changes.items()})

    def written(self, texts: Mapping[str, str]) -> "Readings":
        """Return a copy changed as on a command line: true, false and numbers are taken as such."""
        return self.named({name: _value(text) for name, text in texts.items()})

    def view(self) -> dict[str, Any]:
        """Render every reading under its lowerCamel name."""
        return {camel(each.name): getattr(self, each.name) for each in fields(self)}

    def _changed(self, changes: dict[str, Any]) -> "Readings":
        known = {each.name: each for each in fields(self)}
        for name, value in changes.items():
            choices = known[name].metadata.get("choices")
            if choices and value not in choices:
                raise ValueError(f"{camel(name)} must be one of {choices}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(
                    f"{camel(name)} must be of type {type(getattr(self, name)).__name__}"
                )
        return replace(self, **changes)
